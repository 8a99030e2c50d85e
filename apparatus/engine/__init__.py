"""Where runs happen. An engine takes settings and gives events; it can cancel, and it can be closed.

`LocalEngine` is the one of this machine, `apparatus.engine.cluster.RayEngine` that of several.
`apparatus.engine.expose` makes an exposure in this very process.
"""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from apparatus.engine.broadcast import Broadcast as Broadcast
from apparatus.engine.jobs import Job
from apparatus.engine.local import LocalEngine as LocalEngine
from apparatus.record import Settings
from apparatus.stages import Event


@runtime_checkable
class Events(Protocol):
    """The events of one exposure, in order."""

    id: str

    def __iter__(self) -> Iterator[Event]:
        """Each event, waiting for those to come."""


@runtime_checkable
class Engine(Protocol):
    """What every engine does, wherever its runs happen."""

    def expose(self, settings: Settings, id: str | None = None) -> Events:
        """Ask for an exposure; its events, the last of them when it is in the store."""

    def ask(self, job: Job, id: str | None = None) -> Events:
        """Ask for any job: a branch, a paused exposure taken further, a closer look."""

    def cancel(self, id: str) -> bool:
        """Stop it, waiting or running; False when it is neither."""

    def close(self) -> None:
        """Take nothing more, and leave nothing running."""
