"""Tiny random pipelines of real diffusers classes, built from their configurations: nothing is downloaded."""

import string
from collections.abc import Callable
from typing import Any

import diffusers
import torch
from diffusers import (
    AutoencoderKL,
    DiffusionPipeline,
    FluxPipeline,
    FluxTransformer2DModel,
    PixArtSigmaPipeline,
    PixArtTransformer2DModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

WORDS = ("a", "the", "red", "blue", "cat", "dog", "boat", "sea", "on", "night")
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
SCHEDULERS: dict[str, Callable[[], Any]] = {
    "DDIM": lambda: diffusers.DDIMScheduler(clip_sample=False, set_alpha_to_one=False, **BETAS),
    "DDIM v": lambda: diffusers.DDIMScheduler(
        clip_sample=False, prediction_type="v_prediction", rescale_betas_zero_snr=True,
        timestep_spacing="trailing", **BETAS,
    ),
    "DDPM": lambda: diffusers.DDPMScheduler(clip_sample=False, **BETAS),
    "Euler": lambda: diffusers.EulerDiscreteScheduler(**BETAS),
    "Euler ancestral": lambda: diffusers.EulerAncestralDiscreteScheduler(**BETAS),
    "Heun": lambda: diffusers.HeunDiscreteScheduler(**BETAS),
    "DPM++ 2M": lambda: diffusers.DPMSolverMultistepScheduler(**BETAS),
    "DPM++ 2M karras": lambda: diffusers.DPMSolverMultistepScheduler(use_karras_sigmas=True, **BETAS),
    "DPM++ 2M SDE": lambda: diffusers.DPMSolverMultistepScheduler(algorithm_type="sde-dpmsolver++", **BETAS),
    "UniPC": lambda: diffusers.UniPCMultistepScheduler(**BETAS),
    "PNDM": lambda: diffusers.PNDMScheduler(skip_prk_steps=True, **BETAS),
    "LCM": lambda: diffusers.LCMScheduler(**BETAS),
}  # fmt: skip


STEPS = 4


def seeded(make: Callable[[], Any]) -> Any:
    """What `make` makes, with the same random weights every time."""
    state = torch.get_rng_state()
    torch.manual_seed(0)
    made = make().eval()
    torch.set_rng_state(state)
    return made


def looking(seed: int = 0) -> tuple[CLIPModel, CLIPImageProcessor]:
    """One that looks at pictures of 64×64 and never learnt anything, and what prepares them for it."""
    vision = {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 64,
        "patch_size": 16,
    }
    text = {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=256)).eval()
    torch.set_rng_state(state)
    size = {"height": 64, "width": 64}
    return model, CLIPImageProcessor(
        size=size, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )


