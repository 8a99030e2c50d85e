"""What the machine does while nobody is here: it makes its recordings, and sees whether it can make any.

`proven` says that the last thing it tried came out. Where that did not, it tries again by itself, soon at
first.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import randbelow

from app.kiosk.accounts import Accounts
from app.kiosk.line import IDLE, MUTE, Line, Wish
from app.kiosk.making import KEEP, enhancer, expose, whose
from app.kiosk.recordings import Recordings, Wanted
from apparatus.engine.jobs import Expose
from apparatus.errors import ApparatusError
from apparatus.kiosk.curation import Curation
from apparatus.record import new_id
from apparatus.settings import Settings
from apparatus.stages import Event

SOONEST, LATEST = 2.0, 20.0
"""Seconds until it is tried again: after the first time that it failed, and after many."""
AWAY = 30.0
"""Seconds that a worker may be away: that is how long one takes to come, at most."""
LOST, STUCK = 90.0, 180.0
"""Seconds without a worker, or without a sign of what it makes, after which this process is not trusted."""
THEIRS = ("WordNotRead", "CannotAlter", "OutOfRange", "MaskMisfit", *MUTE)
"""What fails because of what was asked, and says nothing of the machine."""

logger = logging.getLogger(__name__)


class Idling:
    """Whether pictures can be made, and what is made for nobody."""

    def __init__(
        self,
        line: Line,
        recordings: Recordings,
        curation: Curation,
        accounts: Accounts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.proven = False
        self._line, self._recordings, self._curation, self._accounts = line, recordings, curation, accounts
        self._clock = clock
        self._here, self._came = clock(), False
        self._moved = (0, 0), clock()
        self._due, self._wait = clock(), SOONEST
        self._wish: Wish | None = None

    @property
    def sound(self) -> bool:
        """Whether the worker is there, or was until just now."""
        return self._clock() - self._here < AWAY

    @property
    def well(self) -> bool:
        """Whether a new start would mend nothing: a worker is here, or never was, and it moves."""
        now = self._clock()
        return (not self._came or now - self._here < LOST) and now - self._moved[1] < STUCK

    def stop(self) -> None:
        """Somebody is here: what is made for nobody is not made any more."""
        wish = self._wish
        if wish is not None and self.proven:
            self._line.drop([wish])

    def tick(self, *, somebody: bool) -> None:
        """Do what is due."""
        self._look()
        if (self._wish is not None and not self._wish.events.over) or self._clock() < self._due:
            return
        wanted = None if somebody else self._recordings.missing()
        if wanted is not None:
            self._wish = self._line.ask(self._recording(wanted))
        elif not self.proven or not self.sound:
            self._wish = self._line.ask(self._trial())

    def _look(self) -> None:
        """See whether there is a worker, and whether what it makes comes on."""
        ready, running, now = self._line.engine.ready, self._line.running, self._clock()
        if ready:
            self._here, self._came = now, True
        moves = (running.number, running.moves) if running is not None else (-1, 0)
        if not ready or running is None or moves != self._moved[0]:
            self._moved = moves, now

    def troubled(self, wish: Wish, last: Event) -> None:
        """Something could not be made."""
        problem = str(last.data.get("problem") or last.kind)
        self._accounts.troubled(problem)
        theirs = problem in THEIRS
        if not theirs and (last.kind == "failed" or wish.tries > 1):
            self.proven = False
        if not theirs or wish.urgency == IDLE:
            self._due, self._wait = self._clock() + self._wait, min(2 * self._wait, LATEST)

    def made(self) -> None:
        """Something came out."""
        self.proven, self._wait = True, SOONEST

    def _recording(self, wanted: Wanted) -> Wish:
        by = enhancer(wanted.model, wanted.enhance)
        settings = expose(
            wanted.model, wanted.prompt, wanted.language, wanted.num_inference_steps, by, wanted.seed
        )
        who = whose("person") | {"seed": "person"}

        def over(wish: Wish, last: Event) -> None:
            if last.kind == "finished" and not wish.dropped:
                self._put_away(wish, last, wanted)
                self.made()
            self._line.engine.forget(wish.exposure)

        return Wish(new_id(datetime.now(UTC)), Expose(settings, keep=KEEP, who=who), IDLE, over)

    def _put_away(self, wish: Wish, last: Event, wanted: Wanted) -> None:
        try:
            folder = self._line.engine.store.path(wish.exposure)
            self._recordings.add(wanted, folder, [*wish.told, last])
        except (ApparatusError, OSError) as error:
            self._due = self._clock() + LATEST
            self._accounts.troubled(type(error).__name__)

    def _trial(self) -> Wish:
        """A picture for nobody, as small as can be: whether the machine can make one at all."""
        settings = Settings(model=self._curation.model, seed=randbelow(2**32), num_inference_steps=2)

        def over(wish: Wish, last: Event) -> None:
            if last.kind == "finished":
                self.made()
            self._line.engine.forget(wish.exposure)

        return Wish(new_id(datetime.now(UTC)), Expose(settings, keep=KEEP), IDLE, over)
