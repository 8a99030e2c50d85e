"""What differs between families of pipelines, as data: one module a family.

    adapter = adapter_for(pipeline)
    cond, uncond = guidance.split(adapter.scheme, stepped.predictions, len(stepped.latents))

A pipeline of no family known here gets `NEUTRAL`: it runs, records and replays like any other, and what
nothing is known of is left out.
"""

import torch
from diffusers import DiffusionPipeline
from torch import Tensor

from apparatus import taps
from apparatus.adapters.adapter import Adapter, Size
from apparatus.adapters.flow import FLUX, STABLE_DIFFUSION_3
from apparatus.adapters.stable_diffusion import STABLE_DIFFUSION, STABLE_DIFFUSION_XL

NEUTRAL = Adapter()
FAMILIES = (STABLE_DIFFUSION, STABLE_DIFFUSION_XL, STABLE_DIFFUSION_3, FLUX)


def adapter_for(pipeline: DiffusionPipeline) -> Adapter:
    """The adapter of a pipeline's class, NEUTRAL for one that is not known."""
    name = type(pipeline).__name__
    return next((family for family in FAMILIES if name in family.pipelines), NEUTRAL)


@torch.no_grad()
def preview(pipeline: DiffusionPipeline, latents: Tensor, size: Size) -> Tensor | None:
    """The picture of this size that latents of the loop would make, nominally in [-1, 1]; None if not known.

    A look aside, in the middle of a run too: no tap sees it, and nothing is drawn from a generator.
    """
    decode = adapter_for(pipeline).decode
    if decode is None:
        return None
    with taps.bare():
        return decode(pipeline, latents, size)
