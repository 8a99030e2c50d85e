"""What a page fetches of a picture: the picture, its steps, its whole chain; and what is taken home."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from app.i18n import _, speaking
from app.routes import KEPT, messages, small, unavailable
from app.workshop import pages
from app.workshop.asking import asked_language, hosting, is_host, joined, looking, person, room
from app.workshop.streams import Stream
from apparatus.errors import ApparatusError, ExposureNotFound
from apparatus.essays import Language
from apparatus.workshop import taking
from apparatus.workshop.exercises import exercise
from apparatus.workshop.queue import Queue, Ticket
from apparatus.workshop.taking import Taken


def seen(request: Request) -> Ticket:
    """The ticket of the address, for its maker, the host, or, where it hangs, everybody who may look.

    Raises:
        TicketNotFound: there is none of that id.
        HTTPException: it is nobody's business.
    """
    one, own = room(request).queue.ticket(request.path_params["ticket"]), person(request)
    mine = is_host(request) or (own is not None and own.id == one.person)
    if not mine and not (one.wall == "shown" and one.state == "finished" and looking(request)):
        raise HTTPException(403)
    return one


def folder(request: Request) -> Path:
    """Where the exposure of the address lies.

    Raises:
        HTTPException: there is nothing of it.
    """
    try:
        return room(request).queue.store.path(seen(request).exposure)
    except ExposureNotFound as error:
        raise HTTPException(404) from error


def picture(request: Request) -> Response:
    """The finished picture."""
    return _file(folder(request) / "picture.png")


def exposed(request: Request) -> Response:
    """The finished picture where its record says that it lies: the same one."""
    found = room(request).queue.tickets("exposure = ?", request.path_params["exposure"])
    if not found:
        raise HTTPException(404)
    return RedirectResponse(f"/pictures/{found[0].id}/picture.png", 307)


def step(request: Request) -> Response:
    """The picture as the model would have ended it at one step."""
    return _file(folder(request) / f"steps/{request.path_params['step']:03d}.webp")


def record(request: Request) -> Response:
    """The record."""
    return _file(folder(request) / "record.json")


def thumbnail(request: Request) -> Response:
    """The finished picture, small."""
    file = folder(request) / "picture.png"
    try:
        return Response(small(file, file.stat().st_mtime_ns), media_type="image/webp", headers=KEPT)
    except (OSError, SyntaxError, ValueError) as error:
        raise HTTPException(404) from error


def _file(path: Path) -> Response:
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers=KEPT)


async def events(request: Request) -> Response:
    """All that happens to one picture, as the chain draws it: live, or from its record."""
    one = seen(request)
    try:
        last = request.headers.get("last-event-id", "")
        source = await asyncio.to_thread(room(request).hub.source, one.exposure, last)
    except ApparatusError as error:
        raise unavailable(error) from error
    return Stream(request, messages(one.exposure, source))


def chain(request: Request) -> Response:
    """What the chain's script draws with: the addresses of one picture, and every sentence."""
    one, language = seen(request), asked_language(request)
    return JSONResponse(pages.chain(one, language), headers={"Cache-Control": "no-store"})


def strip(request: Request) -> Response:
    """A picture's way in a few frames, for the wall: the words as they were read, and the steps there are."""
    record = room(request).queue.store.open(seen(request).exposure).record
    kept = {int(file.stem) for file in (folder(request) / "steps").glob("*.webp")}
    read = next((e for e in record.encodings if e.branch == "cond" and e.row == 0), None)
    return JSONResponse(
        {
            "words": [word.text for word in read.words] if read else [],
            "steps": sorted(kept),
            "of": len(record.steps),
            "enhanced": record.told.prompt if record.enhanced else "",
            "seed": record.settings.seed,
            "decisions": [{"who": line.who, "what": line.what} for line in record.ledger],
        }
    )


def mine(request: Request) -> Response:
    """A participant's own pictures, to take home."""
    own = joined(request)
    tickets = room(request).queue.tickets("person = ? AND state = 'finished'", own.id)
    return _zip(request, tickets, own.name, whole=False)


def everything(request: Request) -> Response:
    """The whole workshop, to take home."""
    here = hosting(request)
    return _zip(request, here.queue.tickets("state = 'finished'"), here.queue.folder.name, whole=True)


def sheet(request: Request) -> Response:
    """A contact sheet of the whole workshop."""
    here, language = hosting(request), asked_language(request)
    name = here.queue.folder.name
    taken = _taken(here.queue, here.queue.tickets("state = 'finished'"), language)
    pdf = taking.contact_sheet(taken, name, language)
    return Response(pdf, media_type="application/pdf", headers=_as(f"{name}.pdf"))


def _taken(queue: Queue, tickets: Sequence[Ticket], language: Language) -> list[Taken]:
    names = queue.names()
    titles = {id: _titled(id, language) for id in {one.exercise for one in tickets}}
    return [
        Taken(
            id=one.id,
            name=names.get(one.person, ""),
            prompt=one.prompt,
            exposure=queue.folder / one.exposure,
            exercise=titles[one.exercise],
            guess=one.guess,
            answer=one.answer,
        )
        for one in tickets
    ]


def _titled(id: str, language: Language) -> str:
    """An exercise as its readers know it; its id where it is not there any more."""
    try:
        return exercise(id).title.said(language) if id else ""
    except ApparatusError:
        return id


def _zip(request: Request, tickets: Sequence[Ticket], name: str, *, whole: bool) -> Response:
    """A ZIP that is made while it is sent: no more of it lies in memory than a piece."""
    language = asked_language(request)
    with speaking(language):
        title = _("pictures")
    taken = _taken(room(request).queue, tickets, language)
    pieces = taking.picture_zip(taken, name, language, whole=whole)
    headers = _as(f"{title}-{name}.zip")
    return StreamingResponse(iterate_in_threadpool(pieces), media_type="application/zip", headers=headers)


def _as(name: str) -> dict[str, str]:
    """Have a browser keep it under a name that every system takes."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
    return {"Content-Disposition": f'attachment; filename="{plain}"', "Cache-Control": "no-store"}


def routes() -> list[Route]:
    """All of them."""
    here: list[tuple[str, Any]] = [
        ("picture.png", picture), ("thumbnail.webp", thumbnail), ("record.json", record),
        ("steps/{step:int}.webp", step), ("events", events), ("chain.json", chain), ("strip.json", strip),
    ]  # fmt: skip
    return [
        *(Route(f"/pictures/{{ticket}}/{name}", serve) for name, serve in here),
        Route("/exposures/{exposure}/picture.png", exposed),
        Route("/mine.zip", mine),
        Route("/workshop.zip", everything),
        Route("/workshop.pdf", sheet),
    ]
