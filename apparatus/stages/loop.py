"""The picture goes back in: which round of which loop it is."""

from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """The loop, the number of the round, and of how many."""
    place = exposure.record.place
    assert place is not None, "lay a round open where there is a loop"
    return Event(exposure=exposure.id, stage="loop", kind="place", data=place.model_dump())
