"""The models there are, as the page Models shows them, and which of them can be chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from app import live
from app.i18n import language
from app.refusals import refusal
from apparatus.errors import ApparatusError, ModelNotFound, NotALora
from apparatus.models import lora_files, sizes
from apparatus.models.catalogue import Entry, catalogue, find, look_up
from apparatus.settings import Lora

PRECISION = "bfloat16"
"""In which the memory of a model is told that has no precision of its own."""


def entries() -> list[Entry]:
    """The catalogue, and before it the model that the app was started with, where that is none of its."""
    own = look_up(live.hub().model)
    listed = catalogue()
    return listed if own is None or own in listed else [own, *listed]


def here() -> list[Entry]:
    """Those that can be used on this machine."""
    return [entry for entry in entries() if entry.folder is not None and not entry.fault]


def offered(model: str) -> None:
    """Refuse a model that cannot be chosen here.

    Raises:
        ModelNotFound: there is none of that name among those of this machine.
    """
    names = [entry.id for entry in here()]
    if model not in names and model != live.hub().model:
        raise ModelNotFound(model, names)


def wearable(loras: Iterable[Lora]) -> None:
    """Refuse a LoRA that is none of the folder APPARATUS_LORAS: a page can name no other file.

    Raises:
        NotALora: there is none of that name in it.
    """
    names = lora_files.listed()
    for lora in loras:
        if lora.file not in names:
            raise NotALora(lora.file, "the folder APPARATUS_LORAS holds none of that name")


def wardrobe(worn: Mapping[str, float]) -> dict[str, Any]:
    """The LoRA files that can be put on, and the weights of those that are."""
    there = lora_files.listed()
    files = [
        {"name": name, "weight": worn.get(name), "there": name in there} for name in sorted({*there, *worn})
    ]
    return {"named": lora_files.folder() is not None, "files": files}


@cache
def title(model: str) -> str:
    """A model's name as a person reads it: its title, or the end of its folder's or repository's name."""
    entry = look_up(model)
    size = sizes.of(entry) if entry else None
    return size.title if size and size.title != model else Path(model).name


def shelf(chosen: str) -> list[dict[str, Any]]:
    """Each of them, in the reader's language; `chosen` is the one that makes the pictures of this visitor."""
    return [_told(entry, chosen) for entry in entries()]


def _told(entry: Entry, chosen: str) -> dict[str, Any]:
    size = sizes.of(entry)
    precision = entry.dtype or PRECISION
    french = language() == "fr"
    return {
        "id": entry.id,
        "title": title(entry.id),
        "year": size.year if size else None,
        "family": entry.pipeline.removesuffix("Pipeline"),
        "state": "broken" if entry.fault else "here" if entry.folder else "away",
        "chosen": entry.id == chosen,
        "fault": entry.fault,
        "why": _why(entry),
        "repository": entry.repository,
        "revision": entry.revision,
        "gated": entry.gated,
        "licence": entry.licence,
        "link": entry.licence_link,
        "forbids": entry.forbids_fr if french else entry.forbids,
        "training": entry.training.get("summary_fr" if french else "summary", ""),
        "parts": [asdict(part) for part in size.parts] if size else [],
        "parameters": size.parameters if size else None,
        "precision": precision,
        "memory": size.memory[precision] if size else None,
        "steps": entry.num_inference_steps,
        "guidance": entry.guidance_scale,
        "width": entry.width,
        "height": entry.height,
    }


def _why(entry: Entry) -> str:
    """What keeps it from being loaded, in the reader's language; "" where nothing does."""
    try:
        if entry.fault:
            find(entry.id)
    except ApparatusError as error:
        return refusal(error)
    return ""
