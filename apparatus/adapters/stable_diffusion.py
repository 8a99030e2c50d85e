"""Stable Diffusion and its kin: CLIP, a UNet with cross attention, both branches in one call, uncond first.

Source: diffusers 0.42.1, pipelines/stable_diffusion/pipeline_stable_diffusion.py and
pipelines/stable_diffusion_xl/pipeline_stable_diffusion_xl.py, `__call__`.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from apparatus.adapters.adapter import Adapter, Size
from apparatus.guidance import Scheme

Latents = Float[Tensor, "rows channels height width"]
Pictures = Float[Tensor, "rows 3 picture_height picture_width"]


def decode(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """Latents of the loop are the decoder's, scaled to about unit variance."""
    vae = pipeline.vae
    return vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor, return_dict=False)[0]


def decode_xl(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """Some XL models (Playground) also centre each channel, and many decoders overflow in half precision."""
    vae = pipeline.vae
    mean, std = vae.config.get("latents_mean"), vae.config.get("latents_std")
    if mean is not None and std is not None:
        mean, std = (latents.new_tensor(each).view(1, -1, 1, 1) for each in (mean, std))
        latents = latents * std + mean * vae.config.scaling_factor
    if vae.dtype != torch.float16 or not vae.config.get("force_upcast"):
        return decode(pipeline, latents, size)
    vae.to(torch.float32)  # and back, as the pipeline itself does after the loop
    try:
        return decode(pipeline, latents, size)
    finally:
        vae.to(torch.float16)


STABLE_DIFFUSION = Adapter(
    pipelines=(
        "StableDiffusionPipeline",
        "StableDiffusionImg2ImgPipeline",
        "StableDiffusionInpaintPipeline",
        "LatentConsistencyModelPipeline",
        "LatentConsistencyModelImg2ImgPipeline",
    ),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    text="cross",
    encoders=(("text_encoder",),),
    layer=-1,
    decode=decode,
)

STABLE_DIFFUSION_XL = Adapter(
    pipelines=(
        "StableDiffusionXLPipeline",
        "StableDiffusionXLImg2ImgPipeline",
        "StableDiffusionXLInpaintPipeline",
    ),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    text="cross",
    encoders=(("text_encoder", "text_encoder_2"),),
    layer=-2,
    decode=decode_xl,
)
