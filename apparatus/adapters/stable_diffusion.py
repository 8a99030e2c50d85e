"""Stable Diffusion and its kin: CLIP, a UNet with cross attention, both branches in one call, uncond first.

Turbo models are of the same classes, and are called without guidance. A latent consistency model takes
its scale as an input; what it decodes is the last step's estimate of the clean latents.

Source: diffusers 0.42.1, pipelines/stable_diffusion/pipeline_stable_diffusion.py,
pipelines/stable_diffusion_xl/pipeline_stable_diffusion_xl.py and
pipelines/latent_consistency_models/pipeline_latent_consistency_text2img.py, `__call__`.
"""

from typing import Any

from apparatus.adapters.adapter import Adapter, Size
from apparatus.adapters.latents import Latents, Pictures, decode, decode_raised
from apparatus.attention import CROSS
from apparatus.guidance import Scheme


def decode_centred(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """Some XL models (Playground) also centre each channel."""
    config = pipeline.vae.config
    mean, std = config.get("latents_mean"), config.get("latents_std")
    if mean is not None and std is not None:
        mean, std = (latents.new_tensor(each).view(1, -1, 1, 1) for each in (mean, std))
        latents = latents * std + mean * config.scaling_factor
    return decode_raised(pipeline, latents, size)


STABLE_DIFFUSION = Adapter(
    pipelines=(
        "StableDiffusionPipeline",
        "StableDiffusionImg2ImgPipeline",
        "StableDiffusionInpaintPipeline",
        "LatentConsistencyModelPipeline",
        "LatentConsistencyModelImg2ImgPipeline",
    ),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    text=CROSS,
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
    text=CROSS,
    encoders=(("text_encoder", "text_encoder_2"),),
    layer=-2,
    decode=decode_centred,
)
