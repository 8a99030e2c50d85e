"""A closer look at one step of a recorded exposure, computed when it is asked for and kept in its folder.

    files = look(model, exposure, "pull", 5)     # looks/pull-005.safetensors and .json

Going back to a step costs nothing; what is looked at there is the pipeline's own denoiser, asked once more.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from apparatus import attention, guidance, runner, runs, scoring, tensors
from apparatus.adapters import adapter_for, preview
from apparatus.alterations import WordWeight, standing
from apparatus.engine import altering, telling
from apparatus.engine.jobs import Kind
from apparatus.engine.making import called
from apparatus.engine.retouching import ready
from apparatus.errors import CannotAlter, NotKept, OtherModel, StepNotFound
from apparatus.keeping import keeps
from apparatus.models.loading import Model
from apparatus.moments import Moment
from apparatus.record import Exposure
from apparatus.runs import Run

NEEDS = {
    "decoded": "steps/{step:03d}/denoised",
    "branches": "steps/{step:03d}/cond",
    "layers": "replay.safetensors",
    "pull": "replay.safetensors",
    "score": "picture.png",
}
"""What of a record each look is made from."""


def look(model: Model, exposure: Exposure, kind: Kind, step: int) -> Path:
    """Compute it, unless it was computed before; the file without its endings.

    `decoded` holds "decoded", `branches` "cond" and "uncond", pictures in [0, 1]. `layers` holds a map for
    each attention layer and word, "{layer}/{word}". `pull` holds for each word the root mean square, over
    channels, of what the prediction with the prompt loses without it, "{word}". `score` holds for each reader
    a map of how much the finished picture's likeness to the prompt falls where it is covered, "{reader}", and
    to each word, "{reader}/{word}"; whatever the step.

    Raises:
        StepNotFound: the exposure has no such step.
        NotKept: what it takes was not kept.
        OtherModel: it was made with other weights.
        CannotAlter: that cannot be seen in pipelines of this family.
    """
    assert exposure.folder is not None, "what is not on the disk is not looked at again"
    if not 0 <= step < len(exposure.steps):
        raise StepNotFound(step, len(exposure.steps))
    name = exposure.folder / "looks" / f"{kind}-{step:03d}"
    if name.with_suffix(".json").exists():
        return name
    if not keeps(exposure.record.keep, NEEDS[kind].format(step=step)):
        raise NotKept(exposure.id, exposure.record.keep)
    ways = {"decoded": _decoded, "branches": _branches, "layers": _layers, "pull": _pull, "score": _score}
    with ready(model, exposure.record.settings) as dressed:
        if exposure.record.model.edition != dressed.edition:
            raise OtherModel(exposure.id, exposure.record.model.id)
        found, facts = ways[kind](dressed, exposure, step)
    name.parent.mkdir(exist_ok=True)
    tensors.write(name.with_suffix(".safetensors"), found)
    partial = name.with_suffix(".partial")
    partial.write_text(json.dumps(facts), "utf-8")
    partial.rename(name.with_suffix(".json"))
    return name


def _decoded(model: Model, exposure: Exposure, step: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The predicted clean picture of a step, whatever its preview was made by."""
    denoised = exposure.steps[step].denoised
    picture = None if denoised is None else _picture(model, exposure, torch.as_tensor(denoised))
    if picture is None:
        why = "its clean latents are not known"
        raise CannotAlter("The predicted picture", type(model.pipeline).__name__, why)
    return {"decoded": picture}, {"branches": ["decoded"]}


def _picture(model: Model, exposure: Exposure, clean: Tensor) -> Tensor | None:
    """Clean latents, in rows and columns, truly decoded: [3, height, width], in [0, 1]."""
    pipeline, settings = model.pipeline, exposure.record.settings
    latents = adapter_for(pipeline).gathered(clean.to(pipeline._execution_device))
    picture = preview(pipeline, latents, (settings.height or 0, settings.width or 0))
    return None if picture is None else (picture[0].float().cpu() / 2 + 0.5).clamp(0, 1)


