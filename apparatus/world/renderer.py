"""Scenes drawn: backdrop, things with their shadows and reflections, then the print process."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from apparatus.world import backdrop
from apparatus.world.atlas import sprite, tinted
from apparatus.world.backdrop import Backdrop
from apparatus.world.scene import Scene, Thing, scene
from apparatus.world.vocabulary import vocabulary

SIDE = backdrop.SIDE
MIDDLE = 0.42  # side of a thing of no stated size, as a part of the picture's

# where each of two things stands, by place: x, foot and scale of the first, then of the second
_STAGED = {
    "left": ((0.27, 0.86, 0.92), (0.74, 0.86, 0.92)),
    "right": ((0.73, 0.86, 0.92), (0.26, 0.86, 0.92)),
    "above": ((0.50, 0.46, 0.76), (0.50, 0.93, 0.80)),
    "behind": ((0.62, 0.74, 0.78), (0.40, 0.94, 0.92)),
    "front": ((0.40, 0.94, 0.92), (0.62, 0.74, 0.78)),
    None: ((0.27, 0.86, 0.92), (0.74, 0.86, 0.92)),
}
# where several of one thing stand: x and foot beside the first place of a thing alone, and scale
_ROWS = {
    2: ((-0.21, -0.02, 0.84), (0.21, 0.02, 0.84)),
    3: ((-0.29, 0.0, 0.68), (0.0, -0.07, 0.68), (0.29, 0.02, 0.68)),
}
_ON_WATER = "sea"
_SINKS = 0.05  # how much of a thing on the sea is under water


def picture(n: int) -> Image.Image:
    """Picture number `n` of the world: 256×256, RGB, the same on every machine."""
    return render(scene(n), random.Random(f"layout {n}"))


def render(scene: Scene, rng: random.Random) -> Image.Image:
    """`scene` drawn, 256×256, RGB; what the scene leaves open is drawn from `rng`."""
    behind, drawings = _composed(scene, rng)
    canvas = Image.fromarray(np.clip(behind.pixels, 0, 255).astype(np.uint8)).convert("RGBA")
    for drawing in drawings:
        if scene.setting == _ON_WATER and drawing.grounded:
            _mirror(canvas, drawing)
        elif drawing.grounded:
            _cast(canvas, drawing, behind)
        _put(canvas, drawing)
    pixels = np.asarray(canvas.convert("RGB"), np.float32)
    if scene.light == "rain":
        pixels = backdrop.rain(pixels, rng)
    pixels = pixels * _VIGNETTE
    return _print(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), scene.process)


def cover(n: int, cells: int) -> NDArray[np.uint8]:
    """How much of each of `cells`×`cells` parts of picture `n` its things cover, 0 to 255."""
    canvas = Image.new("RGBA", (SIDE, SIDE))
    for drawing in _composed(scene(n), random.Random(f"layout {n}"))[1]:
        _put(canvas, drawing)
    return np.asarray(canvas.getchannel("A").resize((cells, cells), Image.Resampling.BOX))


def covers(n: int, cells: int) -> NDArray[np.uint8]:
    """The same for each thing apart, (things, cells, cells): what another hides of it does not count."""
    shown = scene(n)
    seen = np.zeros((len(shown.things), SIDE, SIDE), np.float32)
    for drawing in _composed(shown, random.Random(f"layout {n}"))[1]:
        layer = Image.new("RGBA", (SIDE, SIDE))
        _put(layer, drawing)
        opaque = np.asarray(layer.getchannel("A"), np.float32) / 255
        seen *= 1 - opaque
        seen[shown.things.index(drawing.thing)] += opaque
    across = SIDE // cells
    return (seen.reshape(-1, cells, across, cells, across).mean((2, 4)) * 255).round().astype(np.uint8)


@dataclass(frozen=True)
class _Drawing:
    """A thing as it goes into the picture: its pixels, RGBA, and where their corner comes to lie."""

    thing: Thing
    pixels: Image.Image
    left: int
    top: int
    grounded: bool

    @property
    def foot(self) -> int:
        return self.top + self.pixels.height


def _composed(scene: Scene, rng: random.Random) -> tuple[Backdrop, list[_Drawing]]:
    """The empty backdrop, and the drawings to put on it, the farthest first."""
    if scene.wall:
        behind = backdrop.wall(vocabulary().colours[scene.wall].rgb, rng)
    else:
        behind = backdrop.backdrop(scene.setting or "meadow", scene.light, rng)
    return behind, [_drawn(thing, mark, behind, scene) for thing, *mark in _staged(scene, rng)]


def _staged(scene: Scene, rng: random.Random) -> list[tuple[Thing, float, float, float]]:
    """Things with centre, foot and scale, the farthest first."""
    sway = rng.uniform
    if len(scene.things) == 2:
        marks = zip(scene.things, _STAGED[scene.place], strict=True)
        placed = [
            (thing, x + sway(-0.03, 0.03), foot + sway(-0.02, 0.02), scale * sway(0.95, 1.05))
            for thing, (x, foot, scale) in marks
        ]
        return sorted(placed, key=lambda mark: mark[2])
    placed = []
    for thing in scene.things:
        foot = 0.68 if vocabulary().nouns[thing.noun].aloft else 0.87
        foot, scale = foot + sway(-0.04, 0.04), sway(0.95, 1.05)
        if thing.count == 1:
            placed.append((thing, rng.choice((0.4, 0.5, 0.6)) + sway(-0.05, 0.05), foot, scale))
        for x, down, share in _ROWS.get(thing.count, ()):
            placed.append((thing, 0.5 + x + sway(-0.02, 0.02), foot + down, scale * share))
    return sorted(placed, key=lambda mark: mark[2])


def _drawn(thing: Thing, mark: list[float], behind: Backdrop, scene: Scene) -> _Drawing:
    x, foot, scale = mark
    share = vocabulary().sizes[thing.size].share if thing.size else MIDDLE
    side = int(share * scale * SIDE)
    drawn = tinted(thing.noun, thing.colour) if thing.colour else sprite(thing.noun)
    drawn = _lit(drawn.resize((side, side), Image.Resampling.LANCZOS), behind)
    grounded = foot * SIDE > behind.horizon and not vocabulary().nouns[thing.noun].aloft
    if grounded and scene.setting == _ON_WATER:
        drawn = drawn.crop((0, 0, side, side - int(side * _SINKS)))
    return _Drawing(thing, drawn, int(x * SIDE - side / 2), int(foot * SIDE - side), grounded)


def _lit(drawn: Image.Image, behind: Backdrop) -> Image.Image:
    """A thing in the light of its place: brighter on the side it comes from."""
    pixels = np.asarray(drawn).astype(np.float32)
    across = np.linspace(1.05, 0.87, drawn.width, dtype=np.float32)[:: -behind.side][None, :, None]
    pixels[..., :3] *= across * np.array(behind.light.things, np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGBA")


def _put(canvas: Image.Image, drawing: _Drawing) -> None:
    _paste(canvas, drawing.pixels, drawing.left, drawing.top)


def _paste(canvas: Image.Image, layer: Image.Image, left: int, top: int) -> None:
    """`layer` on the canvas, its corner at `left`, `top`, which may lie outside."""
    if left < canvas.width and top < canvas.height and left + layer.width > 0 and top + layer.height > 0:
        canvas.alpha_composite(layer, (max(left, 0), max(top, 0)), (max(-left, 0), max(-top, 0)))


def _cast(canvas: Image.Image, drawing: _Drawing, behind: Backdrop) -> None:
    """The shadow a thing throws on the ground, away from the light, and the dark under its feet."""
    side, dark = drawing.pixels.width, behind.light.shadow
    outline = drawing.pixels.getchannel("A")
    tall = max(side // 4, 4)
    lean = behind.side * -0.9  # columns to the side for every row up
    wide = side + int(abs(lean) * tall) + 16
    start = 8 + (int(-lean * tall) if lean < 0 else 0)
    flat = outline.resize((side, tall), Image.Resampling.BILINEAR)
    shade = Image.new("L", (wide, tall + 16))
    shade.paste(flat, (start, 8))
    sheared = shade.transform(
        shade.size, Image.Transform.AFFINE, (1, lean, -lean * (tall + 8), 0, 1, 0), Image.Resampling.BILINEAR
    ).filter(ImageFilter.GaussianBlur(2.5))
    _darken(canvas, sheared, drawing.left - start, drawing.foot - tall - 8, dark)
    feet = outline.crop((0, side * 4 // 5, side, side)).getbbox()
    if feet:
        width, height = feet[2] - feet[0], max(4, side // 14)
        contact = Image.new("L", (width + 16, height + 16))
        ImageDraw.Draw(contact).ellipse((8, 8, 8 + width, 8 + height), fill=255)
        contact = contact.filter(ImageFilter.GaussianBlur(2.5))
        _darken(canvas, contact, drawing.left + feet[0] - 8, drawing.foot - height * 2 // 3 - 8, dark * 1.3)


def _darken(canvas: Image.Image, shade: Image.Image, left: int, top: int, dark: float) -> None:
    black = Image.new("RGBA", shade.size)
    black.putalpha(shade.point(lambda value: int(value * min(dark, 1))))
    _paste(canvas, black, left, top)


def _mirror(canvas: Image.Image, drawing: _Drawing) -> None:
    """A thing's reflection on the water before it."""
    tall = max(drawing.pixels.height // 3, 4)
    turned = ImageOps.flip(drawing.pixels).resize((drawing.pixels.width, tall), Image.Resampling.BILINEAR)
    fade = Image.linear_gradient("L").resize(turned.size).point(lambda value: int((255 - value) * 0.4))
    turned.putalpha(ImageChops.multiply(turned.getchannel("A"), fade))
    _paste(canvas, turned.filter(ImageFilter.GaussianBlur(1.2)), drawing.left, drawing.foot)


def _print(image: Image.Image, process: str | None) -> Image.Image:
    if process is None:
        return image
    grey = ImageOps.grayscale(image)
    if process == "monochrome":
        return grey.convert("RGB")
    if process == "sepia":
        return ImageOps.colorize(grey, (44, 27, 14), (250, 231, 198))
    if process == "cyanotype":
        return ImageOps.colorize(grey, (10, 34, 88), (230, 240, 246), (58, 112, 170))
    if process == "negative":
        return ImageOps.invert(image)
    screen, ink, paper = _SCREENS[process]
    printed = _screened(ImageOps.autocontrast(grey, 1), screen)
    return ImageOps.colorize(Image.fromarray((printed * 255).astype(np.uint8)), ink, paper)


def _screened(grey: Image.Image, screen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where there is ink (0) and paper (1); what differs from its surroundings stands out, outlined."""
    near, wide = (
        np.asarray(grey.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255 for radius in (1.2, 24)
    )
    tone = np.clip(0.5 + 1.3 * (near - wide) + 0.75 * (wide - 0.5), 0, 1)
    outline = np.clip((np.hypot(*np.gradient(near)) - 0.05) * 8, 0, 1)
    return np.clip((tone * 1.15 - 0.08 - screen) * 3 + 0.5, 0, 1) * (1 - outline)


_DOWN, _ACROSS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
_RADIUS = np.hypot(_ACROSS - SIDE / 2, _DOWN - SIDE / 2) / SIDE
_VIGNETTE = (1 - 0.22 * _RADIUS**2)[..., None].astype(np.float32)

_TURN = np.pi / 8  # both screens come round with the 16 pixels of a latent: an autoencoder can learn them
_SCREENS = {
    "halftone": (
        (np.cos(_TURN * (_ACROSS + _DOWN)) + np.cos(_TURN * (_ACROSS - _DOWN))) / 4 + 0.5,
        (26, 24, 28),
        (244, 240, 230),
    ),
    "engraving": (np.cos(_TURN * (3 * _DOWN + _ACROSS)) / 2 + 0.5, (46, 30, 22), (240, 230, 206)),
}
