"""The kiosk as a server: its addresses, its clock, and what systemd is told."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.gate import Guard
from app.kiosk import curator, doing, files, learnt, pages, refusals
from app.kiosk.asking import Nearby, here
from app.kiosk.booth import Booth
from app.kiosk.notify import notify
from app.listening import LOOPBACK, STATIC, announced, listen, names
from app.routes import COMPONENTS
from apparatus.errors import ApparatusError

TAKEN = "/taken/"
"""How the addresses begin that a phone in the gallery may ask for."""
TICK = 1.0
STRANGERS, STAY = 60, 20.0
"""Connections from other machines at once; and seconds that one may last."""

logger = logging.getLogger(__name__)


class Door(H11Protocol):
    """A connection. Those from elsewhere are few, and stay no longer than a picture takes."""

    @property
    def strange(self) -> bool:
        """Whether it comes from another machine."""
        return not here({"client": self.client})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or break it off."""
        super().connection_made(transport)
        if not self.strange:
            return
        if sum(isinstance(one, Door) and one.strange for one in self.connections) > STRANGERS:
            transport.abort()
        else:
            self.loop.call_later(STAY, transport.abort)


def application(booth: Booth, hosts: Sequence[str]) -> Any:
    """The ASGI app of a booth; `hosts` are the names by which this machine may be called."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        clock = asyncio.create_task(ticking(booth))
        try:
            yield
        finally:
            clock.cancel()
            await asyncio.to_thread(booth.close)

    app = Starlette(
        routes=[
            *pages.routes(),
            *doing.routes(),
            *files.routes(),
            *learnt.routes(),
            *curator.routes(),
            *(
                Mount(f"/parts/{name}", StaticFiles(directory=COMPONENTS / name))
                for name in ("base", "kiosk", "chain")
            ),
            Mount("/app/static", StaticFiles(directory=STATIC)),
            Route("/favicon.ico", _nothing),
        ],
        exception_handlers={
            ApparatusError: refusals.refused,
            HTTPException: refusals.missing,
            Exception: refusals.broken,
        },
        lifespan=lifespan,
    )
    app.state.booth = booth
    return Nearby(Guard(app, hosts), TAKEN)


async def _nothing(request: Request) -> Response:
    return Response(status_code=204)


async def ticking(booth: Booth) -> None:
    """Do what is due, every second; say that all is well, as long as it is."""
    notify("READY=1")
    while not booth.ending:
        try:
            await asyncio.to_thread(booth.tick)
        except Exception:  # the next second is another
            logger.exception("something that was due could not be done")
        if not booth.well:  # whoever looks after this process starts it anew
            logger.error("nothing is made here any more: the kiosk ends, to be started again")
            signal.raise_signal(signal.SIGTERM)
            return
        notify("WATCHDOG=1")
        await asyncio.sleep(TICK)


def serve(
    booth: Booth,
    bind: str = "127.0.0.1",
    port: int = 8530,
    opened: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve a booth until it is stopped; `opened` hears the address under which this machine reaches it.

    Raises:
        AddressTaken: something listens there already, or this machine has no such address.
    """
    listening = listen(bind, port)
    port = listening.getsockname()[1]
    more = urlsplit(booth.curation.address).hostname
    hosts = names(bind, [more] if more else [])
    config = uvicorn.Config(
        application(booth, hosts), access_log=False, log_level=logging.WARNING, timeout_graceful_shutdown=2,
        server_header=False, proxy_headers=False, h11_max_incomplete_event_size=16_384, limit_concurrency=200,
        http=Door,
    )  # fmt: skip
    server = uvicorn.Server(config)
    opened(announced(bind if bind in LOOPBACK else LOOPBACK[0], port))
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn ends at it, and then raises it once more
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    notify("STOPPING=1")
