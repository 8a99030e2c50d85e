"""What each page shows, as plain data: a participant's, the wall's, the host's."""

import logging
from io import BytesIO
from typing import Any

import segno

from app.workshop.room import Room, Standing
from apparatus.errors import ApparatusError
from apparatus.essays import Language, Quote
from apparatus.workshop import exercises
from apparatus.workshop.queue import Ticket

logger = logging.getLogger(__name__)
MINE, HANGING, LISTED = 40, 60, 120
"""Pictures that a participant's page shows, the wall, and the host's.

The first and the last show more, where more hang or wait for the host's word: what hangs can be taken down.
"""


def guest(room: Room, person: str, language: Language, standing: Standing) -> dict[str, Any]:
    """A participant's page: their pictures, their places in the line, and what all are asked to do."""
    mine = [ticket for ticket in standing.tickets if ticket.person == person]
    here = next((one for one in standing.people if one.id == person), None)
    return {
        "you": here and {"name": here.name},
        "people": len(standing.people),
        "paused": bool(standing.facts["paused"]),
        "waiting": len(standing.positions),
        "most": room.queue.ours,
        "pace": standing.pace,
        "exercise": exercise(standing.facts["exercise"], language),
        "mine": [_mine(ticket, standing) for ticket in _newest(mine, MINE)],
        "made": sum(ticket.state == "finished" for ticket in mine),
    }


def wall(room: Room, language: Language, standing: Standing) -> dict[str, Any]:
    """The wall: the newest pictures that hang, pinned ones first."""
    hanging = [t for t in standing.tickets if t.state == "finished" and t.wall == "shown"]
    newest = sorted(hanging, key=lambda ticket: (not ticket.pinned, -ticket.number))[:HANGING]
    return {
        "still": bool(standing.facts["stilled"]),
        "people": len(standing.people),
        "code": standing.facts["code"],
        "address": room.address,
        "count": len(hanging),
        "waiting": len(standing.positions),
        "exercise": exercise(standing.facts["exercise"], language),
        "pictures": [_seen(ticket, standing) for ticket in newest],
    }


def host(room: Room, language: Language, standing: Standing) -> dict[str, Any]:
    """The host's page: everybody, everything, and how the room is set."""
    running = [ticket for ticket in standing.tickets if ticket.state == "running"]
    waiting = sorted(
        (ticket for ticket in standing.tickets if ticket.id in standing.positions),
        key=lambda ticket: standing.positions[ticket.id],
    )
    over = [ticket for ticket in standing.tickets if ticket.state not in ("waiting", "running")]
    made: dict[str, int] = {}
    for ticket in over:
        made[ticket.person] = made.get(ticket.person, 0) + (ticket.state == "finished")
    return {
        "code": standing.facts["code"],
        "address": room.address,
        "approve": bool(standing.facts["approve"]),
        "paused": bool(standing.facts["paused"]),
        "still": bool(standing.facts["stilled"]),
        "exercise": standing.facts["exercise"] or "",
        "pace": standing.pace,
        "people": [
            {
                "id": one.id,
                "name": one.name,
                "made": made.get(one.id, 0),
                "waiting": sum(ticket.person == one.id for ticket in waiting),
            }
            for one in standing.people
        ],
        "line": [_told(ticket, standing) for ticket in (*running, *waiting)[:LISTED]],
        "in_line": len(running) + len(waiting),
        "over": [_told(ticket, standing) for ticket in _newest(over, LISTED)],
        "ended": len(over),
        "finished": sum(made.values()),
    }


def _newest(tickets: list[Ticket], count: int) -> list[Ticket]:
    """The newest ones, the newest first; with them all that hang, are pinned, or wait for the host's word."""
    before = (
        one
        for one in tickets[:-count]
        if one.state == "finished" and (one.pinned or one.wall in ("shown", "pending"))
    )
    return [*before, *tickets[-count:]][::-1]


def _seen(ticket: Ticket, standing: Standing) -> dict[str, Any]:
    """A picture as others see it."""
    return {
        "id": ticket.id,
        "name": standing.names.get(ticket.person, ""),
        "prompt": ticket.prompt,
        "pinned": ticket.pinned,
        "guess": ticket.guess,
    }


def _told(ticket: Ticket, standing: Standing) -> dict[str, Any]:
    """A picture as its maker and the host see it."""
    return _seen(ticket, standing) | {
        "state": ticket.state,
        "problem": ticket.problem,
        "wall": ticket.wall,
        "answer": ticket.answer,
        "exercise": ticket.exercise,
    }


def _mine(ticket: Ticket, standing: Standing) -> dict[str, Any]:
    """A picture as its maker sees it: with its place, and how long it may take."""
    seconds = standing.seconds.get(ticket.id)
    settings = ticket.settings
    return _told(ticket, standing) | {
        "wish": ticket.key.partition("/")[0],
        "position": standing.positions.get(ticket.id),
        "seconds": None if seconds is None else round(seconds),
        "again": ticket.attempts > 1 or (ticket.attempts > 0 and ticket.state == "waiting"),
        "took": ticket.seconds and round(ticket.seconds, 1),
        "enhanced": settings.enhance is not None,
        "steps": settings.num_inference_steps,
        "guidance": settings.guidance_scale,
        "seed": settings.seed,
    }


def exercise(id: str | None, language: Language, *, led: bool = False) -> dict[str, Any] | None:
    """An exercise in words; with its note where it is `led`. None where there is none, or it is broken."""
    try:
        one = exercises.exercise(id) if id else None
    except ApparatusError:
        return None
    if one is None:
        return None
    return {
        "id": one.id,
        "title": one.title.said(language),
        "task": one.task.said(language),
        "before": one.before.said(language) if one.before else "",
        "after": list(one.after.said(language)) if one.after else [],
        "prompt": one.prompt(language),
        "start": one.start(language),
        "cards": one.make.cards,
        "pictures": one.pictures,
        "passage": passage(one.quote, language),
        **({"note": one.note.said(language)} if led else {}),
    }


def offered(language: Language) -> list[dict[str, Any]]:
    """Every exercise, for the host to choose from, in their order; a broken file is left out, aloud."""
    found = []
    for file in exercises.folder().glob("*.toml"):
        try:
            found.append(exercises.exercise(file.stem))
        except ApparatusError as error:
            logger.warning("%s", error)
    told = (
        exercise(one.id, language, led=True) for one in sorted(found, key=lambda one: (one.order, one.id))
    )
    return [one for one in told if one is not None]


def passage(quote: Quote, language: Language) -> dict[str, str]:
    """A quotation, with our translation where the page is not French."""
    return {
        "text": quote.text,
        "reference": quote.reference,
        "through": quote.through or "",
        "translation": "" if language == "fr" else quote.translation,
    }


def code(address: str) -> str:
    """A QR code as SVG, dark on light with the quiet border that readers need."""
    file = BytesIO()
    segno.make(address, error="m", micro=False).save(
        file, kind="svg", border=4, dark="#0b0a0a", light="#f2efe9", xmldecl=False, svgclass="code", scale=8
    )
    return file.getvalue().decode()
