"""How far an exposure is, on stderr: a bar in a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from apparatus.stages import Event

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar(Protocol):
    """Takes the events of an exposure, and sentences beside them."""

    def __call__(self, event: Event) -> None:
        """Show what happened."""

    def say(self, sentence: str) -> None:
        """Show what it is at."""


@contextmanager
def bar() -> Iterator[Bar]:
    """What shows the progress until the scope is left."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=4, transient=True) as drawn:
        yield Drawn(drawn)


class Lines:
    """One line a step."""

    def __call__(self, event: Event) -> None:
        """Name the step that is done."""
        if (event.stage, event.kind) == ("denoise", "step"):
            self.say(f"Step {event.data['index'] + 1} of {event.data['of']}")

    def say(self, sentence: str) -> None:
        """Print it."""
        print(sentence, file=sys.stderr, flush=True)


class Drawn:
    """A bar that fills with the steps."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def __call__(self, event: Event) -> None:
        """Fill it by a step, or name the stage."""
        if (event.stage, event.kind) == ("denoise", "step"):
            done, of = event.data["index"] + 1, event.data["of"]
            self._progress.update(self._task, description="denoise", completed=done, total=of)
        elif event.stage != "exposure":
            self.say(event.stage)

    def say(self, sentence: str) -> None:
        """Put it before the bar."""
        self._progress.update(self._task, description=sentence)
