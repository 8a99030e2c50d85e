"""The workshop as a server: its addresses, and what opens it."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.i18n import speaking
from app.refusals import refusal
from app.routes import COMPONENTS
from app.workshop import doing, files, pages
from app.workshop.asking import asked_language
from app.workshop.gate import Guard, addresses
from app.workshop.room import Room
from apparatus.errors import AddressTaken, ApparatusError, NotInWorkshop, TicketNotFound, TooFast

STATIC = Path(__file__).parent.parent / "static"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def application(room: Room, hosts: Sequence[str], address: str) -> Any:
    """The ASGI app of a room that is called by these names; `address` is the one it is announced by."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        room.open(asyncio.get_running_loop())
        try:
            yield
        finally:
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
                for name in ("chain", "workshop")
            ),
            Mount("/app/static", StaticFiles(directory=STATIC)),
            Route("/favicon.ico", lambda request: Response(status_code=204)),
        ],
        exception_handlers={ApparatusError: refused, HTTPException: missing},
        lifespan=lifespan,
    )
    app.state.room, app.state.address = room, address
    return Guard(app, hosts)


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


def names(bind: str, more: Sequence[str] = ()) -> list[str]:
    """Every name under which a machine that listens there may be called."""
    own = [socket.gethostname(), f"{socket.gethostname()}.local"] if bind not in LOOPBACK else []
    heard = addresses() if bind in ("0.0.0.0", "::") else [bind]
    return list(dict.fromkeys([*LOOPBACK, *heard, *own, *more]))


def announced(bind: str, port: int) -> str:
    """The address that is shown to the room."""
    host = bind if bind not in ("0.0.0.0", "::") else next(iter(addresses()), "127.0.0.1")
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


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
    listening = _listening(bind, port)
    address = announced(bind, listening.getsockname()[1])
    app = application(room, names(bind, more), address)
    config = uvicorn.Config(
        app, access_log=False, log_level=logging.WARNING, timeout_graceful_shutdown=2, server_header=False,
        h11_max_incomplete_event_size=16_384, limit_concurrency=600,
    )  # fmt: skip
    server = uvicorn.Server(config)
    room.over = lambda: setattr(server, "should_exit", True)
    opened(address)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _listening(bind: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        return socket.create_server((bind, port), family=family, backlog=256)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        raise AddressTaken(bind, port, why) from error
