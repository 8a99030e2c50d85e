"""Who is in a workshop and what was asked for: one SQLite file, which outlives every process.

A ticket is one picture that was asked for. It is `waiting`, then `running`, and ends as `finished`,
`cancelled`, `failed` or `interrupted`, once. What was running when its process died waits again.
"""

import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

from apparatus.errors import ExposureNotFound, NotInWorkshop, QueueFull, TicketNotFound, TooManyWaiting
from apparatus.essays import Language
from apparatus.record import new_id
from apparatus.settings import Settings, Who
from apparatus.store import Store
from apparatus.workshop.fairness import turns
from apparatus.workshop.people import Person, kept, named, secret
from apparatus.workshop.tables import Tables

State = Literal["waiting", "running", "finished", "cancelled", "failed", "interrupted"]
Wall = Literal["pending", "shown", "hidden", "withdrawn"]
"""It waits for the host's word; it hangs there; the host took it down; its maker did."""

OURS = 4
"""Pictures that one person may have waiting, where nothing else was said."""
FULL = 400
ATTEMPTS = 5
"""How often a picture is begun before it is given up."""
PACE = 20
"""The last pictures that tell how long one takes."""


@dataclass(frozen=True)
class Ticket:
    """One picture that was asked for. `exposure` is the one that makes it, or the last that tried.

    `wish` are its settings as JSON, which need not be read for a list; `who`, as JSON, by what name whose
    settings those are that no person chose.
    `asked`, `began` and `ended` are seconds since 1970; `seconds` how long it took once it was begun.
    """

    number: int
    id: str
    person: str
    key: str
    wish: str
    who: str
    exercise: str
    guess: str
    answer: str
    state: State
    attempts: int
    exposure: str
    asked: float
    began: float | None
    ended: float | None
    seconds: float | None
    problem: str
    wall: Wall
    pinned: bool

    @property
    def settings(self) -> Settings:
        """What was asked for."""
        return Settings(**json.loads(self.wish))

    @property
    def chosen(self) -> Mapping[str, Who]:
        """By what name whose settings those are that no person chose."""
        told: dict[str, Who] = json.loads(self.who)
        return told

    @property
    def prompt(self) -> str:
        """What was written."""
        return str(json.loads(self.wish).get("prompt", ""))


