"""Qwen-Image: the text as a vision-language model reads it, without the head of the chat template.

Two calls, cond first; what guidance made is brought back to the length of the prediction with the prompt.
Without a negative prompt there is none, so that a space stands for one, as the model's page has it.
Latents are packed as Flux's, and decoded as a film of one picture.

Source: diffusers 0.42.1, pipelines/qwenimage/pipeline_qwenimage.py, `__call__`, `_get_qwen_prompt_embeds`.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from apparatus.adapters.adapter import Adapter, Size, unmasked
from apparatus.adapters.latents import Latents, Packed, Pictures, pack, unpack
from apparatus.attention import FIRST
from apparatus.guidance import Scheme, normed


def without_head(pipeline: Any, mask: Sequence[int]) -> list[int]:
    """The tokens that are no padding, after those that come before every prompt."""
    return unmasked(pipeline, mask)[pipeline.prompt_template_encode_start_idx :]


def decode(pipeline: Any, latents: Packed | Latents, size: Size) -> Pictures:
    """Latents of the loop have each channel centred, and scaled to unit variance."""
    vae = pipeline.vae
    latents = unpack(pipeline, latents, size) if latents.ndim == 3 else latents
    mean, std = (
        Tensor(each).view(1, -1, 1, 1, 1).to(latents)
        for each in (vae.config.latents_mean, vae.config.latents_std)
    )
    film = latents.unsqueeze(2) / (1.0 / std) + mean  # in this order, bit for bit as the pipeline does
    return vae.decode(film.to(vae.dtype), return_dict=False)[0][:, :, 0]


QWEN_IMAGE = Adapter(
    pipelines=("QwenImagePipeline", "QwenImageImg2ImgPipeline", "QwenImageInpaintPipeline"),
    scheme=Scheme(order=("cond", "uncond"), stacked=False, combine=normed),
    guidance="true_cfg_scale",
    negative=" ",
    text=FIRST,
    encoders=(("text_encoder",),),
    kept=without_head,
    decode=decode,
    unpack=unpack,
    pack=pack,
)
