"""PixArt-Alpha and -Sigma: T5, a transformer with cross attention, both branches in one call, uncond first.

It also says how sure it is of each number, in as many channels again, which nothing uses.

Source: diffusers 0.42.1, pipelines/pixart_alpha/pipeline_pixart_sigma.py and pipeline_pixart_alpha.py,
`__call__`.
"""

from apparatus.adapters.adapter import Adapter, exact
from apparatus.adapters.latents import decode
from apparatus.attention import CROSS
from apparatus.guidance import Scheme

PIXART = Adapter(
    pipelines=("PixArtSigmaPipeline", "PixArtAlphaPipeline"),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    also=exact,
    text=CROSS,
    encoders=(("text_encoder",),),
    decode=decode,
)
