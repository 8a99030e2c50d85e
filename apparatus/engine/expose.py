"""Make one exposure in this process: the pipeline runs as it is, and everything it passes is recorded.

model = load("obscura")
exposure = expose(model, Settings(prompt="a red boat on the sea", seed=7), print, store=Store())
"""

import inspect
import secrets
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from time import perf_counter
from typing import Any, Literal

import torch
from torch import nn

import apparatus
from apparatus import runner, runs, stages
from apparatus.engine.recorder import Recorder, kept
from apparatus.errors import ApparatusError, CannotStore, ExposureFailed
from apparatus.models.catalogue import DEFAULT
from apparatus.models.loading import Model
from apparatus.record import Decision, Exposure, ModelFacts, Part, Record, Settings, Stage, new_id
from apparatus.stages import Event, decode, distribute, enhance, program, prompt, select
from apparatus.store import Store, refusals
from apparatus.world.grammar import spoken

SOFTWARE = ("torch", "diffusers", "transformers")
Who = Literal["person", "program", "chance"]
CHOICES: tuple[tuple[Stage, str, Who], ...] = (
    ("prompt", "prompt", "program"),
    ("prompt", "negative_prompt", "program"),
    ("prompt", "num_inference_steps", "program"),
    ("prompt", "guidance_scale", "program"),
    ("prompt", "height", "program"),
    ("prompt", "width", "program"),
    ("noise", "seed", "chance"),
)
"""What a person may choose, and who chooses it otherwise."""


def expose(
    model: Model,
    settings: Settings,
    emit: Callable[[Event], None] = lambda event: None,
    stopped: Callable[[], bool] = lambda: False,
    store: Store | None = None,
    *,
    id: str | None = None,
    attention: bool = True,
) -> Exposure:
    """One picture, and everything that happened on the way to it.

    `emit` gets each event as it happens. `stopped` is asked between the steps: when it says so the exposure
    ends there, cancelled. With a `store` it is kept, however it ends; without one nothing touches the disk.

    Raises:
        OutOfRange: the model makes no pictures of that size.
        DiskFull, StoreUnwritable: the store takes nothing.
        ExposureFailed: the pipeline broke down.
    """
    record = _record(model, settings, id)
    draft = store.begin(record.id) if store else None
    numbers = count()

    def tell(event: Event) -> None:
        emit(event.numbered(next(numbers)))

    recorder = Recorder(model, record, tell, draft)
    try:
        if draft:
            draft.note(
                recorder.exposure
            )  # so that a run which breaks off before its first step is known as well
        _make(recorder, stopped, attention)
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
        if store and draft:
            recorder.exposure.folder = store.finish(draft, recorder.exposure)
    tell(stages.outcome(record))
    return recorder.exposure


def _make(recorder: Recorder, stopped: Callable[[], bool], attention: bool) -> None:
    """Run the pipeline, and lay open one stage after the other."""
    model, record, exposure = recorder.model, recorder.record, recorder.exposure
    for stage in (program, prompt, enhance):
        recorder.emit(stage.lay_open(exposure))
    kwargs = _kwargs(model, record.settings)
    with recorder.attending() if attention else nullcontext():
        run = runner.run(model.pipeline, kwargs, watch=recorder, cancelled=stopped, layers=True)
    if run.prompt_embeds is not None:
        recorder.tensors["prompt_embeds"] = kept(run.prompt_embeds)
    if recorder.draft:
        with refusals(recorder.draft.outputs), suppress(CannotStore):  # then only this process can resume it
            runs.save(run, recorder.draft.folder / "replay.safetensors")
    if run.state == "cancelled":
        record.state = "cancelled"
        record.message = f"Stopped after {len(record.steps)} of {record.settings.num_inference_steps} steps."
        return
    exposure.pictures["picture.png"] = run.output.images[0]
    recorder.looked(run.output.images[0])
    recorder.emit(decode.lay_open(exposure))
    recorder.emit(select.lay_open(exposure))
    began = perf_counter()
    if recorder.draft:
        recorder.draft.develop(exposure)
    record.timings["distribute"] = perf_counter() - began
    recorder.emit(distribute.lay_open(exposure))
    record.state = "finished"


def _record(model: Model, asked: Settings, id: str | None) -> Record:
    """The record as it is before anything happened: what was asked, of which program, and who decided it."""
    entry, now = model.entry, datetime.now(UTC)
    settings = asked.filled(
        seed=secrets.randbelow(2**32),
        num_inference_steps=entry.num_inference_steps,
        guidance_scale=entry.guidance_scale,
        height=entry.height,
        width=entry.width,
        language=spoken(asked.prompt),
    )
    settings = settings.model_copy(update={"model": model.id})
    entry.allow(settings.height or 0, settings.width or 0)
    software = {"apparatus": apparatus.__version__, **{name: version(name) for name in SOFTWARE}}
    return Record(
        id=id or new_id(now),
        created=now,
        settings=settings,
        model=_facts(model),
        software=software,
        ledger=_ledger(asked, settings, model),
    )


def _facts(model: Model) -> ModelFacts:
    """The program: which pipeline, of which parts."""
    parts = model.pipeline.components.items()
    return ModelFacts(
        id=model.id,
        pipeline=type(model.pipeline).__name__,
        scheduler=type(model.pipeline.scheduler).__name__,
        parts=[
            Part(
                name=name,
                kind=type(part).__name__,
                parameters=sum(each.numel() for each in part.parameters()),
            )
            for name, part in parts
            if isinstance(part, nn.Module)
        ],
        licence=model.entry.licence,
        training=model.entry.training,
        latents=model.entry.latents,
    )


def _ledger(asked: Settings, settings: Settings, model: Model) -> list[Decision]:
    """Who decided what: a person what was asked, chance the seed that was not, the program all the rest."""
    chosen: list[tuple[Stage, str, Any, Who]] = [
        (
            stage,
            what,
            getattr(settings, what),
            "person" if getattr(asked, what) not in (None, "") else otherwise,
        )
        for stage, what, otherwise in CHOICES
    ]
    lines: list[tuple[Stage, str, Any, Who]] = [
        ("program", "model", model.id, "program" if model.id == DEFAULT else "person"),
        *(line for line in chosen if line[1] != "negative_prompt" or asked.negative_prompt),
        ("denoise", "scheduler", type(model.pipeline.scheduler).__name__, "program"),
        ("select", "candidates", 1, "program"),
    ]
    return [Decision(stage=stage, what=what, value=value, who=who) for stage, what, value, who in lines]


def _kwargs(model: Model, settings: Settings) -> dict[str, Any]:
    """What the pipeline is called with; chance comes from the CPU, so that a seed is the same everywhere."""
    wanted = {
        "prompt": settings.prompt,
        "negative_prompt": settings.negative_prompt or None,
        "num_inference_steps": settings.num_inference_steps,
        "guidance_scale": settings.guidance_scale,
        "height": settings.height,
        "width": settings.width,
        "generator": torch.Generator("cpu").manual_seed(settings.seed or 0),
    }
    taken = inspect.signature(type(model.pipeline).__call__).parameters
    return {name: value for name, value in wanted.items() if name in taken and value is not None}
