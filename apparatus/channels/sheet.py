"""A sheet: what stands on it and where, in millimetres of an A4; a larger paper is the same sheet, larger."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, features

from apparatus.channels.template import Channel, Paper
from apparatus.essays import Language
from apparatus.takeaway import lettering
from apparatus.takeaway.lettering import Face

Length = int | float
"""In millimetres of an A4, unless said otherwise."""

WIDE, HIGH = 210.0, 297.0
BLEED = 3.0
"""Millimetres of real paper that are printed beyond the edge, to be cut away."""

ENLARGED: dict[Paper, float] = {"a4": 1.0, "a3": 297 / 210}
POINT = 25.4 / 72
EM = 1000
"""Pixels in which text is measured, large enough that no rounding shows."""


@dataclass(frozen=True)
class Line:
    """A line of text on its baseline, `size` in points."""

    x: Length
    y: Length
    text: str
    face: Face
    size: Length
    colour: str = "#000000"

    @property
    def wide(self) -> int | float:
        """In millimetres."""
        return width(self.text, self.face, self.size)


@dataclass(frozen=True)
class Block:
    """A rectangle of one colour."""

    x: Length
    y: Length
    wide: Length
    high: Length
    colour: str = "#000000"


@dataclass(frozen=True)
class Box:
    """Where the picture stands."""

    x: Length
    y: Length
    wide: Length
    high: Length

    @property
    def shown(self) -> tuple[Length, Length]:
        """Width and height of what is left of it when the paper is cut."""
        across = min(self.x + self.wide, WIDE) - max(self.x, 0)
        return across, min(self.y + self.high, HIGH) - max(self.y, 0)


@dataclass(frozen=True)
class Sheet:
    """One picture, composed for one channel. `ground` is its colour, printed where it is not white."""

    exposure: str
    channel: Channel
    language: Language
    paper: Paper
    picture: Image.Image
    box: Box
    marks: tuple[Line | Block, ...]
    title: str
    description: str
    ground: str = "#ffffff"

    @property
    def enlarged(self) -> int | float:
        """How much larger than on an A4 everything is."""
        return ENLARGED[self.paper]

    @property
    def ppi(self) -> int:
        """The picture's own pixels an inch, on this paper."""
        return round(self.picture.width / (self.box.wide * self.enlarged / 25.4))


def fitted(picture: Image.Image, room: Box, wide: Length | None = None) -> Box:
    """The largest box of the picture's shape in a room, or one so wide, at its upper left."""
    ratio = picture.height / picture.width
    across = min(room.wide if wide is None else wide, room.wide, room.high / ratio)
    return Box(room.x, room.y, across, across * ratio)


def width(text: str, face: Face, size: Length) -> int | float:
    """How many millimetres a line of text is long, at so many points."""
    return lettering.width(text, face, EM) / EM * size * POINT


def wrapped(text: str, face: Face, size: Length, room: Length, most: int) -> tuple[list[str], bool]:
    """Text in at most so many lines no longer than `room` millimetres; and whether that was all of it.

    Lines of its own stay apart.
    """
    lines: list[str] = []
    for part in text.split("\n"):
        if len(lines) >= most:
            return lines, False
        more, whole = lettering.wrap(part, face, EM, room / (size * POINT) * EM, most - len(lines))
        lines += more
        if not whole:
            return lines, False
    return lines, True


def paragraph(
    text: str, at: tuple[Length, Length], face: Face, size: Length, room: Length, *, most: int,
    leading: Length = 6.0, colour: str = "#000000",
) -> list[Line]:  # fmt: skip
    """Text in lines, the first on the baseline `at`; what does not fit ends in "…"."""
    x, y = at
    lines, _ = wrapped(text, face, size, room, most)
    return [Line(x, y + n * leading, line, face, size, colour) for n, line in enumerate(lines) if text]


def set_large(
    text: str, face: Face, sizes: tuple[Length, ...], room: Length, most: int
) -> tuple[Length, list[str]]:
    """The largest of some sizes at which text takes few enough lines, and those; cut at the smallest."""
    for size in sizes:
        lines, whole = wrapped(text, face, size, room, most)
        if whole and all(width(line, face, size) <= room for line in lines):
            break
    return size, _balanced(text, face, size, room, lines) if whole else lines


def _balanced(text: str, face: Face, size: Length, room: Length, lines: list[str]) -> list[str]:
    """The same number of lines, as even in length as they can be."""
    narrow = room / len(lines)
    while narrow < room:
        even, whole = wrapped(text, face, size, narrow, len(lines))
        if whole and len(even) == len(lines):
            return even
        narrow += room / 40
    return lines


def kerned(line: Line) -> Iterator[tuple[Length, str, str]]:
    """A line in pieces that need no kerning inside: where each begins (in ems), its text, its font's file."""
    x = 0.0
    for run, font in lettering.runs(line.text, line.face, EM):
        file = str(font.path)
        piece, start = "", x
        for before, letter in zip(" " + run, run, strict=False):
            kern = _kern(file, before, letter) if piece else 0.0
            if abs(kern) >= 1:
                yield start / EM, piece, file
                x += kern
                piece, start = "", x
            piece += letter
            x += _advance(file, letter)
        yield start / EM, piece, file


_PLAIN = ["-liga", "-clig"] if features.check("raqm") else None  # a PDF's letters are placed one by one


@lru_cache(maxsize=4096)
def _advance(file: str, letters: str) -> int | float:
    font = lettering.loaded(file, EM)
    return 0.0 if font is None else font.getlength(letters, features=_PLAIN)


def _kern(file: str, before: str, letter: str) -> int | float:
    return _advance(file, before + letter) - _advance(file, before) - _advance(file, letter)
