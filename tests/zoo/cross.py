"""Tiny pipelines whose transformers attend to the text in layers of their own."""

from typing import Any

from diffusers import (
    AutoencoderDC,
    DPMSolverMultistepScheduler,
    HunyuanDiT2DModel,
    HunyuanDiTPipeline,
    PixArtAlphaPipeline,
    PixArtSigmaPipeline,
    PixArtTransformer2DModel,
    SanaPipeline,
    SanaSprintPipeline,
    SanaTransformer2DModel,
    SCMScheduler,
)

from zoo.parts import (
    SCHEDULERS,
    bert,
    bert_tokenizer,
    gemma,
    gemma_tokenizer,
    quiet,
    seeded,
    t5,
    t5_tokenizer,
    vae,
)


def pixart(kind: type = PixArtSigmaPipeline) -> Any:
    transformer = seeded(
        lambda: PixArtTransformer2DModel(
            sample_size=8, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3,
            caption_channels=32, in_channels=4, cross_attention_dim=24, out_channels=8, attention_bias=True,
            activation_fn="gelu-approximate", num_embeds_ada_norm=1000, norm_type="ada_norm_single",
            norm_elementwise_affine=False, norm_eps=1e-6,
        )
    )  # fmt: skip
    return quiet(
        kind(
            transformer=transformer, vae=vae(), text_encoder=t5(), tokenizer=t5_tokenizer(),
            scheduler=SCHEDULERS["DPM++ 2M"](),
        )
    )  # fmt: skip


def pixart_alpha() -> PixArtAlphaPipeline:
    return pixart(PixArtAlphaPipeline)


def sana_parts(**config: Any) -> dict[str, Any]:
    """What Sana and Sprint have in common."""
    transformer = seeded(
        lambda: SanaTransformer2DModel(
            patch_size=1, in_channels=4, out_channels=4, num_layers=2, num_attention_heads=2,
            attention_head_dim=4, num_cross_attention_heads=2, cross_attention_head_dim=4,
            cross_attention_dim=8, caption_channels=8, sample_size=16, **config,
        )
    )  # fmt: skip
    autoencoder = seeded(
        lambda: AutoencoderDC(
            latent_channels=4, attention_head_dim=2, encoder_block_types=("ResBlock", "EfficientViTBlock"),
            decoder_block_types=("ResBlock", "EfficientViTBlock"), encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8), encoder_qkv_multiscales=((), (5,)),
            decoder_qkv_multiscales=((), (5,)), encoder_layers_per_block=(1, 1),
            decoder_layers_per_block=[1, 1], downsample_block_type="conv", upsample_block_type="interpolate",
            decoder_norm_types="rms_norm", decoder_act_fns="silu", scaling_factor=0.4,
        )
    )  # fmt: skip
    read = {"text_encoder": gemma(), "tokenizer": gemma_tokenizer()}
    return {"transformer": transformer, "vae": autoencoder, **read}


def sana() -> SanaPipeline:
    scheduler = DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    return quiet(SanaPipeline(scheduler=scheduler, **sana_parts()))


def sana_sprint() -> SanaSprintPipeline:
    parts = sana_parts(qk_norm="rms_norm_across_heads", guidance_embeds=True)
    return quiet(SanaSprintPipeline(scheduler=SCMScheduler(), **parts))


def hunyuan_dit() -> HunyuanDiTPipeline:
    """Its pipeline takes latents of an eighth of the picture's height and width, whatever its decoder."""
    tokenizer = bert_tokenizer()
    transformer = seeded(
        lambda: HunyuanDiT2DModel(
            sample_size=8, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3,
            in_channels=4, cross_attention_dim=32, cross_attention_dim_t5=24, pooled_projection_dim=16,
            hidden_size=24, activation_fn="gelu-approximate",
        )
    )  # fmt: skip
    return quiet(
        HunyuanDiTPipeline(
            transformer=transformer, vae=vae(4, (8, 8, 8, 8)), text_encoder=bert(len(tokenizer)),
            tokenizer=tokenizer, text_encoder_2=t5(24), tokenizer_2=t5_tokenizer(),
            scheduler=SCHEDULERS["DDPM"](), safety_checker=None, feature_extractor=None,
            requires_safety_checker=False,
        )
    )  # fmt: skip
