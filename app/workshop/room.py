"""The room: one workshop that is open, its engine, its rules, and every page that looks at it."""

import asyncio
import json
import logging
import secrets
import shutil
import time
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.gate import Throttle, drawn
from app.live import Hub
from apparatus.engine import LocalEngine
from apparatus.errors import BrokenRules, StoreUnwritable
from apparatus.keeping import Keep
from apparatus.models.catalogue import DEFAULT
from apparatus.stages import Event
from apparatus.workshop.people import Person
from apparatus.workshop.queue import Queue, Ticket
from apparatus.workshop.rules import Rules
from apparatus.workshop.service import Service
from apparatus.workshop.tables import FILE

logger = logging.getLogger(__name__)
GATHER = 0.2
"""Seconds in which changes are gathered before the pages are told."""
TRIES = 5
"""How often a folder that cannot be deleted is tried again: somebody may just be writing there."""
WAITING = 64
"""Messages that wait for a page that is slow; after that its pictures of steps are left out."""


@dataclass(eq=False)
class Page:
    """One page that is open: what it shows is said by `state`, whose steps it follows by `person`.

    `by` is how it got in: "host", a participant's id, or a wall's ticket.
    """

    state: Callable[["Standing"], dict[str, Any]]
    by: str
    person: str | None = None
    dropped: bool = False
    inbox: asyncio.Queue[tuple[str, str]] = field(default_factory=lambda: asyncio.Queue(WAITING))
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, kind: str, data: str) -> None:
        """Have a message sent, unless the page is too slow for it."""
        with suppress(asyncio.QueueFull):
            self.inbox.put_nowait((kind, data))
        self.woken.set()


@dataclass(frozen=True)
class Standing:
    """How all of it stands at one moment: read once, shown to every page."""

    tickets: list[Ticket]
    people: list[Person]
    names: dict[str, str]
    positions: dict[str, int]
    seconds: dict[str, float]
    pace: float | None
    facts: dict[str, Any]


