"""What looking costs: the wall time of an instrumented run over that of the bare pipeline. Run it by hand.

    python tests/benchmarks/overhead.py [--steps 20] [--rounds 10]

Bare and instrumented runs take turns, so that whatever else the machine does weighs on both alike, and the
fastest of each counts.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from time import perf_counter
from typing import Any

import torch
from PIL import Image

import apparatus
from apparatus import attention, runner
from apparatus.adapters import adapter_for
from apparatus.settings import Settings

PROMPT, SEED = "a red boat on the sea", 7
ALLOWED = {"instrumented": 1.05, "instrumented, with attention": 1.25}
"""Nothing is promised of `expose`, which decodes every step for its preview besides."""


def main() -> None:
    """Print seconds and ratios; the exit code says whether they are within what is allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    seconds = fastest(ways(asked.steps), asked.rounds)
    bare = seconds.pop("bare")
    print(f"{'bare':30} {bare:7.3f} s")
    for name, taken in seconds.items():
        promise = f" (at most {ALLOWED[name]})" if name in ALLOWED else ""
        print(f"{name:30} {taken:7.3f} s   ratio {taken / bare:.3f}{promise}")
    sys.exit(any(seconds[name] / bare > limit for name, limit in ALLOWED.items()))


def ways(steps: int) -> dict[str, Callable[[], Any]]:
    """The same picture of the embedded model, made bare and looked at in three ways."""
    model = apparatus.load()
    pipeline, settings = model.pipeline, Settings(prompt=PROMPT, seed=SEED, num_inference_steps=steps)
    size, guidance = (model.entry.height, model.entry.width), model.entry.guidance_scale
    adapter = adapter_for(pipeline)

    def kwargs() -> dict[str, Any]:
        generator = torch.Generator().manual_seed(SEED)
        return {
            "prompt": PROMPT,
            "generator": generator,
            "num_inference_steps": steps,
            "guidance_scale": guidance,
        }

    def instrumented(attend: bool) -> Image.Image:
        watching = attention.watch(pipeline, size, adapter.scheme, adapter.text or attention.CROSS)
        with watching if attend else nullcontext():
            return runner.run(pipeline, kwargs(), watch=lambda seen: None, layers=True).output.images[0]

    return {
        "bare": lambda: pipeline(**kwargs()).images[0],
        "instrumented": lambda: instrumented(attend=False),
        "instrumented, with attention": lambda: instrumented(attend=True),
        "exposed": lambda: apparatus.expose(model, settings).pictures["picture.png"],
    }


def fastest(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The least time each way took, in seconds; every way must give the same picture."""
    pictures = [way() for way in ways.values()]
    assert all(picture.tobytes() == pictures[0].tobytes() for picture in pictures)
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = perf_counter()
            way()
            seconds[name] = min(seconds[name], perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main()
