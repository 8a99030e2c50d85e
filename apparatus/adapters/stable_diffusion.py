"""Stable Diffusion and its kin: CLIP, a UNet with cross attention, both branches in one call, uncond first.

Source: diffusers 0.42.1, pipelines/stable_diffusion/pipeline_stable_diffusion.py and
pipelines/stable_diffusion_xl/pipeline_stable_diffusion_xl.py, `__call__`.
"""

from typing import Any

from jaxtyping import Float
from torch import Tensor

from apparatus.adapters.adapter import Adapter
from apparatus.guidance import Scheme

Latents = Float[Tensor, "rows channels height width"]
Pictures = Float[Tensor, "rows 3 picture_height picture_width"]


def decode(pipeline: Any, latents: Latents) -> Pictures:
    """Latents of the loop are the decoder's, scaled to about unit variance."""
    vae = pipeline.vae
    return vae.decode(latents / vae.config.scaling_factor, return_dict=False)[0]


def decode_xl(pipeline: Any, latents: Latents) -> Pictures:
    """Some XL models (Playground) also centre each channel."""
    config = pipeline.vae.config
    if config.get("latents_mean") is None or config.get("latents_std") is None:
        return decode(pipeline, latents)
    mean, std = (
        latents.new_tensor(each).view(1, -1, 1, 1) for each in (config.latents_mean, config.latents_std)
    )
    return decode(pipeline, latents * std + mean * config.scaling_factor)


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
    decode=decode_xl,
)
