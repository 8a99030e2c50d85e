"""What the browser fetches beside the page: the event stream, exposures' files, components' scripts."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from app import (
    darkroom_routes,
    enhance_routes,
    generations,
    live,
    loop_routes,
    near,
    renders,
    retouch_routes,
    select_routes,
)
from app.live import Source
from app.refusals import OTHER, named, problem
from app.shell import PAGES, shell
from apparatus.errors import (
    ApparatusError,
    BrokenRecord,
    ExposureNotFound,
    ModelNotFound,
    NoNeighbours,
    NotAModel,
)
from apparatus.stages import Event

logger = logging.getLogger(__name__)
COMPONENTS = Path(__file__).parent / "components"
PARTS = (
    "chain",
    "darkroom",
    "enhance",
    "loop",
    "retouch",
    "select",
    "sheet",
    "shelf",
    "world",
    "lamp",
    "tongue",
)
PING = 15
"""Seconds between two signs of life on a stream."""

THUMBNAIL = 512
"""Longest side of a picture in the archive, in pixels."""

KEPT = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}


async def events(request: Request) -> Response:
    """One exposure's events as they happen or as they were recorded, from where `Last-Event-ID` left off."""
    exposure, seen = request.path_params["exposure"], request.headers.get("last-event-id", "")
    try:
        source = await asyncio.to_thread(live.hub().source, exposure, seen)
    except ApparatusError as error:
        raise unavailable(error) from error
    return EventSourceResponse(
        messages(exposure, source),
        ping=PING,
        ping_message_factory=lambda: ServerSentEvent(event="alive", data="1"),
        headers={"Cache-Control": "no-store"},
    )


def unavailable(error: ApparatusError) -> HTTPException:
    """What an address that cannot be served answers, as the cause is in the address or on the disk."""
    return HTTPException(404 if isinstance(error, ExposureNotFound | BrokenRecord) else 503)


async def messages(exposure: str, source: Source) -> AsyncIterator[ServerSentEvent]:
    """The stream: where it comes from, every event, how it ended."""
    kind = "record" if source.recorded else "live"
    last: Event | None = None
    yield ServerSentEvent(event="source", data=json.dumps({"recorded": source.recorded}), retry=1000)
    try:
        async for last in source.events:
            data = with_problem(last).as_json()
            yield ServerSentEvent(event="stage", id=f"{kind}-{last.number}", data=data)
    except Exception as error:  # a stream that breaks off is asked for again, for ever: it must end
        logger.error("an exposure cannot be told to its end", exc_info=error)
        last = broken(exposure, error)
        yield ServerSentEvent(event="stage", data=last.as_json())
    yield ServerSentEvent(event="end", data=json.dumps(ending(last)))


def broken(exposure: str, error: Exception) -> Event:
    """The event that says so when a record turns out to be damaged half-way."""
    name = "BrokenRecord" if isinstance(error, BrokenRecord) else OTHER
    data = {"message": str(error), "problem": name}
    return Event(exposure=exposure, stage="exposure", kind="failed", data=data)


def with_problem(event: Event) -> Event:
    """The event; where it says in English what went wrong, with the name of the page's sentence for it."""
    if event.stage != "exposure" or event.kind not in ("failed", "interrupted"):
        return event
    name = event.data.get("problem")
    name = name if name in named() else problem(event.data["message"])
    return event.model_copy(update={"data": event.data | {"problem": name}})


def ending(last: Event | None) -> dict[str, str]:
    """How an exposure ended, from its last event; interrupted when that event is not an ending."""
    over = last is not None and last.stage == "exposure" and last.kind != "waiting"
    return {"state": last.kind if last is not None and over else "interrupted"}


def picture(request: Request) -> Response:
    """The finished picture."""
    return _file(request, "picture.png")


def record(request: Request) -> Response:
    """The record, as it is written."""
    return _file(request, "record.json")


def step(request: Request) -> Response:
    """The picture as the model would have ended it at one step."""
    return _file(request, f"steps/{request.path_params['step']:03d}.webp")


def tensors(request: Request) -> Response:
    """Every tensor of the exposure."""
    return _file(request, "tensors.safetensors")


def thumbnail(request: Request) -> Response:
    """The finished picture, or of one that never was, the last step there is; small."""
    folder = _folder(request)
    found = sorted(folder.glob("picture.png")) or sorted(folder.glob("steps/*.webp"))
    if not found:
        raise HTTPException(404)
    try:
        shrunk = small(found[-1], found[-1].stat().st_mtime_ns)
    except (OSError, SyntaxError, ValueError) as error:  # what stands there is no picture
        raise HTTPException(404) from error
    return Response(shrunk, media_type="image/webp", headers=KEPT)


@lru_cache(maxsize=256)
def small(path: Path, changed: int) -> bytes:
    """A picture, small, as WebP; `changed` says which version of the file."""
    file = BytesIO()
    with Image.open(path) as picture:
        picture.thumbnail((THUMBNAIL, THUMBNAIL))
        picture.save(file, "WEBP", quality=90)
    return file.getvalue()


def nearest(request: Request) -> Response:
    """The training pictures nearest to the finished picture, or the `problem` that keeps them unknown."""
    try:
        return JSONResponse(near.nearest(request.path_params["exposure"]), headers=KEPT)
    except (ModelNotFound, NotAModel, NoNeighbours) as error:
        return JSONResponse({"problem": type(error).__name__}, 503)
    except ApparatusError as error:
        raise unavailable(error) from error
    except (OSError, SyntaxError, ValueError) as error:  # there is no picture, or what stands there is none
        raise HTTPException(404) from error


def _folder(request: Request) -> Path:
    try:
        return live.hub().store.path(request.path_params["exposure"])
    except ApparatusError as error:
        raise unavailable(error) from error


def _file(request: Request, name: str) -> Response:
    path = _folder(request) / name
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers=KEPT)


def routes() -> list[BaseRoute]:
    """All of them. An exposure's name is looked up exactly: nothing else is a path to anything."""
    return [
        *(Route(page, shell) for page in PAGES),
        Route("/exposures/{exposure}/events", events),
        Route("/exposures/{exposure}/picture.png", picture),
        Route("/exposures/{exposure}/thumbnail.webp", thumbnail),
        Route("/exposures/{exposure}/record.json", record),
        Route("/exposures/{exposure}/tensors.safetensors", tensors),
        Route("/exposures/{exposure}/steps/{step:int}.webp", step),
        Route("/world/near/{exposure}.json", nearest),
        *renders.routes(),
        *darkroom_routes.routes(),
        *enhance_routes.routes(),
        *retouch_routes.routes(),
        *select_routes.routes(),
        Route("/loops/{exposure}/events", events),
        *loop_routes.routes(),
        *generations.routes(),
        *(Mount(f"/parts/{name}", StaticFiles(directory=COMPONENTS / name)) for name in PARTS),
    ]
