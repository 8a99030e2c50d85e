"""The engine of more than one machine: a desk for each GPU of a Ray cluster, served by an actor there.

with RayEngine(address="10.0.0.1:6379") as engine:     # or none: a cluster on this machine alone
    for event in engine.expose(Settings(prompt="a red boat on the sea")):
        print(event.stage, event.kind)

An actor has a store of its own, for its machine has another disk. What changes in it comes along with the
events, so that an exposure lies in the store here when its last event is told. Ray is a package of the extra
`apparatus[ray]`, imported when an engine is made. Whoever has the cluster's token can run code on every
machine of it.
"""

import fcntl
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import apparatus
from apparatus.engine.carrying import Changes, Copies, Parcel, needed, packed, put
from apparatus.engine.jobs import Job
from apparatus.engine.joining import join, places, share
from apparatus.engine.local import LocalEngine
from apparatus.engine.worker import Line, Models, serve, warm
from apparatus.errors import ApparatusError, CannotServe
from apparatus.models.catalogue import DEFAULT
from apparatus.stages import Event
from apparatus.store import Store

LOOK = 5.0  # seconds between two looks at what machines there are
SCRATCH = "apparatus-actor-"
ABANDONED = 60.0  # seconds after which a folder that no actor holds is cleared away
LATE = 1.0  # the same when an engine is closed; an actor of another that only comes has its folder by then
AWAY = 2.0  # seconds that an actor may take to clear its folder away before it is ended


class Far:
    """The far end: a worker within an actor."""

    def __init__(self, version: str, model: str) -> None:
        """Load the model; what comes meanwhile waits.

        Raises:
            CannotServe: the machine has another version, or asks nobody for a token.
        """
        from ray.util import get_node_ip_address

        machine = get_node_ip_address()
        if apparatus.__version__ != version:
            raise CannotServe(machine, f"it has apparatus {apparatus.__version__}, not {version}")
        if os.environ.get("RAY_AUTH_MODE") != "token":
            raise CannotServe(machine, "its Ray was started without RAY_AUTH_MODE=token")
        self._said: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
        self._gone = False
        self._say("here", os.getpid(), machine)
        self._line = Line(self._say)
        self._store = Store(_scratch())
        self._changes = Changes(self._store.folder)
        threading.Thread(target=self._work, args=(model,), daemon=True).start()

    def hear(self, *message: Any) -> None:
        """Take a message; one to be passed on goes back as it came."""
        if message[0] == "echo":
            self._say(*message[1:])
        else:
            self._line.hear(*message)

    def away(self) -> None:
        """Say nothing more, and leave nothing of what was made here: it is about to be ended."""
        self._gone = True
        shutil.rmtree(self._store.folder, ignore_errors=True)

    def says(self) -> Iterator[tuple[Any, ...]]:
        """What it says, for ever."""
        while True:
            yield self._said.get()

    def _say(self, *message: Any) -> None:
        """Say something; what an event tells of comes before it."""
        if self._gone:
            return
        if message[0] == "event":
            for parcel in self._changes.since():
                self._said.put(("parcel", parcel))
        self._said.put(message)

    def _work(self, model: str) -> None:
        models = Models(None)
        warm(models, model)
        self._say("ready")
        while True:
            exposure, asked = self._line.requests.get()
            if isinstance(asked, Parcel):
                for piece in asked.pieces:
                    put(self._store.folder / piece.path, piece)
            else:
                self._changes = Changes(self._store.folder)
                serve(self._line, self._store, models, exposure, asked)
                _emptied(self._store.folder)


