"""`apparatus workshop`: a room full of people, one machine."""

import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from apparatus.engine import LocalEngine
from apparatus.errors import OutOfRange, WorkshopNotFound
from apparatus.keeping import Keep
from apparatus.models.catalogue import DEFAULT
from apparatus.store import Store
from apparatus.workshop.queue import FULL, OURS, Queue
from apparatus.workshop.tables import FILE


def workshop(
    name: Annotated[
        str, typer.Option(help="What it is kept under; one of that name goes on. Left out: today's date.")
    ] = "",
    bind: Annotated[
        str, typer.Option(help="0.0.0.0 lets the room in; 127.0.0.1 this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port it listens on.", min=0, max=65535)] = 8520,
    host_name: Annotated[
        list[str] | None, typer.Option(help="Another name by which this machine may be called. Repeatable.")
    ] = None,
    most: Annotated[int, typer.Option(help="Pictures of one person that may wait.", min=1, max=100)] = OURS,
    full: Annotated[int, typer.Option(help="Pictures that may wait in all.", min=1, max=10_000)] = FULL,
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    device: Annotated[
        list[str] | None, typer.Option(help="A worker each. Repeatable. Left out: one, on the best there is.")
    ] = None,
    keep: Annotated[
        Keep | None, typer.Option(help="How much is kept of each picture. Left out: all.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="local: this machine. ray: every machine of a cluster.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(help="With --engine ray: the cluster's, HOST:PORT. Left out: one is started."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="With --engine ray: how many. Left out: one a GPU.", min=1)
    ] = None,
    log_prompts: Annotated[
        bool, typer.Option("--log-prompts", help="Write the prompts into the log, too.")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete the workshop of that --name, with all that was made.")
    ] = False,
) -> None:
    """Open a workshop: people join by a code, make pictures in turn, and see them on a wall."""
    folder = _folder(name)
    if delete:
        _delete(folder)
        return
    if engine not in ("local", "ray"):
        raise OutOfRange("engine", engine, "local, ray")
    queue = Queue(folder, ours=most, full=full)
    room = import_module("app.workshop.room").Room(
        queue, _engine(engine, queue.store, model, device, address, workers), model=model, keep=keep,
        log_prompts=log_prompts,
    )  # fmt: skip

    def opened(at: str) -> None:
        here = f"http://127.0.0.1:{at.rpartition(':')[2]}" if bind in ("0.0.0.0", "127.0.0.1") else at
        print(f"The workshop {folder.name} is open. Ctrl-C closes it; the same command opens it again.\n")
        print(f"  To join:        {at}  with the code {room.code}")
        print(f"  The host's:     {here}/host?token={room.token}")
        print(f"  For the beamer: {here}/wall?code={room.code}\n", flush=True)
        if bind == "127.0.0.1":
            print("Only this machine can join. --bind 0.0.0.0 lets the room in.", file=sys.stderr)

    import_module("app.workshop.server").serve(room, bind, port, host_name or (), opened)
    if room.erased:
        print(f"The workshop {folder.name} is deleted, with all that was made in it.")


def _engine(
    engine: str,
    store: Store,
    model: str,
    devices: list[str] | None,
    address: str | None,
    workers: int | None,
) -> LocalEngine:
    if engine == "local":
        return LocalEngine(store, model=model, devices=devices or [None])
    from apparatus.engine.cluster import RayEngine

    made: LocalEngine = RayEngine(store, model=model, address=address, workers=workers)
    return made


def _folder(name: str) -> Path:
    """Where the workshop of that name lies.

    Raises:
        OutOfRange: that is no name for a folder.
    """
    chosen = name or f"{date.today():%Y-%m-%d}"
    if chosen != Path(chosen).name or chosen.startswith(".") or len(chosen) > 64:
        raise OutOfRange("name", name, "a name of up to 64 characters, without a slash")
    return Path(os.environ.get("APPARATUS_WORKSHOPS") or Store().folder / "workshops") / chosen


def _delete(folder: Path) -> None:
    """Delete a workshop, unless it is open.

    Raises:
        WorkshopNotFound: there is none of that name.
        WorkshopOpen: another process has it open.
    """
    if not (folder / FILE).is_file():
        there = sorted(file.parent.name for file in folder.parent.glob(f"*/{FILE}"))
        raise WorkshopNotFound(folder.name, there)
    Queue(folder).close()
    import_module("app.workshop.room").erase(folder)
    print(f"The workshop {folder.name} is deleted, with all that was made in it.")
