"""The index of a folder of exposures: SQLite beside the folders, so that a long list and a tree are quick.

The folders are the truth. Every question first brings the index in line with them; one that is broken is
made anew, and where none can be written it is made in memory.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Set
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apparatus.alterations import Alteration
from apparatus.errors import BrokenRecord
from apparatus.record import Record

VERSION = 4
UNSETTLED = ("broken", "paused")  # what an exposure may be no longer when it is looked at again


@dataclass(frozen=True)
class Entry:
    """One exposure in a list. `state` is its record's, or "broken" where that cannot be read.

    `taken` is how many steps it has of those `asked` for; `altered` its own alterations as JSON, each with
    the number of `cells` of its region instead of the region.
    """

    id: str
    created: str
    state: str
    model: str = ""
    prompt: str = ""
    seed: int | None = None
    parent: str | None = None
    branch_step: int | None = None
    taken: int = 0
    asked: int | None = None
    name: str = ""
    altered: str = "[]"
    batch: str | None = None


COLUMNS = ", ".join(field.name for field in fields(Entry))
FAMILY = f"""
    WITH RECURSIVE
        up(id, parent) AS (
            SELECT id, parent FROM exposures WHERE id = ?
            UNION SELECT e.id, e.parent FROM exposures e JOIN up ON e.id = up.parent
        ),
        down(id) AS (
            SELECT id FROM up WHERE parent IS NULL OR parent NOT IN (SELECT id FROM exposures)
            UNION SELECT min(id) FROM up
            UNION SELECT e.id FROM exposures e JOIN down ON e.parent = down.id
        )
    SELECT {COLUMNS} FROM exposures JOIN down USING (id) ORDER BY created, id
"""


class Index:
    """What `Store` asks for lists."""

    def __init__(self, folder: Path, ids: Callable[[], Set[str]]) -> None:
        """Of this folder; `ids` are the exposures there are in it."""
        self._folder, self._ids = folder, ids
        self._place = folder / ".index" / "exposures.sqlite"

    def page(self, limit: int, offset: int) -> list[Entry]:
        """Exposures, newest first."""
        asked = f"SELECT {COLUMNS} FROM exposures ORDER BY created DESC, id DESC LIMIT ? OFFSET ?"
        return [Entry(*row) for row in self._ask(asked, limit, offset)]

    def family(self, exposure: str) -> list[Entry]:
        """Those that grew from the same first one, oldest first."""
        return [Entry(*row) for row in self._ask(FAMILY, exposure)]

    def batch(self, batch: str) -> list[Entry]:
        """Those that were made to choose from, in the order of their names."""
        asked = f"SELECT {COLUMNS} FROM exposures WHERE batch = ? ORDER BY id"
        return [Entry(*row) for row in self._ask(asked, batch)]

    def forget(self, exposure: str) -> None:
        """Read its record anew the next time."""
        self._ask("DELETE FROM exposures WHERE id = ?", exposure)

    def _ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        for _ in range(2):
            try:
                self._place.parent.mkdir(exist_ok=True)
                return self._answer(str(self._place), question, values)
            except (sqlite3.OperationalError, OSError):
                break
            except sqlite3.DatabaseError:
                shutil.rmtree(self._place.parent, ignore_errors=True)
        return self._answer(":memory:", question, values)

    def _answer(self, place: str, question: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(place, timeout=10)) as index, index:
            index.execute("PRAGMA journal_mode = WAL")
            if index.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                index.execute("DROP TABLE IF EXISTS exposures")
                index.execute(f"PRAGMA user_version = {VERSION}")
            index.execute(f"CREATE TABLE IF NOT EXISTS exposures ({COLUMNS}, PRIMARY KEY (id))")
            self._reconcile(index)
            return index.execute(question, values).fetchall()

    def _reconcile(self, index: sqlite3.Connection) -> None:
        """Bring the index in line with the folders: what came, what went, what could not be read."""
        there = self._ids()
        listed = {row[0] for row in index.execute(f"SELECT id FROM exposures WHERE state NOT IN {UNSETTLED}")}
        gone = [(row[0],) for row in index.execute("SELECT id FROM exposures") if row[0] not in there]
        index.executemany("DELETE FROM exposures WHERE id = ?", gone)
        rows = [astuple(self._entry(exposure)) for exposure in there - listed]
        places = ", ".join("?" for _ in fields(Entry))
        index.executemany(f"INSERT OR REPLACE INTO exposures ({COLUMNS}) VALUES ({places})", rows)

    def _entry(self, exposure: str) -> Entry:
        try:
            record = Record.open(self._folder / exposure)
        except BrokenRecord:
            created = datetime.strptime(exposure[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
            return Entry(exposure, created.isoformat(), "broken")
        said, created = record.settings, record.created.astimezone(UTC)
        return Entry(
            exposure,
            created.isoformat(),
            record.state,
            said.model,
            said.prompt,
            said.seed,
            record.parent,
            record.branch_step,
            len(record.steps),
            record.steps[-1].of if record.steps else said.num_inference_steps,
            record.name,
            json.dumps([_told(line) for line in record.alterations[record.inherited :]]),
            record.batch.id if record.batch else None,
        )


def _told(line: Alteration) -> dict[str, Any]:
    told = line.model_dump(mode="json", exclude={"mask"})
    mask = getattr(line, "mask", None)
    return told if mask is None else told | {"cells": sum(row.count("#") for row in mask)}
