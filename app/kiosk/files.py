"""What the page fetches: events, pictures, steps, sheets, recordings; of a visit only while it goes on."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.i18n import named
from app.kiosk.asking import booth
from app.kiosk.booth import Booth
from app.kiosk.doing import FRESH
from app.kiosk.recordings import EVENTS
from app.live import Source, number
from app.routes import PING, messages
from apparatus import channels
from apparatus.channels import CHANNELS
from apparatus.channels.png import image
from apparatus.essays import Language
from apparatus.record import Exposure

LARGEST = 900
"""Pixels on the longer side of a sheet."""
LASTING = {"Cache-Control": "private, max-age=604800, immutable", "X-Content-Type-Options": "nosniff"}


async def events(request: Request) -> Response:
    """All that happens to one picture of the visit, from the beginning or from behind `Last-Event-ID`."""
    exposure, seen = request.path_params["exposure"], request.headers.get("last-event-id", "")
    wish = booth(request).wish(exposure)
    return EventSourceResponse(
        messages(exposure, Source(False, wish.events.follow(after=number(seen, "live")))),
        ping=PING,
        ping_message_factory=lambda: ServerSentEvent(event="alive", data="1"),
        headers=FRESH,
        send_timeout=20,
    )


def picture(request: Request) -> Response:
    """The finished picture."""
    place = booth(request).place(request.path_params["exposure"])
    try:
        return Response((place / "picture.png").read_bytes(), media_type="image/png", headers=FRESH)
    except OSError as error:
        raise HTTPException(404) from error


def step(request: Request) -> Response:
    """The picture as the model would have ended it at one step."""
    here, exposure = booth(request), request.path_params["exposure"]
    number = request.path_params["step"]
    recorded = here.recordings.find(exposure)
    file = here.recordings.step(exposure, number) if recorded else here.wish(exposure).step(number)
    if file is None:
        raise HTTPException(404)
    kind = "webp" if file[:4] == b"RIFF" else "png"
    return Response(file, media_type=f"image/{kind}", headers=FRESH)


def sheet(request: Request) -> Response:
    """The picture as one of the three channels gives it out, small."""
    exposure, channel = request.path_params["exposure"], request.path_params["channel"]
    here, language = booth(request), named(request.query_params.get("lang")) or "en"
    if channel not in CHANNELS:
        raise HTTPException(404)
    return Response(_sheet(here, exposure, channel, language), media_type="image/webp", headers=FRESH)


def _sheet(here: Booth, exposure: str, channel: Any, language: Language) -> bytes:
    """A sheet, as it was composed before or is now; the visit remembers it."""
    place, visit, key = here.place(exposure), here.visit, (exposure, channel, language)
    if visit is not None and (before := visit.sheets.get(key)) is not None:
        return before
    with here.composing:
        composed = image(channels.compose(Exposure.open(place), channel, language))
        composed.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
        file = BytesIO()
        composed.save(file, "WEBP", quality=88)
    if visit is not None and exposure in visit.wishes:
        visit.remember(key, file.getvalue())
    return file.getvalue()


def recording(request: Request) -> Response:
    """All that happened to a picture of the machine's own."""
    place = _recorded(request)
    return FileResponse(place / EVENTS, media_type="application/json", headers=LASTING)


def recorded_picture(request: Request) -> Response:
    """The picture of a recording."""
    return FileResponse(_recorded(request) / "picture.png", headers=LASTING)


def _recorded(request: Request) -> Path:
    place = booth(request).recordings.find(request.path_params["recording"])
    if place is None:
        raise HTTPException(404)
    return place


def taken(request: Request) -> Response:
    """A picture that a visitor lets their phone fetch, as long as they are here."""
    visit = booth(request).visit
    held = visit.taken.get(request.path_params["secret"]) if visit is not None else None
    if held is None:
        raise HTTPException(404)
    return Response(held, media_type="image/png", headers=FRESH)


def routes() -> list[Route]:
    """All of them; what reads the disk or reckons does so beside the loop that serves everybody."""
    of_one: list[tuple[str, Any]] = [
        ("events", events), ("picture.png", picture), ("steps/{step:int}.webp", step),
        ("channels/{channel}.webp", sheet),
    ]  # fmt: skip
    return [
        *(Route(f"/pictures/{{exposure}}/{name}", serve) for name, serve in of_one),
        Route("/recordings/{recording}.json", recording),
        Route("/recordings/{recording}/picture.png", recorded_picture),
        Route("/taken/{secret}.png", taken),
    ]
