"""A worker process as its parent sees it: started, spoken to, listened to, ended."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from typing import Any


class Process:
    """A running worker. Started by name: the parent's `__main__` and memory stay out of it."""

    def __init__(self, outputs: str, model: str, device: str | None) -> None:
        """Start it; it loads its model by itself."""
        self.ready = False
        self._pipe, theirs = Pipe()
        command = [
            sys.executable,
            "-P",
            "-m",
            "apparatus.engine.worker",
            str(theirs.fileno()),
            outputs,
            model,
        ]
        self._child = subprocess.Popen(
            command + ([device] if device else []),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers itself
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        theirs.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def tell(self, *message: Any) -> None:
        """Send it a message; one that is dead is noticed by whoever listens."""
        with suppress(OSError):
            self._pipe.send(message)

    def messages(self, patience: float) -> Iterator[tuple[Any, ...]]:
        """What it says, until it ends or is silent for longer than `patience` seconds."""
        with suppress(EOFError, OSError):
            while self._pipe.poll(patience):
                yield self._pipe.recv()

    def kill(self) -> None:
        """End it at once, whatever it is doing; `messages` ends then."""
        self._child.kill()

    def end(self) -> int:
        """Make sure that it is gone, and hear nothing more; its exit code."""
        self._child.kill()
        self._pipe.close()
        return self._child.wait()
