"""What is known of one call of a pipeline: what crossed its sites, and how to pass the same way again.

A `Run` is data. It can be set back to an earlier step, altered, written to a file and read again; it takes
`runner.resume` to go on with it.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from apparatus import checkpoints
from apparatus.checkpoints import Checkpoint
from apparatus.errors import BrokenRecord, StepNotFound
from apparatus.moments import Moment as Moment


@dataclass(frozen=True)
class Encoded:
    """One call of a text encoder: the nth of this encoder.

    `layers` are its hidden states, embedding first; empty if they were not asked for.
    """

    encoder: str
    call: int
    ids: Tensor | None
    mask: Tensor | None
    returned: Any
    layers: tuple[Tensor, ...]
    seconds: float


@dataclass(frozen=True)
class Noised:
    """The initial latents."""

    latents: Tensor


@dataclass(frozen=True)
class Stepped:
    """One turn of the denoising loop. Its tensors are the pipeline's own, on its device.

    `latents` is what the step got, `predictions` what each denoiser call returned, as it returned it, and
    `model_output` what `scheduler.step` was given. `seconds` is wall time, from the first denoiser call on.
    """

    index: int
    of: int
    timestep: Tensor | float
    sigma: Tensor | float | None
    latents: Tensor
    predictions: tuple[Any, ...]
    model_output: Tensor
    prev_latents: Tensor
    seconds: float


@dataclass(frozen=True)
class Decoded:
    """The latents as the decoder got them, and what it made of them, nominally in [-1, 1]."""

    latents: Tensor
    image: Tensor
    seconds: float


Watch = Callable[[Encoded | Noised | Stepped | Decoded], None]


@dataclass(frozen=True)
class Alter:
    """What is changed in a call of a pipeline, beside its inputs: a function for each, None for as it is.

    `noise` gets the initial latents, `text` what the denoiser is told and the number of its call within the
    step; each returns what takes its place. `schedule` gets the scheduler when its timesteps are set, and may
    write others in it.
    """

    noise: Callable[[Tensor], Tensor] | None = None
    text: Callable[[Tensor, int], Tensor] | None = None
    schedule: Callable[[Any], None] | None = None


@dataclass
class Replay:
    """What it takes to pass the same way again: the inputs, chance at the start, and the end of every step.

    `stub` is a denoiser output in zeros, `pending` the denoiser outputs of a step cut short, `texts` the
    text-encoder calls by everything they depend on.
    """

    kwargs: dict[str, Any]
    world: list[Tensor]
    checkpoints: list[Checkpoint] = field(default_factory=list)
    stub: Any = None
    pending: list[Any] = field(default_factory=list)
    texts: dict[Any, Encoded] = field(default_factory=dict)


@dataclass
class Run:
    """What one call of a pipeline was. `output` is what the pipeline returned; None if it was stopped.

    `prompt_embeds` is the text as the denoiser got it: both branches, where guidance stacks them.
    """

    pipeline: str
    replay: Replay
    state: Literal["running", "finished", "paused", "cancelled"] = "running"
    stopped: Moment | None = None
    texts: list[Encoded] = field(default_factory=list)
    noise: Tensor | None = None
    prompt_embeds: Tensor | None = None
    steps: list[Stepped] = field(default_factory=list)
    decoded: Decoded | None = None
    output: Any = None


def back(recorded: Run, at: int) -> Run:
    """The same run, paused before step `at`.

    Raises:
        StepNotFound: the run did not get that far.
    """
    replay = recorded.replay
    if not 0 <= at <= len(replay.checkpoints):
        raise StepNotFound(at, len(replay.checkpoints))
    return dataclasses.replace(
        recorded,
        replay=dataclasses.replace(replay, checkpoints=replay.checkpoints[:at], pending=[]),
        state="paused",
        stopped=Moment("step.out", at - 1) if at else Moment("noise"),
        steps=[step for step in recorded.steps if step.index < at],
        decoded=None,
        output=None,
    )


def altered(paused: Run, latents: Tensor) -> Run:
    """The same pause with other latents, for the step it stands before. Before the first, change `latents`.

    Raises:
        StepNotFound: the run has not ended a step.
    """
    if not paused.replay.checkpoints:
        raise StepNotFound(0, 0)
    *earlier, last = paused.replay.checkpoints
    changed = dataclasses.replace(last, returned=with_first(last.returned, latents))
    replay = dataclasses.replace(paused.replay, checkpoints=[*earlier, changed], pending=[])
    return dataclasses.replace(paused, replay=replay)


def save(recorded: Run, path: Path) -> None:
    """Write what it takes to come back to any step of a run, in another process too.

    Raises:
        CannotStore: an input, or the scheduler's memory, cannot be written; the error says where it stands.
    """
    replay = recorded.replay
    state = {
        "pipeline": recorded.pipeline,
        "state": recorded.state,
        "stopped": recorded.stopped and vars(recorded.stopped),
        "replay": {**vars(replay), "checkpoints": [vars(each) for each in replay.checkpoints], "texts": {}},
    }
    checkpoints.write(path, state)


def load(path: Path) -> Run:
    """A run that `save` wrote. Of its steps it knows the ends, not what was seen in them.

    Raises:
        BrokenRecord: the file is missing, damaged, or no run.
    """
    state = checkpoints.read(path)
    try:
        ends = [Checkpoint(**each) for each in state["replay"].pop("checkpoints")]
        replay = Replay(**state["replay"], checkpoints=ends)
        stopped = state["stopped"] and Moment(**state["stopped"])
        return Run(state["pipeline"], replay, state["state"], stopped)
    except (KeyError, TypeError) as error:
        raise BrokenRecord(path, "it holds no run") from error


def with_first(returned: Any, first: Tensor) -> Any:
    """What a call returned, with another tensor in the place of `taps.first`."""
    if isinstance(returned, Tensor):
        return first
    if isinstance(returned, tuple):
        return (first, *returned[1:])
    return type(returned)(**{**returned, next(iter(returned)): first})
