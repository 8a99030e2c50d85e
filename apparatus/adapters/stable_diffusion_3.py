"""Stable Diffusion 3 and 3.5: a transformer in which image and text attend to each other, on flow matching.

The text stands last: what two CLIPs say of it side by side, then what T5 does. Both branches come in one
call, uncond first. With skip-layer guidance some steps have a second call, with the prompt and without
some layers.

Source: diffusers 0.42.1, pipelines/stable_diffusion_3/pipeline_stable_diffusion_3.py, `__call__`,
`encode_prompt`.
"""

from apparatus.adapters.adapter import Adapter
from apparatus.adapters.latents import decode_shifted
from apparatus.attention import LAST
from apparatus.guidance import Scheme

STABLE_DIFFUSION_3 = Adapter(
    pipelines=(
        "StableDiffusion3Pipeline",
        "StableDiffusion3Img2ImgPipeline",
        "StableDiffusion3InpaintPipeline",
    ),
    scheme=Scheme(order=("uncond", "cond"), stacked=True),
    text=LAST,
    encoders=(("text_encoder", "text_encoder_2"), ("text_encoder_3",)),
    layer=-2,
    decode=decode_shifted,
)
