"""What is asked of the engine for who is here: a picture, the same without a word, the same words again."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbelow
from threading import Lock
from typing import Any

from app.kiosk.line import MEANWHILE, NOW, Wish
from app.kiosk.refusals import EnoughMade
from app.kiosk.visit import MOST, Visit
from apparatus.alterations import WordWeight
from apparatus.engine.jobs import Branch, Expose, Job
from apparatus.enhancements import OWN, Enhance
from apparatus.errors import CannotAlter, NoPicture, WordNotRead
from apparatus.essays import Language
from apparatus.keeping import Keep
from apparatus.models.catalogue import look_up
from apparatus.record import Decision, Record, Who, new_id
from apparatus.selection import Batch, ranked
from apparatus.settings import Settings
from apparatus.stages import Event
from apparatus.store import Store

KEEP: Keep = "picture"
"""All else is told while it happens, and kept with the visit."""

PROGRAMS = ("model", "num_inference_steps", "enhance", "candidates")
"""What no visitor decides: it is the kiosk's own."""

OTHERS = 3
"""Pictures of other chance."""

_writing = Lock()  # records of a batch are written anew when one is chosen


def enhancer(model: str, wanted: bool) -> str | None:
    """Whose language model rewrites the words: the one beside the model's pipeline; None if there is none."""
    entry = look_up(model) if wanted else None
    if entry is None or entry.folder is None or not (entry.folder / "enhancer" / "config.json").is_file():
        return None
    return OWN if entry.id == OWN else str(entry.folder)


def expose(
    model: str, prompt: str, language: Language, steps: int | None, by: str | None, seed: int | None = None
) -> Settings:
    """The settings of a picture, with all that chance decides drawn, so that it can be made once more."""
    drawn = randbelow(2**32) if seed is None else seed
    enhance = Enhance(by=by, seed=randbelow(2**32) if seed is None else seed) if by and prompt else None
    return Settings(
        model=model, prompt=prompt, seed=drawn, num_inference_steps=steps, language=language, enhance=enhance
    )


def whose(prompt: Who) -> dict[str, Who]:
    """Who decided what in a visitor's picture; `prompt` is who chose the words."""
    program: dict[str, Who] = dict.fromkeys(PROGRAMS, "program")
    return program | {"seed": "chance", "enhance_seed": "chance", "prompt": prompt}


class Making:
    """What can be asked for in a visit."""

    def __init__(self, store: Store, made: Callable[[str], None] = lambda kind: None) -> None:
        """`store` is where the visitor's pictures lie; `made` hears of each kind that is there."""
        self.store, self._made = store, made

    def picture(self, visit: Visit, settings: Settings, prompt: Who) -> Wish:
        """A picture of the visitor's words."""
        wish = self._wish(visit, Expose(settings, keep=KEEP, who=whose(prompt)), NOW, "live")
        visit.own.append(wish.exposure)
        return wish

    def without(self, visit: Visit, exposure: str, word: str, occurrence: int) -> Wish:
        """The same picture from the same noise, where one word is not attended to.

        Raises:
            NoPicture: it is not there yet.
            WordNotRead: it was made of other words.
            CannotAlter: this model's words cannot be weighed.
        """
        record = self._record(visit, exposure)
        read = [one.text for e in record.encodings if e.branch == "cond" and e.row == 0 for one in e.words]
        if "word_weight" not in record.model.alters:
            raise CannotAlter("A word's weight", record.model.pipeline, "its words cannot be weighed")
        if sum(one.lower() == word.lower() for one in read) < occurrence:
            raise WordNotRead(word, occurrence, read)
        line = WordWeight(at=0, word=word, occurrence=occurrence, weight=0)
        return self._wish(visit, Branch(exposure, 0, (line,)), NOW, "without")

    def others(self, visit: Visit, exposure: str) -> list[Wish]:
        """Three pictures of the same words, each of its own noise; with the first they are a batch.

        Raises:
            NoPicture: the first is not there yet.
        """
        record = self._record(visit, exposure)
        batch, of = new_id(datetime.now(UTC)), OTHERS + 1
        self._put_in(record, Batch(id=batch, index=0, of=of))
        who: dict[str, Who] = {line.what: line.who for line in record.ledger if line.stage == "prompt"}
        who |= whose(who.get("prompt", "person"))
        wishes = []
        for index in range(1, of):
            settings = record.settings.model_copy(update={"seed": randbelow(2**32)})
            place = Batch(id=batch, index=index, of=of)
            job = Expose(
                settings, record.alterations, keep=KEEP, enhanced=record.enhanced, batch=place, who=who
            )
            wishes.append(self._wish(visit, job, MEANWHILE, "others"))
        visit.others[exposure] = [wish.exposure for wish in wishes]
        return wishes

    def choose(self, visit: Visit, exposure: str) -> dict[str, Any]:
        """The visitor keeps this one of its batch; which one the `program` would have kept, and the `ledger`.

        Raises:
            NoPicture: it is not there yet.
        """
        record = self._record(visit, exposure)
        visit.chosen = exposure
        if record.batch is None:
            return {"program": "", "ledger": [line.model_dump() for line in record.ledger]}
        with _writing:
            scores = {id: one.scores for id, one in self._there(visit, record.batch.id)}
            by = next((score.by for score in record.scores), "")
            best = ranked(scores, by)[0] if by else ""
            if best:
                self.store.choose(best, "program", by)
            self.store.choose(exposure, "person")
        ledger = Record.open(self.folder(exposure)).ledger
        return {"program": best, "ledger": [line.model_dump() for line in ledger]}

    def _there(self, visit: Visit, batch: str) -> Iterable[tuple[str, Record]]:
        """The pictures of a batch that are there."""
        for id in [id for id, wish in visit.wishes.items() if wish.finished]:
            record = Record.open(self.store.path(id))
            if record.batch is not None and record.batch.id == batch:
                yield id, record

    def _record(self, visit: Visit, exposure: str) -> Record:
        wish = visit.wish(exposure)
        if not wish.finished:
            raise NoPicture(exposure, wish.last.kind if wish.events.over else "running")
        return Record.open(self.folder(exposure))

    def folder(self, exposure: str) -> Path:
        """Where an exposure lies.

        Raises:
            ExposureNotFound: it does not.
        """
        return self.store.path(exposure)

    def _put_in(self, record: Record, batch: Batch) -> None:
        """Make a picture that was made alone the first of a batch: the kiosk itself asked for the others."""
        lines = [line for line in record.ledger if line.what != "candidates"]
        line = Decision(stage="select", what="candidates", value=batch.of, who="program")
        with _writing:
            changed = record.model_copy(update={"batch": batch, "ledger": [*lines, line]})
            changed.save(self.folder(record.id))

    def _wish(self, visit: Visit, job: Job, urgency: int, kind: str) -> Wish:
        """Something asked for in a visit.

        Raises:
            EnoughMade: that would be too much.
        """
        if len(visit.wishes) >= MOST:
            raise EnoughMade(MOST)
        id = new_id(datetime.now(UTC))
        while id in visit.wishes:
            id = new_id(datetime.now(UTC))

        def over(wish: Wish, last: Event) -> None:
            if last.kind == "finished":
                self._made(kind)

        wish = visit.wishes[id] = Wish(id, job, urgency, over)
        return wish
