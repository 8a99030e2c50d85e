"""Stable Diffusion 3 and Flux: transformers in which image and text attend to each other, on flow matching.

Stable Diffusion 3 has the text last, both branches in one call, uncond first. Flux has it first; it was
distilled, so that most calls have one branch, and a second one has a call of its own. Its latents lie in a
sequence, two by two cells a place.

Source: diffusers 0.42.1, pipelines/stable_diffusion_3/pipeline_stable_diffusion_3.py and
pipelines/flux/pipeline_flux.py, `__call__`, `encode_prompt`, `_pack_latents`.
"""

from typing import Any

from jaxtyping import Float
from torch import Tensor

from apparatus.adapters.adapter import Adapter, Size
from apparatus.guidance import Scheme

Latents = Float[Tensor, "rows channels height width"]
Packed = Float[Tensor, "rows places features"]
Pictures = Float[Tensor, "rows 3 picture_height picture_width"]


def decode(pipeline: Any, latents: Latents, size: Size) -> Pictures:
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


def decode_packed(pipeline: Any, latents: Packed, size: Size) -> Pictures:
    """Flux's latents, unpacked and decoded; those that were unpacked already, too."""
    return decode(pipeline, unpack(pipeline, latents, size) if latents.ndim == 3 else latents, size)


STABLE_DIFFUSION_3 = Adapter(
    pipelines=("StableDiffusion3Pipeline", "StableDiffusion3Img2ImgPipeline"),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    text="last",
    encoders=(("text_encoder", "text_encoder_2"), ("text_encoder_3",)),
    layer=-2,
    decode=decode,
)

FLUX = Adapter(
    pipelines=("FluxPipeline", "FluxImg2ImgPipeline"),
    scheme=Scheme(order=("cond", "uncond"), stacked=False),
    text="first",
    encoders=(("text_encoder_2",),),
    decode=decode_packed,
    unpack=unpack,
    pack=pack,
)
