"""Records in, what the darkroom draws out: an exposure at any of its steps, its family, its ways."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apparatus import pictures, stages, tensors
from apparatus.errors import StepNotFound
from apparatus.record import Exposure
from apparatus.stages import Event
from apparatus.store import Entry, Store
from apparatus.tensors import plain

SHOWN = {"id", "state", "created", "name", "parent", "branch_step", "message", "keep"}
GAINS = (2, 3, 5, 10, 20, 50)
"""How many times as strong a difference of two pictures can be shown; the page has the same."""

ASKED = {"prompt", "negative_prompt", "seed", "guidance_scale", "width", "height"}


def described(store: Store, exposure: str) -> dict[str, Any]:
    """An exposure as the page needs it, and its whole family.

    Raises:
        ExposureNotFound, BrokenRecord: it is not there, or cannot be read.
    """
    whole = Exposure.open(store.path(exposure))
    record, alters = whole.record, whole.record.model.alters
    own = len(record.alterations) - record.inherited
    return {
        **record.model_dump(mode="json", include=SHOWN),
        **record.told.model_dump(include=ASKED),
        "stopped": None if record.stopped is None else asdict(record.stopped),
        "model": Path(record.model.id).name,
        "pipeline": record.model.pipeline,
        "scheduler": record.model.scheduler,
        "taken": len(record.steps),
        "of": record.steps[-1].of if record.steps else record.settings.num_inference_steps,
        "cells": _cells(whole),
        "encodings": [
            encoding.model_dump(include={"branch", "encoder", "from_step", "words", "truncated"})
            for encoding in record.encodings
        ],
        "steps": [step.model_dump(mode="json", exclude={"scale"}) for step in record.steps],
        "alterations": [line.model_dump(mode="json") for line in record.alterations],
        "own": own,
        "ledger": [decision.model_dump() for decision in record.ledger],
        "can": {
            "words": "word_weight" in alters,
            "vectors": "word_vector" in alters,
            "layers": record.model.layers,
            "steps": "steps" in alters,
            "negative_prompt": "negative_prompt" in alters,
            "guidance_scale": "guidance_scale" in alters,
        },
        "tree": [node(entry) for entry in store.family(exposure)],
    }


def node(entry: Entry) -> dict[str, Any]:
    """One exposure in the tree."""
    told = asdict(entry)
    return {
        **{name: told[name] for name in ("id", "parent", "branch_step", "taken", "state", "name", "prompt")},
        "created": entry.created,
        "of": entry.asked,
        "own": json.loads(entry.altered),
    }


def _cells(exposure: Exposure) -> dict[str, int] | None:
    """How many rows, columns and channels its latents have."""
    if exposure.noise is None:
        return None
    channels, rows, columns = plain(exposure.noise).shape[-3:]
    return {"rows": rows, "columns": columns, "channels": channels}


def step(store: Store, exposure: str, index: int) -> Event:
    """What one step lays open.

    Raises:
        StepNotFound: there is none of that number.
    """
    whole = Exposure.open(store.path(exposure))
    if not 0 <= index < len(whole.steps):
        raise StepNotFound(index, len(whole.steps))
    return stages.denoise.lay_open(whole.steps[index])


def noise(store: Store, exposure: str) -> Event | None:
    """What chance laid open; None where it was not asked yet."""
    whole = Exposure.open(store.path(exposure))
    return None if whole.noise is None else stages.noise.lay_open(whole)


def encoders(store: Store, exposure: str) -> list[Event]:
    """What each call of a text encoder lays open."""
    whole = Exposure.open(store.path(exposure))
    return [stages.encode.lay_open(whole, encoding) for encoding in whole.record.encodings]


def look(file: Path) -> dict[str, Any]:
    """A closer look, as it was computed: its facts, and its maps as pictures of one white."""
    facts = json.loads(file.with_suffix(".json").read_text("utf-8"))
    found = tensors.Tensors(file.with_suffix(".safetensors"))
    maps = {name: np.asarray(found[name], np.float64) for name in found}
    if "branches" in facts:
        shown = {name: pictures.webp(_picture(values)) for name, values in maps.items()}
        if len(maps) == 2:
            difference = np.abs(maps["cond"] - maps["uncond"])
            facts["gain"] = max(gain for gain in GAINS if gain == GAINS[0] or gain * difference.max() <= 1)
            shown["difference"] = pictures.webp(_picture(difference * facts["gain"]))
            facts["mean"] = float(difference.mean())
        return {"data": facts, "pictures": shown}
    white = max((float(values.max()) for values in maps.values()), default=0.0)
    if "layers" in facts:  # layers differ in how many places they have, and so in what a share can be
        whites = {
            name: max(
                float(v.max()) for n, v in maps.items() if n.partition("/")[0] == name.partition("/")[0]
            )
            for name in maps
        }
        return {
            "data": facts,
            "pictures": {name: pictures.grey(v, whites[name]).png for name, v in maps.items()},
        }
    facts["white"] = white
    return {"data": facts, "pictures": {name: pictures.grey(v, white).png for name, v in maps.items()}}


def _picture(values: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray((values.clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0))


def trajectory(store: Store, exposures: Sequence[str]) -> dict[str, Any]:
    """The ways of several runs through the latents, in the two directions in which they differ most."""
    found = {id: _way(Exposure.open(store.path(id))) for id in exposures}
    ways = {id: way for id, way in found.items() if len(way)}
    if not ways:
        return {"runs": [], "explained": [0.0, 0.0]}
    points = np.concatenate([*ways.values()])
    points = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(points @ points.T)
    at = left[:, :2] * np.sqrt(np.maximum(sizes[:2], 0.0))
    at = np.pad(at, ((0, 0), (0, 2 - at.shape[1])))
    share = sizes[:2] / (sizes.sum() or 1.0)
    runs, begun = [], 0
    for id, way in ways.items():
        here = at[begun : begun + len(way)]
        begun += len(way)
        runs.append(
            {"id": id, "points": [{"index": n, "x": x, "y": y} for n, (x, y) in enumerate(here.tolist())]}
        )
    return {"runs": runs, "explained": [*share.tolist(), 0.0][:2]}


def _way(exposure: Exposure) -> NDArray[np.float64]:
    """Where the latents were before each step and after the last, [point, number]."""
    seen = [step.latents for step in exposure.steps] + [exposure.latents]
    rows = [pictures.one(latents).ravel() for latents in seen if latents is not None]
    sizes = [step.scale for step in exposure.record.steps] + [1.0]
    return (
        np.stack([row / size for row, size in zip(rows, sizes, strict=False)]) if rows else np.zeros((0, 1))
    )


def offspring(entries: Sequence[Entry], exposure: str) -> list[str]:
    """An exposure and all that grew from it, the youngest first."""
    grown = {exposure}
    for entry in entries:  # oldest first: a parent comes before its children
        if entry.parent in grown:
            grown.add(entry.id)
    return [entry.id for entry in reversed(entries) if entry.id in grown]
