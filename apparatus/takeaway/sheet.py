"""A contact sheet: every step of a run on one page, ready to print at 300 dots per inch.

What a person wrote stands in the serif, what the program computed in the monospace; what a person altered
is marked by a letter at the step from which it acts.
"""

from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from io import BytesIO
from string import ascii_lowercase

from PIL import Image, ImageDraw

from apparatus.errors import StepNotFound
from apparatus.record import Exposure, Step, StepFacts
from apparatus.takeaway.layout import ABOVE, BELOW, Grid, grid
from apparatus.takeaway.lettering import MONO, SERIF, Face, width, wrap, write
from apparatus.takeaway.words import WORDS, Language, fixed, number, settings, told

GROUND, PAPER, DIM, EDGE, PERSON = "#0e0d0c", "#f2efe9", "#948e87", "#3b3735", "#f2c46a"
DPI = 300
A4, A3 = (2480, 3508), (3508, 4961)
MARGIN = 150
SIZES = (104, 88, 74, 62, 54)
"""Of the prompt, the largest at which it takes few enough lines."""
SMALL, FINE = 34, 22
LINES = 14
"""Of alterations, at most."""


def sheet(exposure: Exposure, language: Language = "en") -> Image.Image:
    """All steps of a run on one page, RGB, A4 upright at 300 dpi; A3 where there are too many for it.

    Raises:
        StepNotFound: it has no steps yet.
        BrokenRecord: one of its pictures is damaged.
    """
    if not exposure.steps:
        raise StepNotFound(0, 0)
    for paper in (A4, A3):
        page = _Page(exposure, language, paper)
        page.head()
        shape = grid(len(exposure.steps), *page.room, page.ratio)
        if shape.height <= page.room[1]:
            break
    else:  # more than a sheet of A3 holds: the paper grows
        page = _Page(exposure, language, (A3[0], A3[1] + shape.height - page.room[1]))
        page.head()
    page.body(shape)
    page.foot()
    page.image.info["dpi"] = (DPI, DPI)
    return page.image


def sheet_pdf(exposure: Exposure, language: Language = "en") -> bytes:
    """The contact sheet as a PDF of one page, of its size on paper.

    Raises:
        What `sheet` raises.
    """
    file = BytesIO()
    title = f"{exposure.record.settings.prompt[:200]} ({exposure.id})"
    sheet(exposure, language).save(file, "PDF", resolution=DPI, quality=95, subsampling=0, title=title)
    return file.getvalue()


def letter(place: int) -> str:
    """The mark of an alteration, by its place among them: a to z, then aa, ab."""
    before = place // 26
    return (letter(before - 1) if before else "") + ascii_lowercase[place % 26]


