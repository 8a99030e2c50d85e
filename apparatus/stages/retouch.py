"""Another picture out of one that was there: what it began with, what was painted, what became of it."""

from typing import Any

import numpy as np

from apparatus import pictures, retouching
from apparatus.record import Exposure
from apparatus.stages.event import Event

GAIN = 4
"""How many times as bright differences are shown as they are."""


def lay_open(exposure: Exposure) -> Event:
    """Before and after, their difference and the autoencoder's own, and how much of each there is."""
    retouch, facts = exposure.record.settings.retouch, exposure.record.retouched
    assert retouch is not None, "lay a retouch open where there is one"
    assert facts is not None, "lay a retouch open once it is done"
    data: dict[str, Any] = {
        "way": retouch.way,
        "source": retouch.source,
        "strength": None if retouch.way == "instruct" else retouch.strength,
        "mask": retouch.mask,
        "paste": retouch.paste,
        "gain": GAIN,
        **facts.model_dump(),
    }
    shown = {}
    before, after = exposure.picture_of(retouching.SOURCE), exposure.picture
    if before is not None and after is not None:
        shown["before"] = pictures.webp(before)
        shown["difference"] = _brightened(retouching.differences(before, after))
        rebuilt = exposure.picture_of(retouching.REBUILT)
        if rebuilt is not None:
            shown["own"] = _brightened(retouching.differences(before, rebuilt))
    return Event(exposure=exposure.id, stage="retouch", kind="retouched", data=data, pictures=shown)


def _brightened(differences: Any) -> bytes:
    return pictures.png(np.clip(differences.max(axis=-1) * GAIN, 0, 255))
