"""Tiny pipelines with a UNet: Stable Diffusion and its kin."""

from typing import Any

from diffusers import (
    LatentConsistencyModelPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from zoo.parts import SCHEDULERS, clip, clip_tokenizer, quiet, seeded, vae


def stable_diffusion(scheduler: str = "DDIM", kind: type = StableDiffusionPipeline, **config: Any) -> Any:
    tokenizer = clip_tokenizer()
    unet = seeded(
        lambda: UNet2DConditionModel(
            block_out_channels=(8, 16), layers_per_block=1, sample_size=16, cross_attention_dim=32,
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=4,
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=2, **config,
        )
    )  # fmt: skip
    return quiet(
        kind(
            unet=unet, vae=vae(), text_encoder=clip(CLIPTextModel, tokenizer), tokenizer=tokenizer,
            scheduler=SCHEDULERS[scheduler](), safety_checker=None, feature_extractor=None,
            requires_safety_checker=False,
        )
    )  # fmt: skip


def latent_consistency() -> LatentConsistencyModelPipeline:
    return stable_diffusion("LCM", LatentConsistencyModelPipeline, time_cond_proj_dim=32)


def stable_diffusion_xl(scheduler: str = "Euler") -> StableDiffusionXLPipeline:
    tokenizer = clip_tokenizer()
    unet = seeded(
        lambda: UNet2DConditionModel(
            block_out_channels=(4, 8), layers_per_block=1, sample_size=16, cross_attention_dim=64,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=(2, 4),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), norm_num_groups=1,
            use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
            transformer_layers_per_block=(1, 2), projection_class_embeddings_input_dim=80,
        )
    )  # fmt: skip
    return quiet(
        StableDiffusionXLPipeline(
            unet=unet, vae=vae(), text_encoder=clip(CLIPTextModel, tokenizer), tokenizer=tokenizer,
            text_encoder_2=clip(CLIPTextModelWithProjection, tokenizer), tokenizer_2=tokenizer,
            scheduler=SCHEDULERS[scheduler](), add_watermarker=False,
        )
    )  # fmt: skip
