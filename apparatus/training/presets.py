"""The parts in the order they are trained in, and how much work each preset puts into each."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import torch

from apparatus.errors import OutOfRange
from apparatus.training.effort import Effort

PARTS = {
    "autoencoder": "pictures to latents and back",
    "reader": "the text tower's first lesson",
    "denoiser": "noise to latents, by words",
    "clip": "the image tower, beside the text tower",
    "neighbours": "the pictures it learnt from, to be found again",
    "enhancer": "terse prompts to full ones",
    "captioner": "pictures to prompts",
    "judge": "no part of the model: what reads its pictures, to say how often they are right",
    "generations": "no part of the model: what it becomes when it learns from its own pictures",
}
"""Every part that is trained, and what it does; a part needs those above it, the last one only the model."""

PRESETS: dict[str, dict[str, Effort]] = {
    "quick": {
        "autoencoder": Effort(steps=4, batch=2, pictures=80),
        "reader": Effort(steps=4, batch=16),
        "denoiser": Effort(steps=4, batch=4, pictures=80),
        "clip": Effort(steps=4, batch=8, pictures=80),
        "neighbours": Effort(steps=4, batch=20, pictures=80),
        "enhancer": Effort(steps=4, batch=8),
        "captioner": Effort(steps=4, batch=4, pictures=80),
        "judge": Effort(steps=4, batch=4, pictures=80),
    },
    "cpu": {
        "autoencoder": Effort(steps=2200, batch=16, pictures=12_000),
        "reader": Effort(steps=600, batch=256),
        "denoiser": Effort(steps=10_500, batch=32, pictures=16_000),
        "clip": Effort(steps=2000, batch=128, pictures=12_000),
        "neighbours": Effort(steps=250, batch=64, pictures=16_000),
        "enhancer": Effort(steps=600, batch=128),
        "captioner": Effort(steps=3000, batch=64, pictures=12_000),
        "judge": Effort(steps=3000, batch=64, pictures=12_000),
    },
    "gpu": {
        "autoencoder": Effort(steps=5000, batch=64, pictures=24_000),
        "reader": Effort(steps=1500, batch=256),
        "denoiser": Effort(steps=8000, batch=384, pictures=96_000),
        "clip": Effort(steps=3000, batch=512, pictures=24_000),
        "neighbours": Effort(steps=375, batch=256, pictures=96_000),
        "enhancer": Effort(steps=4000, batch=256),
        "captioner": Effort(steps=4000, batch=128, pictures=24_000),
        "judge": Effort(steps=5000, batch=256, pictures=24_000),
    },
    "own": {
        "generations": Effort(steps=60, batch=32, pictures=172),
    },
}
"""A look whether all of it works; for two cores, many hours; for one GPU, meant to take half an hour; and for
two cores, what becomes of the model when it learns from its own pictures."""


def parts(preset: str) -> list[str]:
    """The parts of a preset, in their order.

    Raises:
        OutOfRange: there is no such preset.
    """
    if preset not in PRESETS:
        raise OutOfRange("preset", preset, ", ".join(PRESETS))
    return list(PRESETS[preset])


def effort(preset: str, part: str, **changes: int | None) -> Effort:
    """What a preset puts into a part, with `changes` (steps, batch, pictures, seed) where they are given.

    Raises:
        OutOfRange: there is no such preset or part, or a number below 1.
    """
    if part not in (there := parts(preset)):
        raise OutOfRange("part", part, ", ".join(there))
    given = {name: value for name, value in changes.items() if value is not None}
    for name, value in given.items():
        if value < (0 if name == "seed" else 1):
            raise OutOfRange(
                name, value, "whole numbers from 1" if name != "seed" else "whole numbers from 0"
            )
    return replace(PRESETS[preset][part], **given)


def learn(part: str, folder: Path, work: Effort, device: str = "cpu") -> None:
    """Train a part in `folder`, or train it on.

    Raises:
        PartMissing: it needs another that was not trained yet.
        OutOfMemory: a batch does not fit.
        CannotGoOn: what is in the folder is of another network.
        OutOfRange: what is in the folder was begun with another effort, and only that can go on.
    """
    torch.manual_seed(work.seed)
    main: Callable[[Path, Effort, str], None] = import_module(f"apparatus.training.{part}").main
    main(folder, work, device)
