"""Retouching, through diffusers' own pipelines for it, on the components that are loaded.

with ready(model, settings) as model:                 # its pipeline is the one that the settings ask for
    settings, before = begun(model, settings, store=store)
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any, get_args

import diffusers
import torch
from PIL import Image

from apparatus import retouching, taps
from apparatus.errors import CannotRetouch, NoSource, NothingPainted, OutOfRange
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model
from apparatus.models.lora import worn
from apparatus.record import Exposure, Settings
from apparatus.retouching import Retouch, Way
from apparatus.stages.distribute import COMPOSED, source_type
from apparatus.store import Store

ENDINGS = {"image_to_image": "Img2ImgPipeline", "inpaint": "InpaintPipeline"}
"""How diffusers calls the pipelines that do it: FluxPipeline, FluxImg2ImgPipeline, FluxInpaintPipeline."""

BROKEN = ("ChromaInpaintPipeline",)
"""Those that cannot run: this one asks for a setting that no Chroma has (diffusers 0.42.1)."""

PLAIN, TRAINED = 4, 9
"""The channels by which they tell a UNet as any other from one that was trained to inpaint."""


@contextmanager
def ready(model: Model, settings: Settings) -> Iterator[Model]:
    """A scope in which the model wears the settings' LoRAs, and its pipeline is the one they ask for.

    Raises:
        NotALora, LoraMisfit: it cannot wear one of them.
        CannotRetouch: it has no pipeline for what is asked.
    """
    with worn(model, settings.loras) as dressed:
        if settings.retouch is None:
            yield dressed
            return
        other = _sibling(dressed.pipeline, settings.retouch.way)
        with _taken_for_plain(other, settings.retouch.way):
            yield replace(dressed, pipeline=other)


def ways(pipeline: Any) -> list[Way]:
    """The ways in which a pipeline's model can retouch."""
    return [way for way in get_args(Way) if _kind(type(pipeline), way)]


def _kind(kind: type, way: Way) -> Any:
    """The class that does it with this one's components; None where there is none."""
    if way == "instruct":
        taken = inspect.signature(kind.__call__).parameters
        return kind if "image" in taken and "strength" not in taken else None
    name = kind.__name__.removesuffix("Pipeline") + ENDINGS[way]
    return None if name in BROKEN else getattr(diffusers, name, None)


def _sibling(pipeline: Any, way: Way) -> Any:
    """A pipeline of the same components, in the same places, that retouches."""
    kind = _kind(type(pipeline), way)
    if kind is None:
        raise CannotRetouch(way, type(pipeline).__name__, ways(pipeline))
    if kind is type(pipeline):
        return pipeline
    there = {**pipeline.config, **pipeline.components}
    return kind(**{name: there[name] for name in inspect.signature(kind).parameters if name in there})


@contextmanager
def _taken_for_plain(pipeline: Any, way: Way) -> Iterator[None]:
    """A scope in which a UNet of other channels than Stable Diffusion's four may be asked to inpaint.

    The pipelines ask for that number only to tell a plain UNet from one trained to inpaint.
    Source: diffusers 0.42.1, pipelines/stable_diffusion/pipeline_stable_diffusion_inpaint.py, `__call__`.
    """
    unet: Any = getattr(pipeline, "unet", None)
    channels = unet.config.in_channels if unet is not None and way == "inpaint" else PLAIN
    if channels in (PLAIN, TRAINED):
        yield
        return
    unet.register_to_config(in_channels=PLAIN)
    try:
        yield
    finally:
        unet.register_to_config(in_channels=channels)


