"""Run a pipeline as it is, see everything that crosses its sites, and come back to any of its steps.

    finished = run(pipeline, {"prompt": "a lighthouse in fog", "generator": generator}, watch=print)
    paused = run(pipeline, kwargs, stop=Moment("step.out", 3))
    finished = resume(pipeline, paused)
    again = resume(pipeline, back(finished, 5))
    other = branch(pipeline, finished, at=5, prompt="a lighthouse at night")

The pipeline's own `__call__` runs, unchanged. A pause unwinds it: nothing stays suspended, and what it takes
to come back is in the `Run`. Coming back calls the pipeline again, in fast-forward: up to step k the denoiser
is not computed and `scheduler.step` returns what it returned then; after that the scheduler's memory and
chance are put back to where they were, and everything is real again.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from time import perf_counter
from typing import Any

import torch
from diffusers import DiffusionPipeline
from torch import Generator, Tensor, nn

from apparatus import checkpoints, taps
from apparatus.checkpoints import Checkpoint, mapped
from apparatus.errors import NothingToResume
from apparatus.moments import Moment as Moment
from apparatus.moments import Site
from apparatus.runs import Alter as Alter
from apparatus.runs import Decoded as Decoded
from apparatus.runs import Encoded as Encoded
from apparatus.runs import Noised as Noised
from apparatus.runs import Replay, Watch, with_first
from apparatus.runs import Run as Run
from apparatus.runs import Stepped as Stepped
from apparatus.runs import altered as altered
from apparatus.runs import back as back
from apparatus.runs import load as load
from apparatus.runs import save as save

ADAPTERS = ("scaling", "_active_adapter", "_disable_adapters")
"""What decides, in a layer that peft has wrapped, which adapters act and how much."""

SCHEDULE = {"timesteps", "sigmas", "num_inference_steps", "custom_timesteps"}
"""Where schedulers keep the steps that they are to take."""


def run(
    pipeline: DiffusionPipeline,
    kwargs: dict[str, Any],
    *,
    watch: Watch | None = None,
    stop: Moment | None = None,
    cancelled: Callable[[], bool] | None = None,
    layers: bool = False,
    alter: Alter | None = None,
) -> Run:
    """Call the pipeline with `kwargs`, and record what happens.

    `watch` gets each thing as it happens. `stop` pauses there; `cancelled` is asked at every moment, and a
    yes ends the run. `layers` records the hidden states of the text encoders. `alter` changes things on the
    way. The pipeline is locked meanwhile, so `watch` must not run it; `taps.bare` is for a look aside.
    """
    with taps.lock(pipeline):
        recorded = Run(type(pipeline).__name__, Replay(_own(kwargs), checkpoints.world()))
        kwargs = checkpoints.snapshot(kwargs)  # some pipelines write in the lists they are given
        return _Pass(pipeline, recorded, watch, stop, cancelled, layers, alter).go(kwargs)


def resume(
    pipeline: DiffusionPipeline,
    paused: Run,
    *,
    watch: Watch | None = None,
    stop: Moment | None = None,
    cancelled: Callable[[], bool] | None = None,
    layers: bool = False,
    alter: Alter | None = None,
    **changes: Any,
) -> Run:
    """Go on from where a run stopped, from there on with `changes` to its inputs if there are any.

    The steps before the stop are carried over and not shown to `watch` again; the texts and the noise,
    which the pipeline makes again on its way, are. The caller's generators stay as they are. What `alter`
    changes is not kept in the run: whoever goes on again gives it again.

    Raises:
        NothingToResume: the run is neither paused nor cancelled.
    """
    if paused.state not in ("paused", "cancelled"):
        raise NothingToResume(paused.state)
    replay = _changed(paused.replay, _own(changes))
    recorded = Run(paused.pipeline, replay, steps=list(paused.steps))
    with taps.lock(pipeline):
        checkpoints.set_world(replay.world)
        return _Pass(pipeline, recorded, watch, stop, cancelled, layers, alter).go(_own(replay.kwargs))


def branch(
    pipeline: DiffusionPipeline,
    recorded: Run,
    at: int,
    *,
    watch: Watch | None = None,
    stop: Moment | None = None,
    cancelled: Callable[[], bool] | None = None,
    layers: bool = False,
    alter: Alter | None = None,
    **changes: Any,
) -> Run:
    """Another end for a run: as it was up to step `at`, with `changes` to its inputs from there on.

    Raises:
        StepNotFound: the run did not get that far.
    """
    paused = back(recorded, at)
    return resume(
        pipeline, paused, watch=watch, stop=stop, cancelled=cancelled, layers=layers, alter=alter, **changes
    )


class _Pass:
    """One way through a pipeline: where it stands, and what its taps do there.

    It goes on with the replay it is given: what that holds is supplied, and what comes after is added to it.
    """

    def __init__(
        self,
        pipeline: DiffusionPipeline,
        recorded: Run,
        watch: Watch | None,
        stop: Moment | None,
        cancelled: Callable[[], bool] | None,
        layers: bool,
        alter: Alter | None,
    ) -> None:
        self.pipeline, self.run, self.replay = pipeline, recorded, recorded.replay
        self.watch, self.stop, self.cancelled, self.layers = watch, stop, cancelled, layers
        self.alter = alter or Alter()
        self.at, self.supplied = len(self.replay.checkpoints), len(self.replay.pending)
        self.texts, self.replay.texts = self.replay.texts, {}
        self.encodings: Counter[str] = Counter()
        self.index = self.call = 0
        self.began = 0.0

    def go(self, kwargs: dict[str, Any]) -> Run:
        """Call the pipeline."""
        self.generators = _generators(kwargs)
        with taps.tapped(self.pipeline, self._taps()):
            try:
                self.run.output = self.pipeline(**kwargs)
                self.run.state = "finished"
            except taps.Stop:
                pass
            finally:
                if self.run.state != "finished":  # one that ends by itself does so
                    self.pipeline.maybe_free_model_hooks()
        return self.run

    def _taps(self) -> dict[str, taps.Tap]:
        modules = {name for name, part in self.pipeline.components.items() if isinstance(part, nn.Module)}
        methods = {
            "prepare_latents": self._prepare,
            "scheduler.set_timesteps": self._schedule,
            "scheduler.step": self._step,
            "vae.decode": self._decode,
        }
        return {
            **{name: partial(self._encode, name) for name in sorted(modules) if "text_encoder" in name},
            **{name: self._denoise for name in taps.DENOISERS if name in modules},
            **{site: tap for site, tap in methods.items() if taps.has(self.pipeline, site)},
        }

    def _show(self, thing: Any) -> None:
        if self.watch:
            self.watch(thing)

    def _reach(self, site: Site, step: int | None = None, call: int = 0) -> None:
        moment = Moment(site, step, call)
        if moment == self.stop:
            self.run.state = "paused"
        elif self.cancelled and self.cancelled():
            self.run.state = "cancelled"
        else:
            return
        self.run.stopped = moment
        raise taps.Stop

    def _encode(self, name: str, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("past_key_values") is not None:  # it writes (Flux.2 can have it write the prompt anew)
            return call(*args, **kwargs)
        encoder = getattr(self.pipeline, name)
        key = (name, _imprint(encoder), _imprint((args, kwargs)))
        known = self.texts.get(key)
        if known is None or (self.layers and not known.layers):
            known = self._read(name, call, args, kwargs)
        encoded = self.replay.texts[key] = dataclasses.replace(known, call=self.encodings[name])
        self.encodings[name] += 1
        self.run.texts.append(encoded)
        self._show(encoded)
        self._reach("encode", call=self.encodings.total() - 1)
        return encoded.returned

    def _read(self, name: str, call: taps.Tap, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Encoded:
        states: list[Tensor] = []
        watched = taps.layers_watched(getattr(self.pipeline, name), states.append)
        began = perf_counter()
        with watched if self.layers else nullcontext():
            returned = call(*args, **kwargs)
        seconds = perf_counter() - began
        ids, mask, *_ = *args, None, None
        ids, mask = kwargs.get("input_ids", ids), kwargs.get("attention_mask", mask)
        return Encoded(name, 0, ids, mask, returned, tuple(states), seconds)

    def _prepare(self, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        returned = call(*args, **kwargs)
        if self.alter.noise:
            returned = with_first(returned, self.alter.noise(taps.first(returned)))
        self.run.noise = taps.first(returned)
        self._show(Noised(self.run.noise))
        self._reach("noise")
        return returned

    def _schedule(self, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        returned = call(*args, **kwargs)
        if self.alter.schedule:
            self.alter.schedule(self.pipeline.scheduler)
        return returned

    def _denoise(self, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        number, self.call = self.call, self.call + 1
        text = taps.told(args, kwargs) if self.alter.text or self.run.prompt_embeds is None else None
        if self.alter.text and text is not None:
            text = self.alter.text(text, number)
            args, kwargs = taps.retold(args, kwargs, text)
        if self.run.prompt_embeds is None:
            self.run.prompt_embeds = text
        if self.index < self.at:
            return _zeros(self.replay.stub, len(taps.fed(args, kwargs)))
        if number == 0:
            self.began = perf_counter()
        self._reach("denoise.in", self.index, number)
        if number >= self.supplied:
            self.replay.pending.append(call(*args, **kwargs))
        returned = self.replay.pending[number]
        if self.replay.stub is None:
            self.replay.stub = _zeros(returned, 1)
        self._reach("denoise.out", self.index, number)
        return returned

    def _step(
        self, call: taps.Tap, model_output: Tensor, timestep: Any, sample: Tensor, *args: Any, **kwargs: Any
    ) -> Any:
        index, self.index, self.call = self.index, self.index + 1, 0
        scheduler = self.pipeline.scheduler
        if index < self.at:
            checkpoint = self.replay.checkpoints[index]
            if self.index == self.at:
                self._stand(checkpoint)
            return checkpoint.returned
        self._reach("step.in", index)
        returned = call(model_output, timestep, sample, *args, **kwargs)
        seconds = perf_counter() - self.began
        predictions, self.replay.pending, self.supplied = tuple(self.replay.pending), [], 0
        self.replay.checkpoints.append(checkpoints.take(scheduler, self.generators, returned))
        of = getattr(self.pipeline, "num_timesteps", None) or len(scheduler.timesteps)
        sigma = _sigma_before(scheduler)
        if isinstance(timestep, Tensor) and timestep.ndim:  # SanaSprint's has one for each picture, all alike
            timestep = timestep.flatten()[0]
        stepped = Stepped(
            index, of, timestep, sigma, sample, predictions, model_output, taps.first(returned), seconds
        )
        self.run.steps.append(stepped)
        self._show(stepped)
        self._reach("step.out", index)
        return returned

    def _stand(self, checkpoint: Checkpoint) -> None:
        """Be where that checkpoint was taken, but for a schedule that was altered."""
        scheduler = self.pipeline.scheduler
        altered = {name: vars(scheduler)[name] for name in SCHEDULE & vars(scheduler).keys()}
        checkpoints.restore(scheduler, self.generators, checkpoint)
        if self.alter.schedule:
            vars(scheduler).update(altered)

    def _decode(self, call: taps.Tap, latents: Tensor, *args: Any, **kwargs: Any) -> Any:
        self._reach("decode")
        began = perf_counter()
        returned = call(latents, *args, **kwargs)
        self.run.decoded = Decoded(latents, taps.first(returned), perf_counter() - began)
        self._show(self.run.decoded)
        return returned


def _changed(replay: Replay, changes: dict[str, Any]) -> Replay:
    """A replay to go on with, apart from the one given. A changed generator counts from the stop on."""
    ends = list(replay.checkpoints)
    if ends and "generator" in changes:
        states = [generator.get_state() for generator in _generators(changes)]
        ends[-1] = dataclasses.replace(ends[-1], generators=states)
    pending = [] if changes else list(replay.pending)
    return dataclasses.replace(
        replay, kwargs=replay.kwargs | changes, checkpoints=ends, pending=pending, texts=dict(replay.texts)
    )


def _own(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same inputs, in containers and with generators that nobody else writes in."""
    clones: dict[Generator, Generator] = {}

    def clone(leaf: Any) -> Any:
        if isinstance(leaf, Generator):
            return clones.setdefault(leaf, leaf.clone_state())
        return leaf

    return mapped(clone, kwargs)


