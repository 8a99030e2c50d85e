"""Retouch's addresses: a picture to begin with, an exposure's or from elsewhere, and another out of it."""

from hashlib import sha256
from io import BytesIO
from itertools import accumulate, islice
from threading import Lock
from typing import Any

from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app import live, models
from app.darkroom_routes import FRESH, New, asking, begun, reading, refused, sent, wanted
from apparatus import retouching
from apparatus.engine.jobs import Expose
from apparatus.errors import ApparatusError, CannotRetouch, NoSource, PictureTooLarge
from apparatus.models.catalogue import Entry, cell, find
from apparatus.record import Exposure
from apparatus.retouching import Way

HEAVIEST = 64_000_000
"""Bytes of a file from elsewhere."""

HELD, TOGETHER = 64, 256_000_000
"""Pictures from elsewhere that are held until something is made of them, the newest; their bytes in all."""

_keeping = Lock()
_opening = Lock()  # one at a time: a picture of fifty megapixels takes hundreds of megabytes


class Again(New):
    """Another picture out of one: of an exposure, which the settings name, or of one that was dropped."""

    picture: str = ""


def source(request: Request) -> dict[str, Any]:
    """What can be made of an exposure's picture by the model that is asked for."""
    exposure = request.path_params["exposure"]
    before, record = _kept(exposure), live.hub().record(exposure)
    entry = _entry(request)
    size = retouching.room(before.size, entry.smallest, entry.largest, entry.multiple)
    return {"prompt": record.settings.prompt} | _told(entry, size)


def dropped(request: Request) -> dict[str, Any]:
    """The same of a picture that was dropped."""
    with Image.open(BytesIO(_held(request.path_params["picture"]))) as before:
        return {"prompt": ""} | _told(_entry(request), before.size)


def _entry(request: Request) -> Entry:
    model = request.query_params.get("model") or live.hub().model
    models.offered(model)
    return find(model)


def _told(entry: Entry, size: tuple[int, int]) -> dict[str, Any]:
    """The size at which the model takes it, how many cells its latents have then, and what it can do."""
    side, able = cell(entry), ways(entry)
    grid = {"rows": size[1] // side, "columns": size[0] // side} if side else {}
    return {"width": size[0], "height": size[1], "ways": able} | grid


def ways(entry: Entry) -> list[Way]:
    """How a model retouches, as far as is known before it is loaded; all, of a pipeline that nobody knows."""
    known: tuple[Way, ...] = retouching.WAYS.get(entry.pipeline, ("image_to_image", "inpaint", "instruct"))
    return [way for way in known if way != "inpaint" or cell(entry)]


def _kept(exposure: str) -> Image.Image:
    """An exposure's finished picture.

    Raises:
        ExposureNotFound, BrokenRecord: there is no such exposure, or it cannot be read.
        NoSource: it was never finished.
    """
    picture = Exposure.open(live.hub().store.path(exposure)).picture
    if picture is None:
        raise NoSource(exposure)
    return picture


def _held(picture: str) -> bytes:
    """The file of a picture that was dropped.

    Raises:
        NoSource: it is none of the newest.
    """
    file = live.hub().dropped.get(picture)
    if file is None:
        raise NoSource("what was dropped")
    return file


async def drop(request: Request) -> Response:
    """Hold a picture from elsewhere as the model will see it: cut and scaled to a size that it makes."""
    try:
        sent(request, "application/octet-stream")
        file = await _file(request)
        return JSONResponse({"picture": await run_in_threadpool(_hold, file, _entry(request))}, headers=FRESH)
    except ApparatusError as error:
        return refused(request, error)


async def _file(request: Request) -> bytes:
    """The file that is sent, as far as it may be large.

    Raises:
        PictureTooLarge: it is heavier; the rest of it is not read.
    """
    file = bytearray()
    async for piece in request.stream():
        file += piece
        if len(file) > HEAVIEST:
            most = f"{HEAVIEST / 1e6:.0f} MB"
            raise PictureTooLarge("The file", f"more than {most}", most)
    return bytes(file)


def _hold(file: bytes, entry: Entry) -> str:
    with _opening:
        picture = retouching.opened(file)
        own = max(entry.width or entry.largest, entry.height or entry.largest)
        size = retouching.room(picture.size, entry.smallest, min(entry.largest, own), entry.multiple)
        framed, png = retouching.framed(picture, size), BytesIO()
    framed.save(png, "PNG")
    name, hub = sha256(framed.tobytes()).hexdigest(), live.hub()
    with _keeping:
        hub.hold(hub.dropped, name, png.getvalue(), _fitting(hub.dropped, name, png.getbuffer().nbytes))
    return name


def _fitting(held: dict[str, bytes], name: str, weight: int) -> int:
    """How many of the newest can be held, of which this one is the first."""
    others = (len(file) for other, file in reversed(held.items()) if other != name)
    return max(1, sum(together <= TOGETHER for together in islice(accumulate((weight, *others)), HELD)))


def picture(request: Request) -> Response:
    """A picture that was dropped, as the model will see it."""
    try:
        return Response(_held(request.path_params["picture"]), media_type="image/png", headers=FRESH)
    except NoSource as error:
        raise HTTPException(404) from error


def expose(asked: Again) -> dict[str, Any]:
    """Have another picture made of it; the exposure to follow.

    Raises:
        CannotRetouch: the model has no such way.
        ExposureNotFound, NoSource: there is no picture to begin with.
        And what `wanted` raises.
    """
    settings = wanted(asked)
    retouch, entry = settings.retouch, find(settings.model)
    if retouch is None:
        raise NoSource("")
    if retouch.way not in ways(entry):
        raise CannotRetouch(retouch.way, entry.pipeline, ways(entry))
    file = _held(asked.picture) if asked.picture else None
    if file is None:
        _kept(retouch.source)
    return begun(Expose(settings, stop=asked.stop, name=asked.name, source=file))


def routes() -> list[BaseRoute]:
    """All of them."""
    return [
        Route("/retouch/{exposure}.json", reading(source)),
        Route("/retouch/pictures/{picture}.json", reading(dropped)),
        Route("/retouch/pictures/{picture}.png", picture),
        Route("/retouch/picture", drop, methods=["POST"]),
        Route("/retouch/expose", asking(expose, Again), methods=["POST"]),
    ]
