"""The way of one exposure: stretches of a run from one alteration to the next, each stage laid open."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from time import perf_counter
from typing import Any

import torch
from PIL import Image

from apparatus import checkpoints, runner, runs, scoring, stages, taps
from apparatus.adapters import adapter_for
from apparatus.alterations import Alteration, Latents, Standing, standing
from apparatus.engine import altering, enhancing, retouching
from apparatus.engine.recorder import Recorder
from apparatus.errors import (
    ApparatusError,
    CannotAlter,
    CannotStore,
    ExposureFailed,
    MaskMisfit,
    NoEnhancer,
    NoInstruction,
    WordNotRead,
)
from apparatus.models.loading import Model
from apparatus.models.memory import spared
from apparatus.moments import Moment
from apparatus.record import Exposure
from apparatus.retouching import SOURCE
from apparatus.runs import Alter, Run
from apparatus.stages import Event, decode, distribute, enhance, loop, program, prompt, retouch, select
from apparatus.store import Store, refusals

REFUSALS = (CannotAlter, MaskMisfit, NoEnhancer, NoInstruction, WordNotRead)
Emit = Callable[[Event], None]
Stopped = Callable[[], bool]


class Making:
    """The way of one exposure from where it stands to its end, or to where it is to stop."""

    def __init__(
        self,
        recorder: Recorder,
        stopped: Stopped,
        stop: Moment | None,
        attention: bool,
        run: Run | None = None,
    ) -> None:
        self.recorder, self.stopped, self.stop, self.attention = recorder, stopped, stop, attention
        self.model, self.record, self.exposure = recorder.model, recorder.record, recorder.exposure
        self.run = run
        self.sliced = False

    def make(self, store: Store | None, new: Sequence[Alteration] = ()) -> Exposure:
        """Make it, and keep it however it ends; `new` alterations begin to act where it stands."""
        record, draft = self.record, self.recorder.draft
        begun = len(record.steps)
        try:
            if draft:
                draft.note(self.exposure)  # so that one which breaks off before its first step is known too
            with _chance(record.settings.seed or 0), self._spared():
                self._make(new)
            self.recorder.metering.at("previews")
            record.meter = self.recorder.metering.meter(record)
        except REFUSALS as error:
            if draft and len(record.steps) == begun:  # nothing was made that could be lost
                draft.drop()
                draft = None
            record.state, record.message = "failed", str(error)
            raise
        except ApparatusError as error:
            record.state, record.message = "failed", str(error)
            raise
        except Exception as error:
            failure = ExposureFailed(record.id, error)
            record.state, record.message = "failed", str(failure)
            raise failure from error
        finally:
            if record.state == "running":  # Ctrl-C, or the end of the process
                record.state, record.message = "interrupted", "The run broke off."
            self.recorder.let_go()
            if draft and draft.again and record.state in ("failed", "interrupted"):
                draft.drop()
            elif store and draft:
                self.exposure.folder = store.finish(draft, self.exposure)
        self.exposure.run = self.run
        self.recorder.emit(stages.outcome(record))
        return self.exposure

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """A scope in which large pictures take less memory; the record says what that changes."""
        pipeline, placement = self.model.pipeline, self.model.placement
        with spared(pipeline, placement, self.recorder.size) as on:
            if placement:
                self.record.model.placement = placement.model_copy(update={"sparing": tuple(on)})
            if "attention slicing" in on:  # which passes by the taps on attention
                facts = self.record.model
                facts.unseen = sorted({*facts.unseen, "attention"})
                facts.alters = [kind for kind in facts.alters if kind != "word_weight"]
            self.sliced = "attention slicing" in on
            yield

    def _make(self, new: Sequence[Alteration]) -> None:
        """Run the pipeline, and lay open one stage after the other."""
        record, recorder, exposure = self.record, self.recorder, self.exposure
        if self.run is None:
            recorder.emit(program.lay_open(exposure))
            recorder.emit(prompt.lay_open(exposure))
            if not self._enhanced():
                return
        if self.stop == Moment("prompt"):
            self._paused(self.stop)
            return
        finished = self._run(new)
        if finished is None:
            return
        picture = finished.output.images[0]
        if self.stop == Moment("select"):
            exposure.pictures["decoded.webp"] = picture
            recorder.emit(decode.lay_open(exposure))
            self._paused(self.stop)
            return
        picture = exposure.pictures["picture.png"] = self._retouched(picture)
        recorder.looked(picture)
        if "look" in record.timings:
            recorder.metering.at("look")
        with self._taking("select"):
            record.scores = scoring.scores(self.model.entry, picture, record.told.prompt)
        with self._taking("previews"):
            recorder.emit(decode.lay_open(exposure))
            recorder.emit(select.lay_open(exposure))
            if record.retouched:
                recorder.emit(retouch.lay_open(exposure))
        with self._taking("distribute"):
            if recorder.draft:
                recorder.draft.develop(exposure)
        recorder.emit(distribute.lay_open(exposure))
        if record.place:
            recorder.emit(loop.lay_open(exposure))
        recorder.settle()
        record.state = "finished"

    def _enhanced(self) -> bool:
        """Have the prompt rewritten, where that was asked for and is not done; False if it was cancelled.

        What comes of it without being of use is told, and the prompt goes on as it was written.
        """
        record, recorder = self.record, self.recorder
        done = record.enhanced is not None and record.enhanced.ended != "cancelled"
        if record.settings.enhance and not done:
            with _chance(0):  # what a library draws while it loads is none of the picture's
                enhanced = enhancing.enhance(record.settings, record.id, recorder.emit, self.stopped)
            record.enhanced, record.timings["enhance"] = enhanced, enhanced.seconds
            recorder.metering.at("enhance")
            if enhanced.prompt:
                record.ledger = [*enhancing.accepted(record.ledger, enhanced), enhancing.added(enhanced)]
        recorder.emit(enhance.lay_open(self.exposure))
        cancelled = record.enhanced is not None and record.enhanced.ended == "cancelled"
        if cancelled:
            record.state, record.message = "cancelled", "Stopped while the prompt was rewritten."
        return not cancelled

    @contextmanager
    def _taking(self, stage: str) -> Iterator[None]:
        """A scope of which the time, the energy and the work are put down to a stage."""
        began = perf_counter()
        yield
        took = self.record.timings.get(stage, 0.0) + perf_counter() - began
        self.record.timings[stage] = took
        self.recorder.metering.at(stage)

    def _reading(self) -> AbstractContextManager[None]:
        """A scope in which what the autoencoder reads of a picture that was there is the retouch's."""
        pipeline = self.model.pipeline
        if self.record.settings.retouch is None or not taps.has(pipeline, "vae.encode"):
            return nullcontext()

        def read(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
            self.recorder.metering.at("noise")
            with self._taking("retouch"):
                return call(*args, **kwargs)

        return taps.tapped(pipeline, {"vae.encode": read})

    def _retouched(self, picture: Image.Image) -> Image.Image:
        """The picture as it is kept; where there was one before, with what was done to that."""
        if self.record.settings.retouch is None:
            return picture
        with self._taking("retouch"), self.recorder.metering.watching():
            return retouching.finish(self.model.pipeline, self.exposure, picture)

    def _run(self, new: Sequence[Alteration]) -> Run | None:
        """Run the pipeline from alteration to alteration; None if it did not come to its end."""
        record, of = self.record, self.record.settings.num_inference_steps
        self._paint(new)
        course = self._course()
        while not self._there():
            self._stretch(*course)
            assert self.run is not None, "a stretch leaves a run"
            step = len(record.steps)
            if self.run.state != "paused" or self.run.stopped != self._corner(step - 1):
                break
            self._paint([line for line in record.alterations if line.at == step])
            course = self._course()
        with self._taking("previews"):
            self._keep()
        assert self.run is not None, "what stands somewhere has run"
        if self.run.state == "finished":
            return self.run
        if self.run.state == "paused":
            self._paused(self.run.stopped)
        else:
            record.state = "cancelled"
            record.message = f"Stopped after {len(record.steps)} of {of} steps."
        return None

    def _there(self) -> bool:
        """Whether it stands where it is to stop."""
        return self.run is not None and self.stop is not None and self.run.stopped == self.stop

    def _course(self) -> tuple[dict[str, Any], Alter, AbstractContextManager[None]]:
        """What the pipeline is called with from here on, what it is altered by, how the words weigh."""
        stands = standing(self.record.alterations, len(self.record.steps))
        kwargs = called(self.model, self.exposure, stands)
        alter = altering.alter(self.model, kwargs, self.recorder.size, stands)
        if self.sliced and any(line.kind == "word_weight" for line in stands.words):
            why = "at this size its attention is computed in slices, where words cannot be weighed"
            raise CannotAlter("A word's weight", type(self.model.pipeline).__name__, why)
        return kwargs, alter, altering.weighed(self.model, kwargs, stands.words)

    def _stretch(self, kwargs: dict[str, Any], alter: Alter, weighed: AbstractContextManager[None]) -> None:
        """Run until it is to stop, or until the next alteration."""
        pipeline, recorder, step = self.model.pipeline, self.recorder, len(self.record.steps)
        corners = [moment for moment in (self.stop, self._corner(step)) if moment is not None]
        given: dict[str, Any] = {
            "watch": recorder,
            "stop": min(corners, default=None),
            "cancelled": self.stopped,
            "layers": True,
            "alter": alter,
        }
        recorder.stand(kwargs)
        attending = recorder.attending() if self.attention else nullcontext()
        with attending, weighed, self._reading(), recorder.metering.watching():
            if self.run is None:
                self.run = runner.run(pipeline, kwargs, **given)
            else:
                before = self.run.replay.kwargs
                changing = "prompt", "negative_prompt", adapter_for(pipeline).guidance
                changes: dict[str, Any] = {
                    name: kwargs.get(name) for name in changing if kwargs.get(name) != before.get(name)
                }
                self.run = runner.resume(pipeline, self.run, **given, **changes)
        recorder.told(self.run.prompt_embeds, step)

    def _corner(self, step: int) -> Moment | None:
        """Where the first alteration after this step begins to act."""
        later = [line.at for line in self.record.alterations if line.at > step]
        return Moment("step.out", min(later) - 1) if later else None

    def _paint(self, lines: Iterable[Alteration]) -> None:
        """Have lines act at once that act on the latents it stands with; before the first step noise does."""
        for line in lines:
            if isinstance(line, Latents) and line.at > 0 and self.run is not None:
                self.run = altering.latents(self.model, self.run, line, self.recorder.size)

    def _keep(self) -> None:
        """Write what it takes to come back to any of its steps."""
        draft = self.recorder.draft
        if draft and self.run:
            file = draft.folder / "replay.safetensors"
            with refusals(draft.outputs), suppress(CannotStore):  # else it is run again from the beginning
                runs.save(self.run, file.with_name(".replay"))
                file.with_name(".replay").replace(file)

    def _paused(self, moment: Moment | None) -> None:
        record = self.record
        record.state, record.stopped = "paused", moment
        record.message = f"Paused after {len(record.steps)} of {record.settings.num_inference_steps} steps."


@contextmanager
def _chance(seed: int) -> Iterator[None]:
    """A scope in which the global generator, from which some samplers draw, begins with the seed."""
    before = checkpoints.world()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        checkpoints.set_world(before)


def called(model: Model, exposure: Exposure, stands: Standing) -> dict[str, Any]:
    """What the pipeline is called with; chance comes from the CPU, so that a seed is the same everywhere."""
    adapter, settings = adapter_for(model.pipeline), exposure.record.told
    prompt, negative = stands.prompt, stands.negative_prompt
    without = settings.negative_prompt if negative is None else negative
    scale = stands.guidance_scale
    wanted = {
        "prompt": settings.prompt if prompt is None else prompt,
        "negative_prompt": without or adapter.negative or None,
        "num_inference_steps": settings.num_inference_steps,
        adapter.guidance: settings.guidance_scale if scale is None else scale,
        "height": settings.height,
        "width": settings.width,
        "generator": torch.Generator("cpu").manual_seed(settings.seed or 0),
    }
    if settings.retouch and (before := exposure.picture_of(SOURCE)):
        wanted |= retouching.given(model.pipeline, settings.retouch, before)
    taken = inspect.signature(type(model.pipeline).__call__).parameters
    given = {name: value for name, value in wanted.items() if name in taken and value is not None}
    return given | (adapter.also(settings) if adapter.also else {})
