"""The SQLite file of a workshop: opened by one process at a time, and written whole or not at all."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apparatus.errors import DiskFull, StoreUnwritable, WorkshopOpen

FILE = "workshop.sqlite"
SCHEMA = """
    CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS people (
        id TEXT PRIMARY KEY, secret TEXT NOT NULL UNIQUE, name TEXT NOT NULL, language TEXT NOT NULL,
        joined REAL NOT NULL, served INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS tickets (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, person TEXT NOT NULL,
        key TEXT NOT NULL, wish TEXT NOT NULL, who TEXT NOT NULL DEFAULT '{}',
        exercise TEXT NOT NULL, guess TEXT NOT NULL,
        answer TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'waiting',
        attempts INTEGER NOT NULL DEFAULT 0, exposure TEXT NOT NULL DEFAULT '', asked REAL NOT NULL,
        began REAL, ended REAL, seconds REAL, problem TEXT NOT NULL DEFAULT '',
        wall TEXT NOT NULL DEFAULT 'pending', pinned INTEGER NOT NULL DEFAULT 0,
        UNIQUE (person, key)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS standing ON tickets (state, number);
"""


class Tables:
    """The tables, for any number of threads."""

    def __init__(self, folder: Path) -> None:
        """Open those in `folder`, or make them.

        Raises:
            WorkshopOpen: another process has them open.
            StoreUnwritable, DiskFull: the folder takes nothing.
        """
        self.folder = folder
        self._one_at_a_time = threading.RLock()
        with self._refusals():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _hold(folder)
            self._open = sqlite3.connect(folder / FILE, check_same_thread=False, isolation_level=None)
            self._open.row_factory = sqlite3.Row
            self._open.execute("PRAGMA journal_mode = WAL")
            self._open.execute("PRAGMA synchronous = FULL")
            self._open.executescript(SCHEMA)
            if "who" not in {row["name"] for row in self._open.execute("PRAGMA table_info(tickets)")}:
                self._open.execute("ALTER TABLE tickets ADD COLUMN who TEXT NOT NULL DEFAULT '{}'")
            (folder / FILE).chmod(0o600)

    def close(self) -> None:
        """Let go of them."""
        with self._one_at_a_time:
            self._open.close()
            os.close(self._lock)

    def _do(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._open.execute(sql, values)

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._one_at_a_time, self._refusals():
            return self._do(sql, *values).fetchall()

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        return next(iter(self._all(sql, *values)), None)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """All of it or nothing; a change within a change is part of that."""
        with self._one_at_a_time, self._refusals():
            if self._open.in_transaction:
                yield
                return
            self._do("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._do("ROLLBACK")
                raise
            self._do("COMMIT")

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say in a sentence why the disk refuses."""
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if "full" in str(error):
                raise DiskFull(self.folder, 0) from error
            raise StoreUnwritable(self.folder, str(error)) from error
        except WorkshopOpen:
            raise
        except OSError as error:
            raise StoreUnwritable(self.folder, error.strerror or str(error)) from error


def _hold(folder: Path) -> int:
    """The folder, held until it is closed or the process ends.

    Raises:
        WorkshopOpen: another process holds it.
    """
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise WorkshopOpen(folder) from error
    return lock
