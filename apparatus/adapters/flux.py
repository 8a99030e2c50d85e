"""Flux.1 and Kontext: a transformer in which image and text attend to each other, on flow matching.

The text stands first, as T5 reads it; CLIP gives one vector for all of it. Both were distilled to take
the scale of guidance as an input, so that a call has one branch, and no negative prompt is read. Their
latents lie in a sequence, two by two cells a place; behind Kontext's lie those of the picture that it
edits.

Source: diffusers 0.42.1, pipelines/flux/pipeline_flux.py, pipeline_flux_kontext.py and
pipeline_flux_kontext_inpaint.py, `__call__`.
"""

from dataclasses import replace
from typing import Any

from apparatus.adapters.adapter import Adapter
from apparatus.adapters.latents import decode_packed, pack, unpack
from apparatus.attention import FIRST
from apparatus.guidance import Scheme
from apparatus.settings import Settings


def own_size(settings: Settings) -> dict[str, Any]:
    """The size that is asked for, which Kontext otherwise takes for a shape to be filled with a megapixel."""
    return {"max_area": (settings.height or 0) * (settings.width or 0), "_auto_resize": False}


FLUX = Adapter(
    pipelines=("FluxPipeline", "FluxImg2ImgPipeline", "FluxInpaintPipeline"),
    scheme=Scheme(order=("cond", "uncond"), stacked=False),
    negative=None,
    text=FIRST,
    encoders=(("text_encoder_2",),),
    decode=decode_packed,
    unpack=unpack,
    pack=pack,
)

FLUX_KONTEXT = replace(FLUX, pipelines=("FluxKontextPipeline", "FluxKontextInpaintPipeline"), also=own_size)
