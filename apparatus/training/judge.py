"""The judge, trained on renders: which thing covers each cell, in which colour, and what is round it all.

It is to read a blurred picture as fairly as a sharp one, so it is shown renders that were blurred, shrunk,
compressed, grained and tinted as well as clean ones.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor, nn

from apparatus.judge.network import SIDE, Judge, choices, load
from apparatus.judge.reading import QUESTIONS, Verdict, pixels, sights, verdict
from apparatus.models.precision import mixed
from apparatus.training.effort import Effort
from apparatus.training.labels import UNSEEN, Labels, labels
from apparatus.training.loop import Plan, train
from apparatus.training.pictures import rendered
from apparatus.training.shipping import READABLE
from apparatus.world.scene import scene

HELD_OUT = 512  # the last pictures of the set, never trained on; a quarter of a small set
EMPTY = 0.2  # how much a cell counts that nothing stands in, beside one that something does
WEIGHTS = {"noun": 1.0, "colour": 0.5, "surround": 0.3, "light": 0.1, "process": 0.2}
CLEAN = 0.25  # of the pictures are shown as they are
THOUSAND = 1000


def reduced(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures (count, 256, 256, 3) averaged down to (count, 128, 128, 3)."""
    small = np.empty((len(pictures), SIDE, SIDE, 3), np.uint8)
    for start in range(0, len(pictures), THOUSAND):
        whole = pictures[start : start + THOUSAND].astype(np.uint16)
        four = (whole[:, y::2, x::2] for y in (0, 1) for x in (0, 1))
        small[start : start + THOUSAND] = (sum(four) + 2) // 4
    return small


def damaged(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A picture (128, 128, 3) as a model might have made it badly, or as it was."""
    if rng.random() < CLEAN:
        return picture
    image = Image.fromarray(picture)
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.8)))
    if rng.random() < 0.4:
        side = int(SIDE / rng.uniform(1.2, 4))
        image = image.resize((side, side), Image.Resampling.BILINEAR).resize((SIDE, SIDE))
    if rng.random() < 0.3:
        image = _compressed(image, int(rng.integers(10, 80)))
    shown: NDArray[np.floating] = np.asarray(image, np.float32)
    if rng.random() < 0.5:
        gain = rng.uniform(0.8, 1.2) * rng.uniform(0.94, 1.06, 3).astype(np.float32)
        shown = (shown - 128) * gain + 128 + rng.uniform(-16, 16)
    if rng.random() < 0.4:
        shown = shown + rng.uniform(1, 12) * rng.standard_normal(shown.shape, np.float32)
    return np.clip(shown, 0, 255).astype(np.uint8)


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def wrongness(answers: dict[str, Tensor], right: Labels) -> Float[Tensor, ""]:
    """How far the logits are from what is right, all questions together."""
    return torch.stack(
        [
            weight * _error(answers[question].float(), right[question].long(), question)
            for question, weight in WEIGHTS.items()
        ]
    ).sum()


def _error(logits: Tensor, right: Tensor, question: str) -> Float[Tensor, ""]:
    """The mean cross-entropy of what can be answered; 0 where nothing can."""
    each = F.cross_entropy(logits, right, reduction="none", ignore_index=UNSEEN)
    counts = (right != UNSEEN).float()
    if question == "noun":
        counts = torch.where(right == 0, EMPTY, 1.0)
    return (each * counts).sum() / counts.sum().clamp(min=1)


def objective(
    judge: Judge, pictures: NDArray[np.uint8], right: Labels, batch: int
) -> Callable[[int], Tensor]:
    """The loss of a step, whose pictures, damage and mirrorings are drawn by its number."""

    def loss(number: int) -> Tensor:
        rng = np.random.default_rng(number)
        rows = rng.integers(0, len(pictures), batch)
        seen = pixels(np.stack([damaged(pictures[n], rng) for n in rows])).to(judge.device)
        wanted = {name: answers[torch.from_numpy(rows)].to(judge.device) for name, answers in right.items()}
        mirrored = torch.from_numpy(rng.random(batch) < 0.5).to(judge.device)
        seen[mirrored] = seen[mirrored].flip(-1)
        for name in ("noun", "colour"):
            wanted[name][mirrored] = wanted[name][mirrored].flip(-1)
        with mixed(seen.device.type):
            answers = judge(seen)
        return wrongness(answers, wanted)

    return loss


def rates(judge: Judge, pictures: NDArray[np.uint8], first: int) -> str:
    """How often each question about pictures `first` and on is answered rightly, as a person reads it."""
    verdicts: list[Verdict] = []
    for start in range(0, len(pictures), 64):
        for seen in sights(judge, pixels(pictures[start : start + 64])):
            verdicts.append(verdict(seen, scene(first + len(verdicts))))
    said = []
    for question in QUESTIONS:
        right = [given[question] for given in verdicts if question in given]
        said.append(f"{question} {sum(right) / max(len(right), 1):.1%} of {len(right)}")
    return ", ".join(said)


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Train, say on the way how it reads held-out renders, and write it to `folder/judge`."""
    pictures = reduced(rendered(folder, effort.pictures))
    right = labels(folder / "judging" / "cells", effort.pictures)
    learnt = len(pictures) - min(HELD_OUT, len(pictures) // 4)
    held_out = pictures[learnt:]
    worse = np.stack([damaged(one, np.random.default_rng(n)) for n, one in enumerate(held_out)])
    judge = Judge(choices()).to(device, memory_format=torch.channels_last)

    def look(shadow: Any, step: int) -> None:
        print(f"step {step}: {rates(shadow['judge'], held_out, learnt)}", flush=True)
        print(f"step {step}, damaged: {rates(shadow['judge'], worse, learnt)}", flush=True)
        shadow["judge"].save_pretrained(folder / "judge")

    plan = Plan(
        steps=effort.steps,
        rate=2e-3,
        seed=effort.seed,
        warmup=100,
        decay=0.05,
        mean=0.998,
        milestone=500,
        keep=250,
    )
    train(
        nn.ModuleDict({"judge": judge}),
        objective(judge, pictures[:learnt], right, effort.batch),
        plan,
        folder / "judging",
        look,
    )


def ship(trained: Path, folder: Path) -> None:
    """Write the judge in `trained` to `folder`, in half precision, saying nothing of where it was."""
    judge = Judge(choices())
    judge.load_state_dict(load(trained).state_dict())
    judge.half().save_pretrained(folder)
    for file in folder.glob("*.safetensors"):
        file.chmod(READABLE)
