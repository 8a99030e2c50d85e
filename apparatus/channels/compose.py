"""The same picture three times: as a newspaper prints it, as an advertisement, as a gallery's print."""

from collections.abc import Callable, Mapping
from textwrap import shorten
from typing import Any

from babel.dates import format_date
from PIL import Image

from apparatus.channels.sheet import (
    BLEED,
    ENLARGED,
    HIGH,
    POINT,
    WIDE,
    Block,
    Box,
    Length,
    Line,
    Sheet,
    fitted,
    paragraph,
    set_large,
    width,
)
from apparatus.channels.template import Channel, Moment, Paper, Template, template, written
from apparatus.errors import NoPicture, OutOfRange
from apparatus.essays import Language
from apparatus.record import Exposure, Record
from apparatus.stages.distribute import named
from apparatus.takeaway.lettering import BOLD, ITALIC, MONO, SERIF

INK, DIM, RED, WHITE = "#000000", "#555555", "#a61b11", "#ffffff"
QUOTED = 200
"""Characters of a prompt that a text quotes, so that what is said after it is never cut."""

DPI = 300
"""Of a print, as fine as an eye sees at arm's length."""

LEADING, SMALL_LEADING, LABEL_LEADING = 6.0, 3.0, 4.5
"""Millimetres from one baseline to the next: of running text, of small print, of a label."""

Marks = list[Line | Block]
Said = Callable[[str], str]
"""The text of a line of the sheet, by the line's name."""

DESCRIBED: dict[Language, str] = {
    "fr": "Feuille composée par apparatus pour le canal {channel}. L’image qui s’y trouve a été calculée par "
    "une machine ({model}). {width} × {height} px sur {width_mm} mm de large : {ppi} ppp sur {paper}, sans "
    "lissage.",
    "en": "A sheet composed by apparatus for the {channel} channel. The picture on it was computed by a "
    "machine ({model}). {width} × {height} px over a width of {width_mm} mm: {ppi} ppi on {paper}, not "
    "smoothed.",
}
NAMES: dict[Language, dict[Channel, str]] = {
    "fr": {"indicative": "indicatif", "imperative": "impératif", "artistic": "artistique"},
    "en": {"indicative": "indicative", "imperative": "imperative", "artistic": "artistic"},
}


def compose(
    exposure: Exposure,
    channel: Channel,
    language: Language = "en",
    paper: Paper = "a4",
    texts: Mapping[str, str] | None = None,
) -> Sheet:
    """A finished exposure's picture, composed for a channel; `texts` are what a person wrote on its lines.

    No pixel is invented: the picture's own are shown as squares, and the sheet says how many an inch has.

    Raises:
        NoPicture: the exposure was never finished.
        OutOfRange: its template has no such paper, or a text cannot stand on it.
        BrokenTemplate: the channel's template cannot be read.
        BrokenRecord: the exposure's picture is damaged.
    """
    read = template(channel)
    if paper not in read.papers:
        raise OutOfRange("paper", paper, ", ".join(read.papers))
    own = written(channel, texts or {})
    picture = exposure.picture
    if picture is None:
        raise NoPicture(exposure.id, exposure.record.state)
    picture = picture.convert("RGB")
    box = PLACED[channel](picture)
    fields = _fields(exposure, language, paper, picture, box)
    said = _said(read, language, fields, own, _moment(exposure.record))
    marks = SET[channel](said, box)
    title = own.get("title") or own.get("slogan") or fields["title"] or exposure.id
    known = fields | {"channel": NAMES[language][channel], "paper": paper.upper()}
    described = DESCRIBED[language].format_map(known)
    ground = RED if channel == "imperative" else WHITE
    return Sheet(exposure.id, channel, language, paper, picture, box, tuple(marks), title, described, ground)


def _said(
    read: Template,
    language: Language,
    fields: Mapping[str, Any],
    own: Mapping[str, str],
    moment: Moment | None,
) -> Said:
    def said(line: str) -> str:
        written_by_hand = own.get(line, "") if line in read.lines else ""
        return written_by_hand or read.said(line, language, fields, moment)

    return said


def _moment(record: Record) -> Moment | None:
    """What must be said of how the picture came about, beside what is said of every one."""
    if record.settings.retouch is not None:
        return "retouched"
    if not record.settings.prompt.strip():
        return "silent"
    read = record.enhanced.prompt if record.enhanced else ""
    return "enhanced" if read not in ("", " ".join(record.settings.prompt.split())) else None


def _fields(
    exposure: Exposure, language: Language, paper: Paper, picture: Image.Image, box: Box
) -> dict[str, Any]:
    """What a template may name."""
    record, larger = exposure.record, ENLARGED[paper]
    settings, (across, down) = record.settings, (side * larger for side in box.shown)
    prompt = " ".join(settings.prompt.split())
    return {
        "prompt": shorten(prompt, QUOTED, placeholder=" …") if " " in prompt[:QUOTED] else prompt[:QUOTED],
        "title": record.name or prompt,
        "date": format_date(record.created, "long", locale=language),
        "year": record.created.year,
        "model": named(record.model.id),
        "seed": settings.seed,
        "steps": len(record.steps),
        "guidance": settings.guidance_scale,
        "width": picture.width,
        "height": picture.height,
        "width_mm": round(across),
        "height_mm": round(down),
        "ppi": round(picture.width / (box.wide * larger / 25.4)),
        "id": exposure.id,
    }


