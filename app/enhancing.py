"""Rewriting prompts from a page: who can be asked here, and the latest texts that were written."""

import os
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from app import live
from app.i18n import language
from apparatus import diversity, instructions
from apparatus.engine import Broadcast
from apparatus.engine.enhancing import rewritten
from apparatus.engine.jobs import Expose, Rewrite
from apparatus.enhancements import OWN, Alternative, Choice, Enhance, Enhanced, Written
from apparatus.errors import ApparatusError, NoEnhancer, NoInstruction, TextForgotten
from apparatus.models.catalogue import look_up
from apparatus.record import Exposure, new_id
from apparatus.settings import Settings
from apparatus.store import ID

REMEMBERED = 256
"""Texts that can still be gone on with, or made pictures of."""

BESIDE = "enhancer"
"""The folder of the model in the package in which its enhancer lies."""


def speakers() -> dict[str, str]:
    """The language models that a page can ask, by the names it knows them by; each as `Enhance.by` has it.

    obscura's own, where it is in the package, then those that the host named in APPARATUS_ENDPOINTS:
    addresses with a model each, "http://machine:8080/v1#model", with spaces between them.
    """
    own = look_up(OWN)
    here = own is not None and own.folder is not None and (own.folder / BESIDE / "config.json").is_file()
    named = (os.environ.get("APPARATUS_ENDPOINTS") or "").split()
    return ({OWN: OWN} if here else {}) | {f"endpoint-{n}": by for n, by in enumerate(named, 1)}


def offered() -> list[dict[str, Any]]:
    """The same as a page shows them: with the language model's name, and no address."""
    return [
        {"id": name, "model": Enhance(by=by).model, "remote": Enhance(by=by).remote}
        for name, by in speakers().items()
    ]


def usual(asked: bool) -> Enhance | None:
    """What rewrites a prompt where a page only says that it is to be; None where it is not, or nobody can."""
    first = next(iter(speakers().values()), None)
    return Enhance(by=first) if asked and first else None


def permitted(settings: Settings) -> None:
    """Refuse settings of a page that name a language model themselves, other than obscura's own.

    Raises:
        NoEnhancer: they do.
    """
    if settings.enhance and settings.enhance.by != OWN:
        raise NoEnhancer("This language model", "a page cannot name one")


def enhance(by: str, **asked: Any) -> Enhance:
    """What a page asks for; `by` is one of the names of `speakers`.

    Raises:
        NoEnhancer: it is none of them.
        OutOfRange: one of the settings lies outside its range.
    """
    there = speakers()
    if by not in there:
        raise NoEnhancer(by[:40], "this app does not offer it")
    return Enhance(by=there[by], **asked)


def templates() -> list[dict[str, str]]:
    """The instructions there are, in the reader's language; those that cannot be read are left out."""
    told = []
    for name in instructions.names():
        try:
            told.append({"name": name, "text": instructions.text(name, language())})
        except NoInstruction:
            continue
    return told


