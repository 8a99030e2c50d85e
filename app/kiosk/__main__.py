"""The kiosk's server alone, without a browser: `python -m app.kiosk --folder outputs/kiosk --port 8530`."""

import fcntl
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from app.kiosk.booth import Booth, empty
from app.kiosk.refusals import KioskOpen
from app.kiosk.server import serve
from apparatus.engine import LocalEngine
from apparatus.errors import ApparatusError, BrokenCuration
from apparatus.kiosk.curation import Curation
from apparatus.store import Store

LAST = "kiosk.last.toml"
"""In the kiosk's folder: the curator's file as it could be read last."""
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
        folder = folder.expanduser().resolve()
        curation, broken = curated(folder, config)
        booth = opened(folder, curation, device)
        if broken:
            print(f"{broken} Until then the file holds that could be read last.", file=sys.stderr, flush=True)
            booth.broken = broken
            booth.accounts.troubled(BrokenCuration.__name__)
        serve(booth, bind, port, lambda at: print(f"The kiosk is at {at}", flush=True))
    except ApparatusError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error


def curated(folder: Path, config: Path | None) -> tuple[Curation, str]:
    """The curator's file; where it cannot be read, the one that could be last, and what is wrong with it now.

    Raises:
        BrokenCuration: it cannot be read, and none could before.
    """
    last = folder / LAST
    try:
        found = Curation.load(config)
    except BrokenCuration as error:
        with suppress(BrokenCuration):
            return Curation.load(last), str(error)
        raise
    if found.file is None:
        return found, ""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = last.with_suffix(".unfinished")
        shutil.copyfile(found.file, unfinished)
        unfinished.replace(last)
    return found, ""


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
