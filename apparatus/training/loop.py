"""The one training loop: a loss for step k in, weights and their running mean out.

What happens at step k depends on k and the seed alone, so that a run killed at any moment
goes on from its last checkpoint as if nothing had happened.
"""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from apparatus.errors import CannotGoOn, OutOfMemory
from apparatus.training import display
from apparatus.training.optimizer import Optimizer

REPORT = 50  # steps between two lines of the log
SEEDS_APART = 1_000_000_000  # step k under seed s is drawn as number s * SEEDS_APART + k


@dataclass
class Plan:
    """How long and how fast. `rate` is the peak learning rate; it falls over the last `fall` of the steps.

    `milestone` is a number of steps between two calls of `look`, `keep` between two checkpoints.
    """

    steps: int
    rate: float
    seed: int = 0
    warmup: int = 200
    fall: float = 0.35
    decay: float = 0.01
    mean: float = 0.999
    keep: int = 500
    milestone: int = 1000
    clip: float = 1.0


@dataclass
class Course:
    """A training under way: the modules, their running mean (`shadow`), and how far it has come."""

    modules: nn.ModuleDict
    optimizer: Optimizer
    shadow: nn.ModuleDict
    step: int = 0
    losses: list[float] = field(default_factory=list)


def train(
    modules: nn.ModuleDict,
    loss_at: Callable[[int], Tensor],
    plan: Plan,
    folder: Path,
    look: Callable[[Any, int], None] = lambda shadow, step: None,
) -> nn.ModuleDict:
    """Train `modules` until `plan.steps`; returns their running mean.

    `loss_at(number)` gives the loss of one batch, drawn by that number; `look(shadow, step)` may draw a
    sample sheet. The log is `folder/log.jsonl`, drawn as `folder/curve.png`, the checkpoint
    `folder/checkpoint.pt`; they are continued.

    Raises:
        OutOfMemory: a batch did not fit; the last checkpoint stands.
        CannotGoOn: the checkpoint is of other modules than these.
    """
    folder.mkdir(parents=True, exist_ok=True)
    course = _begin(modules, plan, folder)
    begun, seen = time.monotonic(), course.step
    with display.bar(folder.name, course.step, plan.steps) as shown:
        while course.step < plan.steps:
            try:
                course.losses.append(_advance(course, loss_at, plan))
            except (torch.OutOfMemoryError, MemoryError) as error:
                raise OutOfMemory(folder.name, course.step + 1) from error
            shown(course.step, course.losses[-1])
            last, milestone = course.step == plan.steps, course.step % plan.milestone == 0
            if last or milestone or course.step % REPORT == 0:
                _report(course, plan, (course.step - seen) / (time.monotonic() - begun), folder)
            if last or course.step % plan.keep == 0:
                _keep(course, folder)
            if last or milestone:
                display.curve(folder)
                look(course.shadow.eval(), course.step)
    return course.shadow.eval()


def _begin(modules: nn.ModuleDict, plan: Plan, folder: Path) -> Course:
    learning = [weight for weight in modules.parameters() if weight.requires_grad]
    optimizer = Optimizer(modules, plan.decay)
    course = Course(modules, optimizer, copy.deepcopy(modules).requires_grad_(False))
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=learning[0].device, weights_only=True)
        try:
            modules.load_state_dict(state["modules"])
            course.shadow.load_state_dict(state["shadow"])
            optimizer.load_state_dict(state["optimizer"])
        except (RuntimeError, ValueError, KeyError) as error:
            raise CannotGoOn(checkpoint) from error
        course.step = state["step"]
        print(f"{folder.name}: going on from step {course.step} of {plan.steps}", flush=True)
    return course


def _advance(course: Course, loss_at: Callable[[int], Tensor], plan: Plan) -> float:
    """One step of the optimizer and of the running mean; returns the loss."""
    course.modules.train()
    number = plan.seed * SEEDS_APART + course.step
    torch.manual_seed(number)
    loss = loss_at(number)
    course.modules.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(course.modules.parameters(), plan.clip)
    course.optimizer.step(plan.rate * pace(course.step, plan))
    course.step += 1
    weight = 1 - min(plan.mean, course.step / (course.step + 10))
    with torch.no_grad():
        torch._foreach_lerp_(list(course.shadow.parameters()), list(course.modules.parameters()), weight)
    return loss.item()


def pace(step: int, plan: Plan) -> float:
    """The learning rate at a step, as a part of its peak: up, level, then down to a fiftieth."""
    left = 1 - step / plan.steps
    return min(1.0, (step + 1) / plan.warmup) * min(1.0, max(left / plan.fall, 0.02))


def _report(course: Course, plan: Plan, speed: float, folder: Path) -> None:
    recent = sum(course.losses[-REPORT:]) / len(course.losses[-REPORT:])
    line = {"step": course.step, "loss": round(recent, 5), "steps_per_second": round(speed, 3)}
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    minutes = (plan.steps - course.step) / speed / 60
    print(
        f"{folder.name}: step {course.step} of {plan.steps}, loss {recent:.4f}, "
        f"{speed:.2f} steps/s, {minutes:.0f} min to go",
        flush=True,
    )


def _keep(course: Course, folder: Path) -> None:
    """Write the checkpoint beside the old one, then put it in its place."""
    state = {
        "modules": course.modules.state_dict(),
        "shadow": course.shadow.state_dict(),
        "optimizer": course.optimizer.state_dict(),
        "step": course.step,
    }
    torch.save(state, folder / "checkpoint.new")
    (folder / "checkpoint.new").replace(folder / "checkpoint.pt")
