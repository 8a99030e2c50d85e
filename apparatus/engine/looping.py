"""One round of a loop: a picture, what is said of it, how far it is from where the loop began.

record = loops.begin(Loop(settings=Settings(prompt="a cat")), seed=7)
while record.state == "running":
    record = turn(model, store, record, emit, stopped)
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PIL import Image

from apparatus import captioning, looping, pictures, scoring
from apparatus.engine.expose import expose
from apparatus.errors import ApparatusError
from apparatus.looping import LoopRecord, Loops, Round
from apparatus.models.loading import Model
from apparatus.record import Exposure
from apparatus.stages import Event
from apparatus.store import Store
from apparatus.world.grammar import spoken

Emit = Callable[[Event], None]
Stopped = Callable[[], bool]


def turn(
    model: Model,
    store: Store,
    record: LoopRecord,
    emit: Emit = lambda event: None,
    stopped: Stopped = lambda: False,
) -> LoopRecord:
    """The loop after one more round; it is kept, and told as an event.

    It is over when all rounds are made ("finished"), somebody stopped it ("cancelled"), the captioner says
    nothing ("silent") or something failed ("failed", with a sentence). What was made stays.
    """
    loops = Loops(store)
    try:
        captioner = captioning.captioner(model.entry, record.asked.captioner)
        asked, who = record.next(), record.who
        place = record.place
        exposure = expose(
            model, asked, stopped=stopped, store=store, name=_name(record), who=who, place=place
        )
        if exposure.record.state != "finished" or exposure.picture is None:
            record.state, record.message = "cancelled", exposure.record.message
        else:
            language = record.asked.settings.language or spoken(record.asked.settings.prompt) or "en"
            said = captioning.caption(captioner, exposure.picture, language)
            record.rounds.append(_measured(model, store, record, exposure, said))
            if not said:
                record.state, record.message = "silent", "The captioner said nothing of the last picture."
            elif len(record.rounds) >= record.asked.rounds:
                record.state = "finished"
        loops.save(record)
    except ApparatusError as error:
        record.state, record.message, record.problem = "failed", str(error), type(error).__name__
        with suppress(ApparatusError):  # the disk is full: what the last round wrote stands
            loops.save(record)
    if record.rounds:
        emit(_told(record, store.open(record.rounds[-1].exposure).picture))
    return record


def _name(record: LoopRecord) -> str:
    return f"{record.id} · {len(record.rounds) + 1}"


def _measured(model: Model, store: Store, record: LoopRecord, exposure: Exposure, said: str) -> Round:
    """A round with its distances."""
    rounds, picture = record.rounds, exposure.picture
    assert picture is not None, "what is measured is finished"
    before = [store.open(rounds[at].exposure).picture for at in (0, -1)] if rounds else []
    compared = [picture, *(each for each in before if each is not None)]
    readers = scoring.readers(model.entry)
    first = rounds[0].prompt if rounds else exposure.record.settings.prompt
    seen: Any
    if readers:
        seen = scoring.seen(readers[0], compared).numpy()
        texts = scoring.said(readers[0], [first, said]).numpy() if said else None
    else:
        seen, texts = [looping.looks(each) for each in compared], None
    apart: list[float | None] = [looping.apart(seen[0], other) for other in seen[1:]] or [None, None]
    captions = [each.caption for each in rounds]
    enhanced = exposure.record.enhanced
    same = [each.number for each in rounds if each.caption == said]
    return Round(
        number=len(rounds),
        exposure=exposure.id,
        prompt=exposure.record.settings.prompt,
        enhanced=enhanced.prompt if enhanced else "",
        problem=enhanced.message if enhanced and not enhanced.prompt else "",
        who="person" if record.who["prompt"] == "person" else "program",
        caption=said,
        by=readers[0].name if readers else looping.THUMBNAILS,
        from_first=apart[0],
        from_last=apart[-1],
        words_from_first=looping.apart(*texts) if texts is not None else looping.words_apart(first, said),
        shared=looping.shared(first, said),
        vocabulary=looping.vocabulary([*captions, said]),
        colours=looping.colours(picture),
        repeats=same[-1] if same and said else None,
    )


def _told(record: LoopRecord, picture: Image.Image | None) -> Event:
    data: dict[str, Any] = record.rounds[-1].model_dump() | {
        "state": record.state,
        "of": record.asked.rounds,
        "message": record.message,
        "settled": record.settled,
    }
    shown = {} if picture is None else {"picture": pictures.webp(picture)}
    return Event(exposure=record.id, stage="loop", kind="round", data=data, pictures=shown)
