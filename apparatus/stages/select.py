"""One of several pictures is kept. Here there was one, and nobody chose."""

from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """One candidate."""
    return Event(exposure=exposure.id, stage="select", kind="one", data={"candidates": 1})
