"""One of several pictures is kept: how many there were, how each does by whom, and who chose."""

from apparatus.record import Exposure
from apparatus.selection import KEPT
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """The candidates and the scores of this one; and the ledger, now that nothing is left to decide.

    `kept` are the choices that were made: which exposure, by whom, by which score.
    """
    record = exposure.record
    batch = record.batch
    data = {
        "candidates": batch.of if batch else 1,
        "batch": batch.id if batch else None,
        "index": batch.index if batch else 0,
        "scores": [score.model_dump() for score in record.scores],
        "kept": [line.model_dump() for line in record.ledger if line.what.partition(" ")[0] == KEPT],
        "ledger": [decision.model_dump() for decision in record.ledger],
    }
    return Event(exposure=exposure.id, stage="select", kind="several" if batch else "one", data=data)