@dataclass
class _Page:
    """A page that is being set from top to bottom; `y` is how far it is."""

    exposure: Exposure
    language: Language
    size: tuple[int, int]
    y: int = MARGIN

    @cached_property
    def image(self) -> Image.Image:
        """The paper."""
        return Image.new("RGB", self.size, GROUND)

    @cached_property
    def draw(self) -> ImageDraw.ImageDraw:
        """What draws on it."""
        return ImageDraw.Draw(self.image)

    @property
    def words(self) -> dict[str, str]:
        """In the page's language."""
        return WORDS[self.language]

    @property
    def room(self) -> tuple[int, int]:
        """What is left of it between the margins, down to the last line."""
        return self.size[0] - 2 * MARGIN, self.size[1] - MARGIN - 60 - self.y

    @property
    def ratio(self) -> float:
        """Height to width of the frames: the pictures', unless they are very long or very high."""
        settings = self.exposure.record.settings
        seen = self.exposure.picture or next((s.picture for s in self.exposure.steps if s.picture), None)
        wide, high = seen.size if seen else (settings.width or 1, settings.height or 1)
        return min(max(high / wide, 0.4), 2.0)

    def head(self) -> None:
        """The prompt, what else was asked, and what was altered."""
        record, words = self.exposure.record, self.words
        self._prompt(record.settings.prompt.strip() or words["silent"])
        if record.settings.negative_prompt.strip():
            self._entry(words["but"], record.settings.negative_prompt, SERIF, SMALL + 8)
        self._settings()
        if record.parent is not None:
            at = (record.branch_step or 0) + 1
            said = words["branch"].format(parent=record.parent, step=at)
            self._text(MARGIN, wrap(said, MONO, SMALL, self.room[0], 1)[0], MONO, SMALL, DIM)
        self.y += 24
        self._alterations()
        self.y += 30

    def _prompt(self, prompt: str) -> None:
        """As large as few lines allow; a very long one is cut."""
        for most, size in zip((2, 2, 3, 4, 6), SIZES, strict=True):
            lines, whole = wrap(prompt, SERIF, size, self.room[0], most)
            if whole:
                break
        self.y -= size // 5  # so that the capitals stand at the margin, not the line
        self._text(MARGIN, lines, SERIF, size, PAPER)
        self.y += 34

    def _text(self, x: int, lines: list[str], face: Face, size: int, colour: str) -> None:
        """Lines of text, each under the last."""
        for line in lines:
            write(self.draw, (x, self.y + size), line, face, size, colour)
            self.y += round(size * 1.3)

    def _entry(self, name: str, text: str, face: Face, size: int) -> None:
        """A name, and a text beside it."""
        start = write(self.draw, (MARGIN, self.y + size), f"{name} ", MONO, SMALL, DIM) + 12
        lines, _ = wrap(text, face, size, self.size[0] - MARGIN - start, 2)
        self._text(round(start), lines, face, size, PAPER)
        self.y += 14

    def _settings(self) -> None:
        """Seed, steps, guidance and model in one row; in more, where one is long."""
        x, end = float(MARGIN), self.size[0] - MARGIN
        for name, value in settings(self.exposure.record, self.language):
            value = wrap(value, MONO, SMALL, (end - MARGIN) * 0.7, 1)[0][0]
            if x > MARGIN and x + width(f"{name} {value}", MONO, SMALL) > end:
                x, self.y = float(MARGIN), self.y + round(1.4 * SMALL)
            after = write(self.draw, (x, self.y + SMALL), f"{name} ", MONO, SMALL, DIM)
            x = write(self.draw, (after, self.y + SMALL), value, MONO, SMALL, PAPER) + 64
        self.y += round(1.4 * SMALL)

    def _alterations(self) -> None:
        """A line each: its letter, from which step on, what, and how."""
        lines = self.exposure.record.alterations
        rows = [
            (letter(place), self.words["from"].format(step=line.at + 1), *told(line, self.language))
            for place, line in enumerate(lines[:LINES])
        ]
        columns = [MARGIN]
        for part in range(3):
            widest = max((width(row[part], MONO, SMALL) for row in rows), default=0)
            columns.append(columns[-1] + round(widest) + 48)
        for row, line in zip(rows, lines, strict=False):
            written = line.kind in ("prompt", "negative_prompt")
            face, size = (SERIF, SMALL + 8) if written else (MONO, SMALL)
            for x, text, colour in zip(columns, row[:3], (PERSON, DIM, DIM), strict=False):
                write(self.draw, (x, self.y + size), text, MONO, SMALL, colour)
            said, _ = wrap(row[3], face, size, self.size[0] - MARGIN - columns[3], 2)
            self._text(columns[3], said, face, size, PAPER)
        if len(lines) > LINES:
            self._text(columns[1], [self.words["more"].format(count=len(lines) - LINES)], MONO, SMALL, DIM)

    def body(self, shape: Grid) -> None:
        """The finished picture, and the steps around it."""
        self._finished(shape)
        for step, (x, y) in zip(self.exposure.steps, shape.frames(), strict=True):
            self._frame(step, MARGIN + x, self.y + y, (shape.wide, shape.high))

    def _finished(self, shape: Grid) -> None:
        """The picture, and beneath it what it is; where there is none, an empty frame and why."""
        record, (wide, high) = self.exposure.record, shape.picture
        picture, top = self.exposure.picture, self.y + ABOVE
        self._picture(picture, MARGIN, top, (wide, high))
        state = self.words.get(record.state, record.state)
        size = f"{picture.width} × {picture.height} px" if picture else ""
        line, y = top + high + 20 + SMALL, SMALL - 4
        write(self.draw, (MARGIN, line), state, MONO, y, PAPER)
        write(self.draw, (MARGIN + wide - width(size, MONO, y), line), size, MONO, y, DIM)

    def _frame(self, step: Step, x: int, y: int, size: tuple[int, int]) -> None:
        """A step's predicted picture: over it its number and what begins there, under it how much noise."""
        facts = step.facts
        self._picture(step.picture, x, y, size)
        after = write(self.draw, (x, y - 11), f"{facts.index + 1}", MONO, FINE + 3, PAPER)
        begin = [
            letter(n) for n, line in enumerate(self.exposure.record.alterations) if line.at == facts.index
        ]
        marks, _ = wrap(" ".join(begin), MONO, FINE + 3, size[0] / 3, 1)
        write(self.draw, (after + 12, y - 11), marks[0], MONO, FINE + 3, PERSON)
        if begin:
            self.draw.rectangle((x - 5, y - 5, x + size[0] + 4, y + size[1] + 4), outline=PERSON, width=3)
        time = f"t {number(facts.timestep, self.language)}"
        write(self.draw, (x + size[0] - width(time, MONO, FINE), y - 11), time, MONO, FINE, DIM)
        noisy = noisiness(facts, self.language)
        write(self.draw, (x, y + size[1] + BELOW - 6), noisy, MONO, FINE, DIM)

    def _picture(self, picture: Image.Image | None, x: int, y: int, size: tuple[int, int]) -> None:
        """A picture, or an empty frame where there is none."""
        if picture is None:
            self.draw.rectangle((x, y, x + size[0] - 1, y + size[1] - 1), outline=EDGE, width=2)
        else:
            scale = min(size[0] / picture.width, size[1] / picture.height)
            wide, high = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
            place = x + (size[0] - wide) // 2, y + (size[1] - high) // 2
            self.image.paste(fitted(picture, (wide, high)), place)

    def foot(self) -> None:
        """Which exposure it is, when and with what it was made."""
        record, y = self.exposure.record, self.size[1] - MARGIN
        made = f"apparatus {record.software.get('apparatus', '')}".strip()
        end = self.size[0] - MARGIN - width(made, MONO, SMALL - 4)
        write(self.draw, (end, y), made, MONO, SMALL - 4, DIM)
        name = wrap(record.id, MONO, SMALL - 4, end - MARGIN - 700, 1)[0][0]
        after = write(self.draw, (MARGIN, y), name, MONO, SMALL - 4, PAPER)
        when = f"{record.created.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        write(self.draw, (after + 48, y), when, MONO, SMALL - 4, DIM)


def noisiness(facts: StepFacts, language: Language) -> str:
    """A step's sigma, or the share of the clean picture in it; "" where neither is known."""
    if facts.sigma is not None:
        return f"sigma {fixed(facts.sigma, 2, language)}"
    return "" if facts.signal is None else f"signal {fixed(100 * facts.signal, 1, language)} %"


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture at another size: enlarged its pixels stay squares, made smaller it is averaged."""
    times = max(-(-size[0] // picture.width), -(-size[1] // picture.height))
    shown = picture.convert("RGB")
    if times > 1:
        grown = (picture.width * times, picture.height * times)
        return shown.resize(grown, Image.Resampling.NEAREST).resize(size, Image.Resampling.BOX)
    return shown.resize(size, Image.Resampling.LANCZOS)
