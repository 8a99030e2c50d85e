"""Tiny random pipelines of real diffusers classes, built from their configurations: nothing is downloaded."""

from collections.abc import Callable
from typing import Any

import torch
from diffusers import DiffusionPipeline
from PIL import Image

from zoo.cross import hunyuan_dit, pixart, pixart_alpha, sana, sana_sprint
from zoo.joint import (
    aura_flow,
    chroma,
    flux,
    flux_2,
    flux_2_klein,
    flux_kontext,
    lumina_2,
    qwen_image,
    stable_diffusion_3,
    z_image,
)
from zoo.parts import SCHEDULERS as SCHEDULERS
from zoo.parts import WORDS as WORDS
from zoo.parts import looking as looking
from zoo.unets import latent_consistency, stable_diffusion, stable_diffusion_xl

STEPS = 4
PROMPT = {"prompt": "a red cat", "num_inference_steps": STEPS, "height": 32, "width": 32, "output_type": "pt"}
GUIDED = PROMPT | {"negative_prompt": "the night", "guidance_scale": 6.0}
LARGER = {"height": 64, "width": 64}
EXACT = {"use_resolution_binning": False}
TURBO = PROMPT | {"guidance_scale": 0.0}
SHORT = {"max_sequence_length": 48}
LARGE = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
EDITED = {"image": LARGE.resize((32, 32)), "max_area": 32 * 32}

ZOO: dict[str, tuple[Callable[[], DiffusionPipeline], dict[str, Any]]] = {
    "stable diffusion": (stable_diffusion, GUIDED),
    "turbo": (lambda: stable_diffusion("Euler ancestral"), TURBO),
    "latent consistency": (latent_consistency, PROMPT | {"guidance_scale": 6.0}),
    "stable diffusion xl": (stable_diffusion_xl, GUIDED),
    "xl turbo": (lambda: stable_diffusion_xl("Euler ancestral"), TURBO),
    "stable diffusion 3": (stable_diffusion_3, GUIDED | SHORT),
    "stable diffusion 3.5 skipping layers": (
        stable_diffusion_3,
        GUIDED | SHORT | {"skip_guidance_layers": [1], "skip_layer_guidance_stop": 0.6},
    ),
    "flux": (flux, PROMPT | SHORT | {"guidance_scale": 3.5}),
    "flux with true guidance": (
        flux,
        PROMPT | SHORT | {"negative_prompt": "the night", "true_cfg_scale": 3.0},
    ),
    "flux kontext": (flux_kontext, PROMPT | SHORT | EDITED | {"guidance_scale": 3.5, "_auto_resize": False}),
    "flux 2": (flux_2, PROMPT | {"guidance_scale": 4.0}),
    "flux 2 editing": (flux_2, PROMPT | {"guidance_scale": 4.0, "image": LARGE}),
    "flux 2 klein": (flux_2_klein, PROMPT | {"guidance_scale": 4.0}),
    "qwen image": (qwen_image, PROMPT | {"negative_prompt": "the night", "true_cfg_scale": 4.0}),
    "z image": (z_image, GUIDED),
    "pixart": (pixart, GUIDED | EXACT),
    "pixart alpha": (pixart_alpha, GUIDED | EXACT),
    "sana": (sana, GUIDED | EXACT),
    "sana sprint": (sana_sprint, PROMPT | EXACT | {"guidance_scale": 4.5, "intermediate_timesteps": None}),
    "aura flow": (aura_flow, GUIDED),
    "chroma": (chroma, GUIDED | SHORT),
    "lumina 2": (lumina_2, GUIDED | LARGER),
    "hunyuan dit": (hunyuan_dit, GUIDED | LARGER | EXACT),
}


def kwargs_of(name: str, seed: int = 7, **others: Any) -> dict[str, Any]:
    """What to call a pipeline of the zoo with: fresh, with a generator of its own."""
    return {**ZOO[name][1], "generator": torch.Generator().manual_seed(seed), **others}
