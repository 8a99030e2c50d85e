"""A sheet as a PDF for a printer: of the paper's size, with bleed, crop marks and embedded fonts.

Black and grey are set in DeviceGray, so that text prints in one ink; all else is RGB, for the printer to
convert.
The picture is enlarged in whole squares, since what a viewer makes of few pixels is its own affair.
"""

from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from apparatus.channels.sheet import BLEED, HIGH, POINT, WIDE, Block, Length, Line, Sheet, kerned
from apparatus.record import Record
from apparatus.stages.distribute import parameters, xmp
from apparatus.takeaway.lettering import FONTS, MONO, SERIF

AROUND = 10.0
"""Millimetres of paper beyond the edge: the bleed, and room for the crop marks."""

MARK, HAIR = 5.0, 0.25 * POINT
DPI = 300


def pdf(sheet: Sheet, record: Record) -> bytes:
    """One page; its TrimBox is the paper when it is cut, its BleedBox 3 mm more on each side."""
    file = BytesIO()
    page = _Page(sheet, file)
    page.draw()
    page.tell(record)
    page.canvas.showPage()
    page.canvas.save()
    return file.getvalue()


class _Page:
    """A page that is being drawn, in millimetres from the upper left corner of the cut paper."""

    def __init__(self, sheet: Sheet, file: BytesIO) -> None:
        self.sheet = sheet
        self.wide, self.high = WIDE * sheet.enlarged, HIGH * sheet.enlarged
        size = ((self.wide + 2 * AROUND) / POINT, (self.high + 2 * AROUND) / POINT)
        self.canvas = Canvas(
            file,
            pagesize=size,
            pageCompression=1,
            initialFontName=_font(SERIF[0]),
            pdfVersion=(1, 4),
            lang=sheet.language,
            trimBox=self._around(0),
            bleedBox=self._around(BLEED),
        )

    def draw(self) -> None:
        """Ground, marks and picture, cut at the bleed; then the crop marks and which sheet it is."""
        canvas, sheet = self.canvas, self.sheet
        canvas.saveState()
        left, low, right, high = self._around(BLEED)
        edge = canvas.beginPath()
        edge.rect(left, low, right - left, high - low)
        canvas.clipPath(edge, stroke=0, fill=0)
        if sheet.ground != "#ffffff":
            self.block(Block(-BLEED, -BLEED, WIDE + 2 * BLEED, HIGH + 2 * BLEED, sheet.ground))
        for mark in sheet.marks:
            self.block(mark) if isinstance(mark, Block) else self.line(mark)
        box = sheet.box
        self._image(_squares(sheet), box.x, box.y, box.wide, box.high)
        canvas.restoreState()
        self._crop_marks()

    def line(self, line: Line) -> None:
        """Text, each piece where it would stand with kerning; what no font of ours has, as an image."""
        size = line.size * self.sheet.enlarged
        self._colour(line.colour)
        for start, piece, file in kerned(line):
            x = line.x + start * line.size * POINT
            if Path(file).parent == FONTS:
                text = self.canvas.beginText(*self._point(x, line.y))
                text.setFont(_font(file), size)
                text.textOut(piece)
                self.canvas.drawText(text)
            else:
                self._pictured(piece, file, line, x)

    def block(self, block: Block) -> None:
        """A rectangle."""
        self._colour(block.colour)
        x, y = self._point(block.x, block.y + block.high)
        larger = self.sheet.enlarged / POINT
        self.canvas.rect(x, y, block.wide * larger, block.high * larger, stroke=0, fill=1)

    def tell(self, record: Record) -> None:
        """What the file says of itself: the information that every reader shows, and XMP."""
        canvas, sheet = self.canvas, self.sheet
        canvas.setTitle(sheet.title)
        canvas.setAuthor("apparatus")
        canvas.setSubject(sheet.description)
        canvas.setKeywords(parameters(record))
        canvas.setCreator(f"apparatus {record.software.get('apparatus', '')}".strip())
        packet = PDFStream(
            PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}),
            xmp(record, sheet.description).encode(),
            filters=[],  # left as it is, so that whoever looks for XMP without reading PDF finds it
        )
        canvas._doc.Catalog.Metadata = packet

    def _pictured(self, piece: str, file: str, line: Line, x: Length) -> None:
        """Text in a font that is not ours to embed, as an image of 600 dots an inch."""
        pixels = round(line.size * self.sheet.enlarged / 72 * 600)
        font = ImageFont.truetype(file, pixels)
        left, top, right, low = (round(side) for side in font.getbbox(piece, anchor="ls"))
        if right <= left or low <= top:
            return
        seen = Image.new("RGBA", (right - left, low - top), (255, 255, 255, 0))
        ImageDraw.Draw(seen).text((-left, -top), piece, line.colour, font, anchor="ls")
        dot = 25.4 / 600 / self.sheet.enlarged
        self._image(seen, x + left * dot, line.y + top * dot, seen.width * dot, seen.height * dot)

    def _image(self, seen: Image.Image, x: Length, y: Length, wide: Length, high: Length) -> None:
        left, low = self._point(x, y + high)
        larger = self.sheet.enlarged / POINT
        mask: Any = "auto" if seen.mode == "RGBA" else None
        self.canvas.drawImage(ImageReader(seen), left, low, wide * larger, high * larger, mask=mask)

    def _crop_marks(self) -> None:
        """Where to cut, at each corner, outside the bleed; and beneath, which sheet it is."""
        canvas = self.canvas
        canvas.setLineWidth(HAIR / POINT)
        canvas.setStrokeGray(0)
        left, low, right, high = self._around(0)
        far, near = (BLEED + 0.5 + MARK) / POINT, (BLEED + 0.5) / POINT
        for x, away in ((left, -1), (right, 1)):
            for y, off in ((low, -1), (high, 1)):
                canvas.line(x + away * near, y, x + away * far, y)
                canvas.line(x, y + off * near, x, y + off * far)
        sheet = self.sheet
        canvas.setFillGray(0)
        canvas.setFont(_font(MONO[0]), 5)
        said = f"apparatus  {sheet.exposure}  {sheet.channel}  {sheet.paper.upper()}  {sheet.ppi} ppi"
        canvas.drawString(left + 12 / POINT, (AROUND - BLEED - 3) / POINT, said)

    def _around(self, more: Length) -> tuple[Length, Length, Length, Length]:
        """The cut paper and so many millimetres around it, in points from the page's lower left."""
        start = (AROUND - more) / POINT
        return (
            start,
            start,
            (AROUND + self.wide + more) / POINT,
            (AROUND + self.high + more) / POINT,
        )

    def _point(self, x: Length, y: Length) -> tuple[Length, Length]:
        larger = self.sheet.enlarged
        return (AROUND + x * larger) / POINT, (AROUND + self.high - y * larger) / POINT

    def _colour(self, colour: str) -> None:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        if red == green == blue:
            self.canvas.setFillGray(red)
        else:
            self.canvas.setFillColorRGB(red, green, blue)


def _squares(sheet: Sheet) -> Image.Image:
    """The picture, each pixel so many times that the paper shows squares and no viewer smooths them."""
    picture = sheet.picture
    times = max(1, ceil(DPI / sheet.ppi))
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)


def _font(file: str) -> str:
    """The name under which reportlab knows a font of ours."""
    name = Path(file).stem
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, file))
    return name
