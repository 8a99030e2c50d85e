"""The darkroom's addresses: what its page reads, what it asks for, what it takes away."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app import darkroom, live
from app.i18n import named, preferred, speaking
from app.refusals import refusal
from apparatus import alterations
from apparatus.engine.jobs import Branch, Expose, GoOn, Job, Look
from apparatus.errors import (
    ApparatusError,
    BrokenRecord,
    ExposureNotFound,
    MovedOn,
    OutOfRange,
    StepNotFound,
    WorkerDied,
)
from apparatus.moments import Moment
from apparatus.record import new_id
from apparatus.settings import Settings
from apparatus.stages import Event

Answer = Callable[[Request], Awaitable[Response]]
LARGEST = 4_000_000
"""Bytes of a question: a region on the largest latents is a quarter of a million."""

LOOKS = ("branches", "layers", "pull")
FRESH = {"Cache-Control": "no-store"}
_MOMENT: TypeAdapter[Moment] = TypeAdapter(Moment)


def answering(answer: Callable[[Request, dict[str, Any]], dict[str, Any]]) -> Answer:
    """A route whose refusals are said in the reader's language."""

    async def route(request: Request) -> Response:
        try:
            asked = await _asked(request)
            return JSONResponse(await run_in_threadpool(_answer, answer, request, asked), headers=FRESH)
        except ApparatusError as error:
            return refused(request, error)

    return route


