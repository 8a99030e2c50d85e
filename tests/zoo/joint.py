"""Tiny pipelines in whose transformers image and text attend to each other."""

from typing import Any

import torch
from diffusers import (
    AuraFlowPipeline,
    AuraFlowTransformer2DModel,
    AutoencoderKLFlux2,
    AutoencoderKLQwenImage,
    ChromaPipeline,
    ChromaTransformer2DModel,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Pipeline,
    Flux2Transformer2DModel,
    FluxKontextPipeline,
    FluxPipeline,
    FluxTransformer2DModel,
    Lumina2Pipeline,
    Lumina2Transformer2DModel,
    QwenImagePipeline,
    QwenImageTransformer2DModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from transformers import CLIPTextModel, CLIPTextModelWithProjection, Qwen3ForCausalLM, Qwen3Model

from zoo.parts import (
    chat_tokenizer,
    clip,
    clip_tokenizer,
    flow_vae,
    gemma,
    gemma_tokenizer,
    mistral3,
    quiet,
    qwen2_5_vl,
    qwen3,
    seeded,
    t5,
    t5_tokenizer,
    umt5,
    vae,
)


def stable_diffusion_3(channels: int = 4) -> StableDiffusion3Pipeline:
    tokenizer = clip_tokenizer()
    transformer = seeded(
        lambda: SD3Transformer2DModel(
            sample_size=16, patch_size=1, in_channels=channels, num_layers=2, attention_head_dim=8,
            num_attention_heads=4, caption_projection_dim=32, joint_attention_dim=32,
            pooled_projection_dim=64, out_channels=channels, dual_attention_layers=(0,), qk_norm="rms_norm",
        )
    )  # fmt: skip
    return quiet(
        StableDiffusion3Pipeline(
            transformer=transformer, vae=flow_vae(channels), scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=clip(CLIPTextModelWithProjection, tokenizer), tokenizer=tokenizer,
            text_encoder_2=clip(CLIPTextModelWithProjection, tokenizer), tokenizer_2=tokenizer,
            text_encoder_3=t5(), tokenizer_3=t5_tokenizer(),
        )
    )  # fmt: skip


def flux(kind: type = FluxPipeline) -> Any:
    tokenizer = clip_tokenizer()
    transformer = seeded(
        lambda: FluxTransformer2DModel(
            patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=32, pooled_projection_dim=32, axes_dims_rope=[4, 4, 8],
            guidance_embeds=True,
        )
    )  # fmt: skip
    return quiet(
        kind(
            transformer=transformer, vae=flow_vae(1), scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=clip(CLIPTextModel, tokenizer), tokenizer=tokenizer,
            text_encoder_2=t5(), tokenizer_2=t5_tokenizer(),
        )
    )  # fmt: skip


def flux_kontext() -> FluxKontextPipeline:
    return flux(FluxKontextPipeline)


def chroma() -> ChromaPipeline:
    transformer = seeded(
        lambda: ChromaTransformer2DModel(
            patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=32, axes_dims_rope=[4, 4, 8], approximator_layers=1,
            approximator_hidden_dim=32, approximator_num_channels=16,
        )
    )  # fmt: skip
    return quiet(
        ChromaPipeline(
            transformer=transformer, vae=flow_vae(1), scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=t5(), tokenizer=t5_tokenizer(),
        )
    )  # fmt: skip


def flux_2_parts(guided: bool) -> dict[str, Any]:
    """What Flux.2 and Klein have in common; the channels of its latents are not centred."""
    transformer = seeded(
        lambda: Flux2Transformer2DModel(
            patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=48, timestep_guidance_channels=256,
            axes_dims_rope=[4, 4, 4, 4], guidance_embeds=guided,
        )
    )  # fmt: skip
    autoencoder = seeded(
        lambda: AutoencoderKLFlux2(
            sample_size=32, down_block_types=("DownEncoderBlock2D",) * 2, layers_per_block=1,
            latent_channels=1, up_block_types=("UpDecoderBlock2D",) * 2, block_out_channels=(4, 8),
            norm_num_groups=1,
        )
    )  # fmt: skip
    autoencoder.bn.running_mean.copy_(torch.tensor([0.1, -0.2, 0.3, 0.0]))
    autoencoder.bn.running_var.copy_(torch.tensor([1.5, 0.5, 1.0, 2.0]))
    scheduler = FlowMatchEulerDiscreteScheduler()
    return {"transformer": transformer, "vae": autoencoder, "scheduler": scheduler}


def flux_2() -> Flux2Pipeline:
    tokenizer = chat_tokenizer("left")
    return quiet(Flux2Pipeline(text_encoder=mistral3(31), tokenizer=tokenizer, **flux_2_parts(guided=True)))


def flux_2_klein() -> Flux2KleinPipeline:
    encoder = qwen3(Qwen3ForCausalLM, 28)
    parts = flux_2_parts(guided=False)
    return quiet(Flux2KleinPipeline(text_encoder=encoder, tokenizer=chat_tokenizer(), **parts))


def qwen_image() -> QwenImagePipeline:
    transformer = seeded(
        lambda: QwenImageTransformer2DModel(
            patch_size=2, in_channels=16, out_channels=4, num_layers=2, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=16, guidance_embeds=False, axes_dims_rope=(8, 4, 4),
        )
    )  # fmt: skip
    autoencoder = seeded(
        lambda: AutoencoderKLQwenImage(
            base_dim=12, z_dim=4, dim_mult=[1, 2], num_res_blocks=1, temperal_downsample=[False],
            latents_mean=[0.1, -0.2, 0.3, 0.0], latents_std=[1.5, 0.5, 1.0, 2.0],
        )
    )  # fmt: skip
    return quiet(
        QwenImagePipeline(
            transformer=transformer, vae=autoencoder, scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=qwen2_5_vl(), tokenizer=chat_tokenizer(),
        )
    )  # fmt: skip


def z_image() -> ZImagePipeline:
    transformer = seeded(
        lambda: ZImageTransformer2DModel(
            in_channels=4, dim=32, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=16,
            axes_dims=[8, 4, 4], axes_lens=[1024, 32, 32],
        )
    )  # fmt: skip
    return quiet(
        ZImagePipeline(
            transformer=transformer, vae=flow_vae(4), scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=qwen3(Qwen3Model), tokenizer=chat_tokenizer(),
        )
    )  # fmt: skip


def aura_flow() -> AuraFlowPipeline:
    transformer = seeded(
        lambda: AuraFlowTransformer2DModel(
            sample_size=16, patch_size=2, in_channels=4, num_mmdit_layers=1, num_single_dit_layers=1,
            attention_head_dim=8, num_attention_heads=4, caption_projection_dim=32, joint_attention_dim=32,
            out_channels=4, pos_embed_max_size=1024,
        )
    )  # fmt: skip
    return quiet(
        AuraFlowPipeline(
            transformer=transformer, vae=vae(), scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=umt5(), tokenizer=t5_tokenizer(),
        )
    )  # fmt: skip


def lumina_2() -> Lumina2Pipeline:
    """Its pipeline takes latents of an eighth of the picture's height and width, whatever its decoder."""
    transformer = seeded(
        lambda: Lumina2Transformer2DModel(
            sample_size=8, patch_size=2, in_channels=4, hidden_size=16, num_layers=2, num_attention_heads=2,
            num_kv_heads=1, multiple_of=16, axes_dim_rope=(4, 2, 2), cap_feat_dim=8,
        )
    )  # fmt: skip
    autoencoder = vae(4, (8, 8, 8, 8), shift_factor=0.06, scaling_factor=1.5)
    return quiet(
        Lumina2Pipeline(
            transformer=transformer, vae=autoencoder, scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=gemma(3), tokenizer=gemma_tokenizer(),
        )
    )  # fmt: skip
