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


@dataclass
class Plan:
    """How long and how fast. `rate` is the peak learning rate; it falls over the last `fall` of the steps.

    `milestone` is a number of steps between two calls of `look`, `keep` between two checkpoints.
    """

    steps: int
    rate: float
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
    optimizer: torch.optim.Optimizer
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

    `loss_at(step)` gives the loss of one batch; `look(shadow, step)` may draw a sample sheet.
    The log is `folder/log.jsonl`, the checkpoint `folder/checkpoint.pt`; both are continued.
    """
    folder.mkdir(parents=True, exist_ok=True)
    course = _begin(modules, plan, folder)
    begun, seen = time.monotonic(), course.step
    while course.step < plan.steps:
        loss = _advance(course, loss_at, plan)
        course.losses.append(loss)
        if course.step % 50 == 0:
            speed = (course.step - seen) / (time.monotonic() - begun)
            _report(course, speed, folder)
        if course.step % plan.keep == 0 or course.step == plan.steps:
            _keep(course, folder)
        if course.step % plan.milestone == 0 or course.step == plan.steps:
            look(course.shadow.eval(), course.step)
    return course.shadow.eval()


def _begin(modules: nn.ModuleDict, plan: Plan, folder: Path) -> Course:
    optimizer = torch.optim.AdamW(
        modules.parameters(), lr=plan.rate, betas=(0.9, 0.97), weight_decay=plan.decay, fused=True
    )
    course = Course(modules, optimizer, copy.deepcopy(modules).requires_grad_(False))
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        modules.load_state_dict(state["modules"])
        course.shadow.load_state_dict(state["shadow"])
        optimizer.load_state_dict(state["optimizer"])
        course.step = state["step"]
        print(f"going on from step {course.step}", flush=True)
    return course


def _advance(course: Course, loss_at: Callable[[int], Tensor], plan: Plan) -> float:
    """One step of the optimizer and of the running mean; returns the loss."""
    rate = plan.rate * pace(course.step, plan)
    for group in course.optimizer.param_groups:
        group["lr"] = rate
    course.modules.train()
    torch.manual_seed(course.step)
    loss = loss_at(course.step)
    course.optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(course.modules.parameters(), plan.clip)
    course.optimizer.step()
    course.step += 1
    weight = 1 - min(plan.mean, course.step / (course.step + 10))
    with torch.no_grad():
        torch._foreach_lerp_(list(course.shadow.parameters()), list(course.modules.parameters()), weight)
    return loss.item()


def pace(step: int, plan: Plan) -> float:
    """The learning rate at a step, as a part of its peak: up, level, then down to a fiftieth."""
    left = 1 - step / plan.steps
    return min(1.0, (step + 1) / plan.warmup) * min(1.0, max(left / plan.fall, 0.02))


def _report(course: Course, speed: float, folder: Path) -> None:
    recent = sum(course.losses[-50:]) / len(course.losses[-50:])
    line = {"step": course.step, "loss": round(recent, 5), "steps_per_second": round(speed, 3)}
    print(line, flush=True)
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")


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
