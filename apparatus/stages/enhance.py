"""A language model may rewrite the prompt. Here none did, and that is what is said."""

from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """Nothing rewrote the prompt."""
    return Event(exposure=exposure.id, stage="enhance", kind="off")
