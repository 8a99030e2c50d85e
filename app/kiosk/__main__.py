"""The kiosk's server alone, without a browser: `python -m app.kiosk --folder outputs/kiosk --port 8530`."""

import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from app.kiosk.booth import Booth, empty
from app.kiosk.refusals import KioskOpen
from app.kiosk.server import serve
from apparatus.engine import LocalEngine
from apparatus.errors import ApparatusError
from apparatus.kiosk.curation import Curation
from apparatus.store import Store

SILENT = 25.0
"""Seconds of a worker's silence after which another is started."""


def kiosk(
    folder: Annotated[Path, typer.Option(help="Where all of it lies.")],
    config: Annotated[
        Path | None, typer.Option(help="The curator's file. Left out: the one there is.")
    ] = None,
    bind: Annotated[str, typer.Option(help="0.0.0.0 lets phones fetch what is left for them.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port it listens on.", min=0, max=65535)] = 8530,
    device: Annotated[str | None, typer.Option(help="Left out: the best there is.")] = None,
) -> None:
    """Serve a kiosk until it is stopped."""
    try:
        booth = opened(folder, Curation.load(config), device)
        serve(booth, bind, port, lambda at: print(f"The kiosk is at {at}", flush=True))
    except ApparatusError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error


def opened(folder: Path, curation: Curation, device: str | None = None) -> Booth:
    """The booth in a folder, with its engine. Whatever a visitor left there before is taken away first.

    Raises:
        KioskOpen: another process has it open.
    """
    visits = folder.expanduser().resolve() / "visits"
    _hold(visits.parent)
    empty(visits)
    engine = LocalEngine(Store(visits), model=curation.model, devices=[device], patience=SILENT)
    return Booth(engine, visits.parent, curation)


def _hold(folder: Path) -> None:
    """Have the folder for this process alone, until it ends.

    Raises:
        KioskOpen: another has it.
    """
    with suppress(PermissionError):  # a disk that nothing can be written to has none to share
        folder.mkdir(parents=True, exist_ok=True)
        try:
            fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise KioskOpen(folder) from error


if __name__ == "__main__":
    typer.run(kiosk)
