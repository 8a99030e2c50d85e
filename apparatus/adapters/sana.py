"""Sana and Sana-Sprint: Gemma reads an instruction, then the prompt; linear attention, and cross attention.

Sana has both branches in one call, uncond first. Sprint was distilled: one branch, the scale of guidance
as an input, a few steps whose model output the pipeline makes of the prediction.

Source: diffusers 0.42.1, pipelines/sana/pipeline_sana.py and pipeline_sana_sprint.py, `__call__`,
`encode_prompt`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from apparatus.adapters.adapter import Adapter, Size, exact
from apparatus.adapters.latents import Latents, Pictures, decode
from apparatus.attention import CROSS
from apparatus.guidance import Scheme
from apparatus.settings import Settings
from apparatus.taps import first

LENGTH = 300
"""Tokens that the transformer is told."""


def read(returned: Any) -> Tensor:
    """The prediction, in full precision whatever the transformer's."""
    return first(returned).float()


def ends(_: Any, mask: Sequence[int]) -> list[int]:
    """The first token and the last ones: what lies between is the instruction's, or most of it."""
    return [0, *range(max(1, len(mask) - LENGTH + 1), len(mask))]


def any_steps(settings: Settings) -> dict[str, Any]:
    """The time between two steps is the model's own; of another number of steps there is none."""
    return exact(settings) | ({} if settings.num_inference_steps == 2 else {"intermediate_timesteps": None})


def decode_sprint(pipeline: Any, latents: Latents, size: Size) -> Pictures:
    """Latents of the loop are scaled to the spread that the scheduler expects of pictures."""
    return decode(pipeline, latents / pipeline.scheduler.config.sigma_data, size)


SANA = Adapter(
    pipelines=("SanaPipeline",),
    scheme=Scheme(order=("uncond", "cond"), stacked=True, read=read),
    also=exact,
    text=CROSS,
    encoders=(("text_encoder",),),
    kept=ends,
    decode=decode,
)

SANA_SPRINT = replace(SANA, pipelines=("SanaSprintPipeline",), also=any_steps, decode=decode_sprint)
