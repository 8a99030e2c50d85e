"""Flux.2 and Klein: the text as three layers of a language model saw it, chat template and padding included.

Flux.2 takes the scale of guidance as an input; Klein, where it was not distilled, has a second call,
whose prompt is always empty. A place of the sequence is two by two cells of the decoder's latents, their
channels centred.

Source: diffusers 0.42.1, pipelines/flux2/pipeline_flux2.py, pipeline_flux2_klein.py and
pipeline_flux2_klein_inpaint.py, `__call__`, `_patchify_latents`.
"""

from typing import Any

from torch import Tensor

from apparatus.adapters.adapter import Adapter, Size
from apparatus.adapters.latents import Latents, Packed, Pictures
from apparatus.attention import FIRST
from apparatus.guidance import Scheme


def unpack(pipeline: Any, latents: Packed, size: Size) -> Latents:
    """Places in rows and columns, each with its two by two cells."""
    rows, columns = (side // (2 * pipeline.vae_scale_factor) for side in size)
    return _opened(latents.transpose(1, 2).unflatten(2, (rows, columns)))


def pack(latents: Latents) -> Packed:
    """The same back in a sequence."""
    return _closed(latents).flatten(2).transpose(1, 2)


def _opened(patches: Tensor) -> Tensor:
    """Of [rows, 4·channels, height, width], [rows, channels, 2·height, 2·width]: a channel becomes a cell."""
    cells = patches.unflatten(1, (-1, 2, 2)).permute(0, 1, 4, 2, 5, 3)
    return cells.flatten(2, 3).flatten(3, 4)


def _closed(cells: Tensor) -> Tensor:
    """And back."""
    patches = cells.unflatten(2, (-1, 2)).unflatten(4, (-1, 2)).permute(0, 1, 3, 5, 2, 4)
    return patches.flatten(1, 3)


def decode(pipeline: Any, latents: Packed | Latents, size: Size) -> Pictures:
    """Latents of the loop have each channel centred and scaled to unit variance, as a batch norm knows it."""
    vae = pipeline.vae
    patches = _closed(unpack(pipeline, latents, size) if latents.ndim == 3 else latents)
    mean = vae.bn.running_mean.view(1, -1, 1, 1).to(patches)
    variance = vae.bn.running_var.view(1, -1, 1, 1) + vae.config.batch_norm_eps
    patches = patches * variance.sqrt().to(patches) + mean
    return vae.decode(_opened(patches).to(vae.dtype), return_dict=False)[0]


FLUX_2 = Adapter(
    pipelines=("Flux2Pipeline", "Flux2KleinPipeline", "Flux2KleinInpaintPipeline"),
    scheme=Scheme(order=("cond", "uncond"), stacked=False),
    negative=None,
    text=FIRST,
    encoders=(("text_encoder",),),
    decode=decode,
    unpack=unpack,
    pack=pack,
)