def _generators(kwargs: dict[str, Any]) -> list[Generator]:
    given = kwargs.get("generator")
    return given if isinstance(given, list) else [] if given is None else [given]


def _zeros(returned: Any, rows: int) -> Any:
    """A denoiser's output with as many rows as asked, in zeros that take no memory.

    Rows lie along the first axis of a tensor, or are the items of a list.
    """
    if isinstance(returned, Tensor):
        return returned.new_zeros(()).expand(rows, *returned.shape[1:])
    if isinstance(returned, list):
        return [torch.zeros_like(returned[0])] * rows
    if isinstance(returned, tuple):
        return tuple(_zeros(item, rows) for item in returned)
    if isinstance(returned, dict):
        return type(returned)(**{name: _zeros(item, rows) for name, item in returned.items()})
    return returned


def _sigma_before(scheduler: Any) -> Tensor | float | None:
    """The noise level the step just taken began with; None where the scheduler keeps no sigmas."""
    sigmas, index = getattr(scheduler, "sigmas", None), getattr(scheduler, "step_index", None)
    return None if sigmas is None or index is None else sigmas[index - 1]


def _imprint(value: Any) -> Any:
    """Something hashable that differs when the value does; of a module, when its weights or adapters do."""
    if isinstance(value, Tensor):
        return value.shape, value.dtype, tuple(value.flatten().tolist())
    if isinstance(value, dict):
        return tuple((name, _imprint(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_imprint, value))
    if isinstance(value, nn.Module):
        weights = tuple((id(weight), _version(weight)) for weight in value.parameters())
        return weights, tuple(str(vars(part).get(name)) for part in value.modules() for name in ADAPTERS)
    return repr(value)


def _version(weight: Tensor) -> int:
    return 0 if weight.is_inference() else weight._version
