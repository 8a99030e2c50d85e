"""What a scene is set in: walls, rooms, the sea… each a 256×256 picture with a horizon and a light."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from apparatus.world.light import DAY, INDOORS, LIGHTS, Channel, Colour, Light

Pixels = NDArray[np.float32]  # (256, 256, 3), 0 to 255

SIDE = 256
_ROWS, _COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)


@dataclass(frozen=True)
class Backdrop:
    """A place to put things: its pixels, the row of its horizon, its light, and where that comes from."""

    pixels: Pixels
    horizon: int
    light: Light
    side: int  # -1: from the left; 1: from the right


def backdrop(setting: str, light: str | None, rng: random.Random) -> Backdrop:
    """The setting by id, in the light by id; `None` is a clear day."""
    side = rng.choice((-1, 1))
    if setting in INDOORS:
        horizon = int(SIDE * rng.uniform(0.66, 0.72))
        return Backdrop(_INDOORS[setting](horizon, side, rng), horizon, INDOORS[setting], side)
    shines = LIGHTS[light] if light else DAY
    horizon = int(SIDE * rng.uniform(0.52, 0.62))
    pixels = _gradient(shines.top, shines.low, SIDE)
    pixels[:horizon] = _gradient(shines.top, shines.low, horizon)
    _sky(pixels, light, horizon, side, rng)
    ground = pixels.copy()
    _OUTDOORS[setting](ground, horizon, rng)
    drawn = (np.abs(ground - pixels).sum(-1) > 0)[..., None]
    lit = ground * np.array(shines.ground, np.float32)
    depth = np.clip((_ROWS - horizon) / (SIDE - horizon), 0, 1)[..., None]
    air = shines.haze * (1 - depth) ** 2 if light != "fog" else 0.9 - 0.65 * depth
    lit += (np.array(shines.low, np.float32) - lit) * air
    pixels = np.where(drawn, lit, pixels)
    if light == "sunset":
        _glow(pixels, horizon, side)
    return Backdrop(_soft(pixels, 0.9), horizon, shines, side)


def wall(rgb: Colour, rng: random.Random) -> Backdrop:
    """A painted wall and its floor, lit from one side; the horizon is where they meet."""
    side, foot = rng.choice((-1, 1)), int(SIDE * rng.uniform(0.68, 0.75))
    paint = np.array(rgb, np.float32)
    pixels = np.concatenate(
        [_gradient(paint * 1.05, paint * 0.94, foot), _gradient(paint * 0.74, paint * 0.6, SIDE - foot)]
    )
    pixels *= (1 - 0.09 * _towards(side))[..., None]
    _lamp(pixels[:foot], side, 0.1)
    pixels[foot - 4 : foot] *= 0.9
    return Backdrop(_soft(pixels, 0.6), foot, INDOORS["wall"], side)


def rain(pixels: Pixels, rng: random.Random) -> Pixels:
    """Streaks of rain over a finished picture."""
    streaks = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(90):
        x, y, long = rng.randrange(-10, SIDE), rng.randrange(-20, SIDE), rng.randrange(12, 26)
        for step in range(long):
            row, column = y + step, x + step // 4
            if 0 <= row < SIDE and 0 <= column < SIDE:
                streaks[row, column] = 1
    veil = Image.fromarray((streaks * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    white = np.asarray(veil, np.float32)[..., None] * np.float32(0.9 / 255)
    return pixels + (225 - pixels) * white


def _towards(side: int) -> NDArray[np.float32]:
    """From 0 at the side the light comes from to 1 at the other."""
    across = _COLUMNS / (SIDE - 1)
    return across if side < 0 else 1 - across


def _gradient(top: Colour | NDArray[np.float32], bottom: Colour | NDArray[np.float32], rows: int) -> Pixels:
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    above, below = np.asarray(top, np.float32), np.asarray(bottom, np.float32)
    return np.broadcast_to(above * (1 - down) + below * down, (rows, SIDE, 3)).astype(np.float32)


def _soft(pixels: Pixels, radius: float) -> Pixels:
    """A little out of focus: what stands in front is what was focused on."""
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32)


def _lamp(pixels: Pixels, side: int, strength: float) -> None:
    """A pool of light, high on the side it comes from."""
    rows = len(pixels)
    x = SIDE * (0.28 if side < 0 else 0.72)
    away = np.hypot((_COLUMNS[:rows] - x) / 110, (_ROWS[:rows] - rows * 0.4) / 90)
    pixels *= (1 + strength * np.exp(-(away**2)))[..., None]


def _cover(pixels: Pixels, cover: NDArray[np.float32], colour: Colour, strength: Channel = 1) -> None:
    """Paint `colour` where `cover` (0 to 1) says."""
    pixels += (np.asarray(colour, np.float32) - pixels) * (np.clip(cover, 0, 1) * strength)[..., None]


def _disc(
    pixels: Pixels, x: Channel, y: Channel, radius: Channel, colour: Colour, strength: Channel = 1
) -> None:
    _cover(pixels, radius - np.hypot(_COLUMNS - x, _ROWS - y), colour, strength)


def _ground(pixels: Pixels, horizon: int, far: Colour, near: Colour) -> None:
    pixels[horizon:] = _gradient(far, near, SIDE - horizon)


def _ridge(pixels: Pixels, base: int, height: Channel, colour: Colour, rng: random.Random) -> None:
    """A line of hills, from its crest down to row `base`."""
    x = _COLUMNS[0] / SIDE
    crest = np.zeros(SIDE, np.float32)
    for wave in (1, 2, 3):
        turn = 2 * np.pi * (x * wave * rng.uniform(0.6, 1.1) + rng.random())
        crest += np.sin(turn).astype(np.float32) / wave
    crest = base - height * (0.6 + 0.3 * crest)
    _cover(pixels, np.where(_ROWS < base, _ROWS - crest[None, :], 0), colour)


def _blades(
    pixels: Pixels, horizon: int, count: int, tall: int, shade: tuple[float, float], rng: random.Random
) -> None:
    """Strokes that stand up from the ground, the nearer the taller."""
    for _ in range(count):
        near = rng.random() ** 0.7
        y, x = int(horizon + 4 + near * (SIDE - horizon - 5)), rng.randrange(SIDE - 2)
        pixels[max(y - int(2 + tall * near), 0) : y, x : x + 1 + (near > 0.5)] *= rng.uniform(*shade)


def _sky(pixels: Pixels, light: str | None, horizon: int, side: int, rng: random.Random) -> None:
    """What hangs in the sky at that hour: clouds, stars, a low sun."""
    x = SIDE * (0.24 if side < 0 else 0.76)
    if light == "night":
        for _ in range(44):
            y, x = rng.randrange(horizon - 6), rng.randrange(SIDE - 2)
            size = 1 + (rng.random() < 0.35)
            pixels[y : y + size, x : x + size] = rng.randint(150, 255)
    elif light == "sunset":
        _disc(pixels, x, horizon - 10, 46, (255, 190, 104), 0.45)
        _disc(pixels, x, horizon - 8, 27, (255, 226, 140))
    elif light == "dawn":
        _disc(pixels, x, horizon - 2, 52, (255, 226, 196), 0.5)
        _disc(pixels, x, horizon - 2, 20, (255, 244, 222))
    elif light is None:
        for _ in range(rng.randint(1, 3)):
            _cloud(pixels, rng.randrange(SIDE), rng.randint(18, max(horizon // 2, 20)), rng)


def _cloud(pixels: Pixels, x: int, y: int, rng: random.Random) -> None:
    cover = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(5):
        wide, tall = rng.uniform(14, 30), rng.uniform(5, 9)
        dx, dy = rng.uniform(-26, 26), rng.uniform(-4, 3)
        away = np.hypot((_COLUMNS - x - dx) / wide, (_ROWS - y - dy) / tall)
        cover = np.maximum(cover, np.clip(1.3 - away, 0, 1))
    _cover(pixels, cover, (252, 253, 255), 0.75)


def _glow(pixels: Pixels, horizon: int, side: int) -> None:
    """A low sun on the ground before it."""
    x = SIDE * (0.24 if side < 0 else 0.76)
    down = np.clip((SIDE - _ROWS) / (SIDE - horizon), 0, 1) * (_ROWS >= horizon)
    pixels += (np.exp(-((_COLUMNS - x) ** 2) / (2 * 26.0**2)) * down)[..., None] * np.array((80, 46, 14))


def _sea(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    _ground(pixels, horizon, (64, 136, 188), (18, 64, 126))
    for _ in range(34):
        near = rng.random()
        y = int(horizon + 2 + near * (SIDE - horizon - 5))
        x, wide = rng.randrange(-24, SIDE), 6 + 52 * near * rng.random()
        away = np.abs((_COLUMNS[y : y + 3] - x - wide / 2) / (wide / 2 + 1))
        pixels[y : y + 1 + (near > 0.45)] += (np.clip(1 - away[: 1 + (near > 0.45)], 0, 1) * 34)[..., None]


def _beach(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    _ground(pixels, horizon, (86, 168, 204), (58, 138, 184))
    shore = horizon + int((SIDE - horizon) * rng.uniform(0.22, 0.32))
    line = shore + 5 * np.sin(_COLUMNS / rng.uniform(22, 36) + rng.random() * 6)
    _cover(pixels, _ROWS - line + 6, (246, 250, 250))
    _cover(pixels, _ROWS - line, (206, 182, 138))
    sand = np.clip((_ROWS - line - 6) / 50, 0, 1)
    _cover(pixels, sand, (238, 216, 168))


def _meadow(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    _ridge(pixels, horizon + 2, 28, (112, 168, 96), rng)
    _ground(pixels, horizon, (132, 190, 84), (60, 128, 44))
    _blades(pixels, horizon, 90, 8, (0.72, 0.9), rng)
    for _ in range(14):
        near = rng.random()
        y = horizon + 8 + near * (SIDE - horizon - 12)
        colour = rng.choice(((250, 240, 140), (252, 252, 250), (240, 150, 170)))
        _disc_small(pixels, rng.randrange(SIDE), int(y), 1 + int(2 * near), colour)


def _disc_small(pixels: Pixels, x: int, y: int, radius: int, colour: Colour) -> None:
    pixels[max(y - radius, 0) : y + radius, max(x - radius, 0) : x + radius] = colour


def _field(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    _ridge(pixels, horizon + 2, 16, (120, 152, 84), rng)
    _ground(pixels, horizon, (236, 206, 116), (196, 148, 52))
    _blades(pixels, horizon, 220, 22, (0.78, 0.94), rng)
    _blades(pixels, horizon, 120, 18, (1.06, 1.18), rng)


def _desert(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    _ridge(pixels, horizon + 2, 30, (226, 178, 116), rng)
    _ground(pixels, horizon, (236, 192, 124), (196, 140, 78))
    for base in (0.18, 0.5):
        low = int(horizon + (SIDE - horizon) * base)
        _ridge(pixels, low + 12, 16, (216 - 60 * base, 164 - 60 * base, 98 - 50 * base), rng)
        fall = np.clip((_ROWS - low - 12) / 40, 0, 1) * (_ROWS >= low + 12)
        _cover(pixels, fall, (228 - 40 * base, 178 - 40 * base, 110 - 40 * base))


def _mountains(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    for depth, colour in ((1.0, (150, 168, 192)), (0.66, (104, 124, 150))):
        peaks = np.full(SIDE, SIDE, np.float32)
        for _ in range(4):
            x, tall = rng.uniform(-10, SIDE + 10), horizon * rng.uniform(0.45, 0.72) * depth
            steep = rng.uniform(0.85, 1.3)
            peaks = np.minimum(peaks, horizon - tall + np.abs(_COLUMNS[0] - x) * steep)
        jagged = peaks + 3 * np.sin(_COLUMNS[0] / 3.1) + 2 * np.sin(_COLUMNS[0] / 1.7)
        rock = np.clip(_ROWS - jagged[None], 0, 1) * (_ROWS < horizon + 2)
        _cover(pixels, rock, colour)
        if depth == 1.0:
            snow = jagged[None] + 24 + 6 * np.sin(_COLUMNS / 4.3)
            _cover(pixels, rock * np.clip(snow - _ROWS, 0, 1), (246, 249, 252))
    _ground(pixels, horizon, (126, 164, 104), (72, 112, 62))
    _blades(pixels, horizon, 40, 6, (0.74, 0.9), rng)


def _snow(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    _ridge(pixels, horizon + 2, 34, (206, 218, 232), rng)
    _ground(pixels, horizon, (244, 248, 252), (214, 226, 240))
    low = int(horizon + (SIDE - horizon) * 0.4)
    _ridge(pixels, low + 10, 14, (234, 241, 249), rng)
    _cover(pixels, np.clip((_ROWS - low - 10) / 30, 0, 1) * (_ROWS >= low + 10), (226, 235, 246))


def _forest(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    for depth, colour in ((0.5, (132, 164, 134)), (0.78, (76, 118, 84)), (1.0, (36, 76, 50))):
        x = float(-rng.randrange(16))
        while x < SIDE + 10:
            wide, tall = rng.randint(14, 24) * depth + 6, horizon * rng.uniform(0.6, 0.92) * depth
            drop = _ROWS - (horizon + 3 - tall)
            _cover(pixels, (wide * drop / tall - np.abs(_COLUMNS - x)) * (_ROWS < horizon + 3), colour)
            x += wide * 1.5
    _ground(pixels, horizon, (84, 108, 58), (44, 58, 32))
    _blades(pixels, horizon, 60, 8, (0.66, 0.86), rng)


def _city(pixels: Pixels, horizon: int, rng: random.Random) -> None:
    for depth, grey in ((0.6, 168), (1.0, 108)):
        x = -rng.randrange(12)
        while x < SIDE:
            wide, tall = rng.randint(18, 38), int(rng.uniform(0.34, 0.78) * horizon * depth)
            left, top, shade = max(x, 0), horizon - tall, grey + rng.randint(-18, 18)
            pixels[top:horizon, left : x + wide] = (shade, shade + 2, shade + 8)
            for row in range(top + 6, horizon - 6, 11) if depth == 1.0 else ():
                for column in range(left + 4, min(x + wide - 5, SIDE - 4), 10):
                    lit = rng.random() < 0.4
                    pixels[row : row + 6, column : column + 5] = (246, 220, 140) if lit else (66, 74, 90)
            x += wide + rng.choice((0, 0, 3))
    _ground(pixels, horizon, (124, 124, 128), (78, 78, 84))
    pixels[horizon : horizon + 6] = (168, 166, 162)
    middle = (horizon + SIDE) // 2
    for x in range(-20, SIDE, 52):
        pixels[middle : middle + 4, max(x, 0) : max(x + 26, 0)] = (222, 220, 206)


def _underwater(horizon: int, side: int, rng: random.Random) -> Pixels:
    pixels = _gradient((92, 196, 214), (10, 84, 132), SIDE)
    for _ in range(4):
        x, lean, wide = rng.uniform(0, SIDE), rng.uniform(0.2, 0.5) * -side, rng.uniform(8, 20)
        ray = 1 - np.abs(_COLUMNS - x - lean * _ROWS) / (wide + _ROWS * 0.12)
        _cover(pixels, np.clip(ray, 0, 1) * (1 - _ROWS / SIDE), (214, 246, 244), 0.3)
    sand = _ROWS - horizon - 5 * np.sin(_COLUMNS / rng.uniform(26, 40) + rng.random() * 6)
    _cover(pixels, sand / 4, (120, 160, 140))
    _cover(pixels, np.clip(sand / 70, 0, 1), (176, 182, 132), 0.7)
    for _ in range(12):
        x, y, radius = rng.randrange(SIDE), rng.randrange(SIDE - 60), rng.uniform(1.5, 4)
        _disc(pixels, x, y, radius, (210, 240, 244), 0.5)
    return _soft(pixels, 0.8)


def _space(horizon: int, side: int, rng: random.Random) -> Pixels:
    pixels = _gradient((6, 5, 16), (18, 16, 38), SIDE)
    for colour in ((74, 32, 96), (22, 56, 110)):
        x, y = rng.uniform(0, SIDE), rng.uniform(0, horizon)
        away = np.hypot((_COLUMNS - x) / 90, (_ROWS - y) / 50)
        _cover(pixels, np.exp(-(away**2)), colour, 0.6)
    for _ in range(60):
        y, x = rng.randrange(horizon), rng.randrange(SIDE - 2)
        size = 1 + (rng.random() < 0.3)
        pixels[y : y + size, x : x + size] = rng.randint(150, 255)
    curve = horizon + (_COLUMNS - SIDE / 2) ** 2 / 900
    _cover(pixels, _ROWS - curve, (128, 126, 130))
    _cover(pixels, (_ROWS - curve) / 90, (84, 82, 90))
    for _ in range(9):
        near = rng.random()
        x, y, wide = rng.randrange(SIDE), horizon + 14 + near * (SIDE - horizon - 20), 6 + 16 * near
        away = np.hypot((_COLUMNS - x) / wide, (_ROWS - y) / (wide * 0.34))
        _cover(pixels, np.clip((1 - away) * 4, 0, 1) * (_ROWS > curve + 3), (72, 70, 78), 0.7)
    pixels *= (1 - 0.2 * _towards(side))[..., None]
    return _soft(pixels, 0.7)


def _room(horizon: int, side: int, rng: random.Random) -> Pixels:
    pixels = np.concatenate(
        [
            _gradient((226, 210, 184), (206, 186, 156), horizon),
            _gradient((150, 104, 66), (112, 74, 46), SIDE - horizon),
        ]
    )
    for x in range(-40, SIDE + 40, 34):
        edge = np.abs(_COLUMNS - SIDE / 2 - (x - SIDE / 2) * (1 + (_ROWS - horizon) / 90))
        _cover(pixels, np.clip(1.4 - edge, 0, 1) * (_ROWS > horizon), (92, 60, 38), 0.7)
    pixels[horizon - 10 : horizon] = (238, 230, 214)
    left = int(SIDE * (0.08 if side < 0 else 0.64)) + rng.randint(-6, 6)
    pixels[26 : horizon - 66, left : left + 72] = (246, 242, 232)
    pixels[31 : horizon - 71, left + 5 : left + 67] = (176, 214, 238)
    pixels[26 : horizon - 66, left + 34 : left + 38] = (246, 242, 232)
    middle = (26 + horizon - 66) // 2
    pixels[middle - 2 : middle + 2, left : left + 72] = (246, 242, 232)
    slant = _COLUMNS + side * (_ROWS - horizon) * 0.9 - left
    patch = np.clip(np.minimum(slant, 72 - slant) / 6, 0, 1) * (horizon + 4 < _ROWS) * (horizon + 46 > _ROWS)
    _cover(pixels, patch, (236, 190, 132), 0.45)
    pixels *= (1.02 - 0.16 * _towards(side))[..., None]
    return _soft(pixels, 0.9)


def _stage(horizon: int, side: int, rng: random.Random) -> Pixels:
    pixels = np.concatenate(
        [
            _gradient((22, 14, 20), (38, 20, 26), horizon),
            _gradient((120, 78, 46), (84, 50, 30), SIDE - horizon),
        ]
    )
    folds = 0.72 + 0.28 * np.sin(_COLUMNS / rng.uniform(4.2, 5.2))
    reach = SIDE * rng.uniform(0.17, 0.23) * (1.25 - 0.5 * _ROWS / SIDE)
    drape = np.clip(np.maximum(reach - _COLUMNS, _COLUMNS - (SIDE - 1 - reach)), 0, 1) * (
        _ROWS < horizon + 14
    )
    pixels += (np.array((168, 24, 34), np.float32) * folds[..., None] - pixels) * drape[..., None]
    top = np.clip(30 + 8 * np.sin(_COLUMNS / 13) - _ROWS, 0, 1)
    pixels += (np.array((150, 20, 30), np.float32) * folds[..., None] - pixels) * top[..., None]
    beam = 1 - np.abs(_COLUMNS - SIDE / 2 - side * (SIDE - _ROWS) * 0.14) / (26 + _ROWS * 0.34)
    pixels *= (1 + 0.9 * np.clip(beam * 2, 0, 1) * (_ROWS > 30))[..., None]
    _cover(pixels, np.clip(beam * 2, 0, 1) * (_ROWS < horizon) * (_ROWS > 34), (250, 226, 180), 0.12)
    return _soft(pixels, 0.8)


_OUTDOORS: dict[str, Callable[[Pixels, int, random.Random], None]] = {
    "sea": _sea,
    "beach": _beach,
    "meadow": _meadow,
    "field": _field,
    "desert": _desert,
    "mountains": _mountains,
    "snow": _snow,
    "forest": _forest,
    "city": _city,
}
_INDOORS: dict[str, Callable[[int, int, random.Random], Pixels]] = {
    "underwater": _underwater,
    "space": _space,
    "room": _room,
    "stage": _stage,
}
