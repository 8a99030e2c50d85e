"""Where a page's events come from: the run that is happening, or the record of one that is over."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TypeVar

from starlette.concurrency import iterate_in_threadpool

from apparatus import stages
from apparatus.engine import LocalEngine
from apparatus.engine.driving import Drives
from apparatus.errors import ExposureNotFound
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Exposure, Record
from apparatus.settings import Settings
from apparatus.stages import Event
from apparatus.store import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """The events of one exposure; `recorded` when they are read from a record and do not happen now."""

    recorded: bool
    events: AsyncIterator[Event]


class Hub:
    """One engine and one store, and the events of both: what this process has, once."""

    def __init__(self, engine: LocalEngine, store: Store, model: str = DEFAULT) -> None:
        self.engine, self.store, self.model = engine, store, model
        self.dropped: dict[str, bytes] = {}
        """Pictures from elsewhere, as PNG, by the SHA-256 of their pixels; what a retouch may begin with."""
        self.batches: dict[str, dict[str, Settings]] = {}
        """What was asked for to choose from: by the batch, each exposure's settings."""
        self.drives = Drives(engine)
        self._holding = Lock()

    def hold(self, held: dict[str, T], name: str, thing: T, most: int) -> None:
        """Remember a thing, and forget the oldest where there are more than `most`."""
        with self._holding:
            held.pop(name, None)
            held[name] = thing
            while len(held) > most:
                del held[next(iter(held))]

    def expose(self, settings: Settings) -> str:
        """Have a picture made; the exposure's id, at once."""
        return self.engine.expose(settings).id

    def running(self, exposure: str) -> bool:
        """Whether that exposure waits or is being made, here and now; False when it is over.

        Raises:
            ExposureNotFound: neither the engine nor the store knows it.
            BrokenRecord: its record cannot be read.
        """
        run = self.engine.follow(exposure)
        return not run.over if run is not None else self.record(exposure).state == "running"

    def record(self, exposure: str) -> Record:
        """What is written of an exposure that is over.

        Raises:
            ExposureNotFound: there is none with exactly this id.
            BrokenRecord: it cannot be read.
        """
        return Record.open(self.store.path(exposure))

    def source(self, exposure: str, seen: str = "") -> Source:
        """The events of an exposure, from the run if it is (or was just) here, else from its record.

        `seen` is the id of the last message a reader got: "live-12" or "record-12". The two number their
        events apart (a record has not waited), so one who saw the run gets all of the record.

        Raises:
            ExposureNotFound: neither the engine nor the store knows it.
            BrokenRecord: its record cannot be read.
        """
        loop = self.drives.follow(exposure)
        if loop is not None:
            return Source(False, loop.follow(after=number(seen, "live")))
        run = self.engine.follow(exposure)
        if run is not None and (not run.over or seen.startswith("live-")):
            return Source(False, run.follow(after=number(seen, "live")))
        try:
            folder = self.store.path(exposure)
        except ExposureNotFound:
            if run is None:
                raise
            return Source(False, run.follow())  # cancelled while it waited, or not kept: only the run tells
        events = stages.replay(Exposure.open(folder))
        after = number(seen, "record")
        return Source(True, iterate_in_threadpool(event for event in events if event.number > after))

    def close(self) -> None:
        """Stop the engine's worker; loops can be gone on with."""
        self.drives.close()
        self.engine.close()


def number(seen: str, kind: str) -> int:
    """The number in "live-12", if it is of that kind; -1, so that everything follows, if not."""
    name, _, digits = seen.partition("-")
    return int(digits) if name == kind and digits.isdecimal() and digits.isascii() else -1


@cache
def hub() -> Hub:
    """This process's hub.

    The model is `APPARATUS_MODEL`, else the one in the package. There is a worker for each device in
    `APPARATUS_DEVICES` ("cuda:0,cuda:1"), else one, on the best device there is.
    """
    store, model = Store(), os.environ.get("APPARATUS_MODEL") or DEFAULT
    devices = os.environ.get("APPARATUS_DEVICES", "").replace(" ", "").split(",")
    return Hub(LocalEngine(store, model=model, devices=[one or None for one in devices]), store, model)
