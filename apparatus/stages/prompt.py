"""The human gesture: what was asked, in which language, with which settings."""

from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """What was asked, and the ledger so far: which of it a person, the program or chance decided."""
    settings = exposure.record.settings
    data = settings.model_dump(exclude={"model", "seed", "enhance"}) | {"characters": len(settings.prompt)}
    data["ledger"] = [decision.model_dump() for decision in exposure.record.ledger]
    return Event(exposure=exposure.id, stage="prompt", kind="prompt", data=data)
