"""HunyuanDiT: what BERT says of the text, then what T5 does, in cross attention; both branches in one call.

Padding is told as a vector of its own, and looked at. Half of the channels of a prediction are not used.

Source: diffusers 0.42.1, pipelines/hunyuandit/pipeline_hunyuandit.py, `__call__`, and
models/transformers/hunyuan_transformer_2d.py.
"""

from apparatus.adapters.adapter import Adapter, exact
from apparatus.adapters.latents import decode
from apparatus.attention import CROSS
from apparatus.guidance import Scheme

HUNYUAN_DIT = Adapter(
    pipelines=("HunyuanDiTPipeline",),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    also=exact,
    text=CROSS,
    encoders=(("text_encoder",), ("text_encoder_2",)),
    decode=decode,
)
