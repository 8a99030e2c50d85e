"""A sheet of finished pictures, their words beneath: the person's in one colour, the others in another."""

from collections.abc import Sequence
from math import ceil, sqrt

from PIL import Image, ImageDraw

from apparatus.enhancements import Enhanced
from apparatus.record import Exposure
from apparatus.takeaway.lettering import MONO, SERIF, width, wrap, write
from apparatus.takeaway.sheet import A4, DIM, GROUND, MARGIN, PAPER, PERSON, fitted

PROGRAM = "#8ec2ea"
GAP, LINE, LINES = 48, 32, 5
HEAD, NOTE = 64, 32


def several(exposures: Sequence[Exposure], title: str, note: str) -> Image.Image:
    """Finished exposures on one page as wide as A4 at 300 dpi, RGB, in the order given; at least one.

    `title` is what a person wrote, `note` what the program says of them.
    """
    columns = ceil(sqrt(len(exposures)))
    side = (A4[0] - 2 * MARGIN - (columns - 1) * GAP) // columns
    pitch = side + LINES * LINE + 2 * GAP
    heading, _ = wrap(title, SERIF, HEAD, A4[0] - 2 * MARGIN, 3)
    top = MARGIN + round(1.3 * HEAD) * len(heading) + 2 * NOTE + GAP
    page = Image.new("RGB", (A4[0], top + ceil(len(exposures) / columns) * pitch + MARGIN), GROUND)
    draw = ImageDraw.Draw(page)
    for row, line in enumerate(heading):
        write(draw, (MARGIN, MARGIN + HEAD + round(1.3 * HEAD) * row), line, SERIF, HEAD, PERSON)
    write(draw, (MARGIN, top - GAP), wrap(note, MONO, NOTE, A4[0] - 2 * MARGIN, 1)[0][0], MONO, NOTE, PAPER)
    for place, exposure in enumerate(exposures):
        across, down = MARGIN + place % columns * (side + GAP), top + place // columns * pitch
        _one(page, draw, exposure, (across, down), side)
    page.info["dpi"] = (300, 300)
    return page


def _one(
    page: Image.Image, draw: ImageDraw.ImageDraw, exposure: Exposure, at: tuple[int, int], side: int
) -> None:
    """A picture, its seed, and its words."""
    picture, record = exposure.picture, exposure.record
    assert picture is not None, "only finished exposures stand on a sheet"
    scale = side / max(picture.size)
    shown = fitted(picture, (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    page.paste(shown, (at[0] + (side - shown.width) // 2, at[1] + (side - shown.height) // 2))
    y = at[1] + side + LINE + 6
    write(draw, (at[0], y), f"seed {record.settings.seed}", MONO, LINE - 8, DIM)
    if record.enhanced is not None and record.enhanced.prompt:
        _words(draw, record.enhanced, (at[0], y + LINE + 6), side)


def _words(draw: ImageDraw.ImageDraw, enhanced: Enhanced, at: tuple[int, int], room: int) -> None:
    """The text, word by word in the colour and face of whose it is, as far as there is room."""
    x, y = float(at[0]), at[1]
    text = enhanced.text
    for word in enhanced.words:
        face, colour = (MONO, PROGRAM) if word.whose == "added" else (SERIF, PERSON)
        size = LINE - 10 if word.whose == "added" else LINE
        if x + width(word.text, face, size) > at[0] + room and x > at[0]:
            x, y = float(at[0]), y + LINE + 4
        if y > at[1] + (LINES - 1) * (LINE + 4):
            write(draw, (x, y), "…", SERIF, LINE, DIM)
            return
        x = write(draw, (x, y), word.text, face, size, colour)
        x += LINE / 4 if text[word.end : word.end + 1].isspace() else 0
