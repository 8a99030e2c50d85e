"""One of several pictures is kept. Here there was one, and nobody chose."""

from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """One candidate; and the ledger, now that nothing is left to decide."""
    data = {"candidates": 1, "ledger": [decision.model_dump() for decision in exposure.record.ledger]}
    return Event(exposure=exposure.id, stage="select", kind="one", data=data)
