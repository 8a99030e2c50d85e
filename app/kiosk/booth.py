"""The booth: one visitor at a time, and what is done so that the next one finds it fresh.

    booth = Booth(engine, folder, curation)      # engine.store is `folder / "visits"`, emptied before
    visit = booth.begin("fr")
    wish = booth.ask(booth.making.picture(visit, settings, "person"))
    booth.end(visit, "farewell").result()        # nothing of it is left

All of it may be called from any thread; `tick` is called about once a second, and never waits for long.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

from app.gate import Throttle
from app.kiosk.accounts import Accounts
from app.kiosk.idling import Idling
from app.kiosk.line import Line, Wish
from app.kiosk.making import Making, enhancer
from app.kiosk.recordings import Recordings, Wanted, edition
from app.kiosk.refusals import AfterHours, Resting, VisitOver
from app.kiosk.visit import Visit
from apparatus.engine import LocalEngine
from apparatus.errors import ApparatusError, ExposureNotFound
from apparatus.essays import Language
from apparatus.kiosk.curation import Curation
from apparatus.stages import Event
from apparatus.store import ID, PARTIAL

TOKEN = "token"
FORGOTTEN = 120.0
"""Seconds that a visit outlasts the page's own clock, when the page is gone."""
HUNG = 30.0
"""Seconds without a word of the page's script after which it does not count any more."""
SILENT = 1800.0
"""Seconds after which a visit is over of which a page that is there says nothing more."""
ENDS = 20.0
"""Seconds in which what is under way ends."""

logger = logging.getLogger(__name__)


