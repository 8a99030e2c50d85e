"""The workshop as a server: its addresses, and what opens it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.gate import Guard
from app.i18n import speaking
from app.listening import STATIC, announced, listen, names
from app.refusals import refusal
from app.routes import COMPONENTS
from app.workshop import doing, files, pages
from app.workshop.asking import asked_language
from app.workshop.room import Room
from apparatus.errors import ApparatusError, NotInWorkshop, TicketNotFound, TooFast

LOOK = 5.0
"""Seconds until it is asked again which addresses this machine has."""
ALL, ONE = 600, 400
"""Connections that may be open; and of one address, which a whole class may share."""


class Line(H11Protocol):
    """A connection, unless its address has too many: those that never say a word would take everybody's."""

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or break it off."""
        super().connection_made(transport)
        same = [one for one in self.connections if isinstance(one, Line) and one.address == self.address]
        if len(same) > ONE:
            transport.abort()


class Door:
    """The app, guarded under the names that this machine has now: in another network it has others."""

    def __init__(self, app: ASGIApp, room: Room, heard: Callable[[], tuple[list[str], str]]) -> None:
        """`heard` asks for the names, and for the address that the room is announced by."""
        self._app, self._room, self._heard = app, room, heard
        self.look()

    def look(self) -> None:
        """Ask again, and tell the pages what changed."""
        hosts, address = self._heard()
        self._guard = Guard(self._app, hosts)
        if address != self._room.address:
            self._room.address = address
            self._room.changed()

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(LOOK)
            with contextlib.suppress(OSError):  # the system does not tell just now
                self.look()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what may be served."""
        await self._guard(scope, receive, send)


def application(room: Room, heard: Callable[[], tuple[list[str], str]]) -> Any:
    """The ASGI app of a room. `heard` asks by which names it is called, and by which address announced."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        room.open(asyncio.get_running_loop())
        watching = asyncio.create_task(door.watch())
        try:
            yield
        finally:
            watching.cancel()
            room.ended = True
            for page in list(room.pages):
                page.woken.set()
            if not room.erased:
                await asyncio.to_thread(room.close)

    app = Starlette(
        routes=[
            *pages.routes(),
            *doing.routes(),
            *files.routes(),
            *(
                Mount(f"/parts/{name}", StaticFiles(directory=COMPONENTS / name))
                for name in ("base", "chain", "workshop")
            ),
            Mount("/app/static", StaticFiles(directory=STATIC)),
            Route("/favicon.ico", lambda request: Response(status_code=204)),
        ],
        exception_handlers={ApparatusError: refused, HTTPException: missing},
        lifespan=lifespan,
    )
    app.state.room = room
    door = Door(app, room, heard)
    return door


async def refused(request: Request, error: Exception) -> Response:
    """A refusal as the pages read it: its name, and a sentence in the reader's language."""
    assert isinstance(error, ApparatusError), "it is asked for these only"
    status = 404 if isinstance(error, TicketNotFound) else 401 if isinstance(error, NotInWorkshop) else 409
    with speaking(asked_language(request)):
        said = {"problem": type(error).__name__, "said": refusal(error)}
    headers = {}
    if isinstance(error, TooFast):
        status, headers = 429, {"Retry-After": str(max(1, round(error.seconds)))}
    return JSONResponse(said, status, headers)


async def missing(request: Request, error: Exception) -> Response:
    """What is not there, or is nobody's business."""
    assert isinstance(error, HTTPException), "it is asked for these only"
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return pages.missing(request, error.status_code)
    return JSONResponse({"problem": str(error.status_code)}, error.status_code, error.headers)


def serve(
    room: Room,
    bind: str,
    port: int,
    more: Sequence[str] = (),
    opened: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve a room until it is stopped or its host ends it; `opened` hears the address it is announced by.

    Raises:
        AddressTaken: something listens there already, or this machine has no such address.
    """
    listening = listen(bind, port)
    at = listening.getsockname()[1]
    app = application(room, lambda: (names(bind, more), announced(bind, at)))
    config = uvicorn.Config(
        app, access_log=False, log_level=logging.WARNING, timeout_graceful_shutdown=2, server_header=False,
        h11_max_incomplete_event_size=16_384, limit_concurrency=ALL, http=Line,
    )  # fmt: skip
    server = uvicorn.Server(config)
    room.over = lambda: setattr(server, "should_exit", True)
    opened(room.address)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