def _answer(answer: Any, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """What it answers; a field that is missing or of the wrong kind is a refusal too."""
    try:
        said: dict[str, Any] = answer(request, asked)
    except (KeyError, TypeError, ValidationError) as error:
        if isinstance(error, ApparatusError):
            raise
        raise OutOfRange("question", shortly(error), "what the darkroom's page asks") from error
    return said


def shortly(error: Exception) -> str:
    """What was wrong with a question, in a line."""
    return " ".join(str(error).split())[:80]


async def _asked(request: Request) -> dict[str, Any]:
    """The question's fields; it must be one of our own pages that asks."""
    if request.method != "POST":
        return {}
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours or request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise OutOfRange("question", origin or "form", "JSON, from a page of this app")
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise OutOfRange("question", request.headers["content-length"], f"{LARGEST} bytes at most")
    try:
        asked = json.loads(await request.body())
    except ValueError as error:
        raise OutOfRange("question", shortly(error), "JSON") from error
    if not isinstance(asked, dict):
        raise OutOfRange("question", type(asked).__name__, "JSON with fields")
    return asked


def refused(request: Request, error: ApparatusError) -> Response:
    """What an error says, in the reader's language, with its facts."""
    language = named(request.query_params.get("lang")) or preferred(request.headers.get("accept-language"))
    with speaking(language):
        sentence = refusal(error)
    gone = isinstance(error, ExposureNotFound | BrokenRecord | StepNotFound)
    status = 409 if isinstance(error, MovedOn) else 404 if gone else 422
    return JSONResponse({"problem": type(error).__name__, "sentence": sentence}, status, headers=FRESH)


def told(event: Event) -> dict[str, Any]:
    """An event as JSON has it."""
    said: dict[str, Any] = json.loads(event.as_json())
    return said


def shown(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """An exposure and its family."""
    return darkroom.described(live.hub().store, request.path_params["exposure"])


def step(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """One step."""
    store, index = live.hub().store, request.path_params["step"]
    return told(darkroom.step(store, request.path_params["exposure"], index))


def noise(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """The noise it began with."""
    event = darkroom.noise(live.hub().store, request.path_params["exposure"])
    return {} if event is None else told(event)


def encode(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """What the text encoders read and made of it."""
    events = darkroom.encoders(live.hub().store, request.path_params["exposure"])
    return {"events": [told(event) for event in events]}


def trajectory(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Where this run went, and others with it."""
    others = [id for id in request.query_params.get("with", "").split(",") if id][:12]
    return darkroom.trajectory(live.hub().store, [request.path_params["exposure"], *others])


def look(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """A closer look at a step: made by the worker when it is first asked for."""
    hub, exposure = live.hub(), request.path_params["exposure"]
    kind, index = request.path_params["kind"], request.path_params["step"]
    if kind not in LOOKS:
        raise OutOfRange("look", kind, ", ".join(LOOKS))
    file = hub.store.path(exposure) / "looks" / f"{kind}-{index:03d}"
    if not file.with_suffix(".json").exists():
        last = [*hub.engine.ask(Look(kind, exposure, index))][-1]
        if last.kind != "finished":
            raise problem(last.data)
    said = darkroom.look(file)
    seen = Event(exposure=exposure, stage="denoise", kind=kind, **said)
    return told(seen)


def problem(data: dict[str, Any]) -> ApparatusError:
    """The error that ended a job in the worker, as far as its last event tells."""
    kinds = {kind.__name__: kind for kind in ApparatusError.__subclasses__()}
    kind = kinds.get(data.get("problem", ""), WorkerDied)
    error = kind.__new__(kind, data.get("message", ""))
    error.args = (data.get("message", ""),)
    return error


def expose(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """A picture of its own."""
    stop, name = moment(asked.pop("stop", None)), str(asked.pop("name", ""))
    settings = Settings(**{"model": live.hub().model} | asked)
    return begun(Expose(settings, stop=stop, name=name))


def branch(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Another end for a picture."""
    parent, at = str(asked["parent"]), int(asked["at"])
    live.hub().store.path(parent)
    lines = alterations.ordered(alterations.read(asked.get("alterations") or []))
    return begun(Branch(parent, at, lines, moment(asked.get("stop")), str(asked.get("name") or "")))


def go_on(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """A paused one taken further, if it stands where the page believes; the worker checks that again."""
    exposure, after = str(asked["exposure"]), asked.get("after")
    record = live.hub().record(exposure)
    if after is not None and int(after) != len(record.steps):
        raise MovedOn(exposure, int(after), len(record.steps))
    return begun(GoOn(after, moment(asked.get("stop"))), exposure)


def begun(job: Job, id: str | None = None) -> dict[str, Any]:
    """Ask the engine for it; the exposure to follow."""
    return {"id": live.hub().engine.ask(job, id or new_id(datetime.now(UTC))).id}


def moment(said: Any) -> Moment | None:
    """A moment from what JSON holds of it."""
    return None if said is None else _MOMENT.validate_python(said)


def cancel(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Stop a run between two steps: it can be gone on with."""
    return {"stopped": live.hub().engine.cancel(str(asked["exposure"]))}


def rename(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Call an exposure something."""
    live.hub().store.rename(str(asked["exposure"]), str(asked.get("name") or "")[:200])
    return {}


def prune(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Take a branch, and all that grew from it, out of the tree."""
    store, exposure = live.hub().store, str(asked["exposure"])
    gone = darkroom.offspring(store.family(exposure), exposure)
    for each in gone:
        store.delete(each)
    return {"gone": gone}


def restore(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """Put back what was just pruned."""
    for each in asked["exposures"]:
        live.hub().store.restore(str(each))
    return {}


def routes() -> list[BaseRoute]:
    """All of them."""
    reads: dict[str, Any] = {
        "/darkroom/{exposure}.json": shown,
        "/darkroom/{exposure}/encode.json": encode,
        "/darkroom/{exposure}/noise.json": noise,
        "/darkroom/{exposure}/steps/{step:int}.json": step,
        "/darkroom/{exposure}/trajectory.json": trajectory,
        "/darkroom/{exposure}/looks/{kind}/{step:int}.json": look,
    }
    asks: dict[str, Any] = {
        "expose": expose,
        "branch": branch,
        "go-on": go_on,
        "cancel": cancel,
        "name": rename,
        "prune": prune,
        "restore": restore,
    }
    return [
        *(Route(address, answering(answer)) for address, answer in reads.items()),
        *(Route(f"/darkroom/{name}", answering(answer), methods=["POST"]) for name, answer in asks.items()),
    ]
