"""What differs between families of pipelines, as data: one module a family.

    adapter = adapter_for(pipeline)
    cond, uncond = guidance.split(adapter.scheme, stepped.predictions, stepped.latents)

A pipeline of no family known here gets `NEUTRAL`: it runs, records and replays like any other, and what
nothing is known of is left out.
"""

import torch
from diffusers import DiffusionPipeline
from torch import Tensor

from apparatus import taps
from apparatus.adapters.adapter import Adapter, Size
from apparatus.adapters.aura_flow import AURA_FLOW
from apparatus.adapters.chroma import CHROMA
from apparatus.adapters.flux import FLUX, FLUX_KONTEXT
from apparatus.adapters.flux_2 import FLUX_2
from apparatus.adapters.hunyuan_dit import HUNYUAN_DIT
from apparatus.adapters.lumina_2 import LUMINA_2
from apparatus.adapters.pixart import PIXART
from apparatus.adapters.qwen_image import QWEN_IMAGE
from apparatus.adapters.sana import SANA, SANA_SPRINT
from apparatus.adapters.stable_diffusion import STABLE_DIFFUSION, STABLE_DIFFUSION_XL
from apparatus.adapters.stable_diffusion_3 import STABLE_DIFFUSION_3
from apparatus.adapters.z_image import Z_IMAGE

NEUTRAL = Adapter()
FAMILIES = (
    STABLE_DIFFUSION,
    STABLE_DIFFUSION_XL,
    STABLE_DIFFUSION_3,
    FLUX,
    FLUX_KONTEXT,
    FLUX_2,
    QWEN_IMAGE,
    Z_IMAGE,
    PIXART,
    SANA,
    SANA_SPRINT,
    AURA_FLOW,
    CHROMA,
    LUMINA_2,
    HUNYUAN_DIT,
)


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
