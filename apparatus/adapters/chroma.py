"""Chroma: Flux made smaller, with T5 alone, and with guidance by a second call, cond first.

Of the padding only the first token is looked at.

Source: diffusers 0.42.1, pipelines/chroma/pipeline_chroma.py, `__call__`, `_get_t5_prompt_embeds`.
"""

from dataclasses import replace

from apparatus.adapters.flux import FLUX

CHROMA = replace(
    FLUX,
    pipelines=("ChromaPipeline", "ChromaImg2ImgPipeline"),
    negative="",
    encoders=(("text_encoder",),),
)