def _press(picture: Image.Image) -> Box:
    """The whole width between the margins."""
    return fitted(picture, Box(20, 25, 170, 185))


def _poster(picture: Image.Image) -> Box:
    """Over the paper's edge on three sides; a tall one on two."""
    return fitted(picture, Box(-BLEED, -BLEED, WIDE + 2 * BLEED, 216))


def _wall(picture: Image.Image) -> Box:
    """Small, with wide margins, above the middle: at 300 ppi where that is no smaller than a hand."""
    across = min(max(picture.width * 25.4 / DPI, 90), 130)
    box = fitted(picture, Box(0, 0, 130, 165), across)
    return Box((WIDE - box.wide) / 2, 0.35 * (HIGH - 25 - box.high), box.wide, box.high)


def _press_marks(said: Said, box: Box) -> Marks:
    """Date and a rule above; credit at the picture's edge; caption beside the facts."""
    end = box.y + box.high
    first = LEADING * round((end + 15) / LEADING)
    credit = Line(0, end + 3.6, said("credit"), MONO, 6.5, DIM)
    lead = paragraph(said("lead"), (20, first), BOLD, 14.5, 115, most=1)
    below = first + LEADING * len(lead)
    _, caption = set_large(said("caption"), SERIF, (14.5,), 115, 10)
    return [
        Line(20, 20, said("slug"), MONO, 7.5),
        Block(20, 22, 170, 0.25),
        Line(box.x + box.wide - credit.wide, credit.y, credit.text, MONO, 6.5, DIM),
        *lead,
        *(Line(20, below + n * LEADING, line, SERIF, 14.5) for n, line in enumerate(caption)),
        *paragraph(said("facts"), (148, first), MONO, 6.5, 42, most=14, leading=LEADING * 2 / 3, colour=DIM),
    ]


def _poster_marks(said: Said, box: Box) -> Marks:
    """The slogan as large as it goes under the picture; the call, and the small print beside it."""
    top, low = max(box.y + box.high, 0), HIGH - 17
    room = low - 16 - top - 22
    for most in (2, 3):
        fitting = tuple(size for size in SLOGAN if most * size * 1.04 * POINT <= room)
        size, lines = set_large(said("slogan"), BOLD, fitting or SLOGAN[-1:], 174, most)
        if size > 30:
            break
    first = top + 13 + size * POINT * 0.72
    slogan = [
        Line(18, first + n * size * 1.04 * POINT, line, BOLD, size, WHITE) for n, line in enumerate(lines)
    ]
    _, small = set_large(said("print"), SERIF, (7.0,), 88, 6)
    last = [
        Line(104, low - n * SMALL_LEADING, line, SERIF, 7, WHITE) for n, line in enumerate(reversed(small))
    ]
    return [*slogan, *_call(said("call"), low), *last]


SLOGAN = (76, 68, 60, 54, 48, 43, 38, 34, 30, 26, 22)
"""Points, the largest first."""


def _call(text: str, low: Length) -> Marks:
    """What is to be done, as a button; nothing where nothing is."""
    if not text:
        return []
    wide = min(width(text, BOLD, 15), 70)
    label = paragraph(text, (23, low - 3.6), BOLD, 15, 71, most=1, colour=RED)
    return [Block(18, low - 11.5, wide + 10, 12, WHITE), *label]


def _wall_marks(said: Said, box: Box) -> Marks:
    """A label at the foot of the sheet, under the picture's left edge; the year is not of the title."""
    lines: list[Line] = []
    y, room = 249.0, min(WIDE - box.x - 20, 100)
    for name, face, size, most in LABEL:
        _, set_ = set_large(said(name), face, (size,), room, most)
        lines += [Line(box.x, y + n * LABEL_LEADING, text, face, size) for n, text in enumerate(set_)]
        if name == "title" and lines:
            last = lines[-1]
            lines.append(Line(last.x + last.wide, last.y, said("year"), SERIF, size))
        y += LABEL_LEADING * len(set_) + (1.2 if name == "title" else 0)
    return [line for line in lines if line.text]


LABEL = (("author", SERIF, 9.5, 1), ("title", ITALIC, 11.0, 3), ("technique", SERIF, 8.5, 3),
         ("dimensions", SERIF, 8.5, 1))  # fmt: skip
"""The label's lines, each with its face, its size in points, and how many lines it may take."""

PLACED: dict[Channel, Callable[[Image.Image], Box]] = {
    "indicative": _press,
    "imperative": _poster,
    "artistic": _wall,
}
SET: dict[Channel, Callable[[Said, Box], Marks]] = {
    "indicative": _press_marks,
    "imperative": _poster_marks,
    "artistic": _wall_marks,
}
