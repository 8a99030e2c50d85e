"""The darkroom's addresses: what its page reads, what it asks for, what it takes away."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app import darkroom, enhancing, live, models
from app.i18n import named, preferred, speaking
from app.refusals import refusal
from apparatus import alterations, takeaway
from apparatus.engine import Broadcast
from apparatus.engine.jobs import Branch, Expose, GoOn, Job, Kind, Look
from apparatus.errors import (
    ApparatusError,
    BrokenRecord,
    ExposureNotFound,
    LoopNotFound,
    MovedOn,
    OutOfRange,
    StepNotFound,
    WorkerDied,
)
from apparatus.essays import Language
from apparatus.moments import Moment
from apparatus.record import Exposure, new_id
from apparatus.settings import Settings
from apparatus.stages import Event

Answer = Callable[[Request], Awaitable[Response]]
LARGEST = 4_000_000
"""Bytes of a question: a region on the largest latents is a quarter of a million."""

FILMS = {"gif": "image/gif", "png": "image/apng", "mp4": "video/mp4"}
LOOKS = ("branches", "decoded", "layers", "pull")
FRESH = {"Cache-Control": "no-store"}


class Asked(BaseModel):
    """A question of the page."""

    model_config = ConfigDict(extra="forbid")


class OfExposure(Asked):
    """Something to be done with an exposure."""

    exposure: str
    name: str = ""


class OfExposures(Asked):
    """Something to be done with several."""

    exposures: list[str]


class Further(Asked):
    """How far a paused one is to be taken, and after how many steps the page believes it stands."""

    exposure: str
    after: int | None = None
    stop: Moment | None = None


class Another(Asked):
    """A branch."""

    parent: str
    at: int
    alterations: list[Any] = []
    stop: Moment | None = None
    name: str = ""


class New(BaseModel):
    """A picture of its own; the other fields are settings."""

    model_config = ConfigDict(extra="allow")

    stop: Moment | None = None
    name: str = ""


def reading(answer: Callable[[Request], dict[str, Any]]) -> Answer:
    """A route that reads, and whose refusals are said in the reader's language."""

    async def read(request: Request) -> dict[str, Any]:
        return await run_in_threadpool(answer, request)

    return waiting(read)


def waiting(answer: Callable[[Request], Awaitable[dict[str, Any]]]) -> Answer:
    """The same for what waits until the worker is done: no thread may stand still for it."""

    async def route(request: Request) -> Response:
        try:
            return JSONResponse(await answer(request), headers=FRESH)
        except ApparatusError as error:
            return refused(request, error)

    return route


def asking(answer: Callable[[Any], dict[str, Any]], kind: type[BaseModel]) -> Answer:
    """A route that does something; so are its refusals."""

    async def route(request: Request) -> Response:
        try:
            asked = await _asked(request)
            try:
                question = kind.model_validate(asked)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"]))
                raise OutOfRange(place, shortly(first.get("input")), first["msg"]) from error
            return JSONResponse(await run_in_threadpool(answer, question), headers=FRESH)
        except ApparatusError as error:
            return refused(request, error)

    return route


def shortly(value: Any) -> str:
    """What was wrong with a question, in a line."""
    return " ".join(str(value).split())[:80]


def sent(request: Request, kind: str) -> None:
    """Refuse what none of our own pages sends, or what is of another kind; a form of a stranger's is neither.

    Raises:
        OutOfRange: it is refused.
    """
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours or request.headers.get("content-type", "").partition(";")[0] != kind:
        raise OutOfRange("question", origin or "form", f"{kind}, from a page of this app")


async def _asked(request: Request) -> Any:
    """The question; it must be one of our own pages that asks."""
    sent(request, "application/json")
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise OutOfRange("question", request.headers["content-length"], f"{LARGEST} bytes at most")
    try:
        asked = json.loads(await request.body())
    except ValueError as error:
        raise OutOfRange("question", shortly(error), "JSON") from error
    return asked


def _language(request: Request) -> Language:
    """The reader's: named in the address, else preferred by the browser."""
    return named(request.query_params.get("lang")) or preferred(request.headers.get("accept-language"))


