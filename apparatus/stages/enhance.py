"""A language model may rewrite the prompt: what it was told, what it added, how sure it was of each token."""

from typing import Any

from apparatus.enhancements import Enhanced, Written
from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """What came of the prompt; "off" where nothing rewrote it, and that is what is said."""
    record = exposure.record
    if record.enhanced is None:
        return Event(exposure=exposure.id, stage="enhance", kind="off")
    event = whole(exposure.id, record.settings.prompt, record.enhanced)
    ledger = [decision.model_dump() for decision in record.ledger]
    return event.model_copy(update={"data": event.data | {"ledger": ledger}})


def token(exposure: str, at: int, written: Written) -> Event:
    """One token, as it is written; `at` is its place in the text."""
    data = {"at": at} | written.model_dump(exclude={"whose"})
    return Event(exposure=exposure, stage="enhance", kind="token", data=data)


def whole(exposure: str, prompt: str, enhanced: Enhanced) -> Event:
    """The whole text. Of where the language model is, no address and no path is told."""
    asked = enhanced.asked
    data: dict[str, Any] = enhanced.model_dump(mode="json", exclude={"asked", "message"})
    data |= asked.model_dump(mode="json", exclude={"by"})
    data |= {"prompt": prompt, "text": enhanced.text, "read": enhanced.prompt or prompt}
    data |= {"remote": asked.remote, "added": enhanced.added}
    return Event(exposure=exposure, stage="enhance", kind="enhanced", data=data)