class Texts:
    """The texts that were asked for, the latest of them; each with the settings a person gave."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, tuple[Settings, Broadcast]] = OrderedDict()
        self._lock = Lock()

    def write(self, settings: Settings) -> str:
        """Have a prompt rewritten; the id under which it is told."""
        return self._ask(settings, Rewrite(settings))

    def turn(self, text: str, at: int, token: int | str) -> str:
        """Another token in the place of one, and the text from there on anew.

        Raises:
            TextForgotten: there is no such text any more, or it is not whole.
            OutOfRange: the place or the token is none.
        """
        settings, before = self.whole(text)
        choices = (*(choice for choice in before.asked.chosen if choice.at < at), Choice(at=at, token=token))
        assert settings.enhance is not None, "what is written was asked for"
        person = settings.enhance.model_copy(update={"chosen": choices})
        sure = before.asked.model_copy(update={"chosen": choices})
        kept = before.tokens[:at]
        if at < len(before.tokens):
            kept = (*kept, instead(before.tokens[at], str(token)))
        job = Rewrite(settings.model_copy(update={"enhance": sure}), kept if sure.remote else ())
        return self._ask(settings.model_copy(update={"enhance": person}), job)

    def whole(self, text: str) -> tuple[Settings, Enhanced]:
        """The settings of a text that was written, and the text.

        Raises:
            TextForgotten: there is no such text any more, or it is not whole.
        """
        with self._lock:
            settings, broadcast = self._asked.get(text, (None, None))
        if settings is None or broadcast is None or not broadcast.over:
            raise TextForgotten(text)
        assert settings.enhance is not None, "what is written was asked for"
        enhanced = rewritten([*broadcast][-1], settings.enhance.by)
        if enhanced is None:
            raise TextForgotten(text)
        return settings, enhanced

    def _ask(self, settings: Settings, job: Rewrite) -> str:
        broadcast = live.hub().engine.ask(job, new_id(datetime.now(UTC)))
        with self._lock:
            self._asked[broadcast.id] = settings, broadcast
            while len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)
        return broadcast.id


def instead(written: Written, text: str) -> Written:
    """A token that a person chose by its text: the one it takes the place of is now a road not taken."""
    before = [Alternative(text=written.text, probability=written.probability or 0.0)]
    others = {other.text: other for other in (*before, *written.alternatives)}
    chosen = others.pop(text, None)
    return written.model_copy(
        update={
            "text": text,
            "chosen": True,
            "mark": False,
            "probability": chosen and chosen.probability,
            "alternatives": tuple(others.values()) if written.probability is not None else (),
        }
    )


texts = Texts()


def pictures(text: str, drawn: int | None = None, raw: bool = True) -> dict[str, Any]:
    """Have a picture made of a text, and, unless it is there, of the prompt as it was written: of one seed.

    `drawn` is the seed that chance drew for another text of this prompt; without it, chance draws one.

    Raises:
        TextForgotten: there is no such text any more.
    """
    settings, enhanced = texts.whole(text)
    seed = secrets.randbelow(2**32) if drawn is None else drawn
    settings = settings.model_copy(update={"seed": seed})
    jobs = {"enhanced": Expose(settings, enhanced=enhanced, who={"seed": "chance"})}
    if raw:
        alone = settings.model_copy(update={"enhance": None})
        jobs = {"raw": Expose(alone, who={"seed": "chance"})} | jobs
    engine = live.hub().engine
    return {"seed": seed} | {
        which: engine.ask(job, new_id(datetime.now(UTC))).id for which, job in jobs.items()
    }


def several(settings: Settings, count: int) -> dict[str, list[str]]:
    """Have so many pairs of pictures made, to be compared; their ids."""
    asked = diversity.pairs(settings, count, secrets.randbelow(2**32))
    engine = live.hub().engine
    ids = [
        [engine.ask(Expose(one, who=diversity.whose(n)), new_id(datetime.now(UTC))).id for one in pair]
        for n, pair in enumerate(asked)
    ]
    return {"raw": [raw for raw, _ in ids], "enhanced": [enhanced for _, enhanced in ids]}


def compared(raw: Sequence[str], enhanced: Sequence[str]) -> dict[str, Any]:
    """How far both sets are, what each picture's words are, and how various the finished pairs are.

    Raises:
        ExposureNotFound: one of them is no exposure's name.
    """
    states = {exposure: _state(exposure) for exposure in (*raw, *enhanced)}
    done = [
        pair for pair in zip(raw, enhanced, strict=False) if {states[one] for one in pair} == {"finished"}
    ]
    store = live.hub().store
    found = None
    if len(done) > 1 and not any(state in ("waiting", "running") for state in states.values()):
        opened = [[Exposure.open(store.path(one)) for one in side] for side in zip(*done, strict=True)]
        found = asdict(diversity.measured(opened[0], opened[1]))
    written = {one: live.hub().record(one).enhanced for one in enhanced if states[one] == "finished"}
    said = {one: text.prompt for one, text in written.items() if text}
    return {"states": states, "texts": said, "found": found}


def _state(exposure: str) -> str:
    """How far one is; "failed" where nothing is left of it, as of one that was stopped in line."""
    hub = live.hub()
    run = hub.engine.follow(exposure)
    if run is not None and not run.over:
        return "waiting"
    try:
        return hub.record(exposure).state
    except ApparatusError:
        if not ID.fullmatch(exposure):
            raise
        return "failed"