def _branches(model: Model, exposure: Exposure, step: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The pictures to which the two predictions of a step point."""
    seen, facts = exposure.steps[step], exposure.steps[step].facts
    scheduler, pictures = model.pipeline.scheduler, {}
    for branch, prediction in (("cond", seen.cond), ("uncond", seen.uncond)):
        if prediction is None or seen.latents is None:
            continue
        given = (torch.as_tensor(prediction), facts.timestep, torch.as_tensor(seen.latents), facts.sigma)
        clean = guidance.denoised(scheduler, *given)
        picture = None if clean is None else _picture(model, exposure, clean)
        if picture is not None:
            pictures[branch] = picture
    if not pictures:
        raise CannotAlter("The two predictions", type(model.pipeline).__name__, "they are not kept apart")
    return pictures, {"branches": list(pictures)}


def _layers(model: Model, exposure: Exposure, step: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Where each word looked, layer by layer."""
    adapter, settings = adapter_for(model.pipeline), exposure.record.settings
    if adapter.text is None:
        raise CannotAlter("Attention", type(model.pipeline).__name__, "where its words stand is not known")
    size = (settings.height or 0, settings.width or 0)
    with attention.apart(model.pipeline, size, adapter.scheme, adapter.text) as layers:
        read, _ = _again(model, exposure, step)
    words = read.words()
    maps = {
        f"{number}/{place}": seen[0, read.places(*word)].sum(0)
        for number, (_, seen) in enumerate(layers)
        for place, word in enumerate(words)
    }
    told = [
        {
            "name": name,
            "rows": seen.shape[2],
            "columns": seen.shape[3],
            "shares": _shares(maps, number, words),
        }
        for number, (name, seen) in enumerate(layers)
    ]
    return maps, {"layers": told, "words": [word for word, _ in words]}


def _shares(maps: dict[str, Tensor], layer: int, words: Sequence[Any]) -> list[float]:
    return [float(maps[f"{layer}/{place}"].mean()) for place in range(len(words))]


def _pull(model: Model, exposure: Exposure, step: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What each word does to the prediction: without any of them, one after the other."""
    read, with_all = _again(model, exposure, step)
    maps, told = {}, []
    for place, (word, occurrence) in enumerate(read.words()):
        hidden = WordWeight(word=word, occurrence=occurrence, weight=0)
        _, without = _again(model, exposure, step, [hidden])
        lost = (with_all - without).float()
        maps[str(place)] = lost.square().mean(0).sqrt()
        told.append({"text": word, "rms": guidance.rms(lost)})
    return maps, {"words": told}


def _score(model: Model, exposure: Exposure, step: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Where in the finished picture its scores come from."""
    readers, picture = scoring.readers(model.entry), exposure.picture
    if not readers or picture is None:
        raise CannotAlter("A score", model.id, "nobody on this machine compares pictures with texts")
    prompt = exposure.record.told.prompt
    maps = {
        f"{reader.name}/{word}".rstrip("/"): torch.from_numpy(values)
        for reader in readers
        for word, values in scoring.where(reader, picture, prompt).items()
    }
    words = prompt.split()[: scoring.LONGEST]
    return maps, {"readers": [reader.name for reader in readers], "words": words}


def _again(
    model: Model, exposure: Exposure, step: int, words: Sequence[WordWeight] = ()
) -> tuple[telling.Told, Tensor]:
    """What the denoiser is told in a step, and its prediction with the prompt, [channels, rows, columns]."""
    record, adapter = exposure.record, adapter_for(model.pipeline)
    size = (record.settings.height or 0, record.settings.width or 0)
    stands = standing(record.alterations, step)
    kwargs = called(model, exposure, stands)
    read = telling.told(model, kwargs, stands.layer)
    alter = altering.alter(model, kwargs, size, stands)
    weighing = altering.weighed(model, kwargs, [*stands.words, *words])
    with weighing:
        run = runner.resume(
            model.pipeline, _before(model, exposure, step), stop=Moment("step.in", step), alter=alter
        )

    assert adapter.scheme is not None, "a family whose words are known has a scheme"
    assert run.noise is not None, "what stands before a step has begun"
    cond, _ = guidance.split(adapter.scheme, run.replay.pending, run.noise)
    return read, adapter.spread(model.pipeline, cond, size)[0].detach().cpu()


def _before(model: Model, exposure: Exposure, step: int) -> Run:
    """The exposure's run, standing before a step, told what it was told in it."""
    assert exposure.folder is not None, "what is not on the disk is not looked at again"
    run = runs.back(runs.load(exposure.folder / "replay.safetensors"), step)
    stands = standing(exposure.record.alterations, step)
    run.replay.kwargs |= {
        name: value for name, value in called(model, exposure, stands).items() if name != "generator"
    }
    return run
