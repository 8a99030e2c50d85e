"""Text on a picture, in the house's two faces, broken into lines.

The fonts are the files of the app's that it needs, unpacked from WOFF2 to TrueType, since not every
FreeType unpacks Brotli. What none of them has is taken from a font of the system's, if one has it.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

Face = tuple[str, ...]
"""Font files, each for the characters that those before it lack."""

FONTS = Path(__file__).parent / "fonts"
SYSTEM = ("DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "Arial Unicode.ttf")
SERIF: Face = (*(str(FONTS / f"newsreader-{part}.ttf") for part in ("latin", "latin-ext")), *SYSTEM)
ITALIC: Face = (*(str(FONTS / f"newsreader-{part}-italic.ttf") for part in ("latin", "latin-ext")), *SYSTEM)
BOLD: Face = (*(str(FONTS / f"newsreader-{part}-600.ttf") for part in ("latin", "latin-ext")), *SYSTEM)
MONO: Face = (*(str(FONTS / f"ibm-plex-mono-{part}.ttf") for part in ("latin", "latin-ext")), *SYSTEM)

BREAKS = re.compile("[^\\S\u00a0\u202f]+")
"""Where a line may be broken: at a space, unless it is one that holds words together."""

PIECE = 400
"""Characters of a long word that are measured at once; more than any line holds."""

NOWHERE = "\U0010ffff"
"""A character that no font has, so that it shows what a font draws for one it lacks."""


def width(text: str, face: Face, size: int) -> float:
    """How many pixels a line of text is long."""
    return sum((font.getlength(run) for run, font in runs(text, face, size)), 0.0)


def write(
    draw: ImageDraw.ImageDraw,
    at: tuple[int | float, int | float],
    text: str,
    face: Face,
    size: int,
    colour: str,
) -> float:
    """Draw a line of text from `at`, on its baseline. Returns where it ends."""
    x, y = at
    for run, font in runs(text, face, size):
        draw.text((x, y), run, colour, font, anchor="ls")
        x += font.getlength(run)
    return x


def wrap(text: str, face: Face, size: int, room: int | float, most: int) -> tuple[list[str], bool]:
    """Text in lines that are no longer than `room` pixels, at most so many; and whether that was all of it.

    Where it was not, the last line ends in "…". A word longer than a line is cut.
    """
    lines: list[str] = []
    line = ""
    for word in _pieces(text, face, size, room):
        longer = f"{line} {word}" if line else word
        if not line or width(longer, face, size) <= room:
            line = longer
        elif len(lines) == most - 1:
            return [*lines, _cut(line, face, size, room)], False
        else:
            lines.append(line)
            line = word
    return [*lines, line], True


def _pieces(text: str, face: Face, size: int, room: int | float) -> Iterator[str]:
    """Words, those that are longer than a line in pieces."""
    for word in filter(None, BREAKS.split(text)):
        while len(word) > 1 and (long := width(word[:PIECE], face, size)) > room:
            fits = max(1, int(len(word[:PIECE]) * room / long) - 1)
            while fits > 1 and width(word[:fits], face, size) > room:
                fits -= 1
            yield word[:fits]
            word = word[fits:]
        yield word


def _cut(line: str, face: Face, size: int, room: int | float) -> str:
    """The beginning of a line, as much as leaves room for the sign that more was said."""
    while line and width(f"{line} …", face, size) > room:
        line = line[:-1]
    return f"{line.rstrip()} …"


def runs(text: str, face: Face, size: int) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """Text in stretches of one font each. What has no shape of its own (joiners, controls) is left out."""
    text = text.replace("\u202f", "\u00a0")  # the fonts have no narrow one
    shown = (letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Cn"))
    for file, letters in groupby(shown, lambda letter: _holder(letter, face)):
        font = loaded(file, size)
        if font is not None:
            yield "".join(letters), font


@cache
def _holder(letter: str, face: Face) -> str:
    """The first of a face's files that has a letter; the very first, if none has it."""
    return next((file for file in face if _has(file, letter)), face[0])


def _has(file: str, letter: str) -> bool:
    font = loaded(file, 24)
    return font is not None and (letter.isspace() or _shape(font, letter) != _shape(font, NOWHERE))


def _shape(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


@cache
def loaded(file: str, size: int) -> ImageFont.FreeTypeFont | None:
    """A font, None where this machine has none of that name."""
    try:
        return ImageFont.truetype(file, size)
    except OSError:
        return None
