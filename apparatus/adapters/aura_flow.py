"""AuraFlow: T5 of another training, image and text in one sequence, on flow matching.

Eight registers of the transformer's own come first, then the text, then the image. Both branches come in
one call, uncond first. Padding is told as zeros, and looked at.

Source: diffusers 0.42.1, pipelines/aura_flow/pipeline_aura_flow.py, `__call__`, `encode_prompt`, and
models/transformers/auraflow_transformer_2d.py.
"""

from apparatus.adapters.adapter import Adapter
from apparatus.adapters.latents import decode_raised
from apparatus.attention import FIRST
from apparatus.guidance import Scheme

AURA_FLOW = Adapter(
    pipelines=("AuraFlowPipeline",),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    text=FIRST,
    encoders=(("text_encoder",),),
    decode=decode_raised,
)
