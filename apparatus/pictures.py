"""Arrays to pictures, a pixel a number: nothing is smoothed, enlarged or invented.

Pictures come at the size of the array (16×16 latents give 16×16 pixels); whoever shows them enlarges them
with hard edges. Whatever scale was needed to turn numbers into light is returned with the picture.
"""

from dataclasses import dataclass
from io import BytesIO
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apparatus.tensors import Array, plain

Numbers = NDArray[Any]

BELOW, ABOVE = np.array([64, 156, 255]), np.array([255, 140, 32])
"""Diverging colours, blue under zero and orange over it; zero is black."""


@dataclass(frozen=True)
class LatentSpace:
    """How latents of one space are seen as colours: rgb = matrix · channels + bias, in [-1, 1]."""

    projection: str
    matrix: Numbers
    bias: Numbers


LATENT_SPACES = {
    # The first three channels are twice the mean colour of the picture under them.
    "obscura": LatentSpace("colour channels", np.eye(3) / 2, np.zeros(3)),
    # Source: discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204, fitted on SD 1.4.
    "sd": LatentSpace(
        "linear",
        np.array(
            [[0.298, 0.187, -0.158, -0.184], [0.207, 0.286, 0.189, -0.271], [0.208, 0.173, 0.264, -0.473]]
        ),
        np.zeros(3),
    ),
    # Source: diffusers 0.42.1, docs/source/en/using-diffusers/callback.md, latents_to_rgb, in 0 to 255 there.
    "sdxl": LatentSpace(
        "linear",
        np.array([[60, -60, 25, -70], [60, -5, 15, -50], [60, 10, -5, -35]]) / 127.5,
        np.array([150, 140, 130]) / 127.5 - 1,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A PNG file, and what must be said of how its numbers became light."""

    png: bytes
    projection: str = ""
    """Of colours: "colour channels", "linear" or "principal components"."""
    limit: float = 0.0
    """Of heat and grey: the number shown at full light; what lies beyond it is shown alike."""
    columns: int = 0


def png(pixels: Numbers) -> bytes:
    """A PNG file of 8-bit pixels, [height, width] or [height, width, 3 or 4]."""
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def webp(picture: Image.Image) -> bytes:
    """A lossless WebP file, written fast rather than small."""
    file = BytesIO()
    picture.save(file, "WEBP", lossless=True, quality=0, method=0)
    return file.getvalue()


def one(latents: Array) -> Numbers:
    """The first of a batch of latents, as float64 [channel, height, width]."""
    values = plain(latents).astype(np.float64)
    while values.ndim > 3:
        values = values[0]
    return values


def colours(latents: Array, space: str | None = None) -> Shown:
    """Latents as a small colour picture, by what is known of their space, else by principal components."""
    values = np.clip(np.nan_to_num(one(latents)), -1e6, 1e6)  # a diverged run has a picture too
    known = LATENT_SPACES.get(space or "")
    if known is None or known.matrix.shape[1] > len(values):
        return Shown(png(_light(_principal(values))), "principal components")
    rgb = np.tensordot(known.matrix, values[: known.matrix.shape[1]], 1) + known.bias[:, None, None]
    return Shown(png(_light(rgb)), known.projection)


def _light(rgb: Numbers) -> Numbers:
    """[-1, 1], channels first, to 8 bits, channels last."""
    return np.clip(rgb * 127.5 + 127.5, 0, 255).round().transpose(1, 2, 0)


def _principal(values: Numbers) -> Numbers:
    """The three directions in which the pixels differ most, each with ±3 standard deviations in [-1, 1]."""
    pixels = values.reshape(len(values), -1)
    pixels = pixels - pixels.mean(axis=1, keepdims=True)
    axes = np.linalg.svd(pixels, full_matrices=False)[0].T[:3]
    axes *= np.where(axes.sum(axis=1, keepdims=True) < 0, -1, 1)  # the sign is arbitrary: settle it
    parts = axes @ pixels
    parts /= 3 * parts.std(axis=1, keepdims=True) + 1e-12
    parts = np.concatenate([parts, np.zeros((3 - len(parts), parts.shape[1]), parts.dtype)])
    return parts.reshape(3, *values.shape[1:])


def heat(values: Array) -> Shown:
    """A matrix in diverging colours, full light at its 99.5th percentile of magnitude."""
    numbers = plain(values).astype(np.float64)
    limit = _limit(numbers)
    return Shown(png(_diverging(numbers, limit)), limit=limit)


def channels(latents: Array) -> Shown:
    """Every channel in diverging colours, side by side, a transparent line between two."""
    values = one(latents)
    count, height, width = values.shape
    columns = ceil(sqrt(count))
    limit = _limit(values)
    sheet = np.zeros((ceil(count / columns) * (height + 1) - 1, columns * (width + 1) - 1, 4), np.uint8)
    for index, channel in enumerate(values):
        y, x = index // columns * (height + 1), index % columns * (width + 1)
        sheet[y : y + height, x : x + width, :3] = _diverging(channel, limit)
        sheet[y : y + height, x : x + width, 3] = 255
    return Shown(png(sheet), limit=limit, columns=columns)


def _limit(values: Numbers) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(np.percentile(finite, 99.5)) if finite.size else 0.0


def _diverging(values: Numbers, limit: float) -> Numbers:
    share = np.nan_to_num(np.clip(values / (limit or 1.0), -1, 1))[..., None]
    return np.where(share < 0, BELOW * -share, ABOVE * share).round().astype(np.uint8)


def grey(values: Array, white: float | None = None) -> Shown:
    """A matrix of numbers from 0 (black) up to `white`; without it, its greatest number is white."""
    numbers = plain(values).astype(np.float64)
    limit = float(numbers.max(initial=0.0, where=np.isfinite(numbers))) if white is None else white
    share = np.nan_to_num(np.clip(numbers / (limit or 1.0), 0, 1))
    return Shown(png((share * 255).round()), limit=limit)
