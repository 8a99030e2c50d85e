"""The engine of one machine: requests wait in one line, a worker process per device serves them."""

import atexit
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from apparatus.engine.broadcast import Broadcast
from apparatus.engine.jobs import Expose, Job
from apparatus.engine.process import Process, Worker
from apparatus.errors import ApparatusError, EngineClosed, NoWorker, WorkerDied, WorkerLost
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Settings, new_id
from apparatus.stages import Event
from apparatus.store import Store

REMEMBERED = 8  # exposures that are over and can still be followed here, without the disk
RETRY = 5.0  # seconds before a worker is started anew that never came

Hire = Callable[[str, str, str | None], Worker]
"""Starts a worker: the folder of the store, the model it loads first, and its device."""


class Request:
    """A job that was asked for, and the exposure it makes or goes on with."""

    def __init__(self, exposure: str, job: Job) -> None:
        """It was asked for now."""
        self.job, self.broadcast = job, Broadcast(exposure)
        self.position: int | None = None
        self._asked = time.monotonic()

    def wait(self, position: int) -> None:
        """Say how many are ahead, when that changed."""
        if position != self.position:
            self.position = position
            self._send("waiting", {"position": position})

    def end(self, kind: str, message: str) -> None:
        """Say the last word on it, unless that was said."""
        if not self.broadcast.over:
            self._send(kind, {"message": message, "seconds": time.monotonic() - self._asked})

    def _send(self, kind: str, data: dict[str, object]) -> None:
        self.broadcast.send(Event(exposure=self.broadcast.id, stage="exposure", kind=kind, data=data))


class Desk:
    """One device: its worker, and the request it serves."""

    def __init__(self, device: str | None) -> None:
        """No worker yet."""
        self.device = device
        self.process: Worker | None = None
        self.serves: Request | None = None


