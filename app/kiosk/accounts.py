"""What is known of a kiosk in use: counts, its health, a log of what went wrong. Nothing of any visitor.

All of it is written in a thread of its own, so that nobody waits for a disk.
"""

import json
import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from apparatus.kiosk.cards import Card
from apparatus.kiosk.composing import Chosen
from apparatus.kiosk.curation import Curation
from apparatus.kiosk.health import Health
from apparatus.kiosk.keeping import Kept
from apparatus.kiosk.statistics import Statistics

LOG = "log.jsonl"
LONGEST = 500_000
"""Bytes of the log; then it is begun anew, and the one before is kept beside it."""
HOUR, DAY = 3600.0, 86_400.0
SOON = 10.0

logger = logging.getLogger(__name__)


class Accounts:
    """The counts, the health and the log of one kiosk."""

    def __init__(self, folder: Path, curation: Curation) -> None:
        """Of the kiosk in `folder`."""
        self.statistics = Statistics(folder)
        self.health = Health(folder)
        self.kept = Kept(folder / "kept", curation.keep)
        self.log = folder / LOG
        self.starts = 0
        """How often it was started within a day, this time among them."""
        self._recall()
        self._pruned = self._tried = -HOUR
        self._writer = ThreadPoolExecutor(1, "accounts")
        self._soon(self._write, "began")

    def began(self) -> None:
        """A visit begins."""
        self._soon(self.statistics.visited)

    def asked(self, chosen: Chosen | None, drawn: Collection[str], card: Card | None) -> None:
        """A picture is asked for, of words that were chosen, of a card, or of what somebody typed.

        What chance has `drawn` nobody chose.
        """
        if chosen is not None:
            self._soon(self.statistics.chose, chosen, frozenset(drawn))
        if card is not None:
            self._soon(self.statistics.took, card)

    def made(self, kind: str) -> None:
        """A visitor's picture is there."""
        self.health.made()
        self._soon(self.statistics.pictured, kind)

    def left(self, screen: str, why: str, lasted: float) -> None:
        """A visit is over, at that screen, after so many seconds."""
        self._soon(self.statistics.left, screen, why, lasted)

    def troubled(self, problem: str) -> None:
        """Something went wrong: by its name, for a message may hold what was typed."""
        self.health.failed(problem)
        self._soon(self._write, "trouble", problem)

    def told(self, worker: bool) -> dict[str, Any]:
        """All of it, for the curator."""
        today = self.statistics.pictures().get(time.strftime("%Y-%m-%d"), 0)
        return self.health.told(worker, self.statistics.trouble) | {"today": today, "starts": self.starts}

    def tick(self) -> None:
        """Do what is due: write what could not be written, take away what was kept for long enough."""
        now = time.monotonic()
        if now - self._tried > SOON and self.statistics.trouble:
            self._tried = now
            self._soon(self.statistics.write)
        if now - self._pruned > HOUR:
            self._pruned = now
            self._soon(self.kept.prune)

    def close(self) -> None:
        """Write what is to be written."""
        self._writer.shutdown(wait=True)

    def _recall(self) -> None:
        """What the log knows of before: the last that went wrong, and how often it was begun anew."""
        now, last = time.time(), None
        for file in (self.log.with_suffix(".before.jsonl"), self.log):
            with suppress(OSError):
                for line in file.read_text("utf-8", "replace").splitlines():
                    with suppress(ValueError, LookupError, TypeError):
                        said = json.loads(line)
                        self.starts += said["event"] == "began" and now - said["at"] < DAY
                        last = said if said["event"] == "trouble" else last
        self.starts += 1
        if last is not None:
            with suppress(LookupError, TypeError, ValueError, OverflowError, OSError):
                self.health.recall(str(last["problem"]), float(last["at"]))

    def _soon(self, do: Callable[..., Any], *what: Any) -> None:
        with suppress(RuntimeError):  # it is closed
            self._writer.submit(self._done, do, *what)

    def _done(self, do: Callable[..., Any], *what: Any) -> None:
        try:
            do(*what)
        except Exception:
            logger.exception("something could not be written down")

    def _write(self, event: str, problem: str = "") -> None:
        line = {"at": round(time.time()), "event": event} | ({"problem": problem} if problem else {})
        with suppress(OSError):
            self.log.parent.mkdir(parents=True, exist_ok=True)
            if self.log.exists() and self.log.stat().st_size > LONGEST:
                self.log.replace(self.log.with_suffix(".before.jsonl"))
            with self.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
