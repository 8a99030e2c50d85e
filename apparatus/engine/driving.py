"""Loops that go round in the background: a thread for each asks an engine for one round after the other.

    drives = Drives(engine)
    for event in drives.start(record.id): ...    # one for each round, and one when it is over
    drives.stop(record.id)

Between two rounds whoever waits in the engine's line is served. Needs no torch.
"""

import threading
import traceback
from typing import Any

from apparatus.engine.broadcast import Broadcast
from apparatus.engine.jobs import Turn
from apparatus.engine.local import LocalEngine
from apparatus.errors import ApparatusError, EngineClosed
from apparatus.looping import Loops
from apparatus.stages import Event


class Drive:
    """One loop that goes round, until it is over or somebody stops it."""

    def __init__(self, engine: LocalEngine, loop: str) -> None:
        """It begins at once."""
        self.broadcast = Broadcast(loop)
        self._engine, self._loops, self._loop = engine, Loops(engine.store), loop
        self._stopped = self._left = False
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """End it after the step that is being computed; what was made stays."""
        self._stopped = True
        self._engine.cancel(self._loop)

    def leave(self) -> None:
        """Let go of it: its record says that it runs, and another process can go on with it."""
        self._left = True

    def _run(self) -> None:
        try:
            while (state := self._round()) == "running":
                pass
        except Exception as error:  # whoever follows must be told the end
            if not isinstance(error, ApparatusError):
                traceback.print_exc()
            self._tell("failed", {"message": str(error), "problem": type(error).__name__})
        else:
            self._tell(state, {})

    def _round(self) -> str:
        """How it stands after one more round; "interrupted" where this process is not to go on."""
        ended, data = "cancelled", {"message": "Stopped by a person."}
        if not (self._stopped or self._left):
            try:
                for event in self._engine.ask(Turn(self._loop), self._loop):
                    ended, data = event.kind, event.data
                    if event.stage == "loop":
                        told = {name: data[name] for name in ("number", "of", "state")}
                        self.broadcast.send(Event(exposure=self._loop, stage="loop", kind="round", data=told))
            except EngineClosed:
                return "interrupted"
        if self._left:
            return "interrupted"
        record = self._loops.open(self._loop)
        if record.state == "running" and (self._stopped or ended != "finished"):
            record.state = "cancelled" if self._stopped or ended == "cancelled" else "failed"
            record.message, record.problem = str(data.get("message", "")), str(data.get("problem", ""))
            if ended == "interrupted":
                record.problem = "WorkerDied"
            self._loops.save(record)
        return record.state

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self.broadcast.send(Event(exposure=self._loop, stage="exposure", kind=kind, data=data))


class Drives:
    """The loops that go round in this process."""

    def __init__(self, engine: LocalEngine) -> None:
        """None yet."""
        self._engine, self._drives = engine, dict[str, Drive]()
        self._one_at_a_time = threading.Lock()

    def start(self, loop: str) -> Broadcast:
        """Go round, from where the loop stands; its events. One that goes round already goes on.

        Raises:
            LoopNotFound, BrokenRecord: there is no such loop.
            NothingToResume: it is over.
        """
        with self._one_at_a_time:
            drive = self._drives.get(loop)
            if drive is None or drive.broadcast.over:
                Loops(self._engine.store).again(loop)
                drive = self._drives[loop] = Drive(self._engine, loop)
            return drive.broadcast

    def follow(self, loop: str) -> Broadcast | None:
        """The events of a loop that goes round here, or did; None of any other."""
        drive = self._drives.get(loop)
        return drive.broadcast if drive else None

    def running(self, loop: str) -> bool:
        """Whether it goes round here."""
        followed = self.follow(loop)
        return followed is not None and not followed.over

    def stop(self, loop: str) -> bool:
        """Stop it; False where it does not go round here."""
        if not self.running(loop):
            return False
        self._drives[loop].stop()
        return True

    def close(self) -> None:
        """Let go of all, before the engine closes: their records stay, to be gone on with."""
        for drive in self._drives.values():
            drive.leave()
