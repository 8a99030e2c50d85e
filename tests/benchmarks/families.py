"""What looking costs in other families: a UNet of Stable Diffusion's widths, a transformer as Flux's.

    python tests/benchmarks/families.py [--steps 4] [--rounds 5]

Random weights in real classes, and as many places and tokens as one meets; the decoder is left out. Bare and
instrumented runs take turns, and the fastest of each counts.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    UNet2DConditionModel,
)
from overhead import fastest
from PIL import Image
from transformers import CLIPTextModel

from apparatus import attention, runner
from apparatus.adapters import adapter_for

sys.path.insert(0, str(Path(__file__).parents[1]))
from zoo import parts, stable_diffusion

ALLOWED = {"instrumented": 1.05, "instrumented, with attention": 1.10}


def unet() -> tuple[Any, dict[str, Any]]:
    """A UNet of 320 and 640 channels, on latents of 32×32."""
    pipeline = stable_diffusion("DDIM")
    pipeline.unet = parts.seeded(
        lambda: UNet2DConditionModel(
            block_out_channels=(320, 640), layers_per_block=1, sample_size=32, cross_attention_dim=32,
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=8,
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        )
    )  # fmt: skip
    return pipeline, {"height": 64, "width": 64, "guidance_scale": 6.0}


def flux() -> tuple[Any, dict[str, Any]]:
    """A transformer of two double and one single layer, 256 wide, on 1,024 places and 128 tokens."""
    transformer = parts.seeded(
        lambda: FluxTransformer2DModel(
            patch_size=1, in_channels=16, num_layers=2, num_single_layers=1, attention_head_dim=64,
            num_attention_heads=4, joint_attention_dim=32, pooled_projection_dim=32,
            axes_dims_rope=[16, 24, 24], guidance_embeds=True,
        )
    )  # fmt: skip
    tokenizer = parts.clip_tokenizer()
    pipeline = FluxPipeline(
        transformer=transformer, vae=parts.flow_vae(4), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=parts.clip(CLIPTextModel, tokenizer), tokenizer=tokenizer,
        text_encoder_2=parts.t5(), tokenizer_2=parts.t5_tokenizer(),
    )  # fmt: skip
    return parts.quiet(pipeline), {"height": 128, "width": 128, "max_sequence_length": 128}


def ways(pipeline: Any, said: dict[str, Any], steps: int) -> dict[str, Callable[[], Any]]:
    """The same latents made bare, looked at, and looked at with attention; as a picture, to be compared."""
    size, adapter = (said["height"], said["width"]), adapter_for(pipeline)
    assert adapter.text is not None, "where its words stand is known"

    def kwargs() -> dict[str, Any]:
        generator = torch.Generator().manual_seed(7)
        run = {"prompt": "a red cat", "generator": generator, "num_inference_steps": steps}
        return {**run, "output_type": "latent", **said}

    def looked(attend: bool) -> Image.Image:
        watching = attention.watch(pipeline, size, adapter.scheme, adapter.text)
        with watching if attend else nullcontext():
            return _bytes(runner.run(pipeline, kwargs(), watch=lambda seen: None, layers=True).output.images)

    return {
        "bare": lambda: _bytes(pipeline(**kwargs()).images),
        "instrumented": lambda: looked(attend=False),
        "instrumented, with attention": lambda: looked(attend=True),
    }


def _bytes(latents: torch.Tensor) -> Image.Image:
    """The latents' bytes as a picture of one row, which is compared exactly."""
    held = latents.contiguous().numpy().tobytes()
    return Image.frombytes("L", (len(held), 1), held)


def main() -> None:
    """Print seconds and ratios; the exit code says whether they are within what is allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    late = False
    for build in (unet, flux):
        pipeline, said = build()
        seconds = fastest(ways(pipeline, said, asked.steps), asked.rounds)
        bare = seconds.pop("bare")
        print(f"{build.__name__}: bare {bare:.3f} s")
        for name, taken in seconds.items():
            print(f"  {name:30} {taken:7.3f} s   ratio {taken / bare:.3f} (at most {ALLOWED[name]})")
            late |= taken / bare > ALLOWED[name]
    sys.exit(late)


if __name__ == "__main__":
    main()