class LocalEngine:
    """Makes exposures in worker processes on this machine, in the order they were asked for.

    with LocalEngine() as engine:
        for event in engine.expose(Settings(prompt="a red boat on the sea")):
            print(event.stage, event.kind)
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        model: str = DEFAULT,
        devices: Sequence[str | None] = (None,),
        patience: float = 180.0,
        hire: Hire = Process,
    ) -> None:
        """Start a worker per device; each loads `model`. None is the best device there is.

        A worker that shows no sign of life for `patience` seconds is taken for dead.
        """
        self.store = store or Store()
        self._model, self._patience, self._hire = model, patience, hire
        self._line: deque[Request] = deque()
        self._known: OrderedDict[str, Request] = OrderedDict()
        self._changed = threading.Condition(threading.RLock())
        self._closed = False
        with suppress(ApparatusError):  # a store that cannot be written says so to who asks for an exposure
            self.store.recover()
        self._desks: list[Desk] = []
        self._threads: list[threading.Thread] = []
        for device in devices:
            self._seat(device)
        atexit.register(self.close)

    def __enter__(self) -> "LocalEngine":
        """The engine; it closes at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def ready(self) -> bool:
        """Whether some worker has its model loaded."""
        return any(desk.process is not None and desk.process.ready for desk in self._desks)

    @property
    def desks(self) -> int:
        """How many exposures it makes at once."""
        return len(self._desks)

    def expose(self, settings: Settings, id: str | None = None) -> Broadcast:
        """Ask for an exposure; its events, from the first.

        Raises:
            EngineClosed: it was closed.
        """
        return self.ask(Expose(settings), id)

    def ask(self, job: Job, id: str | None = None) -> Broadcast:
        """Ask for a job; the events of the exposure it makes, or of the one that it goes on with.

        An exposure that is on its way is not gone on with: its own events are what one gets.

        Raises:
            EngineClosed: it was closed.
        """
        request = Request(id or new_id(datetime.now(UTC)), job)
        with self._changed:
            if self._closed:
                raise EngineClosed
            known = self._known.pop(request.broadcast.id, None)
            if known is not None and not known.broadcast.over:
                self._known[known.broadcast.id] = known
                return known.broadcast
            self._known[request.broadcast.id] = request
            self._line.append(request)
            self._advance()
        return request.broadcast

    def follow(self, id: str) -> Broadcast | None:
        """The events of an exposure that waits, runs or is just over; None for any other."""
        request = self._known.get(id)
        return request.broadcast if request else None

    def cancel(self, id: str) -> bool:
        """Stop an exposure between two steps, or before it starts; False when it is not on its way."""
        with self._changed:
            request = self._known.get(id)
            if request is None or request.broadcast.over:
                return False
            if request in self._line:
                self._line.remove(request)
                request.end("cancelled", "Cancelled before it began.")
                self._advance()
            for desk in self._desks:
                if desk.serves is request and desk.process:
                    desk.process.tell("cancel", id)
            return True

    def forget(self, id: str) -> None:
        """Remember nothing of an exposure that is over, here or in a worker; what lies in the store stays."""
        with self._changed:
            known = self._known.get(id)
            if known is None or known.broadcast.over:
                self._known.pop(id, None)
                for desk in self._desks:
                    if desk.process:
                        desk.process.tell("forget", id)

    def close(self) -> None:
        """End the workers; what was running is interrupted, what waited is cancelled."""
        with self._changed:
            self._closed = True
            for request in self._line:
                request.end("cancelled", "The engine was closed.")
            self._line.clear()
            for desk in self._desks:
                if desk.process:
                    desk.process.kill()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        atexit.unregister(self.close)

    def _advance(self) -> None:
        """Give idle workers what waits, and tell the others their place."""
        for desk in self._desks:
            if self._line and desk.serves is None and desk.process is not None and desk.process.here:
                desk.serves = self._line.popleft()
                desk.process.tell("do", desk.serves.broadcast.id, desk.serves.job)
                if not desk.process.ready:
                    desk.serves.wait(0)
        for ahead, request in enumerate(self._line):
            request.wait(ahead + all(desk.serves for desk in self._desks))
        self._changed.notify_all()

    def _seat(self, device: str | None) -> None:
        """Have one more desk."""
        desk = Desk(device)
        self._desks.append(desk)
        self._threads.append(threading.Thread(target=self._run, args=(desk,), daemon=True))
        self._threads[-1].start()

    def _run(self, desk: Desk) -> None:
        """Keep a worker at a desk: start one, relay what it says, replace it when it dies."""
        while process := self._start(desk):
            for message in process.messages(self._patience):
                self._hear(desk, process, *message)
            self._bury(desk, process)

    def _start(self, desk: Desk) -> Worker | None:
        """Start a worker, as soon as that can be done; None when the engine is closed."""
        with self._changed:
            while not self._closed:
                try:
                    desk.process = self._hire(str(self.store.folder), self._model, desk.device)
                except OSError as error:
                    self._turn_away(str(NoWorker(error)))
                    self._changed.wait()
                else:
                    self._advance()
                    return desk.process
            return None

    def _turn_away(self, said: str) -> None:
        """End what waits, if nobody is there to serve it."""
        if not any(desk.process for desk in self._desks):
            for request in self._line:
                request.end("failed", said)
            self._line.clear()

    def _hear(self, desk: Desk, process: Worker, kind: str, event: Event | None = None) -> None:
        with self._changed:
            if kind == "here":
                process.here = True
                self._advance()
            if kind == "ready":
                process.ready = True
            if kind == "event" and event is not None and desk.serves is not None:
                broadcast = desk.serves.broadcast
                broadcast.send(event)
                if broadcast.over:
                    desk.serves = None
                    self._forget()
                    self._advance()

    def _bury(self, desk: Desk, process: Worker) -> None:
        """Put an end to what a dead worker was making; if it never got ready, wait until one is wanted."""
        how = process.end()
        with self._changed:  # from here on the desk is given nothing: what it serves now is all that is lost
            lost, desk.process = desk.serves, None
        if lost:
            said = str(WorkerDied(lost.broadcast.id, how))
            with suppress(ApparatusError):  # the disk may be what it died of
                self.store.interrupt(lost.broadcast.id, said)
            lost.end("interrupted", said)
        with self._changed:
            desk.serves = None
            self._forget()
            if not (process.here or self._closed):
                self._turn_away(str(WorkerLost(how)))
                self._changed.wait_for(lambda: self._closed, RETRY)
            while not (process.ready or lost or self._line or self._closed):
                self._changed.wait()

    def _forget(self) -> None:
        """Keep the last few that are over, so that who comes late need not read the disk."""
        over = [id for id, request in self._known.items() if request.broadcast.over]
        for id in over[:-REMEMBERED]:
            del self._known[id]
