"""Lumina 2: Gemma reads a system prompt and then the prompt; the text first, its padding left out.

Two calls, cond first, predictions negated; what guidance made is brought back to the length of the prediction
with the prompt. The negative prompt is read without the system prompt.

Source: diffusers 0.42.1, pipelines/lumina2/pipeline_lumina2.py, `__call__`, `encode_prompt`, and
models/transformers/transformer_lumina2.py.
"""

from typing import Any

from torch import Tensor

from apparatus.adapters.adapter import Adapter, unmasked
from apparatus.adapters.latents import decode_shifted
from apparatus.attention import FIRST
from apparatus.guidance import Scheme, normed
from apparatus.taps import first


def read(returned: Any) -> Tensor:
    """The prediction as `scheduler.step` gets it: here time runs the other way."""
    return -first(returned)


LUMINA_2 = Adapter(
    pipelines=("Lumina2Pipeline",),
    scheme=Scheme(order=("cond", "uncond"), stacked=False, read=read, combine=normed),
    text=FIRST,
    encoders=(("text_encoder",),),
    kept=unmasked,
    decode=decode_shifted,
)
