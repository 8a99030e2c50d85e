"""The sprites: every noun's pictogram, cut from one sheet that ships with the package."""

import sys
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from apparatus.world.vocabulary import vocabulary

CELL = 128
COLUMNS = 20


@cache
def _sheet() -> Image.Image:
    with files(__package__).joinpath("atlas.webp").open("rb") as file:
        return Image.open(file).convert("RGBA")


@cache
def sprite(noun: str) -> Image.Image:
    """The pictogram of a noun, by id: RGBA, 128×128, standing on the lower edge, centred."""
    row, column = divmod(list(vocabulary().nouns).index(noun), COLUMNS)
    return _sheet().crop((column * CELL, row * CELL, (column + 1) * CELL, (row + 1) * CELL))


@lru_cache(maxsize=2048)
def tinted(noun: str, colour: str) -> Image.Image:
    """The pictogram in one colour: its usual lightness becomes it, darker and lighter parts shade it."""
    pixels = np.asarray(sprite(noun)).astype(np.float32)
    alpha = pixels[..., 3:]
    lightness = pixels[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32) / 255
    low, usual, high = np.percentile(lightness[alpha[..., 0] > 128], [4, 50, 96])
    lightness = np.interp(lightness, [low - 1e-3, usual, high + 1e-3], [0, 0.5, 1])[..., None]
    middle = np.array(vocabulary().colours[colour].rgb, np.float32)
    dark, light = middle * 0.4, middle + (255 - middle) * 0.5
    shade = np.where(
        lightness < 0.5,
        dark + (middle - dark) * lightness * 2,
        middle + (light - middle) * (lightness * 2 - 1),
    )
    return Image.fromarray(np.concatenate([shade, alpha], -1).astype(np.uint8), "RGBA")


def draw(font_file: Path, sheet_file: Path) -> None:
    """Draw the sheet from Noto Color Emoji (SIL OFL 1.1); needed only when the nouns change.

    `python -m apparatus.world.atlas NotoColorEmoji.ttf` writes it into the package.
    """
    font = ImageFont.truetype(font_file, 109)  # the one size its bitmaps have
    nouns = list(vocabulary().nouns.values())
    rows = -(-len(nouns) // COLUMNS)
    sheet = Image.new("RGBA", (COLUMNS * CELL, rows * CELL))
    for place, noun in enumerate(nouns):
        row, column = divmod(place, COLUMNS)
        drawn = _pictogram(noun.sprite, font)
        left = column * CELL + (CELL - drawn.width) // 2
        sheet.paste(drawn, (left, (row + 1) * CELL - drawn.height))
    sheet.save(sheet_file, lossless=True, method=4)


def _pictogram(character: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """One character, cut to its own outline and scaled so that its longer side fills a cell."""
    drawn = Image.new("RGBA", (200, 200))
    ImageDraw.Draw(drawn).text((20, 20), character, font=font, embedded_color=True)
    drawn = drawn.crop(drawn.getbbox())
    scale = CELL / max(drawn.size)
    return drawn.resize((round(drawn.width * scale), round(drawn.height * scale)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(__file__).with_name("atlas.webp"))
