"""Z-Image: lists of pictures and of texts, each as long as it is; the text last, after the image's padding.

Both branches in one call, cond first, and the prediction negated. Image and text are each filled up to a
multiple of 32 places, of which those of the text are told by nobody.

Source: diffusers 0.42.1, pipelines/z_image/pipeline_z_image.py, `__call__`, `_encode_prompt`, and
models/transformers/transformer_z_image.py, `_pad_with_ids`, `_build_unified_sequence`.
"""

from typing import Any

import torch
from torch import Tensor

from apparatus.adapters.adapter import Adapter, unmasked
from apparatus.adapters.latents import Latents, decode_shifted
from apparatus.attention import Text
from apparatus.guidance import Scheme


def read(returned: Any) -> Latents:
    """The list of rows as `scheduler.step` gets them: without the axis of a film, negated."""
    return -torch.stack([row.float() for row in returned[0]]).squeeze(2)


def combine(cond: Tensor, uncond: Tensor, scale: float) -> Tensor:
    """Guidance counted from the prediction with the prompt: 0 is none."""
    return cond + scale * (cond - uncond)


Z_IMAGE = Adapter(
    pipelines=("ZImagePipeline", "ZImageImg2ImgPipeline", "ZImageInpaintPipeline"),
    scheme=Scheme(order=("cond", "uncond"), stacked=True, read=read, combine=combine),
    text=Text("last", multiple=32),
    encoders=(("text_encoder",),),
    kept=unmasked,
    decode=decode_shifted,
)
