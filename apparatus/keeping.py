"""What is kept of an exposure, and what that weighs on the disk.

keeps("latents", "steps/003/attention")                            # False
weighs(SHAPES["Flux.1 [dev], 1024×1024"], 28, "no-predictions")    # bytes
"""

import os
from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

from apparatus.errors import OutOfRange

Keep = Literal["all", "no-predictions", "latents", "picture"]
"""How much: everything; all but the predictions; what it takes to go back; the record and its picture."""

KEEPS: tuple[Keep, ...] = get_args(Keep)
PREDICTIONS = ("model_output", "cond", "uncond")
WAY_BACK = ("noise", "latents", "replay.safetensors")
CHANCE = 2 * 5056
"""Bytes of chance's state after a step: the generator's and torch's own, on a CPU."""


def chosen(asked: str | None = None) -> Keep:
    """How much is kept: what is asked for, else what `APPARATUS_KEEP` says, else all.

    Raises:
        OutOfRange: that is none of the four.
    """
    wanted = asked or os.environ.get("APPARATUS_KEEP") or KEEPS[0]
    for keep in KEEPS:
        if wanted == keep:
            return keep
    raise OutOfRange("keep", wanted, ", ".join(KEEPS))


def keeps(keep: Keep, name: str) -> bool:
    """Whether a tensor of this key, or a file of this name, is kept."""
    last = name.rpartition("/")[2]
    if keep in ("all", "no-predictions"):
        return keep == "all" or last not in PREDICTIONS
    if last in WAY_BACK or last.endswith(".webp"):
        return keep == "latents"
    return not name.startswith(("steps/", "prompt_embeds")) and last != "hidden_states"


@dataclass(frozen=True)
class Shape:
    """What decides how much a run's record weighs; all but the bytes in numbers.

    `latents` are channels, rows and columns; `attention` tokens, rows and columns, zeros where it is not
    looked at; `texts` the hidden states, tokens and width of each call of a text encoder; `prompt` is what
    the denoiser is told. A number of the latents takes `bytes`, one of the texts `text_bytes`: 4 in float32,
    2 in bfloat16.
    """

    latents: tuple[int, int, int]
    guided: bool
    attention: tuple[int, int, int]
    texts: tuple[tuple[int, int, int], ...]
    prompt: int
    bytes: int = 2
    text_bytes: int = 2


def weighs(shape: Shape, steps: int, keep: Keep = "all") -> int:
    """Bytes of the tensors of a run and of its way back.

    The pictures of the steps come on top, at most 3 bytes a pixel each; so does, on the way back, what some
    schedulers remember or return beside the latents: their prediction, as large as these, each step.
    """
    numbers = prod(shape.latents)
    latents = numbers * shape.bytes
    once = {
        "noise": latents,
        "latents": latents,
        "decode/latents": latents,
        "prompt_embeds": shape.prompt * shape.text_bytes,
        "text_encoder/0/hidden_states": sum(map(prod, shape.texts)) * shape.text_bytes,
    }
    each = {
        "steps/000/latents": latents,
        "steps/000/model_output": latents,
        "steps/000/cond": latents,
        "steps/000/uncond": latents * shape.guided,
        "steps/000/denoised": numbers * 4,
        "steps/000/attention": prod(shape.attention) * 4,
        "replay.safetensors": latents + CHANCE,
    }
    first, step = (sum(size for name, size in sizes.items() if keeps(keep, name)) for sizes in (once, each))
    return first + steps * step


_CLIP, _BIG_CLIP, _T5 = (13, 77, 768), (33, 77, 1280), (25, 256, 4096)
_LONG_T5, _LONGEST_T5 = (25, 300, 4096), (25, 512, 4096)

SHAPES = {
    "obscura, 256×256": Shape((8, 32, 32), True, (40, 16, 16), 2 * ((5, 40, 256),), 2 * 40 * 256, 4, 4),
    "Stable Diffusion 1.5, 512×512": Shape((4, 64, 64), True, (77, 64, 64), 2 * (_CLIP,), 2 * 77 * 768),
    "Stable Diffusion XL, 1024×1024": Shape(
        (4, 128, 128), True, (77, 64, 64), 2 * (_CLIP, _BIG_CLIP), 2 * 77 * 2048
    ),
    "Stable Diffusion 3.5, 1024×1024": Shape(
        (16, 128, 128), True, (333, 64, 64), 2 * (_CLIP, _BIG_CLIP, _T5), 2 * 333 * 4096
    ),
    "PixArt-Sigma, 1024×1024": Shape((4, 128, 128), True, (300, 64, 64), 2 * (_LONG_T5,), 2 * 300 * 4096),
    "Flux.1 [dev], 1024×1024": Shape((16, 128, 128), False, (512, 64, 64), (_CLIP, _LONGEST_T5), 512 * 4096),
    "Flux.2 [dev], 1024×1024": Shape((32, 128, 128), False, (512, 64, 64), ((41, 512, 5120),), 512 * 15360),
    "Z-Image Turbo, 1024×1024": Shape((16, 128, 128), False, (64, 64, 64), ((37, 512, 2560),), 64 * 2560, 4),
    "Qwen-Image, 1328×1328": Shape((16, 166, 166), True, (64, 83, 83), 2 * ((29, 98, 3584),), 2 * 64 * 3584),
}
"""The sizes people use, by the parts' configurations; obscura in float32, the others' weights in bfloat16.

Z-Image and Qwen-Image leave padding out: theirs are for prompts of 64 tokens, Qwen-Image's 34 of the chat
template besides. Source: `models/known/`; for lengths the defaults of each pipeline's `encode_prompt` in
diffusers 0.42.1.
"""
