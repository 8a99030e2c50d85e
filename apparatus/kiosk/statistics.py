"""How a kiosk is used: counts by day, and nothing of any person.

    used = Statistics(folder)
    used.visited()
    used.chose(chosen)
    used.left("walk", "idle", seconds=80.0)
    used.csv()

Only numbers are kept, one for each day and thing counted: pictures, words of the cards, where visits end and
why, how long they are, at what hour they begin. Each is counted apart from the others, and no text that was
typed comes in. A day is the local date at which something was counted.

What cannot be written (a full disk) is counted in memory and written with the next count that can be. A file
that is damaged is set aside as `kiosk.sqlite.broken`, and another begun. Nothing here raises for the disk's
sake: `trouble` says what is wrong.
"""

import csv
import io
import math
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import closing, suppress
from dataclasses import astuple, dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from apparatus.kiosk.cards import Card
from apparatus.kiosk.composing import Chosen

FILE = "kiosk.sqlite"
BROKEN = FILE + ".broken"
SCHEMA = """
    CREATE TABLE IF NOT EXISTS counts (
        day TEXT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (day, what, name)
    ) STRICT, WITHOUT ROWID
"""
ADD = """
    INSERT INTO counts VALUES (?, ?, ?, ?)
    ON CONFLICT (day, what, name) DO UPDATE SET count = count + excluded.count
"""

SCREENS = ("attract", "compose", "watch", "walk", "inside", "meaning", "farewell", "closed")
WHYS = ("farewell", "idle", "again", "closed", "fault")
OTHER = "other"
LENGTHS = (0, 30, 60, 120, 180, 300, 600)
"""Seconds at which a bar of the histogram of visits begins."""


Row = tuple[str, str, str, int]


@dataclass(frozen=True, order=True)
class Count:
    """How often something was counted on a day.

    `what` is "picture" (`name` is "live", "without" or "others"), "word" ("noun cat"), "card" (a card's id),
    "visit" (its hour, "14"), "end" ("walk idle") or "seconds" ("60-120").
    """

    day: str
    what: str
    name: str
    count: int


class Statistics:
    """The counts of one kiosk, for any number of threads."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = datetime.now) -> None:
        """Those of the kiosk in `folder`; `now` is the local time."""
        self.file = folder / FILE
        self.trouble = ""
        self._now = now
        self._waiting: Counter[tuple[str, str, str]] = Counter()
        self._one_at_a_time = threading.Lock()

    def visited(self) -> None:
        """A visit begins."""
        self._add([("visit", f"{self._now().hour:02d}")])

    def pictured(self, kind: str = "live", number: int = 1) -> None:
        """Pictures were made."""
        self._add([("picture", kind if kind in ("live", "without", "others") else OTHER)] * number)

    def chose(self, chosen: Chosen, drawn: Collection[str] = ()) -> None:
        """A picture was asked for with these words, but those that chance has `drawn` nobody chose."""
        self._add(("word", f"{group} {id}") for group, id in chosen.whole.without(drawn).words)

    def took(self, card: Card) -> None:
        """A picture was asked for with this card."""
        self._add([("card", card.id)])

    def left(self, screen: str, why: str, seconds: float) -> None:
        """A visit ends: where, why (one of `WHYS`), and after how long."""
        place = screen if screen in SCREENS else OTHER
        self._add([("end", f"{place} {why if why in WHYS else OTHER}"), ("seconds", _bar(seconds))])

    def write(self) -> bool:
        """Write what waits in memory; whether nothing waits any more."""
        with self._one_at_a_time:
            self._write()
            return not self._waiting

    def counts(self, since: date | None = None) -> list[Count]:
        """All of them, or from a day on, in the order of days; what could not be written yet, too."""
        with self._one_at_a_time:
            self._write()
            found = Counter({(day, what, name): count for day, what, name, count in self._read()})
            found.update(self._waiting)
        first = since.isoformat() if since else ""
        return sorted(Count(*key, count) for key, count in found.items() if key[0] >= first)

    def csv(self) -> str:
        """All counts as a table, a head row first, with commas."""
        file = io.StringIO()
        table = csv.writer(file)
        table.writerow(("day", "what", "name", "count"))
        table.writerows(astuple(one) for one in self.counts())
        return file.getvalue()

    def totals(self, since: date | None = None) -> dict[str, dict[str, int]]:
        """The same over all days, by what was counted and then by name, the most frequent first."""
        sums: dict[str, Counter[str]] = {}
        for one in self.counts(since):
            sums.setdefault(one.what, Counter())[one.name] += one.count
        return {what: dict(names.most_common()) for what, names in sums.items()}

    def pictures(self) -> dict[str, int]:
        """How many pictures each day."""
        days: Counter[str] = Counter()
        for one in self.counts():
            if one.what == "picture":
                days[one.day] += one.count
        return dict(days)

    def _add(self, counted: Iterable[tuple[str, str]]) -> None:
        day = self._now().date().isoformat()
        with self._one_at_a_time:
            self._waiting.update((day, what, name) for what, name in counted)
            self._write()

    def _write(self) -> None:
        rows = [(*key, count) for key, count in self._waiting.items()]
        if not rows:
            return

        def write(table: sqlite3.Connection) -> list[Row]:
            with table:
                table.executemany(ADD, rows)
            return []

        if self._tried(write) is not None:
            self._waiting.clear()

    def _read(self) -> list[Row]:
        found = self._tried(_all)
        if (
            found is None
        ):  # even to read, SQLite wants to write beside the file: not so one that nobody changes
            with suppress(sqlite3.Error):
                address = f"{self.file.resolve().as_uri()}?immutable=1"
                with closing(sqlite3.connect(address, uri=True)) as table:
                    return _all(table)
        return found or []

    def _tried(self, doing: Callable[[sqlite3.Connection], list[Row]]) -> list[Row] | None:
        """What comes of it; None where the disk will not now."""
        for _ in range(2):
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(self.file, timeout=2)) as table:
                    table.execute("PRAGMA journal_mode = WAL")
                    table.execute("PRAGMA synchronous = NORMAL")
                    table.execute(SCHEMA)
                    done = doing(table)
            except sqlite3.OperationalError as error:
                self.trouble = f"The counts wait in memory: {error}."
                return None
            except sqlite3.DatabaseError as error:
                self._set_aside(str(error))
            except OSError as error:
                self.trouble = f"The counts wait in memory: {error.strerror or error}."
                return None
            else:
                if self.trouble.startswith("The counts wait"):
                    self.trouble = ""
                return done
        return None

    def _set_aside(self, why: str) -> None:
        """Begin anew; what cannot be read any more stays beside, instead of what did before."""
        try:
            self.file.replace(self.file.with_name(BROKEN))
        except OSError as error:
            self.trouble = f"The counts wait in memory: {error.strerror or error}."
            return
        for beside in ("-wal", "-shm"):
            with suppress(OSError):
                self.file.with_name(FILE + beside).unlink()
        day = self._now().date().isoformat()
        self.trouble = f"The counts before {day} could not be read ({why}); they lie in {BROKEN}."


def _all(table: sqlite3.Connection) -> list[Row]:
    return table.execute("SELECT day, what, name, count FROM counts").fetchall()


def _bar(seconds: float) -> str:
    """The bar of the histogram that a visit belongs to; what is no length is none."""
    length = seconds if math.isfinite(seconds) else 0.0
    for low, high in pairwise(LENGTHS):
        if length < high:
            return f"{low}-{high}"
    return f"{LENGTHS[-1]}-"
