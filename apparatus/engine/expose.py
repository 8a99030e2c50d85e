"""Make exposures in this process: the pipeline runs as it is, and everything it passes is recorded.

model, store = load("obscura"), Store()
exposure = expose(model, Settings(prompt="a red boat on the sea", seed=7), print, store=store)
other = branch(model, exposure, 5, [Prompt(at=5, prompt="a red boat at night")], store=store)
paused = expose(model, Settings(prompt="a cat"), store=store, stop=Moment("step.out", 4))
finished = go_on(model, paused, store=store)
again = repeat(model, other.record)
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image
from torch import nn

import apparatus
from apparatus import runs
from apparatus.adapters import adapter_for
from apparatus.alterations import Alteration, Painted, ordered, until
from apparatus.engine import altering, enhancing
from apparatus.engine.making import Emit, Making, Stopped
from apparatus.engine.recorder import Recorder
from apparatus.engine.retouching import begun, ready
from apparatus.enhancements import Enhanced
from apparatus.errors import MovedOn, NothingToResume, OtherModel, OutOfRange, StepNotFound
from apparatus.keeping import Keep, chosen
from apparatus.masks import PAINTED, cells
from apparatus.models.catalogue import DEFAULT
from apparatus.models.loading import Model
from apparatus.models.lora import own
from apparatus.moments import Moment
from apparatus.record import Decision, Exposure, ModelFacts, Part, Place, Record, Settings, Stage, Who, new_id
from apparatus.retouching import SOURCE, Retouch
from apparatus.runs import Run
from apparatus.selection import Batch
from apparatus.store import Store
from apparatus.tensors import Array
from apparatus.world.grammar import spoken

SOFTWARE = ("torch", "diffusers", "transformers")
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

STAGE_OF: dict[str, Stage] = {
    "prompt": "prompt", "negative_prompt": "prompt", "encoder_layer": "encode", "word_weight": "encode",
    "word_vector": "encode", "noise": "noise", "guidance_scale": "denoise", "latents": "denoise",
    "steps": "denoise",
}  # fmt: skip


def expose(
    model: Model,
    settings: Settings,
    emit: Emit = lambda event: None,
    stopped: Stopped = lambda: False,
    store: Store | None = None,
    *,
    id: str | None = None,
    attention: bool = True,
    alterations: Iterable[Alteration] = (),
    stop: Moment | None = None,
    name: str = "",
    keep: Keep | None = None,
    source: Image.Image | None = None,
    enhanced: Enhanced | None = None,
    batch: Batch | None = None,
    who: Mapping[str, Who] | None = None,
    place: Place | None = None,
) -> Exposure:
    """One picture, and everything that happened on the way to it.

    `emit` gets each event as it happens. `stopped` is asked between the steps: when it says so the exposure
    ends there, cancelled. With a `store` it is kept, however it ends; without one nothing touches the disk.
    `alterations` act on the way; at `stop` it is paused. `keep` says how much is kept of it, and of its
    branches (None: what `APPARATUS_KEEP` says, else all); what is not kept is told all the same. `source` is
    the picture that settings with a `retouch` begin with, whatever they name. `enhanced` is the
    prompt as it was rewritten already: no language model is asked again. `batch` says of which batch it is,
    `place` of which loop, `who` by what name whose settings are that no person chose.

    Raises:
        OutOfRange: the model makes no pictures of that size, or no such part can be kept.
        WordNotRead, MaskMisfit, CannotAlter: an alteration does not fit.
        DiskFull, StoreUnwritable: the store takes nothing.
        NotALora, LoraMisfit: one of the LoRAs is none, or is another model's.
        CannotRetouch, NoSource, NothingPainted: what is asked of a picture cannot be done.
        NoEnhancer, NoInstruction, TooLarge: there is nobody to rewrite the prompt.
        ExposureFailed: the pipeline broke down.
    """
    with ready(model, settings) as model:
        with_size, before = begun(model.entry, settings, source, store)
        record = _record(model, with_size, settings, id, enhanced, batch, who or {})
        lines = ordered(alterations)
        record.alterations, record.name, record.keep, record.place = lines, name, chosen(keep), place
        record.ledger += [altered(line) for line in lines]
        draft = store.begin(record.id) if store else None
        recorder = Recorder(model, record, _numbered(emit), draft)
        if before is not None:
            recorder.exposure.pictures[SOURCE] = before
        return Making(recorder, stopped, stop, attention).make(store)


def branch(
    model: Model,
    parent: Exposure,
    at: int,
    alterations: Iterable[Alteration] = (),
    emit: Emit = lambda event: None,
    stopped: Stopped = lambda: False,
    store: Store | None = None,
    *,
    id: str | None = None,
    attention: bool = True,
    stop: Moment | None = None,
    name: str = "",
) -> Exposure:
    """Another end for a picture: as its parent was up to step `at`, with `alterations` from there on.

    The steps before are the parent's, and are not computed again. With a `stop` right there, nothing is.

    Raises:
        StepNotFound: the parent did not get that far.
        OutOfRange: an alteration acts before the branch begins.
        OtherModel: the parent was made with other weights.
        And what `expose` raises.
    """
    with ready(model, parent.record.settings) as model:
        past, new = parent.record, ordered(alterations)
        if not 0 <= at <= len(past.steps):
            raise StepNotFound(at, len(past.steps))
        for line in new:
            if line.at < at:
                raise OutOfRange("at", line.at, f"{at} and later, where the branch begins")
        if at and past.model.edition != model.edition:
            raise OtherModel(past.id, past.model.id)
        lines = (*until(past.alterations, at), *new)
        for line in lines:
            if isinstance(line, Painted) and parent.noise is not None:
                cells(line.mask, (parent.noise.shape[-2], parent.noise.shape[-1]))
        run = _replay(parent, at) if at else None
        kept = {
            "encodings": [e for e in past.encodings if e.from_step <= at] if run else [],
            "steps": past.steps[:at] if run else [],
            "ledger": [*past.ledger[: len(past.ledger) - _later(past, at)], *map(altered, new)],
        }
        now = datetime.now(UTC)
        record = Record(
            id=id or new_id(now),
            created=now,
            settings=past.settings,
            model=_facts(model),
            software=_software(),
            parent=past.id,
            branch_step=at,
            alterations=lines,
            inherited=len(lines) - len(new),
            enhanced=past.enhanced,
            name=name,
            keep=past.keep,
            **kept,
        )
        draft = store.begin(record.id) if store else None
        tensors = _inherited(parent, at) if run else {}
        if draft and run and parent.folder:
            draft.inherit(parent.folder, [f"steps/{step:03d}.webp" for step in range(at)])
        recorder = Recorder(model, record, _numbered(emit), draft, tensors)
        if before := parent.picture_of(SOURCE):
            recorder.exposure.pictures[SOURCE] = before
        making = Making(recorder, stopped, stop, attention, run)
        return making.make(store, [line for line in new if line.at == at])


def go_on(
    model: Model,
    paused: Exposure,
    emit: Emit = lambda event: None,
    stopped: Stopped = lambda: False,
    store: Store | None = None,
    *,
    attention: bool = True,
    stop: Moment | None = None,
    after: int | None = None,
) -> Exposure:
    """Take a picture on from where it was paused, cancelled or broken off, to its end or to `stop`.

    It stays the same exposure. `after` is how many steps are thought to be taken. Should it fail, it is still
    paused where it was.

    Raises:
        NothingToResume: it is finished, or it failed.
        MovedOn: it does not stand after that many steps.
        OtherModel: it was begun with other weights.
        And what `expose` raises.
    """
    if paused.record.state not in ("paused", "cancelled", "interrupted"):
        raise NothingToResume(paused.record.state)
    if after not in (None, len(paused.record.steps)):
        raise MovedOn(paused.id, after, len(paused.record.steps))
    with ready(model, paused.record.settings) as model:
        if paused.record.model.edition != model.edition:
            raise OtherModel(paused.id, paused.record.model.id)
        past, run = paused.record, _replay(paused)
        own = {
            "state": "running",
            "stopped": None,
            "message": "",
            "encodings": [*past.encodings] if run else [],
            "steps": [*past.steps] if run else [],
            "ledger": [*past.ledger],
            "timings": dict(past.timings),
        }
        record = past.model_copy(update=own)
        if run and run.state == "finished":  # it was paused after the pipeline, before its picture was kept
            run = runs.back(run, len(run.replay.checkpoints))
        draft = store.again(record.id) if store else None
        recorder = Recorder(model, record, _numbered(emit), draft, paused.tensors if run else {})
        recorder.exposure.pictures.update({} if store else paused.pictures)
        return Making(recorder, stopped, stop, attention, run).make(store)


def repeat(model: Model, record: Record, store: Store | None = None, **others: Any) -> Exposure:
    """The same picture once more, from nothing but its record: its settings and its alterations.

    Raises:
        What `expose` raises.
    """
    said: dict[str, Any] = {"alterations": record.alterations, "enhanced": record.enhanced} | others
    return expose(model, record.settings, store=store, **said)


def _numbered(emit: Emit) -> Emit:
    numbers = count()
    return lambda event: emit(event.numbered(next(numbers)))


def _replay(past: Exposure, at: int | None = None) -> Run | None:
    """What it takes to go on from a step, or from where it stands; None where that is not kept.

    Raises:
        BrokenRecord: it is there and cannot be read.
    """
    run: Run | None = past.run
    file = past.folder / "replay.safetensors" if past.folder else None
    if run is None and file is not None and file.exists():
        run = runs.load(file)
    return run if run is None or at is None else runs.back(run, at)


def _inherited(parent: Exposure, at: int) -> dict[str, Array]:
    """The tensors of a parent that are those of a branch, too."""
    tensors = {name: tensor for name, tensor in parent.tensors.items() if _before(name.split("/"), at)}
    latents = parent.tensors.get(f"steps/{at:03d}/latents", parent.tensors.get("latents"))
    return tensors if latents is None else {**tensors, "latents": latents}


def _before(key: list[str], at: int) -> bool:
    """Whether a tensor of this key was there before the step."""
    if key[0] == "steps":
        return int(key[1]) < at
    if "from" in key:
        return int(key[key.index("from") + 1]) <= at
    return key[0] not in ("latents", "decode", "clip")


def _later(past: Record, at: int) -> int:
    """How many of the last lines of its ledger are of alterations after this step."""
    return len(past.alterations) - len(until(past.alterations, at))


def altered(line: Alteration) -> Decision:
    """An alteration as a line of the ledger."""
    facts = line.model_dump(exclude={"kind", "mask", "seed"}, exclude_defaults=True, exclude_none=True)
    at = facts.pop("at", 0)
    value = ", ".join(str(fact) for fact in facts.values()) or "painted"
    return Decision(stage=STAGE_OF[line.kind], what=line.kind, value=f"{value} ({at})", who="person")


def _record(
    model: Model,
    wanted: Settings,
    asked: Settings,
    id: str | None,
    enhanced: Enhanced | None,
    batch: Batch | None,
    who: Mapping[str, Who],
) -> Record:
    """The record as it is before anything happened: what was asked, of which program, and who decided it.

    `wanted` is what was asked, with what a picture to begin with decides.
    """
    entry, now = model.entry, datetime.now(UTC)
    if enhanced and asked.enhance is None:
        asked = asked.model_copy(update={"enhance": enhanced.asked})
    settings = wanted.filled(
        seed=secrets.randbelow(2**32),
        num_inference_steps=entry.num_inference_steps,
        guidance_scale=entry.guidance_scale,
        height=entry.height,
        width=entry.width,
        language=spoken(asked.prompt),
    )
    enhance = enhanced.asked if enhanced else asked.enhance and enhancing.settled(asked.enhance)
    settings = settings.model_copy(update={"model": model.id, "loras": model.loras, "enhance": enhance})
    entry.allow(settings.height or 0, settings.width or 0)
    lines = _ledger(asked, settings, model, batch, who)
    if enhanced and enhanced.prompt:
        lines = [*enhancing.accepted(lines, enhanced), enhancing.added(enhanced)]
    return Record(
        id=id or new_id(now),
        created=now,
        settings=settings,
        model=_facts(model),
        software=_software(),
        enhanced=enhanced,
        batch=batch,
        ledger=lines,
    )


def _software() -> dict[str, str]:
    """The versions that made it."""
    return {"apparatus": apparatus.__version__, **{name: version(name) for name in SOFTWARE}}


def _facts(model: Model) -> ModelFacts:
    """The program: which pipeline, of which parts."""
    parts = model.pipeline.components.items()
    return ModelFacts(
        id=model.id,
        pipeline=type(model.pipeline).__name__,
        scheduler=type(model.pipeline.scheduler).__name__,
        parts=[
            Part(name=name, kind=type(part).__name__, parameters=own(part))
            for name, part in parts
            if isinstance(part, nn.Module)
        ],
        licence=model.entry.licence,
        training=model.entry.training,
        edition=model.edition,
        placement=model.placement,
        alters=altering.kinds(model),
        layers=altering.layers(model),
        loras=list(model.fits),
        unseen=adapter_for(model.pipeline).unseen,
        latents=model.entry.latents,
    )


def _retouched(retouch: Retouch | None) -> Iterator[tuple[Stage, str, Any, Who]]:
    """What a person decided of the picture it began with."""
    if retouch:
        yield "retouch", "way", retouch.way, "person"
        yield "retouch", "source", retouch.source, "person"
        if retouch.way != "instruct":
            yield "retouch", "strength", retouch.strength, "person"
        if retouch.mask:
            painted = sum(row.count(PAINTED) for row in retouch.mask)
            yield "retouch", "mask", f"{painted} / {sum(map(len, retouch.mask))}", "person"


def _ledger(
    asked: Settings, settings: Settings, model: Model, batch: Batch | None, who: Mapping[str, Who]
) -> list[Decision]:
    """Who decided what: a person what was asked, chance the seed that was not, the program all the rest."""
    chosen: list[tuple[Stage, str, Any, Who]] = [
        (
            stage,
            what,
            getattr(settings, what),
            who.get(what, "person") if getattr(asked, what) not in (None, "") else otherwise,
        )
        for stage, what, otherwise in CHOICES
    ]
    several = (batch.of, who.get("candidates", "person")) if batch else (1, "program")
    lines: list[tuple[Stage, str, Any, Who]] = [
        ("program", "model", model.id, who.get("model", "program" if model.id == DEFAULT else "person")),
        *(("program", "lora", f"{Path(lora.file).stem} ({lora.weight:g})", "person") for lora in model.loras),
        *(line for line in chosen if line[1] != "negative_prompt" or asked.negative_prompt),
        *(
            (line.stage, line.what, line.value, line.who)
            for line in enhancing.decided(asked.enhance, settings.enhance, who)
        ),
        *_retouched(settings.retouch),
        ("denoise", "scheduler", type(model.pipeline.scheduler).__name__, "program"),
        ("select", "candidates", *several),
    ]
    return [Decision(stage=stage, what=what, value=value, who=by) for stage, what, value, by in lines]
