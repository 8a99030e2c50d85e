"""Scenes drawn: backdrop, things with their shadows, then the print process."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from apparatus.world import backdrop
from apparatus.world.atlas import sprite, tinted
from apparatus.world.scene import Scene, Thing, scene
from apparatus.world.vocabulary import vocabulary

SIDE = backdrop.SIDE
MIDDLE = 0.42  # side of a thing of no stated size, as a part of the picture's
_DIM = {"night": (0.72, 0.76, 0.92), "sunset": (1.0, 0.88, 0.8)}  # how a setting's light falls on things

# where each of two things stands, by place: x, foot and scale of the first, then of the second
_STAGED = {
    "left": ((0.27, 0.86, 0.92), (0.74, 0.86, 0.92)),
    "right": ((0.73, 0.86, 0.92), (0.26, 0.86, 0.92)),
    "above": ((0.50, 0.46, 0.76), (0.50, 0.93, 0.80)),
    "behind": ((0.62, 0.72, 0.80), (0.40, 0.93, 0.90)),
    "front": ((0.40, 0.93, 0.90), (0.62, 0.72, 0.80)),
    None: ((0.27, 0.86, 0.92), (0.74, 0.86, 0.92)),
}


def picture(n: int) -> Image.Image:
    """Picture number `n` of the world: 256×256, RGB, the same on every machine."""
    return render(scene(n), random.Random(f"layout {n}"))


def render(scene: Scene, rng: random.Random) -> Image.Image:
    """`scene` drawn, 256×256, RGB; what the scene leaves open is drawn from `rng`."""
    canvas, drawings = _composed(scene, rng)
    for drawing in drawings:
        if drawing.grounded:
            _cast(canvas, drawing)
        _put(canvas, drawing)
    return _print(canvas.convert("RGB"), scene.process)


def cover(n: int, cells: int) -> NDArray[np.uint8]:
    """How much of each of `cells`×`cells` parts of picture `n` its things cover, 0 to 255."""
    canvas = Image.new("RGBA", (SIDE, SIDE))
    for drawing in _composed(scene(n), random.Random(f"layout {n}"))[1]:
        _put(canvas, drawing)
    return np.asarray(canvas.getchannel("A").resize((cells, cells), Image.Resampling.BOX))


@dataclass(frozen=True)
class _Drawing:
    """A thing as it goes into the picture: its pixels, RGBA, and where their corner comes to lie."""

    pixels: Image.Image
    left: int
    top: int
    grounded: bool


def _composed(scene: Scene, rng: random.Random) -> tuple[Image.Image, list[_Drawing]]:
    """The empty backdrop, RGBA, and the drawings to put on it, the farthest first."""
    if scene.wall:
        pixels, horizon = backdrop.wall(vocabulary().colours[scene.wall].rgb, rng)
    else:
        pixels, horizon = backdrop.backdrop(scene.setting or "meadow", rng)
    canvas = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).convert("RGBA")
    return canvas, [_drawn(thing, mark, scene.setting, horizon) for thing, *mark in _staged(scene, rng)]


def _staged(scene: Scene, rng: random.Random) -> list[tuple[Thing, float, float, float]]:
    """Things with centre, foot and scale, the farthest first."""
    sway = rng.uniform
    if len(scene.things) < 2:
        return [
            (thing, 0.5 + sway(-0.12, 0.12), _foot(thing) + sway(-0.04, 0.04), sway(0.95, 1.05))
            for thing in scene.things
        ]
    marks = zip(scene.things, _STAGED[scene.place], strict=True)
    placed = [
        (thing, x + sway(-0.03, 0.03), foot + sway(-0.02, 0.02), scale * sway(0.95, 1.05))
        for thing, (x, foot, scale) in marks
    ]
    return sorted(placed, key=lambda mark: mark[2])


def _foot(thing: Thing) -> float:
    """Where a thing alone in the picture ends, as a part of the picture's height."""
    return 0.68 if vocabulary().nouns[thing.noun].aloft else 0.87


def _drawn(thing: Thing, mark: list[float], setting: str | None, horizon: int) -> _Drawing:
    x, foot, scale = mark
    share = vocabulary().sizes[thing.size].share if thing.size else MIDDLE
    side = int(share * scale * SIDE)
    drawn = tinted(thing.noun, thing.colour) if thing.colour else sprite(thing.noun)
    drawn = drawn.resize((side, side), Image.Resampling.LANCZOS)
    if setting in _DIM:
        drawn = _dimmed(drawn, _DIM[setting])
    grounded = foot * SIDE > horizon and not vocabulary().nouns[thing.noun].aloft
    return _Drawing(drawn, int(x * SIDE - side / 2), int(foot * SIDE - side), grounded)


def _put(canvas: Image.Image, drawing: _Drawing) -> None:
    left, top = drawing.left, drawing.top
    canvas.alpha_composite(drawing.pixels, (max(left, 0), max(top, 0)), (max(-left, 0), max(-top, 0)))


def _dimmed(drawn: Image.Image, light: tuple[float, float, float]) -> Image.Image:
    pixels = np.asarray(drawn).astype(np.float32)
    pixels[..., :3] *= np.array(light, np.float32)
    return Image.fromarray(pixels.astype(np.uint8), "RGBA")


def _cast(canvas: Image.Image, drawing: _Drawing) -> None:
    """A soft contact shadow under a thing's feet, as wide as its lower part."""
    side = drawing.pixels.width
    feet = drawing.pixels.getchannel("A").crop((0, side * 3 // 4, side, side)).getbbox()
    if feet is None:
        return
    pad = 8
    wide, tall = feet[2] - feet[0], max(6, side // 9)
    shade = Image.new("L", (wide + 2 * pad, tall + 2 * pad))
    ImageDraw.Draw(shade).ellipse((pad, pad, pad + wide, pad + tall), fill=130)
    shade = shade.filter(ImageFilter.BoxBlur(3))
    black = Image.new("RGBA", shade.size, (0, 0, 0, 0))
    black.putalpha(shade)
    x, y = drawing.left + feet[0] - pad, drawing.top + side - tall * 2 // 3 - pad
    canvas.alpha_composite(black, (max(x, 0), max(y, 0)), (max(-x, 0), max(-y, 0)))


def _print(image: Image.Image, process: str | None) -> Image.Image:
    if process is None:
        return image
    grey = ImageOps.grayscale(image)
    if process == "monochrome":
        return grey.convert("RGB")
    if process == "sepia":
        return ImageOps.colorize(grey, (44, 27, 14), (250, 231, 198))
    if process == "negative":
        return ImageOps.invert(image)
    return _halftone(grey)


def _halftone(grey: Image.Image) -> Image.Image:
    """Ink dots on a 45° screen of 8 pixels; the darker, the larger."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    angle = np.pi / 8 * np.sqrt(2)
    screen = (
        np.cos(angle * (columns + rows) / np.sqrt(2)) + np.cos(angle * (columns - rows) / np.sqrt(2))
    ) / 4 + 0.5
    ink = np.clip((np.asarray(grey) / 255 - screen) * 5 + 0.5, 0, 1)
    return ImageOps.colorize(Image.fromarray((ink * 255).astype(np.uint8)), (26, 24, 28), (244, 240, 230))
