"""Another picture out of one that is there: how a person asks for it, and what it did.

Settings(prompt="a blue boat", retouch=Retouch(source="20261122-123456-ab12", strength=0.5))
Settings(prompt="a cat", retouch=Retouch(way="inpaint", source=id, mask=rows, strength=0.9, paste=True))
"""

import warnings
from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pydantic import BaseModel, ConfigDict, Field

from apparatus.errors import NotAPicture, PictureTooLarge
from apparatus.masks import Mask, cells

Way = Literal["image_to_image", "inpaint", "instruct"]
WAYS: dict[str, tuple[Way, ...]] = {
    "StableDiffusionPipeline": ("image_to_image", "inpaint"),
    "StableDiffusionXLPipeline": ("image_to_image", "inpaint"),
    "StableDiffusion3Pipeline": ("image_to_image", "inpaint"),
    "LatentConsistencyModelPipeline": ("image_to_image",),
    "FluxPipeline": ("image_to_image", "inpaint"),
    "FluxKontextPipeline": ("inpaint", "instruct"),
    "Flux2Pipeline": ("instruct",),
    "Flux2KleinPipeline": ("inpaint", "instruct"),
    "ZImagePipeline": ("image_to_image", "inpaint"),
    "QwenImagePipeline": ("image_to_image", "inpaint"),
    "SanaSprintPipeline": ("image_to_image",),
    "PixArtSigmaPipeline": (),
    "SanaPipeline": (),
    "Lumina2Pipeline": (),
}
"""How the catalogue's pipelines retouch; `engine.retouching.ways` asks diffusers itself, slow to import."""

MOST: dict[tuple[str, Way], int] = {("Flux2KleinPipeline", "inpaint"): 1024 * 1024}
"""Pixels of a picture beyond which a pipeline, asked for such a way, makes a smaller one than it was given.

Source: diffusers 0.42.1, pipelines/flux2/pipeline_flux2_klein_inpaint.py, `__call__`.
"""

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF", "BMP")
"""What is opened of a stranger's; others, as EPS, would start programs."""

LARGEST = 50_000_000
"""Pixels of a picture from elsewhere."""
SOURCE, REBUILT = "source.png", "rebuilt.png"
"""The files of the picture it began with, and of what the autoencoder alone makes of that one."""


class Retouch(BaseModel):
    """What a person asks of a picture that is there.

    "image_to_image": the picture is covered with noise, the more the greater `strength`, and denoised with
    the prompt. "inpaint": the same, where `mask` is painted. "instruct": the prompt says what is to be
    changed, to a model that was trained to read pictures too; it takes no strength.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Way = "image_to_image"
    source: str = ""
    """The exposure whose picture it begins with; "sha256:…" of the pixels, where it came from elsewhere."""
    elsewhere: bool = False
    """Whether any of what it begins with came from elsewhere: found when it begins, whatever was asked."""
    mask: Mask = ()
    strength: float = Field(0.6, gt=0, le=1)
    """The part of the steps that are taken, the last ones; with 1 nothing of the picture is left."""
    paste: bool = False
    """Whether the source's own pixels are put back where nothing is painted."""


class Retouched(BaseModel):
    """What came of it, in levels of 0 to 255: means over pixels and colours, of absolute differences.

    None where there is no such place: without a mask all is inside.
    """

    inside: float
    """Between before and after, where it was painted."""
    outside: float | None = None
    """The same where it was not."""
    greatest: float | None = None
    """The greatest single difference there."""
    untouched: float | None = None
    """The share of the pixels there that are the same in all colours, 0 to 1."""
    own: float | None = None
    """What the autoencoder alone, there and back, makes of what was not painted; of all, without a mask."""


def opened(file: bytes, name: str = "The file") -> Image.Image:
    """A picture from the bytes of its file; nothing of one that is too large is decoded.

    Raises:
        NotAPicture, PictureTooLarge: it is none, or more than can be taken.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the size, which is looked at here, and of odd metadata
            with Image.open(BytesIO(file), formats=FORMATS) as picture:
                pixels = picture.width * picture.height
                if pixels > LARGEST:
                    raise PictureTooLarge(
                        name, f"{pixels / 1e6:.0f} megapixels", f"{LARGEST / 1e6:.0f} megapixels"
                    )
                return upright(picture)
    except PictureTooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(name, "too many pixels", f"{LARGEST / 1e6:.0f} megapixels") from error
    except Exception as error:  # decoders of strangers' files fail in every way there is
        raise NotAPicture(name, "it is damaged, or something else") from error


def upright(picture: Image.Image) -> Image.Image:
    """A picture in RGB, turned as its EXIF says; as it lies, where its EXIF cannot be read."""
    picture.load()  # what fails from here on is the EXIF
    try:
        return ImageOps.exif_transpose(picture).convert("RGB")
    except Exception:  # it fails in as many ways as there are programs that write it
        lying = picture.convert("RGB")
        lying.info.clear()
        return lying


def room(size: tuple[int, int], smallest: int, largest: int, multiple: int) -> tuple[int, int]:
    """The width and height at which a model takes a picture of `size`: like it, and no larger than it can."""
    scale = min(1.0, largest / max(size))

    def fitted(side: int) -> int:
        return max(smallest, round(side * scale / multiple) * multiple)

    return fitted(size[0]), fitted(size[1])


def framed(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture at `size`, width and height: cut to that shape about its middle, and scaled."""
    seen = upright(picture)
    return seen if seen.size == size else ImageOps.fit(seen, size, Image.Resampling.LANCZOS)


def spread(mask: Mask, grid: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """A mask of `grid` rows and columns as a picture of width and height `size`, 255 where it is painted.

    Raises:
        MaskMisfit: it has another number of rows or columns.
    """
    painted = Image.fromarray(cells(mask, grid).astype(np.uint8) * 255)
    return painted.resize(size, Image.Resampling.NEAREST)


def pasted(before: Image.Image, after: Image.Image, painted: Image.Image) -> Image.Image:
    """What is after where it is painted, and what was before everywhere else, to the pixel."""
    return Image.composite(after.convert("RGB"), before, painted)


def differences(before: Image.Image, after: Image.Image) -> NDArray[np.int16]:
    """By how much each pixel and colour changed, [height, width, 3], in levels of 0 to 255."""
    pixels: list[Any] = [np.asarray(each.convert("RGB"), np.int16) for each in (before, after)]
    return np.abs(pixels[1] - pixels[0])


def measured(
    before: Image.Image, after: Image.Image, rebuilt: Image.Image | None, painted: Image.Image | None
) -> Retouched:
    """What a retouch did, inside and outside of what was `painted` (None: all of it)."""
    changed = differences(before, after)
    inside = np.ones(changed.shape[:2], bool) if painted is None else np.asarray(painted) > 0
    apart = ~inside if painted is not None and not inside.all() else None
    own = None if rebuilt is None else differences(before, rebuilt)[inside if apart is None else apart].mean()
    facts: dict[str, Any] = {"inside": float(changed[inside].mean()) if inside.any() else 0.0}
    facts["own"] = None if own is None else float(own)
    if apart is not None:
        kept = changed[apart]
        facts["outside"], facts["greatest"] = float(kept.mean()), float(kept.max())
        facts["untouched"] = float((kept.max(axis=-1) == 0).mean())
    return Retouched(**facts)