class Actor:
    """A worker in an actor, as its engine sees it."""

    def __init__(self, outputs: str, model: str, resources: Mapping[str, float]) -> None:
        """Send for it: it comes as soon as a machine has room for it."""
        import ray

        self.here = self.ready = False
        self.pid, self.machine = 0, ""
        self._store = Store(outputs)
        self._copies = Copies(self._store)
        self._makes = self._refused = self._problem = ""
        self._how = "it is gone"
        groups = {"hear": 1, "say": 1}  # what it hears, it hears in order
        kind = ray.remote(**resources, max_restarts=0, max_task_retries=0, concurrency_groups=groups)(Far)
        self._far = kind.options(scheduling_strategy="SPREAD").remote(apparatus.__version__, model)
        self._out: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        self._sender = threading.Thread(target=self._send, daemon=True)
        self._sender.start()

    def tell(self, *message: Any) -> None:
        """Send it a message, and with a job the exposures it begins with."""
        self._out.put(message)

    def messages(self, patience: float) -> Iterator[tuple[Any, ...]]:
        """What it says, until it ends or is silent for longer than `patience` seconds, once it is there."""
        import ray

        stream = self._far.says.options(num_returns="streaming", concurrency_group="say").remote()
        try:
            while ray.wait([stream], timeout=patience if self.here else None)[0]:
                kind, *rest = ray.get(next(stream))
                match kind:
                    case "here":
                        self.pid, self.machine = rest
                        yield (kind,)
                    case "parcel":
                        self._take(*rest)
                    case "event":
                        yield kind, self._passed(*rest)
                    case _:
                        yield kind, *rest
        except StopIteration:
            pass
        except ray.exceptions.RayError as error:
            if not self.here:  # else it was killed, or its machine is gone: Ray tells no more, at length
                self._how = re.sub(r"^apparatus\.[\w.]+: |\.$", "", str(error).strip().splitlines()[-1])
        else:
            self._how = f"silent for {patience:.0f} seconds"

    def kill(self) -> None:
        """End it at once, whatever it is doing; `messages` ends then."""
        import ray

        with suppress(ray.exceptions.RayError, ValueError):  # it is gone
            if self.here:
                ray.wait([self._far.away.options(concurrency_group="hear").remote()], timeout=AWAY)
            ray.kill(self._far, no_restart=True)

    def end(self) -> str:
        """Make sure that it is gone, and hear nothing more; how it ended, and where it was."""
        self.kill()
        self._out.put(None)
        self._sender.join()
        self._copies.leave()
        return f"process {self.pid} on {self.machine}: {self._how}" if self.here else self._how

    def _send(self) -> None:
        """Send what is to be sent, one after the other; a thread of its own, for that takes time."""
        import ray

        hear = self._far.hear.options(concurrency_group="hear")
        while message := self._out.get():
            with suppress(ray.exceptions.RayError):  # whoever listens notices
                for each in self._with_files(*message):
                    hear.remote(*each)

    def _with_files(self, kind: str, id: str, *job: Job) -> Iterator[tuple[Any, ...]]:
        """A message, and before a job what it begins with; an event says why not, if that is not there."""
        if not job:
            yield kind, id
            return
        self._makes, self._refused = id, ""
        try:
            exposures, files = needed(job[0], id, self._store)
            self._copies.begin(job[0], id, exposures)
            for parcel in packed(exposures, files, self._store):
                yield kind, id, parcel
        except ApparatusError as error:
            data = {"message": str(error), "problem": type(error).__name__, "seconds": 0.0}
            yield "echo", "event", Event(exposure=id, stage="exposure", kind="failed", data=data)
        else:
            yield kind, id, *job

    def _take(self, parcel: Parcel) -> None:
        """Keep what came; where the disk refuses, the exposure ends by that."""
        if self._refused:
            return
        try:
            self._copies.take(parcel)
        except ApparatusError as error:
            self._refused, self._problem = str(error), type(error).__name__
            self._copies.end()
            self.tell("cancel", self._makes)

    def _passed(self, event: Event) -> Event:
        """An event as it is told here."""
        if event.stage != "exposure":
            return event
        self._copies.end()
        if not self._refused:
            return event
        told = event.data | {"message": self._refused, "problem": self._problem}
        return event.model_copy(update={"kind": "failed", "data": told})


class RayEngine(LocalEngine):
    """Makes exposures on the machines of a Ray cluster, in the order they were asked for.

    A machine that joins the cluster later is worked on, too; of one that is lost, only the picture that it
    was making is lost with it.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        model: str = DEFAULT,
        address: str | None = None,
        workers: int | None = None,
        patience: float = 180.0,
    ) -> None:
        """A worker for each GPU; without any, one for each machine. `workers` is another number of them.

        `address` is HOST:PORT of the cluster, of which this machine must be part; None starts one here, which
        only this machine can reach, and which ends with the engine.

        Raises:
            NoRay: the package is missing.
            NoCluster, TokenRefused, OtherCluster: there is no such cluster, or it cannot be joined.
        """
        self._workers = workers
        self._joined = join(address, workers)
        devices = places(workers)
        super().__init__(store, model=model, devices=devices, patience=patience, hire=self._send_for)
        if workers is None:
            watch = threading.Thread(target=self._grow, daemon=True)
            self._threads.append(watch)
            watch.start()

    def close(self) -> None:
        """End the workers, and the cluster if it was started here; what was running is interrupted."""
        super().close()
        if self._joined:
            import ray

            self._joined = False
            ray.shutdown()
        _clear(LATE)

    def _send_for(self, outputs: str, model: str, device: str | None) -> Actor:
        import ray

        try:
            return Actor(outputs, model, share(device, self._workers))
        except ray.exceptions.RayError as error:
            raise ConnectionError(str(error)) from error

    def _grow(self) -> None:
        """Have a desk for each machine that joins; where there were GPUs, only for those that have one."""
        import ray

        while not self._closed:
            wanted: list[str] = []
            with suppress(ray.exceptions.RayError):  # it does not answer just now
                wanted = places(None)
            with self._changed:
                there = [desk.device for desk in self._desks]
                for device in () if self._closed else set(wanted):
                    if device == "gpu" or "gpu" not in there:
                        for _ in range(wanted.count(device) - there.count(device)):
                            self._seat(device)
                self._changed.wait_for(lambda: self._closed, LOOK)


def _scratch() -> Path:
    """A folder for an actor's store, held while it lives; those of actors that are gone are cleared away."""
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH))
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)
    _clear(ABANDONED)
    return folder


def _clear(abandoned: float) -> None:
    """Away with the folders that no actor on this machine holds, for so many seconds at least."""
    for other in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(OSError):  # held, or another's
            if time.time() - other.stat().st_mtime > abandoned:
                lock = os.open(other, os.O_RDONLY)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(other)
                finally:
                    os.close(lock)


def _emptied(folder: Path) -> None:
    """Away with what was carried off."""
    for inside in folder.iterdir():
        if inside.is_dir():
            shutil.rmtree(inside, ignore_errors=True)
