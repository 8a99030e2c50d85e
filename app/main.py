"""The app as a server: one engine and one store, the routes, and the page script.

`apparatus app` and `streamlit run app/main.py` are the same.
"""

import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool

from app import live
from app.failures import say
from app.routes import routes
from apparatus.errors import AddressTaken


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """One engine, from the server's start to its end."""
    hub = await run_in_threadpool(live.hub)
    try:
        yield {"hub": hub}
    finally:
        await run_in_threadpool(hub.close)


app = st.App(Path(__file__).parent / "frame.py", lifespan=lifespan, routes=routes(), on_script_error=say)


def run(address: str = "127.0.0.1", port: int = 8501, headless: bool = False) -> None:
    """Serve the app until it is stopped; open a browser on it where there is a screen, unless `headless`.

    Raises:
        AddressTaken: something listens there already, or this machine has no such address.
    """
    from streamlit.web import cli

    _free(address, port)
    options = {
        "server.address": address,
        "server.port": port,
        "server.headless": headless or not _screen(),
        "server.showEmailPrompt": False,
        "logger.hideWelcomeMessage": True,
    }
    print(f"The apparatus opens at http://{address}:{port} (Ctrl-C closes it).", flush=True)
    flags = [f"--{name}={str(value).lower()}" for name, value in options.items()]
    cli.main(["run", __file__, *flags], prog_name="apparatus app", standalone_mode=False)


def _free(address: str, port: int) -> None:
    """Refuse an address at which nothing can be opened."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        raise AddressTaken(address, port, why) from error


def _screen() -> bool:
    """Whether somebody sits in front of this machine: on Linux, whether a display is named."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