class Room:
    """One workshop that is open in this process."""

    def __init__(
        self,
        queue: Queue,
        engine: LocalEngine,
        *,
        model: str = DEFAULT,
        keep: Keep | None = None,
        log_prompts: bool = False,
    ) -> None:
        """Open it; whatever was said before, of this folder, still holds."""
        self.queue, self.engine, self.model = queue, engine, model
        self.hub = Hub(engine, queue.store, model)
        self.service = Service(queue, engine, keep=keep, told=self._tell, changed=self.changed)
        self.telling = Throttle(at_once=60, a_minute=120)  # whatever a participant's page says
        self.asking = Throttle(at_once=12, a_minute=20)
        self.knocking = Throttle(at_once=8, a_minute=6)
        self.joining = Throttle(at_once=80, a_minute=60)  # a whole class may come by one address
        self.address = ""  # the one that it is announced by
        self.pages: set[Page] = set()
        self.streams: Counter[str] = Counter()
        self.ended = self.erasing = self.erased = self._closed = False
        self.over: Callable[[], None] = lambda: None
        self._rules, self._log_prompts = Rules.load(), log_prompts
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gathering = False
        self._standing: Standing | None = None
        for name, value in (("code", drawn()), ("token", secrets.token_urlsafe(18)), ("approve", False)):
            if queue.fact(name) is None:
                queue.say(**{name: value})

    @property
    def code(self) -> str:
        """What lets people in."""
        return str(self.queue.fact("code"))

    @property
    def token(self) -> str:
        """What makes a page the host's."""
        return str(self.queue.fact("token"))

    @property
    def ticket(self) -> str:
        """What a beamer keeps that was told the code: by it nobody can try codes."""
        return sha256(f"{self.token} {self.code}".encode()).hexdigest()

    @property
    def mark(self) -> str:
        """A short name of this workshop, so that a browser's cookies for two are kept apart."""
        return sha256(str(self.queue.folder).encode()).hexdigest()[:8]

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to serve; pages live in this loop."""
        self._loop = loop
        self.service.start()

    def close(self) -> None:
        """End it; what waits or runs will be made when it is opened again."""
        if self._closed:
            return
        self._closed = True
        self.service.close()
        self.engine.close()
        self.service.join()
        self.queue.close()

    def refused(self, text: str) -> bool:
        """Whether the house rules refuse a text: as they stand now, or as they could last be read."""
        try:
            self._rules = Rules.load()
        except BrokenRules as error:
            logger.warning("%s", error)
        return self._rules.refused(text) is not None

    # ---- What pages are told --------------------------------------------------------------------------

    def changed(self) -> None:
        """Something is not as it was: every page looks again, in a moment. From any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody looks any more
                self._loop.call_soon_threadsafe(self._gather)

    def _gather(self) -> None:
        self._standing = None
        if not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER, self._look)

    def _look(self) -> None:
        self._gathering = False
        for page in self.pages:
            page.woken.set()

    def _tell(self, ticket: Ticket, event: Event) -> None:
        """Give a step to the pages of whom it belongs to; keep the log. From a thread of the service."""
        if event.stage == "exposure" and event.kind != "waiting":
            self._log(ticket, event)
        picture = event.pictures.get("denoised") or event.pictures.get("thumbnail")
        if event.stage != "denoise" or event.kind != "step" or picture is None or self._loop is None:
            return
        told = {"ticket": ticket.id, "step": event.data["index"] + 1, "of": event.data.get("of")}
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._step, ticket.person, told, picture)

    def _step(self, person: str, told: dict[str, Any], picture: bytes) -> None:
        looking = [page for page in self.pages if page.person == person]
        if looking:
            kind = "webp" if picture[:4] == b"RIFF" else "png"
            url = f"data:image/{kind};base64,{b64encode(picture).decode()}"
            message = json.dumps(told | {"picture": url}, separators=(",", ":"))
            for page in looking:
                page.post("step", message)

    def standing(self) -> Standing:
        """How all of it stands, read again only when something changed."""
        if self._standing is None:
            queue = self.queue
            self._standing = Standing(
                queue.tickets(),
                queue.people(),
                queue.names(),
                {ticket.id: place for place, ticket in enumerate(queue.line())},
                self.service.seconds(),
                queue.pace(),
                {name: queue.fact(name) for name in ("approve", "code", "exercise", "paused", "stilled")},
            )
        return self._standing

    def drop(self, by: str) -> None:
        """Show nothing more to the pages that got in by this; whoever may come in comes back."""
        for page in self.pages:
            if page.by == by:
                page.dropped = True
                page.woken.set()

    async def messages(self, page: Page) -> AsyncIterator[tuple[str, str]]:
        """What a page is told, from now on: `state`, whenever it differs, and `step`."""
        self.pages.add(page)
        last = ""
        try:
            while not (self.ended or page.dropped):
                page.woken.clear()
                state = json.dumps(page.state(self.standing()), separators=(",", ":"), ensure_ascii=False)
                if state != last:
                    last = state
                    yield "state", state
                while not page.inbox.empty():
                    yield page.inbox.get_nowait()
                await page.woken.wait()
            while self.erasing:
                page.woken.clear()
                await page.woken.wait()
            if self.ended:
                yield "over", json.dumps({"erased": self.erased})
            elif page.person is not None:
                yield "state", json.dumps({"you": None})
        finally:
            self.pages.discard(page)

    # ---- The end ------------------------------------------------------------------------------------

    def erase(self) -> None:
        """Everything goes: people, prompts, pictures; what runs is cancelled. Nothing of it is kept.

        Raises:
            StoreUnwritable: some of it cannot be deleted. The workshop is over all the same.
        """
        self.ended = self.erasing = True
        try:
            self.close()
            erase(self.queue.folder)
            self.erased = True
        except StoreUnwritable as error:
            logger.warning("%s", error)
            raise
        finally:
            self.erasing = False
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._look)

    def _log(self, ticket: Ticket, event: Event) -> None:
        told = {"at": round(time.time()), "ticket": ticket.id, "ended": event.kind}
        told |= {"attempt": ticket.attempts, "problem": event.data.get("problem") or ""}
        if self._log_prompts:
            told["prompt"] = ticket.prompt
        with suppress(OSError), (self.queue.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(told, ensure_ascii=False) + "\n")


def erase(folder: Path) -> None:
    """Take a workshop's folder away, and nothing but a workshop's.

    Raises:
        StoreUnwritable: some of it cannot be deleted.
    """
    if not (folder / FILE).is_file():
        return
    for left in reversed(range(TRIES)):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            if not folder.exists():
                return
            if not left:
                raise StoreUnwritable(folder, error.strerror or str(error)) from error
            time.sleep(GATHER)
        else:
            return
