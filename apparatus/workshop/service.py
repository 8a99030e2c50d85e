"""Serves a queue: hands an engine the next ticket whenever a desk is free, and keeps how each ends.

The engine's own line stays empty, so that whose turn it is is decided when a desk falls free, and not before.
"""

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

from apparatus.engine import LocalEngine
from apparatus.engine.jobs import Expose
from apparatus.errors import ApparatusError, EngineClosed
from apparatus.keeping import Keep
from apparatus.stages import Event
from apparatus.workshop.queue import Queue, Ticket

AGAIN = 2.0
"""Seconds until a disk that is full is asked again."""

Told = Callable[[Ticket, Event], None]


class Service:
    """The threads that do it, from `start` to `close`."""

    def __init__(
        self,
        queue: Queue,
        engine: LocalEngine,
        *,
        keep: Keep | None = None,
        told: Told = lambda ticket, event: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Put right what a process before this one left.

        `told` hears every event of every ticket that runs, `changed` that something became of the queue; both
        are called from threads of the service, and must not wait.
        """
        self.queue, self.engine = queue, engine
        self._keep, self._told, self._changed = keep, told, changed
        self._stir = threading.Condition()
        self._busy: dict[str, float] = {}
        self._unwanted: set[str] = set()
        self._serving: list[threading.Thread] = []
        self._closed = False
        queue.recover()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def __enter__(self) -> "Service":
        """The service, started."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def wake(self) -> None:
        """Look again: something was asked for, or the host lets the queue go on."""
        with self._stir:
            self._stir.notify_all()
        self._changed()

    def cancel(self, id: str) -> bool:
        """Cancel a ticket, whether it waits or runs; False when it is over.

        Raises:
            TicketNotFound: there is none of that id.
        """
        if self.queue.ticket(id).state not in ("waiting", "running"):
            return False
        with self._stir:  # it does not end meanwhile, or wait again
            ticket = self.queue.cancel(id)
            if ticket.state == "running":
                self._unwanted.add(id)
        if ticket.state == "running":
            self.engine.cancel(ticket.exposure)
        self.wake()
        return ticket.state in ("cancelled", "running")

    def seconds(self) -> dict[str, float]:
        """By ticket, how long until its picture is there, as the last ones took; empty while none was made.

        It is a guess from measured runs: pictures of more steps, or another model, take longer.
        """
        pace = self.queue.pace()
        if pace is None:
            return {}
        now = time.monotonic()
        left = {id: max(0.0, pace - (now - begun)) for id, begun in dict(self._busy).items()}
        free = sorted([*left.values(), *[0.0] * (self.engine.desks - len(left))])
        for place, ticket in enumerate(self.queue.line()):
            left[ticket.id] = free[place % len(free)] + pace * (place // len(free) + 1)
        return left

    def close(self) -> None:
        """Begin nothing more. What runs ends with the engine, and waits again."""
        with self._stir:
            self._closed = True
            self._stir.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def join(self) -> None:
        """Wait until it is said how everything ended: soon, once the engine is closed."""
        for serving in self._serving:
            serving.join()

    def _run(self) -> None:
        while (ticket := self._next()) is not None:
            serving = threading.Thread(target=self._serve, args=(ticket,), daemon=True)
            self._serving = [*(one for one in self._serving if one.is_alive()), serving]
            serving.start()
            self._changed()

    def _next(self) -> Ticket | None:
        """The next ticket, as soon as a desk is free for it; None when the service is closed."""
        with self._stir:
            while not self._closed:
                free = len(self._busy) < self.engine.desks
                if free and (ticket := self._begun()) is not None:
                    self._busy[ticket.id] = time.monotonic()
                    return ticket
                self._stir.wait(timeout=5)
            return None

    def _begun(self) -> Ticket | None:
        """Taken out of the line; None where nothing waits or may begin, or the disk lets nothing be said."""
        try:
            return None if self.queue.fact("paused", False) else self.queue.begin()
        except ApparatusError:
            traceback.print_exc()
            return None

    def _serve(self, ticket: Ticket) -> None:
        begun, last = time.monotonic(), None
        try:
            asked = Expose(ticket.settings, keep=self._keep, who=ticket.chosen)
            for last in self.engine.ask(asked, ticket.exposure):
                if ticket.id in self._unwanted:
                    self.engine.cancel(ticket.exposure)  # said before the engine knew of it
                self._told(ticket, last)
        except EngineClosed:
            pass
        finally:
            self._settle(ticket, last, time.monotonic() - begun)
            with self._stir:
                self._busy.pop(ticket.id, None)
            self.wake()

    def _settle(self, ticket: Ticket, last: Event | None, seconds: float) -> None:
        """Say how it ended, as soon as the disk takes it; else the next start finds out."""
        while not self._closed:
            try:
                self._end(ticket, last, seconds)
            except ApparatusError:
                traceback.print_exc()
                time.sleep(AGAIN)
            else:
                return
        with suppress(ApparatusError):
            self._end(ticket, last, seconds)

    def _end(self, ticket: Ticket, last: Event | None, seconds: float) -> None:
        """Say how it ended, as the last event has it; what broke off waits again, if it is still wanted."""
        kind = last.kind if last is not None and last.stage == "exposure" else "interrupted"
        with self._stir:
            if kind == "finished":
                self.queue.end(ticket.id, "finished", seconds)
            elif kind == "failed" and last is not None:
                self.queue.end(ticket.id, "failed", seconds, str(last.data.get("problem") or "Other"))
            elif ticket.id in self._unwanted:
                self.queue.end(ticket.id, "cancelled", seconds)
            else:
                self.queue.drop(ticket.exposure)
                self.queue.again(ticket.id)
            self._unwanted.discard(ticket.id)
