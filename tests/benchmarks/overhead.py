"""What looking costs: the wall time of an instrumented run over that of the bare pipeline. Run it by hand.

    python tests/benchmarks/overhead.py [--steps 20] [--rounds 10]

Bare and instrumented runs take turns, so that whatever else the machine does weighs on both alike, and the
fastest of each counts. Uses the embedded model if it is there, else a tiny one.
"""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from diffusers import StableDiffusionPipeline

from apparatus import attention, runner
from apparatus.adapters import adapter_for

OBSCURA = Path(__file__).parents[2] / "apparatus/models/obscura"
ALLOWED = {"instrumented": 1.05, "instrumented, with attention": 1.25}


def main() -> None:
    """Print seconds and ratios; the exit code says whether they are within what is allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    seconds = fastest(ways(pipeline(), asked.steps), asked.rounds)
    bare = seconds.pop("bare")
    print(f"{'bare':30} {bare:7.3f} s")
    for name, taken in seconds.items():
        print(f"{name:30} {taken:7.3f} s   ratio {taken / bare:.3f} (at most {ALLOWED[name]})")
    sys.exit(any(taken / bare > ALLOWED[name] for name, taken in seconds.items()))


def pipeline() -> StableDiffusionPipeline:
    """The embedded model, or a tiny one in its place."""
    if (OBSCURA / "model_index.json").exists():
        print(f"model: {OBSCURA.name}")
        loaded = StableDiffusionPipeline.from_pretrained(OBSCURA, local_files_only=True)
        loaded.set_progress_bar_config(disable=True)
        return loaded
    print("model: a tiny one (the embedded model is not there)")
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import zoo

    return zoo.stable_diffusion()


def ways(pipeline: StableDiffusionPipeline, steps: int) -> dict[str, Callable[[], Any]]:
    """The same picture, made bare and looked at in two ways."""
    size = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
    adapter = adapter_for(pipeline)

    def kwargs() -> dict[str, Any]:
        generator = torch.Generator().manual_seed(7)
        chosen = {"num_inference_steps": steps, "guidance_scale": 4.0, "output_type": "pt"}
        return {"prompt": "a red boat on the sea", "generator": generator, **chosen}

    def instrumented(attend: bool) -> torch.Tensor:
        watching = attention.watch(pipeline, (size, size), adapter.scheme, adapter.text or "cross")
        with watching if attend else nullcontext():
            return runner.run(pipeline, kwargs(), watch=lambda seen: None, layers=True).output.images

    return {
        "bare": lambda: pipeline(**kwargs()).images,
        "instrumented": lambda: instrumented(attend=False),
        "instrumented, with attention": lambda: instrumented(attend=True),
    }


def fastest(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The least time each way took, in seconds; every way must give the same picture."""
    pictures = [way() for way in ways.values()]
    assert all(torch.equal(picture, pictures[0]) for picture in pictures)
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = perf_counter()
            way()
            seconds[name] = min(seconds[name], perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main()
