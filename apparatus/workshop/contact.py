"""A workshop on paper: all its pictures in a grid, on as many pages of A4 as it takes.

On white, since a school prints it; pictures as JPEG of about 150 dots an inch, so that 400 can be sent.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

from babel.dates import format_date
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from apparatus.channels.sheet import POINT, Length, Line, kerned, set_large, width, wrapped
from apparatus.essays import Language
from apparatus.takeaway.lettering import FONTS, ITALIC, MONO, SERIF, Face
from apparatus.workshop.taken import WORDS, Taken, clean, counted

WIDE, HIGH, MARGIN, GAP = 210.0, 297.0, 14.0, 6.0
TOP, BOTTOM = 31.0, 283.0
"""Millimetres from the upper edge, between which the pictures stand."""

PROMPT: dict[int, float] = {1: 14.0, 2: 11.5, 3: 9.5, 4: 8.0}
"""Points in which a prompt is set, by how many pictures stand in a row."""

LINES, LEADING = 3, 1.2
INK, DIM, FIELD = "#000000", "#6a6560", "#e4e1dd"
DPI, QUALITY = 150, 85


def contact_sheet(
    taken: Iterable[Taken], title: str, language: Language = "en", day: date | None = None
) -> bytes:
    """A PDF, A4 upright: each picture with its prompt, its maker's name and its number; `day` None is today.

    Few pictures stand larger. One that is missing or broken is a grey field with its prompt.
    """
    pictures, file = list(taken), BytesIO()
    columns = next((n for n in (1, 2, 3) if len(pictures) <= n * n), 4)
    canvas = Canvas(
        file,
        pagesize=(WIDE / POINT, HIGH / POINT),
        pageCompression=1,
        initialFontName=_font(SERIF[0]),
        lang=language,
    )
    canvas.setTitle(clean(title))
    canvas.setAuthor("apparatus")
    pages = max(1, ceil(len(pictures) / columns**2))
    when = format_date(day or date.today(), "d MMMM y", locale=language)
    for page in range(pages):
        _Page(canvas, language, columns).draw(pictures, page, pages, (clean(title), when))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


class _Page:
    """A page that is being drawn, in millimetres from its upper left corner."""

    def __init__(self, canvas: Canvas, language: Language, columns: int) -> None:
        self.canvas, self.language, self.columns = canvas, language, columns
        self.side = (WIDE - 2 * MARGIN - (columns - 1) * GAP) / columns
        self.size = PROMPT[columns]

    def draw(self, taken: Sequence[Taken], page: int, pages: int, head: tuple[str, str]) -> None:
        """Its head, its pictures and its foot."""
        self.head(*head)
        each = self.columns**2
        for place, one in enumerate(taken[page * each : (page + 1) * each]):
            x = MARGIN + place % self.columns * (self.side + GAP)
            y = TOP + place // self.columns * (BOTTOM - TOP + GAP / 2) / self.columns
            self.picture(one, x, y, page * each + place + 1)
        self.text(MARGIN, 290, counted(len(taken), self.language), MONO, 7, DIM)
        said = WORDS[self.language]["page"].format(page=page + 1, pages=pages)
        self.text(WIDE - MARGIN - width(said, MONO, 7), 290, said, MONO, 7, DIM)

    def head(self, title: str, when: str) -> None:
        """The title, cut where it is too long, and the day."""
        start = WIDE - MARGIN - width(when, MONO, 7.5)
        self.text(start, 20, when, MONO, 7.5, DIM)
        if title:
            size, lines = set_large(title, SERIF, (17, 14.5, 12), start - MARGIN - 8, 1)
            self.text(MARGIN, 20, lines[0], SERIF, size, INK)

    def picture(self, one: Taken, x: Length, y: Length, number: int) -> None:
        """A picture in its square, beneath it the prompt, the name and the number."""
        seen = one.seen()
        if seen is None:
            self.field(x, y)
            high = self.side
        else:
            high = self.image(seen, x, y)
        face = SERIF if clean(one.prompt) else ITALIC
        lines, _ = wrapped(one.said(self.language), face, self.size, self.side, LINES)
        leading = self.size * LEADING * POINT
        base = y + high + 1.6 + self.size * POINT
        for row, line in enumerate(lines):
            self.text(x, base + row * leading, line, face, self.size, INK)
        below, small = base + (len(lines) - 1) * leading + leading, self.size * 0.8
        end = x + self.side - width(str(number), MONO, small)
        self.text(end, below, str(number), MONO, small, DIM)
        if name := clean(one.name):
            cut, _ = wrapped(name, SERIF, small, end - x - 2, 1)
            self.text(x, below, cut[0], SERIF, small, DIM)

    def image(self, seen: Image.Image, x: Length, y: Length) -> Length:
        """Draw a picture as large as the square allows, at its upper edge; how high that is."""
        scale = self.side / max(seen.size)
        wide, high = seen.width * scale, seen.height * scale
        file = BytesIO()
        _sized(seen, round(self.side / 25.4 * DPI)).save(file, "JPEG", quality=QUALITY, optimize=True)
        file.seek(0)
        left = x + (self.side - wide) / 2
        self.place(ImageReader(file), left, y, wide, high)
        self.canvas.setStrokeColorRGB(0.8, 0.79, 0.77)  # a white picture ends somewhere, too
        self.canvas.setLineWidth(0.25)
        low = (HIGH - y - high) / POINT
        self.canvas.rect(left / POINT, low, wide / POINT, high / POINT, stroke=1, fill=0)
        return high

    def field(self, x: Length, y: Length) -> None:
        """A grey square that says that there is no picture."""
        self.colour(FIELD)
        self.canvas.rect(
            x / POINT, (HIGH - y - self.side) / POINT, self.side / POINT, self.side / POINT, stroke=0, fill=1
        )
        said, size = WORDS[self.language]["missing"], self.size * 0.8
        middle = x + (self.side - width(said, MONO, size)) / 2
        self.text(middle, y + self.side / 2, said, MONO, size, DIM)

    def text(self, x: Length, y: Length, text: str, face: Face, size: Length, colour: str) -> None:
        """A line on its baseline; what no font of ours has, as an image."""
        self.colour(colour)
        for start, piece, file in kerned(Line(x, y, text, face, size)):
            at = x + start * size * POINT
            if Path(file).parent == FONTS:
                written = self.canvas.beginText(at / POINT, (HIGH - y) / POINT)
                written.setFont(_font(file), size)
                written.textOut(piece)
                self.canvas.drawText(written)
            elif piece.strip():
                self.pictured(piece, file, (at, y), size, colour)

    def pictured(self, piece: str, file: str, at: tuple[Length, Length], size: Length, colour: str) -> None:
        """Text in a font that is not ours to embed, as an image of 300 dots an inch."""
        font = ImageFont.truetype(file, round(size / 72 * 300))
        left, top, right, low = (round(side) for side in font.getbbox(piece, anchor="ls"))
        if right <= left or low <= top:
            return
        seen = Image.new("RGBA", (right - left, low - top), (255, 255, 255, 0))
        ImageDraw.Draw(seen).text((-left, -top), piece, colour, font, anchor="ls")
        dot = 25.4 / 300
        wide, high = seen.width * dot, seen.height * dot
        self.place(ImageReader(seen), at[0] + left * dot, at[1] + top * dot, wide, high, mask="auto")

    def place(
        self, seen: ImageReader, x: Length, y: Length, wide: Length, high: Length, mask: Any = None
    ) -> None:
        """Draw an image with its upper left corner there."""
        low = (HIGH - y - high) / POINT
        self.canvas.drawImage(seen, x / POINT, low, wide / POINT, high / POINT, mask=mask)

    def colour(self, colour: str) -> None:
        """What is drawn next is of this colour."""
        self.canvas.setFillColorRGB(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))


def _sized(seen: Image.Image, side: int) -> Image.Image:
    """A picture of about so many pixels: a larger one averaged, a small one in whole squares."""
    longest = max(seen.size)
    if longest > 1.3 * side:
        size = max(1, seen.width * side // longest), max(1, seen.height * side // longest)
        return seen.resize(size, Image.Resampling.LANCZOS)
    times = ceil(side / longest / 1.3)
    return seen.resize((seen.width * times, seen.height * times), Image.Resampling.NEAREST)


def _font(file: str) -> str:
    """The name under which reportlab knows a font of ours."""
    name = Path(file).stem
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, file))
    return name
