"""The loop's addresses: what its page reads, and how one is begun, stopped, gone on with and left."""

import secrets
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from app import enhancing, live, loops
from app.darkroom_routes import Asked, New, asking, reading, wanted
from apparatus.errors import NoCaptioner, OutOfRange
from apparatus.looping import Loop
from apparatus.settings import LONGEST_PROMPT

MOST = 300
"""Rounds that a page can ask for."""


class Begin(New):
    """A loop; the other fields are settings."""

    rounds: int = Field(20, ge=1, le=MOST)
    seeds: Literal["fixed", "new"] = "fixed"
    captioner: str = Field("", max_length=200)
    enhanced: bool = False


class OfLoop(Asked):
    """Something to be done with a loop."""

    loop: str


class Leave(OfLoop):
    """A person steps in: after so many rounds it goes on with these words, as another loop."""

    after: int = Field(ge=1)
    prompt: str = Field(max_length=LONGEST_PROMPT)


def listed(request: Request) -> dict[str, Any]:
    """The newest loops."""
    return {"loops": loops.listed()}


def described(request: Request) -> dict[str, Any]:
    """One loop, from the round on that the page does not have."""
    after = request.query_params.get("after", "0")
    if not after.isdecimal():
        raise OutOfRange("after", after[:40], "0 and more")
    return loops.described(request.path_params["loop"], int(after))


def apart(request: Request) -> dict[str, Any]:
    """How far a loop is from the one that it left."""
    return {"rounds": loops.apart(request.path_params["loop"])}


def begin(asked: Begin) -> dict[str, Any]:
    """Begin a loop, and have it go round.

    Raises:
        NoCaptioner: nobody here says what a picture shows.
        And what `wanted` raises.
    """
    settings = wanted(asked)
    there = loops.choices(settings.model)["captioners"]
    if asked.captioner not in there:
        raise NoCaptioner(asked.captioner or settings.model, there)
    if asked.enhanced:
        settings = settings.model_copy(update={"enhance": enhancing.usual(True)})
    loop = Loop(settings=settings, rounds=asked.rounds, seed=asked.seeds, captioner=asked.captioner)
    return going(loops.loops().begin(loop, secrets.randbelow(2**32)).id)


def leave(asked: Leave) -> dict[str, Any]:
    """Have a loop go round that leaves another with a person's words."""
    return going(loops.loops().leave(asked.loop, asked.after, asked.prompt).id)


def go_on(asked: OfLoop) -> dict[str, Any]:
    """Have a loop go on from where it stands."""
    return going(asked.loop)


def stop(asked: OfLoop) -> dict[str, Any]:
    """Stop one."""
    return {"stopped": live.hub().drives.stop(asked.loop)}


def going(loop: str) -> dict[str, Any]:
    """Have it go round; its id."""
    live.hub().drives.start(loop)
    return {"id": loop}


def routes() -> list[BaseRoute]:
    """All of them."""
    asks: dict[str, tuple[Any, type[BaseModel]]] = {
        "begin": (begin, Begin),
        "leave": (leave, Leave),
        "go-on": (go_on, OfLoop),
        "stop": (stop, OfLoop),
    }
    return [
        Route("/loops.json", reading(listed)),
        Route("/loops/{loop}.json", reading(described)),
        Route("/loops/{loop}/apart.json", reading(apart)),
        *(Route(f"/loops/{name}", asking(*asked), methods=["POST"]) for name, asked in asks.items()),
    ]
