"""What is left of a model when another takes its place: a worker's memory over ten switches.

    python tests/benchmarks/switching.py [--switches 10] [--megabytes 50]

Two random pipelines take turns in the worker of an engine, each making a picture. The resident memory of that
process is read after each; the last is to be within a tenth of the first.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from diffusers import UNet2DConditionModel
from zoo import stable_diffusion

from apparatus.engine import LocalEngine
from apparatus.record import Settings
from apparatus.store import Store

ALLOWED = 1.1


def saved(folder: Path, megabytes: int) -> str:
    """A Stable Diffusion with a UNet about so large, in float32."""
    pipeline = stable_diffusion()
    width = 16 * max(round((megabytes / 50) ** 0.5 * 6), 1)
    pipeline.unet = UNet2DConditionModel(
        block_out_channels=(width, 2 * width), layers_per_block=2, sample_size=32, cross_attention_dim=32,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=8,
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=8,
    )  # fmt: skip
    pipeline.save_pretrained(folder)
    size = sum(weight.numel() * weight.element_size() for weight in pipeline.unet.parameters())
    print(f"{folder.name}: a UNet of {size / 1e6:.0f} MB")
    return str(folder)


def main() -> None:
    """Print the memory after each switch, in MB, and whether the last is within what is allowed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--switches", type=int, default=10)
    parser.add_argument("--megabytes", type=int, default=50)
    asked = parser.parse_args()
    place = Path(tempfile.mkdtemp())
    models = [saved(place / name, asked.megabytes) for name in ("one", "other")]
    taken = []
    with LocalEngine(Store(place / "outputs"), model=models[0]) as engine:
        for switch in range(asked.switches + 1):
            settings = Settings(model=models[switch % 2], num_inference_steps=2, width=64, height=64, seed=1)
            begun = time.perf_counter()
            assert list(engine.expose(settings))[-1].kind == "finished"
            seconds = time.perf_counter() - begun
            process = engine._desks[0].process
            assert process is not None
            taken.append(psutil.Process(process.pid).memory_info().rss)
            print(f"{switch:>3} switches: {taken[-1] / 1e6:.1f} MB resident, {seconds:.2f} s")
    ratio = taken[-1] / taken[1]
    print(f"after {asked.switches} switches {ratio:.3f} times what it was after one")
    sys.exit(ratio > ALLOWED)


if __name__ == "__main__":
    main()