def refused(request: Request, error: ApparatusError) -> Response:
    """What an error says, in the reader's language, with its facts."""
    with speaking(_language(request)):
        sentence = refusal(error)
    gone = isinstance(error, ExposureNotFound | LoopNotFound | BrokenRecord | StepNotFound)
    status = 409 if isinstance(error, MovedOn) else 404 if gone else 422
    return JSONResponse({"problem": type(error).__name__, "sentence": sentence}, status, headers=FRESH)


def told(event: Event) -> dict[str, Any]:
    """An event as JSON has it."""
    said: dict[str, Any] = json.loads(event.as_json())
    return said


def shown(request: Request) -> dict[str, Any]:
    """An exposure and its family."""
    return darkroom.described(live.hub().store, request.path_params["exposure"])


def step(request: Request) -> dict[str, Any]:
    """One step."""
    store, index = live.hub().store, request.path_params["step"]
    return told(darkroom.step(store, request.path_params["exposure"], index))


def noise(request: Request) -> dict[str, Any]:
    """The noise it began with."""
    event = darkroom.noise(live.hub().store, request.path_params["exposure"])
    return {} if event is None else told(event)


def encode(request: Request) -> dict[str, Any]:
    """What the text encoders read and made of it."""
    events = darkroom.encoders(live.hub().store, request.path_params["exposure"])
    return {"events": [told(event) for event in events]}


def trajectory(request: Request) -> dict[str, Any]:
    """Where this run went, and others with it."""
    others = [id for id in request.query_params.get("with", "").split(",") if id][:12]
    return darkroom.trajectory(live.hub().store, [request.path_params["exposure"], *others])


async def look(request: Request) -> dict[str, Any]:
    """A closer look at a step: made by the worker when it is first asked for."""
    exposure, kind = request.path_params["exposure"], request.path_params["kind"]
    if kind not in LOOKS:
        raise OutOfRange("look", kind, ", ".join(LOOKS))
    said = await run_in_threadpool(darkroom.look, await looked(exposure, kind, request.path_params["step"]))
    return told(Event(exposure=exposure, stage="denoise", kind=kind, **said))


async def looked(exposure: str, kind: Kind, step: int) -> Path:
    """A closer look's file without its endings; the worker makes it once, however many ask for it meanwhile.

    Raises:
        ApparatusError: there is no such exposure, or it cannot be looked at so.
    """
    file, asked = await run_in_threadpool(_looked, exposure, kind, step)
    last = [event async for event in asked.follow()][-1] if asked else None
    if last and last.kind != "finished":
        raise problem(last.data)
    return file


def _looked(exposure: str, kind: Kind, step: int) -> tuple[Path, Broadcast | None]:
    """The file, and who tells when it is there; None where it is there already."""
    hub = live.hub()
    file = hub.store.path(exposure) / "looks" / f"{kind}-{step:03d}"
    if file.with_suffix(".json").exists():
        return file, None
    return file, hub.engine.ask(Look(kind, exposure, step), f"{exposure}-{file.name}")


def problem(data: dict[str, Any]) -> ApparatusError:
    """The error that ended a job in the worker, as far as its last event tells."""
    kind = _kinds().get(data.get("problem", ""), WorkerDied)
    error = kind.__new__(kind, data.get("message", ""))
    error.args = (data.get("message", ""),)
    return error


