"""A sheet as a PNG, for a screen or a wall: each of the picture's pixels is whole ones of the screen's."""

from io import BytesIO
from math import ceil

from PIL import Image, ImageDraw

from apparatus.channels.sheet import HIGH, POINT, WIDE, Block, Length, Line, Sheet
from apparatus.record import Record
from apparatus.stages.distribute import inscribed
from apparatus.takeaway.lettering import write
from apparatus.takeaway.sheet import fitted

LOW = 1600
"""Pixels of height, at least."""

FINER = 3
"""Text is drawn so many times larger, then averaged, so that its spacing is the print's."""


def png(sheet: Sheet, record: Record) -> bytes:
    """The sheet as it is when the paper is cut, with the picture's settings written into it."""
    seen = image(sheet)
    told = inscribed(record, facts(sheet) | {"pixels_each": _scale(sheet)[1]}, sheet.description)
    file = BytesIO()
    inch = seen.width / (WIDE * sheet.enlarged / 25.4)
    seen.save(file, "PNG", pnginfo=told, dpi=(inch, inch))
    return file.getvalue()


def facts(sheet: Sheet) -> dict[str, str | int]:
    """How the picture stands on the sheet, for whoever reads the file."""
    across, down = (round(side * sheet.enlarged) for side in sheet.box.shown)
    return {
        "channel": sheet.channel,
        "language": sheet.language,
        "paper": sheet.paper,
        "width_mm": across,
        "height_mm": down,
        "ppi": sheet.ppi,
        "enlarged": "nearest pixel",
    }


def image(sheet: Sheet) -> Image.Image:
    """The sheet in RGB."""
    scale, each = _scale(sheet)
    size = round(WIDE * scale), round(HIGH * scale)
    large = Image.new("RGB", (size[0] * FINER, size[1] * FINER), sheet.ground)
    draw = ImageDraw.Draw(large)
    for mark in sheet.marks:
        _draw(draw, mark, scale * FINER)
    seen = large.reduce(FINER)
    box = sheet.box
    if each:
        shown = sheet.picture.resize(
            (sheet.picture.width * each, sheet.picture.height * each), Image.Resampling.NEAREST
        )
    else:
        shown = fitted(sheet.picture, (round(box.wide * scale), round(box.high * scale)))
    seen.paste(shown, (round(box.x * scale), round(box.y * scale)))
    return seen


def _scale(sheet: Sheet) -> tuple[Length, int]:
    """Pixels a millimetre, and how many pixels of the screen one of the picture's is; 0: less than one."""
    own = sheet.picture.width / sheet.box.wide
    least = LOW / HIGH
    if own > least:
        return least, 0
    each = ceil(least / own)
    return each * own, each


def _draw(draw: ImageDraw.ImageDraw, mark: Line | Block, scale: Length) -> None:
    if isinstance(mark, Line):
        at = (mark.x * scale, mark.y * scale)
        write(draw, at, mark.text, mark.face, round(mark.size * POINT * scale), mark.colour)
    else:
        left, top = mark.x * scale, mark.y * scale
        edge = (left, top, left + mark.wide * scale - 1, top + mark.high * scale - 1)
        draw.rectangle(edge, fill=mark.colour)