def begun(
    entry: Entry, asked: Settings, given: Image.Image | None, store: Store | None
) -> tuple[Settings, Image.Image | None]:
    """The settings, with the size of the picture they begin with, and that picture at it; None without one.

    `given` is that picture, whatever the settings name; or else they name an exposure in the `store`.

    Raises:
        NoSource: there is no such picture.
        NothingPainted: they inpaint, and nothing is painted.
        OutOfRange: the strength is so little that no step is taken, or the picture is larger than the model
            takes for that.
    """
    retouch = asked.retouch
    if retouch is None:
        return asked, None
    kept = None if given is not None else _kept(retouch, store)
    before = given if kept is None else kept.picture
    if before is None:
        raise NoSource(retouch.source)
    if retouch.way == "inpaint" and not any("#" in row for row in retouch.mask):
        raise NothingPainted
    width, height = retouching.room(before.size, entry.smallest, entry.largest, entry.multiple)
    settings = asked.filled(width=width, height=height, num_inference_steps=entry.num_inference_steps)
    framed = retouching.framed(before, (settings.width or width, settings.height or height))
    _allow(entry, retouch, settings.num_inference_steps or 1, framed.size)
    found = {
        "source": kept.id if kept else f"sha256:{sha256(framed.tobytes()).hexdigest()}",
        "elsewhere": kept is None or source_type(kept.record) == COMPOSED,
    }
    return settings.model_copy(update={"retouch": retouch.model_copy(update=found)}), framed


def _allow(entry: Entry, retouch: Retouch, steps: int, size: tuple[int, int]) -> None:
    if retouch.way != "instruct" and int(steps * retouch.strength) < 1:
        raise OutOfRange("strength", f"{retouch.strength:g} with {steps} steps", f"{1 / steps:.3g} to 1")
    most = retouching.MOST.get((entry.pipeline, retouch.way))
    if most and size[0] * size[1] > most:
        asked = f"{size[0]} x {size[1]} pixels large for {retouch.way!r}"
        raise OutOfRange("the picture", asked, f"up to {most} pixels")


def _kept(retouch: Retouch, store: Store | None) -> Exposure:
    if store is None or not retouch.source or retouch.source.startswith("sha256:"):
        raise NoSource(retouch.source)
    return store.open(retouch.source)


def given(pipeline: Any, retouch: Retouch, before: Image.Image) -> dict[str, Any]:
    """What a pipeline is called with for it.

    Raises:
        MaskMisfit: what is painted has another size than the latents.
    """
    asked: dict[str, Any] = {"image": before, "strength": retouch.strength}
    if retouch.way == "inpaint":
        asked["mask_image"] = painted(pipeline, retouch, before)
    return asked


def painted(pipeline: Any, retouch: Retouch, before: Image.Image) -> Image.Image | None:
    """What is painted, at the size of the picture; None where there is no mask."""
    if retouch.way != "inpaint":
        return None
    cell = pipeline.vae_scale_factor
    return retouching.spread(retouch.mask, (before.height // cell, before.width // cell), before.size)


def finish(pipeline: Any, exposure: Exposure, after: Image.Image) -> Image.Image:
    """The retouched picture as it is to be kept, and in the exposure what the retouch did.

    The picture that the autoencoder alone makes of the first is kept beside them.
    """
    retouch, before = exposure.record.settings.retouch, exposure.picture_of(retouching.SOURCE)
    if retouch is None or before is None:
        return after
    where = painted(pipeline, retouch, before)
    rebuilt = _rebuilt(pipeline, before)
    if retouch.paste and where is not None:
        after = retouching.pasted(before, after, where)
    if rebuilt is not None:
        exposure.pictures[retouching.REBUILT] = rebuilt
    exposure.record.retouched = retouching.measured(before, after, rebuilt, where)
    return after


@torch.no_grad()
def _rebuilt(pipeline: Any, before: Image.Image) -> Image.Image | None:
    """A picture through the autoencoder and back; None where the pipeline has none."""
    vae = getattr(pipeline, "vae", None)
    if vae is None:
        return None
    pixels = pipeline.image_processor.preprocess(before).to(pipeline._execution_device, vae.dtype)
    video = len(next(p for n, p in vae.named_parameters() if n.endswith("weight") and p.ndim > 2).shape) == 5
    with taps.bare():
        encoded = vae.encode(pixels.unsqueeze(2) if video else pixels)
        there = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded[0]
        back = vae.decode(there).sample
    picture: Image.Image = pipeline.image_processor.postprocess(back.squeeze(2) if video else back)[0]
    return picture
