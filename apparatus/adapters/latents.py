"""How latents become pictures, where several families do it alike.

Source: diffusers 0.42.1, the end of `__call__` in pipelines/stable_diffusion/pipeline_stable_diffusion.py,
pipelines/stable_diffusion_3/pipeline_stable_diffusion_3.py and pipelines/flux/pipeline_flux.py, and there
`_pack_latents` and `_unpack_latents`.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from apparatus.adapters.adapter import Size

Latents = Float[Tensor, "rows channels height width"]
Packed = Float[Tensor, "rows places features"]
Pictures = Float[Tensor, "rows 3 picture_height picture_width"]


def decode(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """Latents of the loop are the decoder's, scaled to about unit variance."""
    vae = pipeline.vae
    return vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor, return_dict=False)[0]


def decode_raised(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """The same with a decoder that overflows in half precision, as many do."""
    vae = pipeline.vae
    if vae.dtype != torch.float16 or not vae.config.get("force_upcast"):
        return decode(pipeline, latents, size)
    vae.to(torch.float32)  # and back, as the pipeline itself does after the loop
    try:
        return decode(pipeline, latents, size)
    finally:
        vae.to(torch.float16)


def decode_shifted(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """Latents of the loop are the decoder's, scaled and shifted."""
    vae = pipeline.vae
    latents = latents.to(vae.dtype) / vae.config.scaling_factor + (vae.config.shift_factor or 0.0)
    return vae.decode(latents, return_dict=False)[0]


def unpack(pipeline: Any, latents: Packed, size: Size) -> Latents:
    """Places in rows and columns, each with its two by two cells."""
    rows, columns = (side // (2 * pipeline.vae_scale_factor) for side in size)
    cells = latents.view(len(latents), rows, columns, -1, 2, 2).permute(0, 3, 1, 4, 2, 5)
    return cells.reshape(len(latents), -1, 2 * rows, 2 * columns)


def pack(latents: Latents) -> Packed:
    """The same back in a sequence."""
    count, channels, rows, columns = latents.shape
    cells = latents.view(count, channels, rows // 2, 2, columns // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return cells.reshape(count, rows * columns // 4, 4 * channels)


def decode_packed(pipeline: Any, latents: Packed | Latents, size: Size) -> Pictures:
    """Latents in a sequence, unpacked and decoded; those that were unpacked already, too."""
    return decode_shifted(pipeline, unpack(pipeline, latents, size) if latents.ndim == 3 else latents, size)
