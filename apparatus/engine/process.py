"""A worker as its engine sees it: started, spoken to, listened to, ended. Here, a process of this machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Worker(Protocol):
    """What a desk needs of its worker, wherever that runs."""

    here: bool
    """Whether it takes work; it says ("here",) when that begins."""
    ready: bool
    """Whether its model is loaded; it says ("ready",) when that begins."""

    @property
    def pid(self) -> int:
        """Its process id, on its machine."""

    def tell(self, *message: Any) -> None:
        """Send it a message."""

    def messages(self, patience: float) -> Iterator[tuple[Any, ...]]:
        """What it says, until it ends or is silent for longer than `patience` seconds."""

    def kill(self) -> None:
        """End it at once, whatever it is doing; `messages` ends then."""

    def end(self) -> str:
        """Make sure that it is gone, and hear nothing more; how it ended."""


class Process:
    """A worker in a process. Started by name: the parent's `__main__` and memory stay out of it."""

    here = True

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

    def end(self) -> str:
        """Make sure that it is gone, and hear nothing more; its exit code, in words."""
        self._child.kill()
        self._pipe.close()
        return f"exit code {self._child.wait()}"
