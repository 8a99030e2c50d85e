"""What a scene is set in: walls, sea, meadow… each a 256×256 picture with a horizon."""

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]  # (256, 256, 3), 0 to 255
Channel = int | float
Colour = tuple[Channel, Channel, Channel] | NDArray[np.float32]

SIDE = 256
_ROWS, _COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)


def backdrop(setting: str, rng: random.Random) -> tuple[Pixels, int]:
    """The setting by id, and the row of its horizon."""
    horizon = int(SIDE * rng.uniform(0.55, 0.68))
    return _SETTINGS[setting](horizon, rng), horizon


def wall(rgb: Colour, rng: random.Random) -> tuple[Pixels, int]:
    """A painted wall and its floor, lit from one side, and the row where they meet."""
    foot = int(SIDE * rng.uniform(0.68, 0.75))
    paint = np.array(rgb, np.float32)
    pixels = _sky(paint * 1.04, paint * 0.92, paint * 0.78, paint * 0.62, foot)
    side = _COLUMNS if rng.random() < 0.5 else SIDE - 1 - _COLUMNS
    pixels *= (1.06 - 0.14 * side / SIDE)[..., None]
    pixels[foot - 3 : foot] *= 0.88
    return pixels, foot


def _gradient(top: Colour, bottom: Colour, rows: int) -> Pixels:
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    above, below = np.asarray(top, np.float32), np.asarray(bottom, np.float32)
    return np.broadcast_to(above * (1 - down) + below * down, (rows, SIDE, 3)).astype(np.float32)


def _sky(top: Colour, low: Colour, near: Colour, front: Colour, horizon: int) -> Pixels:
    """Two gradients that meet at the horizon."""
    return np.concatenate([_gradient(top, low, horizon), _gradient(near, front, SIDE - horizon)])


def _ridge(pixels: Pixels, base: int, height: int, colour: Colour, rng: random.Random) -> None:
    """A line of hills in front of what is there, from its crest down to row `base`."""
    x = np.arange(SIDE, dtype=np.float32) / SIDE
    crest = np.zeros(SIDE, np.float32)
    for wave in (1, 2, 3):
        crest += (
            np.sin(2 * np.pi * (x * wave * rng.uniform(0.6, 1.1) + rng.random())).astype(np.float32) / wave
        )
    crest = base - height * (0.6 + 0.3 * crest)
    hill = (_ROWS >= crest[None, :]) & (_ROWS < base)
    pixels[hill] = np.asarray(colour, np.float32)


def _disc(pixels: Pixels, x: float, y: int, radius: int, colour: Colour, below: int) -> None:
    """A soft-edged disc, cut off at row `below`."""
    cover = np.clip(radius - np.hypot(_COLUMNS - x, _ROWS - y), 0, 1)[..., None]
    cover[below:] = 0
    pixels += (np.asarray(colour, np.float32) - pixels) * cover


def _sea(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((138, 196, 236), (219, 238, 246), (46, 118, 176), (20, 62, 122), horizon)
    for _ in range(26):
        y = rng.randrange(horizon + 3, SIDE - 2)
        near = (y - horizon) / (SIDE - horizon)
        x, width = rng.randrange(-20, SIDE), int(8 + 44 * near * rng.random())
        pixels[y : y + 1 + (near > 0.4), max(x, 0) : x + width] += 34
    return pixels


def _meadow(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((122, 184, 240), (222, 240, 250), (126, 186, 76), (58, 122, 40), horizon)
    _ridge(pixels, horizon, 26, (104, 162, 84), rng)
    for _ in range(70):
        y = rng.randrange(horizon + 4, SIDE - 5)
        x, tall = rng.randrange(2, SIDE - 2), 2 + 5 * (y - horizon) // (SIDE - horizon)
        pixels[y - tall : y, x] *= 0.72
    return pixels


def _desert(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((238, 196, 140), (252, 234, 204), (230, 182, 112), (188, 132, 72), horizon)
    _ridge(pixels, horizon, 30, (222, 170, 104), rng)
    _ridge(pixels, horizon + 10, 18, (206, 152, 88), rng)
    return pixels


def _night(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((6, 8, 30), (28, 34, 82), (18, 22, 44), (8, 9, 22), horizon)
    for _ in range(46):
        y, x = rng.randrange(horizon - 8), rng.randrange(SIDE - 1)
        pixels[y : y + 1 + (rng.random() < 0.3), x : x + 1 + (rng.random() < 0.3)] = rng.randint(150, 250)
    _ridge(pixels, horizon, 20, (12, 14, 34), rng)
    return pixels


def _sunset(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((66, 38, 108), (252, 146, 72), (112, 54, 66), (40, 20, 42), horizon)
    x = rng.uniform(0.2, 0.8) * SIDE
    _disc(pixels, x, horizon - 6, 30, (255, 222, 128), horizon)
    glint = np.exp(-((_COLUMNS - x) ** 2) / (2 * 18.0**2))[..., None] * np.array([90, 56, 16], np.float32)
    pixels[horizon:] += glint[horizon:] * np.linspace(1, 0.2, SIDE - horizon)[:, None, None]
    return pixels


def _snow(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((160, 182, 208), (222, 230, 238), (246, 249, 252), (212, 223, 236), horizon)
    _ridge(pixels, horizon, 34, (196, 210, 226), rng)
    for _ in range(60):
        y, x = rng.randrange(SIDE - 2), rng.randrange(SIDE - 2)
        pixels[y : y + 2, x : x + 2] = 255
    return pixels


def _city(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((150, 166, 190), (216, 218, 222), (104, 104, 110), (64, 64, 70), horizon)
    x = -rng.randrange(12)
    while x < SIDE:
        width, tall = rng.randint(16, 36), rng.randint(26, int(horizon * 0.72))
        left, top, grey = max(x, 0), horizon - tall, rng.randint(84, 148)
        pixels[top:horizon, left : x + width] = (grey, grey + 2, grey + 10)
        for row in range(top + 5, horizon - 4, 9):
            for column in range(left + 4, min(x + width - 4, SIDE - 3), 8):
                lit = rng.random() < 0.45
                pixels[row : row + 4, column : column + 3] = (240, 216, 136) if lit else (58, 64, 78)
        x += width
    return pixels


def _forest(horizon: int, rng: random.Random) -> Pixels:
    pixels = _sky((168, 200, 176), (206, 222, 190), (74, 96, 52), (40, 54, 30), horizon)
    for depth, colour in ((0.45, (116, 150, 118)), (0.75, (70, 112, 78)), (1.0, (34, 72, 48))):
        x = -rng.randrange(16)
        while x < SIDE + 10:
            wide, tall = rng.randint(14, 24) * depth + 6, horizon * rng.uniform(0.55, 0.85) * depth
            drop = _ROWS - (horizon + 2 - tall)
            tree = (drop >= 0) & (_ROWS < horizon + 2) & (np.abs(_COLUMNS - x) < wide * drop / tall)
            pixels[tree] = np.asarray(colour, np.float32)
            x += int(wide * 1.5)
    return pixels


_SETTINGS: dict[str, Callable[[int, random.Random], Pixels]] = {
    "sea": _sea,
    "meadow": _meadow,
    "desert": _desert,
    "night": _night,
    "sunset": _sunset,
    "snow": _snow,
    "city": _city,
    "forest": _forest,
}
