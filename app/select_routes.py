"""Select's addresses: candidates of one prompt, how each is scored and why, and who keeps which."""

import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from app import live
from app.darkroom_routes import Asked, New, asking, looked, reading, waiting, wanted
from apparatus import tensors
from apparatus.engine.jobs import Expose
from apparatus.errors import BatchNotFound, OutOfRange
from apparatus.record import Exposure, new_id
from apparatus.selection import KEPT, candidates, ranked, whose
from apparatus.settings import Settings

FEWEST, MOST = 2, 12
"""Candidates that can be asked for at once: everybody waits in one line."""

REMEMBERED = 64
"""Batches of which what is not made yet is known; the store knows the rest."""

_choosing = Lock()  # a choice is written into the record of each candidate


class Several(New):
    """Candidates of the same words."""

    count: int = Field(ge=FEWEST, le=MOST)


class Choice(Asked):
    """One is kept: `exposure` by a person, or the best of `batch` by the program, by one of the scores."""

    exposure: str = ""
    batch: str = ""
    by: str = ""


def begin(asked: Several) -> dict[str, Any]:
    """Ask for the candidates, an exposure each; the name of their batch."""
    hub, now = live.hub(), datetime.now(UTC)
    batch = new_id(now)
    settings = wanted(asked)
    several = candidates(settings, asked.count, batch)
    ids: dict[str, Settings] = {}
    while len(ids) < len(several):  # names of one second differ in four digits
        ids.setdefault(new_id(now), several[len(ids)][0])
    hub.hold(hub.batches, batch, ids, REMEMBERED)
    for id, (one, place) in zip(ids, several, strict=True):
        hub.engine.ask(Expose(one, batch=place, who=whose(settings, place)), id)
    return {"batch": batch}


def described(batch: str) -> dict[str, Any]:
    """A batch as the page needs it: every candidate that was asked for, made or not, and who kept which.

    `orders` are the ids from the best to the worst, by each score there is.

    Raises:
        BatchNotFound: there is nothing of it, here or in the store.
    """
    hub = live.hub()
    asked = hub.batches.get(batch, {})
    coming = {id for id in asked if (run := hub.engine.follow(id)) is not None and not run.over}
    made = {each.id: each for each in hub.store.batch(batch)}
    if not asked and not made:
        raise BatchNotFound(batch)
    first = next(iter(asked.values()), None) or next(iter(made.values())).record.settings
    scores = {id: each.record.scores for id, each in made.items() if each.record.picture}
    known = dict.fromkeys(score.by for found in scores.values() for score in found)
    return {
        "batch": batch,
        "prompt": first.prompt,
        "candidates": [
            {"number": number} | _candidate(id, made.get(id), id in coming)
            for number, id in enumerate(asked or made, start=1)
        ],
        "of": max([len(asked), *(each.record.batch.of for each in made.values() if each.record.batch)]),
        "orders": {by: ranked(scores, by) for by in known},
        "kept": _kept(made.values()),
    }


def _candidate(id: str, made: Exposure | None, coming: bool) -> dict[str, Any]:
    """One of them; "coming" while it waits or is made, "gone" where nothing is left of it."""
    if made is None:
        return {"id": id, "state": "coming" if coming else "gone", "scores": []}
    record, picture = made.record, made.record.picture
    return {
        "id": id,
        "state": record.state,
        **({"number": record.batch.index + 1} if record.batch else {}),
        "seed": record.settings.seed,
        "prompt": record.told.prompt,
        "width": picture.width if picture else None,
        "height": picture.height if picture else None,
        "scores": [score.model_dump() for score in record.scores],
    }


def _kept(made: Any) -> list[dict[str, str]]:
    """Who kept which, by which score."""
    lines = {
        (line.who, line.what): line
        for each in made
        for line in each.record.ledger
        if line.stage == "select" and line.what.partition(" ")[0] == KEPT
    }
    return [
        {"who": who, "by": what.removeprefix(f"{KEPT} by ") if " by " in what else "", "id": str(line.value)}
        for (who, what), line in lines.items()
    ]


def shown(request: Request) -> dict[str, Any]:
    """A batch."""
    return described(request.path_params["batch"])


def keep(asked: Choice) -> dict[str, Any]:
    """Keep one, as a person or as the program; the batch as it stands then.

    Raises:
        OutOfRange: nobody gave such a score.
        And what `Store.choose` raises.
    """
    store = live.hub().store
    with _choosing:
        if asked.exposure:
            store.choose(asked.exposure, "person")
            batch = live.hub().record(asked.exposure).batch
            return described(batch.id if batch else "")
        orders = described(asked.batch)["orders"]
        if asked.by not in orders:
            raise OutOfRange("by", asked.by[:80], ", ".join(orders) or "nothing: nobody here scores pictures")
        store.choose(orders[asked.by][0], "program", asked.by)
        return described(asked.batch)


async def where(request: Request) -> dict[str, Any]:
    """Where in a picture its scores come from: by each reader and word, rows of how much it falls."""
    return await run_in_threadpool(_where, await looked(request.path_params["exposure"], "score", 0))


def _where(file: Path) -> dict[str, Any]:
    found = tensors.Tensors(file.with_suffix(".safetensors"))
    maps = {name: np.asarray(found[name], np.float64).round(5).tolist() for name in found}
    facts: dict[str, Any] = json.loads(file.with_suffix(".json").read_text("utf-8"))
    return facts | {"maps": maps}


def routes() -> list[BaseRoute]:
    """All of them."""
    return [
        Route("/select/{batch}.json", reading(shown)),
        Route("/select/{exposure}/where.json", waiting(where)),
        Route("/select/begin", asking(begin, Several), methods=["POST"]),
        Route("/select/keep", asking(keep, Choice), methods=["POST"]),
    ]
