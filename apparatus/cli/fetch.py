"""`apparatus fetch`: a model from the hub, its licence accepted first."""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from apparatus.errors import LicenceNotAccepted
from apparatus.models import fetching
from apparatus.models.fetching import Offer


def fetch(
    model: Annotated[str, typer.Argument(help="A name in the catalogue, or a repository: owner/name.")],
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Its licence was read and is accepted: do not ask.")
    ] = False,
) -> None:
    """Fetch a model from the hub, once its licence is accepted. What was broken off goes on."""
    offered = fetching.offer(model)
    for line in _terms(offered):
        print(line, file=sys.stderr)
    if offered.missing and not accept_licence and not _accepted():
        raise LicenceNotAccepted(offered.entry.id, offered.entry.licence, offered.entry.licence_link)
    signal.signal(signal.SIGINT, _stop)
    print(fetching.fetch(offered))


def _terms(offered: Offer) -> Iterator[str]:
    entry = offered.entry
    here = (
        ""
        if offered.missing == offered.bytes
        else f" ({offered.bytes / 1e9:.2f} GB in all, the rest is here)"
    )
    yield f"{entry.id}: {entry.pipeline}, {entry.repository} at {offered.revision}"
    yield f"To fetch: {offered.missing / 1e9:.2f} GB{here}"
    yield f"Licence: {entry.licence}, {entry.licence_link}"
    yield entry.forbids or "What it forbids stands there: read it."


def _accepted() -> bool:
    """Whether somebody at a terminal says so; nobody there, nobody says so."""
    if not sys.stdin.isatty():
        return False
    print("Do you accept its licence? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _stop(*_: object) -> None:
    """End at once: left to itself, the hub's library ends after the files it is at, which can take hours."""
    print(
        "Stopped. Files that came whole are kept; the same command goes on with the others.", file=sys.stderr
    )
    os._exit(130)
