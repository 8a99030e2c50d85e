"""What the kiosk has to make, the most urgent first: one at a time, and once more where a worker dies of it.

    line = Line(engine)
    wish = line.ask(Wish(new_id(now), Expose(settings), NOW))
    async for event in wish.events.follow(): ...

What is less urgent steps back when something more urgent is asked for, and is begun anew afterwards. A wish
holds its own events: who drops it has forgotten them.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from apparatus.engine import Broadcast, LocalEngine
from apparatus.engine.jobs import Expose, Job
from apparatus.stages import Event
from apparatus.store import PARTIAL

NOW, MEANWHILE, IDLE = 0, 1, 2
"""Somebody looks at an empty frame; somebody will want it; nobody is here."""

TRIES = 2
"""Times that a picture is begun of which a worker dies."""
MUTE = ("NoEnhancer", "NoInstruction")
"""What fails where nobody can rewrite the words."""

logger = logging.getLogger(__name__)
_numbers = count()


@dataclass(eq=False)
class Wish:
    """Something to be made, and what is told of it."""

    exposure: str
    job: Job
    urgency: int = NOW
    over: Callable[["Wish", Event], None] = lambda wish, last: None
    """Hears the last event before anybody else does, in the line's thread."""
    events: Broadcast = field(init=False)
    tries: int = 0
    dropped: bool = False
    stepped_back: bool = False
    number: int = field(default_factory=lambda: next(_numbers))
    told: list[Event] = field(default_factory=list)
    """What was told of it, from its last beginning on."""
    moves: int = 0
    """Grows whenever something becomes of it."""

    def __post_init__(self) -> None:
        self.events = Broadcast(self.exposure)

    def tell(self, event: Event) -> None:
        """Tell whoever looks, and remember it."""
        self.moves += 1
        self.told.append(event)
        self.events.send(event)

    def step(self, number: int) -> bytes | None:
        """The picture of one step, as far as it was told."""
        for event in self.told:
            if event.stage == "denoise" and event.data.get("index") == number:
                return event.pictures.get("denoised") or event.pictures.get("thumbnail")
        return None

    @property
    def finished(self) -> bool:
        """Whether it is over, and came to its end."""
        return self.events.over and self.last.kind == "finished"

    @property
    def last(self) -> Event:
        """The last event, once it is over."""
        return self.told[-1]

    def waits(self) -> None:
        """Tell whoever looks that it takes a moment longer, and begins anew."""
        self.told.clear()
        self.events.send(_about(self, "waiting", {"position": 0}))


class Line:
    """The wishes that wait, and the one that is being made, in a thread of its own."""

    def __init__(
        self, engine: LocalEngine, troubled: Callable[[Wish, Event], None] = lambda w, e: None
    ) -> None:
        """`troubled` hears of every run that failed or broke off, tried again or not."""
        self.engine = engine
        self._troubled = troubled
        self._waiting: list[Wish] = []
        self._changed = threading.Condition()
        self._closed = False
        self.rewrites = True
        self.running: Wish | None = None
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self._thread.start()

    def ask(self, wish: Wish) -> Wish:
        """Have something made; what is less urgent makes room for it."""
        with self._changed:
            if self.running is not None and self.running.urgency > wish.urgency:
                self.running.stepped_back = True
                self.engine.cancel(self.running.exposure)
            if self.running is not None or self._waiting:
                wish.waits()
            self._waiting.append(wish)
            self._changed.notify_all()
        return wish

    def drop(self, wishes: Iterable[Wish]) -> None:
        """Make none of them; what is under way ends within a step."""
        with self._changed:
            for wish in wishes:
                wish.dropped = True
                if wish in self._waiting:
                    self._waiting.remove(wish)
                    self._end(wish, _about(wish, "cancelled"))
                elif wish is self.running:
                    self.engine.cancel(wish.exposure)
                elif not wish.events.over:  # nobody has asked for it yet
                    self._end(wish, _about(wish, "cancelled"))

    def idle(self) -> bool:
        """Whether nothing is made, and nothing waits."""
        with self._changed:
            return self.running is None and not self._waiting

    def close(self) -> None:
        """Begin nothing more; the engine ends what runs."""
        with self._changed:
            self._closed = True
            self.drop(list(self._waiting))
            self._changed.notify_all()

    def _run(self) -> None:
        while (wish := self._next()) is not None:
            self._serve(wish)
            del wish  # nothing is held of it while nothing is asked for

    def _serve(self, wish: Wish) -> None:
        try:
            last = self._made(wish)
        except Exception as error:  # whatever it is, the next wish is made
            logger.exception("a picture could not be asked for")
            last = _about(wish, "failed", {"message": str(error), "problem": type(error).__name__})
        again = self._again(wish, last)
        if last.kind in ("failed", "interrupted") and not wish.dropped:
            self._troubled(wish, last)
        with self._changed:
            if again and not wish.dropped:
                self._waiting.append(wish)
                self.running = None
                return
        self._end(wish, _about(wish, "cancelled") if wish.dropped else last)
        if wish.dropped:  # whoever wiped it may have waited no longer
            self._clear(wish.exposure)
            self.engine.forget(wish.exposure)
        self.running = None

    def _next(self) -> Wish | None:
        with self._changed:
            while not self._closed:
                if self._waiting:
                    self.running = min(self._waiting, key=lambda wish: (wish.urgency, wish.number))
                    self._waiting.remove(self.running)
                    self.running.stepped_back = False
                    return self.running
                self._changed.wait()
            return None

    def _made(self, wish: Wish) -> Event:
        """Have the engine make it, and pass on what it tells; its last event is given back instead."""
        wish.tries += 1
        wish.moves += 1
        self._clear(wish.exposure)
        last = _about(wish, "interrupted")
        for last in self.engine.ask(self._job(wish), wish.exposure):
            if wish.dropped or wish.stepped_back:
                self.engine.cancel(wish.exposure)
            if last.stage != "exposure":
                wish.tell(last)
        return last

    def _job(self, wish: Wish) -> Job:
        """Its job; where nobody is left to rewrite the words, as they were chosen."""
        job = wish.job
        if self.rewrites or not isinstance(job, Expose) or job.enhanced is not None:
            return job
        return replace(job, settings=job.settings.model_copy(update={"enhance": None}))

    def _again(self, wish: Wish, last: Event) -> bool:
        """Whether it is made once more: it stepped back, or a worker died of it for the first time."""
        if wish.dropped or self._closed:
            return False
        if wish.stepped_back and last.kind == "cancelled":
            wish.tries -= 1
        elif wish.tries >= TRIES:
            return False
        elif last.data.get("problem") in MUTE:
            self.rewrites = False
        elif last.kind != "interrupted":
            return False
        wish.waits()
        return True

    def _end(self, wish: Wish, last: Event) -> None:
        try:
            wish.over(wish, last)
        except Exception:
            logger.exception("what was made could not be put away")
        wish.tell(last)

    def _clear(self, exposure: str) -> None:
        """Take away what another try left."""
        for name in (exposure, f"{PARTIAL}{exposure}"):
            shutil.rmtree(self.engine.store.folder / name, ignore_errors=True)


def _about(wish: Wish, kind: str, data: dict[str, object] | None = None) -> Event:
    said = {"message": "", "seconds": 0.0} if data is None else data
    return Event(exposure=wish.exposure, stage="exposure", kind=kind, data=said)