class Booth:
    """One kiosk: who is here now, what is made, what plays when nobody is here."""

    def __init__(self, engine: LocalEngine, folder: Path, curation: Curation) -> None:
        """Nobody is here."""
        self.engine, self.folder, self.curation = engine, folder, curation
        self.broken = ""
        """What is wrong with the curator's file, where an older one stands in for it."""
        self.boot = token_hex(8)
        self.token = own_token(folder)
        self.knocking = Throttle(at_once=8, a_minute=6)
        self.visit: Visit | None = None
        self.ending = False
        self.pages = 0
        """Pages that are open in a browser."""
        self._heard: float | None = None
        self.frame: dict[str, Any] = {}
        """What the page shows that never changes, once it was put together."""
        self.accounts = Accounts(folder, curation)
        self.enhancer = enhancer(curation.model, curation.enhance)
        self.making = Making(engine.store, self._made)
        self.recordings = Recordings(folder / "recordings", wanted(curation))
        self.line = Line(engine, self._troubled)
        self.idling = Idling(self.line, self.recordings, curation, self.accounts)
        self._changing = threading.RLock()
        self.composing = threading.Lock()
        self._sweeper = ThreadPoolExecutor(1, "sweeper")

    # ---- Who is here ----------------------------------------------------------------------------------

    def begin(self, language: Language) -> Visit:
        """Somebody is here; whoever was before is not any more.

        Raises:
            AfterHours: it is closed.
        """
        if not self.open:
            raise AfterHours
        with self._changing:
            if self.visit is not None:
                self.end(self.visit, "again")
            self.visit = Visit(language)
            self.accounts.began()
            self.idling.stop()
            return self.visit

    def visiting(self, id: str) -> Visit:
        """The visit of that id: somebody touched something in it.

        Raises:
            VisitOver: that is over.
        """
        visit = self.visit
        if visit is None or not compare_digest(visit.id.encode(), id.encode()):
            raise VisitOver
        visit.touch()
        return visit

    def expect(self) -> None:
        """See whether anything can be asked for.

        Raises:
            Resting: nothing can be made just now.
        """
        if not self.able:
            raise Resting

    def ask(self, visit: Visit, *wishes: Wish) -> None:
        """Have wishes of the visit made.

        Raises:
            VisitOver: it ended meanwhile.
        """
        with self._changing:
            if self.visit is not visit:
                self.line.drop(wishes)
                raise VisitOver
            for wish in wishes:
                self.line.ask(wish)

    def drop(self, wishes: Iterable[Wish]) -> None:
        """They are not wanted any more."""
        self.line.drop([wish for wish in wishes if not wish.events.over])

    def end(self, visit: Visit, why: str) -> "Future[None]":
        """A visit is over. When what is given back is done, nothing of it is left: in memory, on the disk."""
        with self._changing:
            if visit.over:
                return self._sweeper.submit(lambda: None)
            visit.over = True
            if self.visit is visit:
                self.visit = None
            wishes = list(visit.wishes.values())
            self.line.drop(wishes)
            return self._sweeper.submit(self._wipe, visit, wishes, why, self._lasted(visit, why))

    def wish(self, exposure: str) -> Wish:
        """What was asked for under that id, by whoever is here.

        Raises:
            ExposureNotFound: nothing was.
        """
        visit = self.visit
        if visit is None:
            raise ExposureNotFound(exposure, "this visit")
        visit.touch()
        return visit.wish(exposure)

    def place(self, exposure: str) -> Path:
        """The folder of a finished exposure, of whoever is here or of a recording.

        Raises:
            ExposureNotFound: there is none.
        """
        recorded = self.recordings.find(exposure)
        return recorded or self.making.folder(self.wish(exposure).exposure)

    # ---- How it stands -----------------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Whether it is open at this hour."""
        return bool(self.curation.open_at(datetime.now().astimezone()))

    @property
    def able(self) -> bool:
        """Whether pictures can be made."""
        return self.idling.proven and self.sound

    @property
    def sound(self) -> bool:
        """Whether the worker is there, or was until just now."""
        return self.idling.sound

    @property
    def well(self) -> bool:
        """Whether this process is to be trusted still."""
        return self.idling.well

    @property
    def heard(self) -> float | None:
        """Seconds since the page said that its script runs; None before it said so."""
        return None if self._heard is None else time.monotonic() - self._heard

    @property
    def shown(self) -> bool:
        """Whether a page is open, and its script runs."""
        heard = self.heard
        return self.pages > 0 and heard is not None and heard < HUNG

    def hear(self) -> None:
        """The page says that its script runs."""
        self._heard = time.monotonic()

    def state(self) -> dict[str, Any]:
        """What the page must know of the machine."""
        return {"boot": self.boot, "open": self.open, "able": self.able, "recordings": self.recordings.ids}

    def told(self) -> dict[str, Any]:
        """What the curator may know."""
        now = datetime.now().astimezone()
        changes = self.curation.changes(now)
        return {
            "boot": self.boot,
            "pid": os.getpid(),
            "open": self.open,
            "changes": changes and changes.isoformat(),
            "able": self.able,
            "shown": self.shown,
            "curation": self.broken,
            "visit": self.visit is not None,
            "recordings": len(self.recordings.ids),
            "wanted": len(self.recordings.wanted),
            **self.accounts.told(worker=self.engine.ready),
        }

    def tick(self) -> None:
        """Do what is due."""
        if self.ending:
            return
        visit = self.visit
        if visit is not None and visit.idle > self._patience():
            self.end(visit, "idle")
        self.idling.tick(somebody=self.visit is not None)
        if self.visit is None and self.line.idle():
            self._sweeper.submit(self._sweep)
        self.accounts.tick()

    def close(self) -> None:
        """Whoever is here is not any more; nothing of theirs is left."""
        if self.ending:
            return
        self.ending = True
        visit, self.visit = self.visit, None
        self.line.close()
        self.engine.close()
        if visit is not None:
            self.accounts.left(visit.screen, "fault", self._lasted(visit, "fault"))
            visit.forget()
        self._sweeper.shutdown(wait=True)
        empty(self.engine.store.folder)
        self.accounts.close()

    def _patience(self) -> float:
        """Seconds after which a visit is over that nobody ended; a page that is there ends it by itself."""
        here = self.curation
        return SILENT if self.shown else here.still_there + here.countdown + FORGOTTEN

    # ---- Wiping -------------------------------------------------------------------------------------------

    def _lasted(self, visit: Visit, why: str) -> float:
        """Seconds from the first touch to the last: where nobody was there any more, it was a while ago."""
        waited = self.curation.still_there + self.curation.countdown
        told = why == "idle" and visit.idle < 1  # by the page, just now
        return max(0.0, visit.touched - visit.began - (waited if told else 0))

    def _wipe(self, visit: Visit, wishes: list[Wish], why: str, lasted: float) -> None:
        """Count it, keep of it what the curator has said, and take all of it away."""
        try:
            until = time.monotonic() + ENDS
            while not all(wish.events.over for wish in wishes) and time.monotonic() < until:
                time.sleep(0.02)
            self.accounts.left(visit.screen, why, lasted)
            for exposure in self._worth_keeping(visit):
                self._keep(exposure)
        except Exception:
            logger.exception("a visit could not be counted or kept")
        finally:
            visit.forget()
            self._sweep()
            for wish in wishes:
                self.engine.forget(wish.exposure)

    def _keep(self, exposure: str) -> None:
        try:
            self.accounts.kept.keep(self.engine.store.folder / exposure)
        except (ApparatusError, OSError) as error:
            self.accounts.troubled(type(error).__name__)

    def _worth_keeping(self, visit: Visit) -> list[str]:
        """The pictures that the visitor asked for, and the one that they chose."""
        if not self.curation.keep.pictures:
            return []
        asked = dict.fromkeys([*visit.own, visit.chosen])
        return [id for id in asked if id in visit.wishes and visit.wishes[id].finished]

    def _sweep(self) -> None:
        """Take away every picture that is not of whoever is here now."""
        folder = self.engine.store.folder
        there = list(folder.iterdir()) if folder.is_dir() else []  # before it is asked whose: none comes late
        visit, running = self.visit, self.line.running
        wanted = {*(visit.wishes if visit is not None else ()), running.exposure if running else ""}
        for path in there:
            if path.name.removeprefix(PARTIAL) not in wanted:
                away(path)

    def _made(self, kind: str) -> None:
        self.idling.made()
        self.accounts.made(kind)

    def _troubled(self, wish: Wish, last: Event) -> None:
        self.idling.troubled(wish, last)


def own_token(folder: Path) -> str:
    """What makes a page the curator's: drawn once, and kept in the kiosk's folder, if the disk takes it."""
    file = folder / TOKEN
    with suppress(OSError):
        if len(before := file.read_text("utf-8").strip()) >= 16:
            return before
    drawn = token_urlsafe(18)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(0o600)
        file.write_text(f"{drawn}\n", "utf-8")
    return drawn


def away(path: Path) -> None:
    """Take a file or a folder away; what cannot go now goes when it is tried again."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
    if path.exists():
        logger.warning("%s cannot be taken away", path.name if ID.fullmatch(path.name) else "a file")


def empty(folder: Path) -> None:
    """Take away all that is in a folder."""
    for path in folder.iterdir() if folder.is_dir() else ():
        away(path)


def wanted(curation: Curation) -> list[Wanted]:
    """The recordings that the curator wants, in each language in turn."""
    model, languages = curation.model, curation.languages
    made_by = edition(model)
    return [
        Wanted(
            place=place,
            texts={"fr": one.fr, "en": one.en},
            language=languages[place % len(languages)],
            seed=one.seed,
            model=model,
            edition=made_by,
            num_inference_steps=curation.num_inference_steps or None,
            enhance=curation.enhance,
        )
        for place, one in enumerate(curation.recordings)
    ]