@cache
def _kinds() -> dict[str, type[ApparatusError]]:
    """Every error that can end a job, by its name."""
    kinds = [ApparatusError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {kind.__name__: kind for kind in kinds}


def expose(asked: New) -> dict[str, Any]:
    """A picture of its own, by the app's model or another of those that it offers: not by any folder.

    Raises:
        ModelNotFound, NotALora: it does not offer that one.
    """
    return begun(Expose(wanted(asked), stop=asked.stop, name=asked.name))


def wanted(asked: New) -> Settings:
    """The settings in a question, of a model and LoRAs that the app offers.

    Raises:
        OutOfRange: one of them lies outside its range.
        ModelNotFound, NotALora, NoEnhancer: it does not offer that one.
    """
    settings = Settings(**{"model": live.hub().model} | (asked.model_extra or {}))
    models.offered(settings.model)
    models.wearable(settings.loras)
    enhancing.permitted(settings)
    return settings


def branch(asked: Another) -> dict[str, Any]:
    """Another end for a picture."""
    live.hub().store.path(asked.parent)
    lines = alterations.ordered(alterations.read(asked.alterations))
    return begun(Branch(asked.parent, asked.at, lines, asked.stop, asked.name))


def go_on(asked: Further) -> dict[str, Any]:
    """A paused one taken further, if it stands where the page believes; the worker checks that again."""
    stands = len(live.hub().record(asked.exposure).steps)
    if asked.after not in (None, stands):
        raise MovedOn(asked.exposure, asked.after, stands)
    return begun(GoOn(asked.after, asked.stop), asked.exposure)


def begun(job: Job, id: str | None = None) -> dict[str, Any]:
    """Ask the engine for it; the exposure to follow."""
    return {"id": live.hub().engine.ask(job, id or new_id(datetime.now(UTC))).id}


def cancel(asked: OfExposure) -> dict[str, Any]:
    """Stop a run between two steps: it can be gone on with."""
    return {"stopped": live.hub().engine.cancel(asked.exposure)}


def rename(asked: OfExposure) -> dict[str, Any]:
    """Call an exposure something."""
    live.hub().store.rename(asked.exposure, asked.name[:200])
    return {}


def prune(asked: OfExposure) -> dict[str, Any]:
    """Take a branch, and all that grew from it, out of the tree."""
    store = live.hub().store
    gone = darkroom.offspring(store.family(asked.exposure), asked.exposure)
    for each in gone:
        store.delete(each)
    return {"gone": gone}


def restore(asked: OfExposures) -> dict[str, Any]:
    """Put back what was just pruned."""
    for each in asked.exposures:
        live.hub().store.restore(each)
    return {}


def formats(request: Request) -> dict[str, Any]:
    """What films can be made on this machine."""
    return {"animation": takeaway.formats()}


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


async def take(request: Request) -> Response:
    """Something to be taken home: made from the record when it is asked for."""
    try:
        made, kind = await run_in_threadpool(_taken, request, _language(request))
    except ApparatusError as error:
        return refused(request, error)
    name = f"{request.path_params['exposure']}-{request.path_params['file']}"
    headers = FRESH | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=kind, headers=headers)


def _taken(request: Request, language: Language) -> tuple[bytes, str]:
    """The file of this name, and its kind."""
    store, file = live.hub().store, request.path_params["file"]
    exposure = Exposure.open(store.path(request.path_params["exposure"]))
    stem, _, ending = file.partition(".")
    if file == "sheet.png":
        return _png(takeaway.sheet(exposure, language)), "image/png"
    if file == "sheet.pdf":
        return takeaway.sheet_pdf(exposure, language), "application/pdf"
    if file == "repeat.py":
        return takeaway.script(exposure).encode(), "text/x-python"
    if stem not in ("run", "walk") or ending not in takeaway.formats():
        raise OutOfRange("file", file, f"sheet.png, sheet.pdf, repeat.py, {', '.join(takeaway.formats())}")
    shown = takeaway.frames(exposure)
    if stem == "walk":
        other = Exposure.open(store.path(request.query_params.get("to", "")))
        shown = takeaway.walk(exposure, other, live.hub().record)
    return takeaway.animation(shown, ending), FILMS[ending]


def routes() -> list[BaseRoute]:
    """All of them."""
    reads: dict[str, Any] = {
        "/darkroom/{exposure}.json": shown,
        "/darkroom/{exposure}/encode.json": encode,
        "/darkroom/{exposure}/noise.json": noise,
        "/darkroom/{exposure}/steps/{step:int}.json": step,
        "/darkroom/{exposure}/trajectory.json": trajectory,
    }
    asks: dict[str, tuple[Any, type[BaseModel]]] = {
        "expose": (expose, New),
        "branch": (branch, Another),
        "go-on": (go_on, Further),
        "cancel": (cancel, OfExposure),
        "name": (rename, OfExposure),
        "prune": (prune, OfExposure),
        "restore": (restore, OfExposures),
    }
    return [
        Route("/darkroom/formats.json", reading(formats)),
        Route("/darkroom/{exposure}/looks/{kind}/{step:int}.json", waiting(look)),
        Route("/darkroom/{exposure}/take/{file}", take),
        *(Route(address, reading(answer)) for address, answer in reads.items()),
        *(Route(f"/darkroom/{name}", asking(*asked), methods=["POST"]) for name, asked in asks.items()),
    ]