def clip_tokenizer() -> CLIPTokenizer:
    """Byte-level, with a token for each of WORDS."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(code) for code in shown] + [chr(256 + place) for place in range(256 - len(shown))]
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            pair = (parts[0], parts[1])
            merges += [pair] * (pair not in merges)
            parts[:2] = ["".join(pair)]
    entries = [*letters, *(letter + "</w>" for letter in letters), *dict.fromkeys(map("".join, merges))]
    vocabulary = {entry: place for place, entry in enumerate([*entries, "<|startoftext|>", "<|endoftext|>"])}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def t5_tokenizer() -> T5Tokenizer:
    entries = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    entries += [(letter, -3.0) for letter in string.ascii_letters + string.digits + ",.!?'-"]
    entries += [("▁" + word, -1.0) for word in WORDS]
    return T5Tokenizer(vocab=entries, extra_ids=0, model_max_length=512)


def clip(kind: type, tokenizer: CLIPTokenizer) -> Any:
    config = CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=3, projection_dim=32,
        vocab_size=len(tokenizer), bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    return seeded(lambda: kind(config))


def t5() -> T5EncoderModel:
    config = T5Config(vocab_size=128, d_model=32, d_kv=8, d_ff=37, num_layers=3, num_heads=4)
    return seeded(lambda: T5EncoderModel(config))


def vae(latent_channels: int = 4, channels: tuple[int, ...] = (8, 16), **config: Any) -> AutoencoderKL:
    """Latents are half as high and wide as pictures (for two levels of channels)."""
    return seeded(
        lambda: AutoencoderKL(
            block_out_channels=channels, latent_channels=latent_channels, norm_num_groups=channels[0] // 4,
            down_block_types=["DownEncoderBlock2D"] * len(channels),
            up_block_types=["UpDecoderBlock2D"] * len(channels), **config,
        )
    )  # fmt: skip


def stable_diffusion(scheduler: str = "DDIM") -> StableDiffusionPipeline:
    tokenizer = clip_tokenizer()
    unet = seeded(
        lambda: UNet2DConditionModel(
            block_out_channels=(8, 16), layers_per_block=1, sample_size=16, cross_attention_dim=32,
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=4,
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=2,
        )
    )  # fmt: skip
    return quiet(
        StableDiffusionPipeline(
            unet=unet, vae=vae(), text_encoder=clip(CLIPTextModel, tokenizer), tokenizer=tokenizer,
            scheduler=SCHEDULERS[scheduler](), safety_checker=None, feature_extractor=None,
            requires_safety_checker=False,
        )
    )  # fmt: skip


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


def stable_diffusion_3() -> StableDiffusion3Pipeline:
    tokenizer = clip_tokenizer()
    transformer = seeded(
        lambda: SD3Transformer2DModel(
            sample_size=16, patch_size=1, in_channels=4, num_layers=2, attention_head_dim=8,
            num_attention_heads=4, caption_projection_dim=32, joint_attention_dim=32,
            pooled_projection_dim=64, out_channels=4, dual_attention_layers=(0,), qk_norm="rms_norm",
        )
    )  # fmt: skip
    return quiet(
        StableDiffusion3Pipeline(
            transformer=transformer, vae=flow_vae(4), scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
            text_encoder=clip(CLIPTextModelWithProjection, tokenizer), tokenizer=tokenizer,
            text_encoder_2=clip(CLIPTextModelWithProjection, tokenizer), tokenizer_2=tokenizer,
            text_encoder_3=t5(), tokenizer_3=t5_tokenizer(),
        )
    )  # fmt: skip


def flux() -> FluxPipeline:
    tokenizer = clip_tokenizer()
    transformer = seeded(
        lambda: FluxTransformer2DModel(
            patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=2, joint_attention_dim=32, pooled_projection_dim=32, axes_dims_rope=[4, 4, 8],
            guidance_embeds=True,
        )
    )  # fmt: skip
    return quiet(
        FluxPipeline(
            transformer=transformer, vae=flow_vae(1), scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
            text_encoder=clip(CLIPTextModel, tokenizer), tokenizer=tokenizer,
            text_encoder_2=t5(), tokenizer_2=t5_tokenizer(),
        )
    )  # fmt: skip


def pixart() -> PixArtSigmaPipeline:
    transformer = seeded(
        lambda: PixArtTransformer2DModel(
            sample_size=8, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3,
            caption_channels=32, in_channels=4, cross_attention_dim=24, out_channels=8, attention_bias=True,
            activation_fn="gelu-approximate", num_embeds_ada_norm=1000, norm_type="ada_norm_single",
            norm_elementwise_affine=False, norm_eps=1e-6,
        )
    )  # fmt: skip
    return quiet(
        PixArtSigmaPipeline(
            transformer=transformer, vae=vae(), text_encoder=t5(), tokenizer=t5_tokenizer(),
            scheduler=SCHEDULERS["DPM++ 2M"](),
        )
    )  # fmt: skip


def flow_vae(latent_channels: int) -> AutoencoderKL:
    return vae(
        latent_channels, (4, 8), use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.06,
        scaling_factor=1.5,
    )  # fmt: skip


def quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


PROMPT = {"prompt": "a red cat", "num_inference_steps": STEPS, "height": 32, "width": 32, "output_type": "pt"}
GUIDED = PROMPT | {"negative_prompt": "the night", "guidance_scale": 6.0}
ZOO: dict[str, tuple[Callable[[], DiffusionPipeline], dict[str, Any]]] = {
    "stable diffusion": (stable_diffusion, GUIDED),
    "stable diffusion xl": (stable_diffusion_xl, GUIDED),
    "stable diffusion 3": (stable_diffusion_3, GUIDED | {"max_sequence_length": 48}),
    "flux": (flux, PROMPT | {"guidance_scale": 3.5, "max_sequence_length": 48}),
    "flux with true guidance": (
        flux,
        PROMPT | {"negative_prompt": "the night", "true_cfg_scale": 3.0, "max_sequence_length": 48},
    ),
    "pixart": (pixart, GUIDED | {"use_resolution_binning": False, "clean_caption": False}),
}


def kwargs_of(name: str, seed: int = 7, **others: Any) -> dict[str, Any]:
    """What to call a pipeline of the zoo with: fresh, with a generator of its own."""
    return {**ZOO[name][1], "generator": torch.Generator().manual_seed(seed), **others}