class Queue(Tables):
    """The people and tickets of one workshop. Any number of threads may use it; one process at a time."""

    def __init__(self, folder: Path, *, ours: int = OURS, full: int = FULL) -> None:
        """Open the workshop in `folder`, or make one.

        `ours` pictures of one person may wait, `full` of all.

        Raises:
            WorkshopOpen: another process has it open.
            StoreUnwritable, DiskFull: the folder takes nothing.
        """
        super().__init__(folder)
        self.ours, self.full = ours, full
        self.store = Store(folder)

    # ---- What is so ---------------------------------------------------------------------------------

    def fact(self, name: str, default: Any = None) -> Any:
        """What was said last of the workshop itself, as JSON has it."""
        row = self._one("SELECT value FROM facts WHERE name = ?", name)
        return json.loads(row["value"]) if row else default

    def say(self, **facts: Any) -> None:
        """Remember these of the workshop itself."""
        with self._changing():
            for name, value in facts.items():
                self._do("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, json.dumps(value))

    # ---- People -------------------------------------------------------------------------------------

    def join(self, wish: str = "", language: Language = "en") -> tuple[Person, str]:
        """One more person, and the secret by which their device is known again.

        `wish` is the name they would like; "" is an animal's.
        """
        told = secret()
        with self._changing():
            name = named(wish, set(self.names().values()), language)
            person = Person(secrets.token_hex(6), name, language, time.time(), self._turn())
            self._do(
                "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, 0)",
                person.id, kept(told), person.name, person.language, person.joined, person.served,
            )  # fmt: skip
        return person, told

    def known(self, told: str | None) -> Person | None:
        """Whose secret that is; None where nobody's, or of one who is gone."""
        row = self._one("SELECT * FROM people WHERE secret = ? AND NOT gone", kept(told)) if told else None
        return _person(row) if row else None

    def people(self) -> list[Person]:
        """Who is there, in the order they came."""
        return [_person(row) for row in self._all("SELECT * FROM people WHERE NOT gone ORDER BY joined, id")]

    def names(self) -> dict[str, str]:
        """The names by id, also of those who are gone."""
        return {row["id"]: row["name"] for row in self._all("SELECT id, name FROM people")}

    def rename(self, person: str, wish: str, language: Language) -> str:
        """Give a person another name; the name they have then.

        Raises:
            NotInWorkshop: there is no such person.
        """
        with self._changing():
            self._there(person)
            others = {name for id, name in self.names().items() if id != person}
            name = named(wish, others, language)
            self._do("UPDATE people SET name = ?, language = ? WHERE id = ?", name, language, person)
        return name

    def leave(self, person: str) -> list[str]:
        """A person goes: what waits is cancelled; the tickets that run for them.

        Raises:
            NotInWorkshop: there is no such person.
        """
        with self._changing():
            self._there(person)
            running = [t.id for t in self.tickets("person = ? AND state = 'running'", person)]
            self._do(
                "UPDATE tickets SET state = 'cancelled', ended = ? WHERE person = ? AND state = 'waiting'",
                time.time(), person,
            )  # fmt: skip
            self._do("UPDATE people SET gone = 1, secret = ? WHERE id = ?", secret(), person)
        return running

    def _there(self, person: str) -> None:
        if not self._one("SELECT 1 FROM people WHERE id = ? AND NOT gone", person):
            raise NotInWorkshop(person)

    def _turn(self) -> int:
        row = self._one("SELECT coalesce(max(served), 0) AS turn FROM people")
        return int(row["turn"]) if row else 0

    # ---- Tickets ------------------------------------------------------------------------------------

    def submit(
        self,
        person: str,
        key: str,
        asked: Sequence[Settings],
        *,
        exercise: str = "",
        guess: str = "",
        who: Mapping[str, Who] | None = None,
    ) -> list[Ticket]:
        """Have pictures wait; their tickets.

        `key` is the page's own name for this wish: said twice, because an answer got lost, it is one wish.

        Raises:
            NotInWorkshop: there is no such person.
            TooManyWaiting, QueueFull: not that many more may wait.
        """
        with self._changing():
            self._there(person)
            again = self.tickets("person = ? AND (key = ? OR instr(key, ?) = 1)", person, key, f"{key}/")
            if again:
                return again
            self._room(person, len(asked))
            wall: Wall = "pending" if self.fact("approve", False) else "shown"
            keys = [key, *(f"{key}/{place}" for place in range(1, len(asked)))]
            for one, its in zip(asked, keys, strict=True):
                self._do(
                    "INSERT INTO tickets (id, person, key, wish, who, exercise, guess, asked, wall)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    secrets.token_hex(8), person, its, one.model_dump_json(exclude_none=True),
                    json.dumps(dict(who or {})), exercise, guess, time.time(), wall,
                )  # fmt: skip
            return [self.tickets("person = ? AND key = ?", person, its)[0] for its in keys]

    def _room(self, person: str, asked: int) -> None:
        waiting = self.tickets("state = 'waiting'")
        mine = sum(ticket.person == person for ticket in waiting)
        if mine + asked > max(self.ours, asked if not mine else 0):
            raise TooManyWaiting(asked, mine, self.ours)
        if len(waiting) + asked > self.full:
            raise QueueFull(len(waiting), self.full)

    def ticket(self, id: str) -> Ticket:
        """One ticket.

        Raises:
            TicketNotFound: there is none of that id.
        """
        found = self.tickets("id = ?", id)
        if not found:
            raise TicketNotFound(id)
        return found[0]

    def tickets(self, where: str = "1", *values: Any) -> list[Ticket]:
        """Those of which this SQL is true, in the order they were asked for."""
        return [
            _ticket(row) for row in self._all(f"SELECT * FROM tickets WHERE {where} ORDER BY number", *values)
        ]

    def line(self) -> list[Ticket]:
        """What waits, in the order in which it will be served as things stand."""
        served = {row["id"]: row["served"] for row in self._all("SELECT id, served FROM people")}
        return list(turns(self.tickets("state = 'waiting'"), served))

    def pace(self) -> float | None:
        """Seconds that a picture takes: the median of the last ones; None while none was finished."""
        rows = self._all(
            "SELECT seconds FROM tickets WHERE state = 'finished' ORDER BY ended DESC LIMIT ?", PACE
        )
        return median(row["seconds"] for row in rows) if rows else None

    def begin(self) -> Ticket | None:
        """Take the next one out of the line: it runs from now on, as an exposure with a new id."""
        with self._changing():
            line = self.line()
            if not line:
                return None
            now, turn = time.time(), self._turn() + 1
            self._do(
                "UPDATE tickets SET state = 'running', attempts = attempts + 1, exposure = ?, began = ?"
                " WHERE id = ?",
                self._fresh(), now, line[0].id,
            )  # fmt: skip
            self._do("UPDATE people SET served = ? WHERE id = ?", turn, line[0].person)
            return self.ticket(line[0].id)

    def _fresh(self) -> str:
        while True:
            id = new_id(datetime.now(UTC))
            if not self._one("SELECT 1 FROM tickets WHERE exposure = ?", id):
                return id

    def end(self, id: str, state: State, seconds: float, problem: str = "") -> None:
        """What ran is over; said of anything else, nothing happens: an end is the end.

        Where the host came to approve after it was asked for, it waits for the host's word all the same.
        """
        with self._changing():
            held = bool(self.fact("approve", False))
            self._do(
                "UPDATE tickets SET state = ?, ended = ?, seconds = ?, problem = ?,"
                " wall = iif(wall = 'shown' AND ?, 'pending', wall) WHERE id = ? AND state = 'running'",
                state, time.time(), seconds, problem, held, id,
            )  # fmt: skip

    def again(self, id: str) -> bool:
        """What ran and broke off waits again; False, and interrupted, where it was tried often enough."""
        with self._changing():
            left = self.ticket(id).attempts < ATTEMPTS
            if left:
                self._do("UPDATE tickets SET state = 'waiting' WHERE id = ? AND state = 'running'", id)
            else:
                self.end(id, "interrupted", 0.0, "WorkerDied")
        return left

    def cancel(self, id: str) -> Ticket:
        """Cancel what waits; the ticket as it stands then, which may be one that runs.

        Raises:
            TicketNotFound: there is none of that id.
        """
        with self._changing():
            self._do(
                "UPDATE tickets SET state = 'cancelled', ended = ? WHERE id = ? AND state = 'waiting'",
                time.time(), id,
            )  # fmt: skip
            return self.ticket(id)

    def hang(self, id: str, wall: Wall | None = None, pinned: bool | None = None) -> None:
        """Put a picture on the wall or take it down, pin it or not.

        Raises:
            TicketNotFound: there is none of that id.
        """
        with self._changing():
            self.ticket(id)
            self._do(
                "UPDATE tickets SET wall = coalesce(?, wall), pinned = coalesce(?, pinned) WHERE id = ?",
                wall, None if pinned is None else int(pinned), id,
            )  # fmt: skip

    def answer(self, id: str, text: str) -> None:
        """Keep what somebody says of a picture, in the place of what they said before.

        Raises:
            TicketNotFound: there is none of that id.
        """
        with self._changing():
            self.ticket(id)
            self._do("UPDATE tickets SET answer = ? WHERE id = ?", text, id)

    def recover(self) -> int:
        """Put right what a process that died left: how many tickets wait again.

        What it finished and could not say any more is finished.
        """
        self.store.recover()
        waiting = 0
        for ticket in self.tickets("state = 'running'"):
            state, seconds = self._outcome(ticket.exposure)
            if state == "finished":
                self.end(ticket.id, "finished", seconds)
            else:
                waiting += self.again(ticket.id)
                self.drop(ticket.exposure)
        return waiting

    def _outcome(self, exposure: str) -> tuple[str, float]:
        try:
            record = self.store.open(exposure).record
        except (LookupError, ValueError):  # nothing of it is there, or nothing that can be read
            return "", 0.0
        return record.state, record.seconds or 0.0

    def drop(self, exposure: str) -> None:
        """Take away what is left of an attempt that broke off."""
        with suppress(ExposureNotFound):
            shutil.rmtree(self.store.path(exposure), ignore_errors=True)


def _person(row: sqlite3.Row) -> Person:
    return Person(**{name: row[name] for name in ("id", "name", "language", "joined", "served")})


def _ticket(row: sqlite3.Row) -> Ticket:
    told = dict(row)
    return Ticket(**told | {"pinned": bool(told["pinned"])})
