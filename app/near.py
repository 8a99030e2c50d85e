"""Which training pictures an exposure's picture is nearest to, and which exposures to choose from."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from app import figures, live
from apparatus.errors import ApparatusError
from apparatus.models.catalogue import find
from apparatus.neighbours import Neighbours, indexed
from apparatus.record import Exposure

CHOICE = 12
"""Exposures to choose from at most."""

LOOKED_THROUGH = 4 * CHOICE
"""Of the latest exposures, how many are looked through for those that have a picture."""


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

    "clip" is None where that CLIP did not look at the picture, since there was no index when it was made.

    Raises:
        ExposureNotFound, BrokenRecord: there is no such exposure, or it cannot be read.
        ModelNotFound, NotAModel, NoNeighbours: its model is not here, or has no index.
        OSError: it has no picture.
    """
    hub = live.hub()
    settings, folder = hub.record(exposure).settings, hub.store.path(exposure)
    changed = (folder / "picture.png").stat().st_mtime_ns
    model = find(settings.model).folder
    assert model is not None, "what is found is on this machine"
    return {"prompt": settings.prompt, **_compared(model, folder, changed)}


@lru_cache(maxsize=256)
def _compared(model: Path, folder: Path, changed: int) -> dict[str, Any]:
    known = _known(model)
    with Image.open(folder / "picture.png") as picture:
        by_pixels = known.by_pixels(picture)
    seen = Exposure.open(folder).tensors.get(known.image_embeds)
    by_clip = None if seen is None else known.by_clip(seen)
    return {
        "among": len(known.thumbnails),
        "clip": by_clip and [{"n": n, "likeness": likeness} for n, likeness in by_clip],
        "pixels": [{"n": n, "difference": difference} for n, difference in by_pixels],
    }


@cache
def _known(folder: Path) -> Neighbours:
    return Neighbours.load(folder)
