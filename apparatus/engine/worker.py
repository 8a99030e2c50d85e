"""The worker: loads models, makes one exposure after the other, says what happens.

    python -m apparatus.engine.worker <file descriptor> <outputs> <model> [device]

It hears ("do", id, job), ("cancel", id) and ("forget", id); it says ("beat",), ("ready",) and ("event",
event), the last event of an exposure when that lies in the store. As a process it never outlives its parent:
when the other end of the pipe is gone, so is the worker.
"""

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import apparatus
from apparatus import retouching
from apparatus.engine.jobs import Branch, Expose, GoOn, Job, Look, Rewrite, Turn
from apparatus.errors import ApparatusError
from apparatus.looping import Loops
from apparatus.record import Exposure, Settings
from apparatus.stages import Event
from apparatus.store import Store

if TYPE_CHECKING:
    from apparatus.models.loading import Model

BEAT = 1.0  # seconds between two signs of life


class Line:
    """Between a worker and whoever sends it work: a thread says that it is alive while another computes."""

    def __init__(self, say: Callable[..., None]) -> None:
        """`say` sends a message."""
        self.say = say
        self.requests: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self.cancelled: set[str] = set()
        threading.Thread(target=self._beat, daemon=True).start()

    def hear(self, kind: str, exposure: str, asked: Any = None) -> None:
        """Take a message: what is asked of an exposure, or that it is to stop, or to be forgotten."""
        if kind == "cancel":
            self.cancelled.add(exposure)
        else:
            self.cancelled.discard(exposure)
            self.requests.put((exposure, asked))

    def _beat(self) -> None:
        while True:
            self.say("beat")
            time.sleep(BEAT)


class Wire:
    """The worker's end of a pipe."""

    def __init__(self, connection: Connection) -> None:
        """Nobody listens yet."""
        self._connection = connection
        self._one_at_a_time = threading.Lock()

    def say(self, *message: Any) -> None:
        """Send a message; without a parent to hear it there is nothing left to do."""
        try:
            with self._one_at_a_time:
                self._connection.send(message)
        except OSError:
            os._exit(0)

    def listen(self, line: Line) -> None:
        """Pass on what comes, until the parent is gone."""
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)
            line.hear(*message)


class Models:
    """The model that is loaded: one at a time, for the device has room for one; and what it made last."""

    def __init__(self, device: str | None) -> None:
        """Nothing is loaded."""
        self._device = device
        self._loaded: dict[str, Model] = {}
        self._last: Exposure | None = None

    def opened(self, store: Store, id: str) -> Exposure:
        """An exposure from the store; the last one made here, if that is what lies there, is still warm."""
        there, last = store.open(id), self._last
        return last if last is not None and last.record == there.record else there

    def made(self, exposure: Exposure) -> None:
        """Remember it until the next is made."""
        self._last = exposure

    def forget(self, id: str) -> None:
        """Remember it no longer, if it is this one."""
        from apparatus.models import memory

        if self._last is not None and self._last.id == id:
            self._last = None
            memory.collect()

    def load(self, name: str) -> "Model":
        """The model of that name, loaded if it is not.

        The one before is let go of as late as can be, so that it stays when the new one cannot be had: after
        the new weights are read, or, where there is no room for both, once their files have been found good.
        """
        if name not in self._loaded:
            from apparatus.models import loading

            planned = loading.plan(name, device=self._device, spare=self._held())
            if planned.crowded:
                self._let_go()
            pipeline = loading.read(planned)
            self._let_go()
            model = self._loaded[name] = loading.place(planned, pipeline)
            if model.placement:
                print(f"{name}: {model.placement.told()}", file=sys.stderr, flush=True)
        return self._loaded[name]

    def _held(self) -> dict[str, int]:
        """The bytes that would be free without the model that is loaded, by type of device."""
        from apparatus.models import memory

        return memory.held([model.pipeline for model in self._loaded.values()])

    def _let_go(self) -> None:
        """Free what is loaded, and what was made with it."""
        from apparatus.models import memory

        self._loaded.clear()
        self._last = None
        memory.collect()


def serve(line: Line, store: Store, models: Models, exposure: str, job: Job | None) -> None:
    """Do one job; whatever goes wrong with it is its last event. None: the exposure is to be forgotten."""
    if job is None:
        models.forget(exposure)
        return
    begun = time.monotonic()

    def emit(event: Event) -> None:
        line.say("event", event)

    def stopped() -> bool:
        return exposure in line.cancelled

    try:
        carry_out(job, store, models, exposure, emit, stopped)
    except Exception as error:
        if not isinstance(error, ApparatusError):
            traceback.print_exc()
        data = {
            "message": str(error),
            "problem": type(error).__name__,
            "seconds": time.monotonic() - begun,
        }
        emit(Event(exposure=exposure, stage="exposure", kind="failed", data=data))


def carry_out(
    job: Job,
    store: Store,
    models: Models,
    id: str,
    emit: Callable[[Event], None],
    stopped: Callable[[], bool],
) -> None:
    """Do what a job says, as the exposure of this id, which lies in the store when its last event is told."""
    from apparatus.engine import enhancing, expose, looks, looping

    match job:
        case Expose():
            model = models.load(job.settings.model)
            said: dict[str, Any] = {"alterations": job.alterations, "stop": job.stop, "name": job.name}
            said |= {"keep": job.keep, "enhanced": job.enhanced, "batch": job.batch, "who": job.who}
            said["source"] = job.source and retouching.opened(job.source)
            models.made(expose.expose(model, job.settings, emit, stopped, store, id=id, **said))
        case Branch():
            parent = models.opened(store, job.parent)
            model = models.load(parent.record.settings.model)
            said = {"stop": job.stop, "name": job.name}
            made = expose.branch(model, parent, job.at, job.alterations, emit, stopped, store, id=id, **said)
            models.made(made)
        case GoOn():
            paused = models.opened(store, id)
            model = models.load(paused.record.settings.model)
            further = expose.go_on(model, paused, emit, stopped, store, stop=job.stop, after=job.after)
            models.made(further)
        case Rewrite():
            enhancing.rewrite(job, id, emit, stopped)
        case Turn():
            loops = Loops(store)
            record = loops.open(job.loop)
            turned = looping.turn(models.load(record.asked.settings.model), store, record, emit, stopped)
            ended = turned.state if turned.state in ("failed", "cancelled") else "finished"
            emit(Event(exposure=id, stage="exposure", kind=ended, data={"message": turned.message}))
        case Look():
            seen = store.open(job.exposure)
            model = models.load(seen.record.settings.model)
            looks.look(model, seen, job.kind, job.step)
            emit(Event(exposure=id, stage="exposure", kind="finished"))


def warm(models: Models, name: str) -> None:
    """Load a model and run it once: a process is slow in its first run."""
    try:
        model = models.load(name)
        apparatus.expose(model, Settings(num_inference_steps=2))
    except Exception as error:
        print(error, file=sys.stderr)  # whoever asks for that model is told the same


def main(descriptor: int, outputs: str, model: str, device: str | None = None) -> None:
    """Load the model that is most likely asked for, then serve until the parent is gone."""
    stand_back()
    wire = Wire(Connection(descriptor))
    line, store, models = Line(wire.say), Store(outputs), Models(device)
    threading.Thread(target=wire.listen, args=(line,), daemon=True).start()
    warm(models, model)
    line.say("ready")
    while True:
        serve(line, store, models, *line.requests.get())


def stand_back() -> None:
    """Be as nice as whoever started this, also where the kernel weighs sessions against each other."""
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(os.nice(0)))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
