"""The chain, stage by stage: what each lays open, live or from a record.

Every stage has `lay_open`, a pure function of what is already in the exposure. While a picture is made it is
called as things happen; `replay` calls the same functions on an exposure that is over.
"""

from collections.abc import Iterator

from apparatus.record import Exposure, Record
from apparatus.stages import (
    decode,
    denoise,
    distribute,
    encode,
    enhance,
    loop,
    noise,
    program,
    prompt,
    retouch,
    select,
)
from apparatus.stages.event import Event

__all__ = [
    "Event",
    "decode",
    "denoise",
    "distribute",
    "encode",
    "enhance",
    "loop",
    "noise",
    "outcome",
    "program",
    "prompt",
    "replay",
    "retouch",
    "select",
]


def replay(exposure: Exposure) -> Iterator[Event]:
    """The events of an exposure that is over, in their order, numbered from 0."""
    for number, event in enumerate(_told_again(exposure)):
        yield event.numbered(number)


def _told_again(exposure: Exposure) -> Iterator[Event]:
    yield program.lay_open(exposure)
    yield prompt.lay_open(exposure)
    yield enhance.lay_open(exposure)
    for encoding in exposure.record.encodings:
        yield encode.lay_open(exposure, encoding)
    if exposure.noise is not None:
        yield noise.lay_open(exposure)
    for step in exposure.steps:
        yield denoise.lay_open(step)
    if exposure.record.picture is not None:
        yield decode.lay_open(exposure)
        yield select.lay_open(exposure)
        if exposure.record.retouched:
            yield retouch.lay_open(exposure)
        yield distribute.lay_open(exposure)
        if exposure.record.place:
            yield loop.lay_open(exposure)
    yield outcome(exposure.record)


def outcome(record: Record) -> Event:
    """How it ended (finished, failed, cancelled, interrupted), the whole ledger, and what it took."""
    ledger = [decision.model_dump() for decision in record.ledger]
    data = {"message": record.message, "seconds": record.seconds, "ledger": ledger}
    if record.meter:
        data |= {"meter": record.meter.model_dump(), "timings": record.timings}
    return Event(exposure=record.id, stage="exposure", kind=record.state, data=data)
