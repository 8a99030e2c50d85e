"""Which training pictures an exposure's picture is nearest to, and which exposures to choose from."""

from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from PIL import Image

from app import figures, live
from apparatus.errors import ApparatusError
from apparatus.models.catalogue import find
from apparatus.neighbours import Neighbours, indexed

CHOICE = 12
"""Exposures to choose from at most."""

LOOKED_THROUGH = 4 * CHOICE
"""Of the latest exposures, how many are looked through for those that have a picture."""

_looking = Lock()  # the first who asks has the CLIP loaded; the others wait for it


def offered() -> bool:
    """Whether the model that makes the pictures here has an index of those it learnt from."""
    try:
        folder = find(live.hub().model).folder
    except ApparatusError:
        return False
    return folder is not None and indexed(folder)


def choice(asked: str | None) -> dict[str, Any] | None:
    """This model's latest exposures with a picture, and the one asked for; None where there is no index."""
    if not offered():
        return None
    hub = live.hub()
    latest = hub.store.list(limit=LOOKED_THROUGH)
    made = [entry for entry in latest if entry.state == "finished" and entry.model == hub.model]
    return {"plates": [figures.plate(entry) for entry in made[:CHOICE]], "asked": asked}


def nearest(exposure: str) -> dict[str, Any]:
    """The training pictures nearest to an exposure's, by its model's CLIP and by pixels; and its prompt.

    Raises:
        ExposureNotFound, BrokenRecord: there is no such exposure, or it cannot be read.
        ModelNotFound, NotAModel, NoNeighbours: its model is not here, or has no index.
        OSError: it has no picture.
    """
    settings = live.hub().record(exposure).settings
    file = live.hub().store.path(exposure) / "picture.png"
    changed = file.stat().st_mtime_ns
    folder = find(settings.model).folder
    assert folder is not None, "what is found is on this machine"
    with _looking:
        return {"prompt": settings.prompt, **_compared(folder, file, changed)}


@lru_cache(maxsize=256)
def _compared(folder: Path, file: Path, changed: int) -> dict[str, Any]:
    known = _known(folder)
    with Image.open(file) as picture:
        by_clip, by_pixels = known.by_clip(picture), known.by_pixels(picture)
    return {
        "among": len(known.thumbnails),
        "clip": [{"n": n, "likeness": likeness} for n, likeness in by_clip],
        "pixels": [{"n": n, "difference": difference} for n, difference in by_pixels],
    }


@cache
def _known(folder: Path) -> Neighbours:
    return Neighbours.load(folder)
