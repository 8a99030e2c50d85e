"""Guided rounds, which a facilitator starts for everybody: `prompts/exercises/*.toml`, which a curator edits.

    for one in exercises():
        one.title.said("fr"), one.task.said("fr"), one.prompt("fr"), one.start("fr")
    asked = exercise("stop-early").settings("un chat", seed=None, language="fr")    # three, on one seed

A folder `exercises` in APPARATUS_PROMPTS takes the place of the one that comes with the package. A file that
was changed is read again.
"""

import os
import re
import secrets
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from apparatus import essays
from apparatus.enhancements import Enhance
from apparatus.errors import ApparatusError, BrokenExercise, NoExercise
from apparatus.essays import Language, Quote
from apparatus.settings import Settings, Who
from apparatus.world.grammar import spoken

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MOST = 12
"""Pictures that one submission may make."""

SEEDS = 2**32
"""As many seeds there are."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Both(_Frozen):
    """The same in French and in English."""

    fr: Text
    en: Text

    def said(self, language: Language) -> str:
        """What it says in that language."""
        return self.fr if language == "fr" else self.en


class Prompt(Both):
    """A prompt in French and in English; "" lets the program play alone."""

    fr: str
    en: str


class Questions(_Frozen):
    """One to three questions, the same in French and in English."""

    fr: tuple[Text, ...] = Field(min_length=1, max_length=3)
    en: tuple[Text, ...] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _as_many(self) -> "Questions":
        if len(self.fr) != len(self.en):
            raise ValueError(f"{len(self.fr)} questions in French, {len(self.en)} in English")
        return self

    def said(self, language: Language) -> tuple[str, ...]:
        """What is asked in that language."""
        return self.fr if language == "fr" else self.en


class Variation(_Frozen):
    """Settings that differ from the model's own; those left out are its own. `enhance` is by whom."""

    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    negative_prompt: str | Prompt = ""
    enhance: Text | None = None

    def asked(self, language: Language) -> dict[str, Any]:
        """As `Settings` takes them."""
        refused = self.negative_prompt
        return {
            "num_inference_steps": self.num_inference_steps,
            "guidance_scale": self.guidance_scale,
            "negative_prompt": refused if isinstance(refused, str) else refused.said(language),
            "enhance": Enhance(by=self.enhance) if self.enhance else None,
        }


class Make(_Frozen):
    """What is made of one submission: a picture; or one a seed, or one a variation.

    `prompt` is the same for everybody and cannot be changed, `start` is where one begins, `cards` offers the
    prompt cards. With `same_seed`, all that a person makes in this exercise has that person's one seed: only
    the words differ.
    """

    prompt: Prompt | None = None
    start: Prompt | None = None
    cards: bool = False
    seeds: int = Field(1, ge=1, le=MOST)
    same_seed: bool = False
    variations: tuple[Variation, ...] = Field((), max_length=MOST)

    @model_validator(mode="after")
    def _possible(self) -> "Make":
        if self.prompt and self.start:
            raise ValueError("prompt and start: a prompt that cannot be changed leaves nothing to begin with")
        if self.seeds > 1 and self.same_seed:
            raise ValueError("seeds and same_seed: several seeds, or always the same one")
        if self.seeds > 1 and self.variations:
            raise ValueError("seeds and variations: either the seeds differ, or the settings, on one seed")
        return self


class Exercise(_Frozen):
    """One guided round. `id` is its file's name; `passage` the quotation that it works with.

    `before` must be answered before a picture is asked for, `after` when it is there. `note` is for whoever
    leads: aim, minutes, how to lead it, what to look for, what to ask.
    """

    id: str
    order: int
    title: Both
    task: Both
    note: Both
    passage: str
    before: Both | None = None
    after: Questions | None = None
    make: Make = Make()

    @property
    def quote(self) -> Quote:
        """The passage of the essays that it works with."""
        return next(quote for quote in essays.quotes() if quote.id == self.passage)

    @property
    def pictures(self) -> int:
        """How many one submission makes."""
        return max(self.make.seeds, len(self.make.variations), 1)

    def prompt(self, language: Language) -> str | None:
        """The prompt that everybody gets; None where one's own is written. "" is a prompt, too."""
        return None if self.make.prompt is None else self.make.prompt.said(language)

    def start(self, language: Language) -> str:
        """What stands in the field before anything is written."""
        return "" if self.make.start is None else self.make.start.said(language)

    @property
    def who(self) -> dict[str, Who]:
        """By what name whose the settings are that no person chooses in it: the program's, or chance's."""
        given: dict[str, Who] = {} if self.make.prompt is None else {"prompt": "program"}
        drawn: Who = "program" if self.make.same_seed else "chance"
        varied = "num_inference_steps", "guidance_scale", "negative_prompt", "enhance"
        return {**given, "seed": drawn, **dict.fromkeys(varied, "program")}

    def settings(
        self, prompt: str, seed: int | None, language: Language, model: str = "obscura"
    ) -> list[Settings]:
        """What one submission asks of the model, a picture each; where everybody has one prompt, that.

        `seed` is the person's own, or None: then chance draws one, the same for all variations. With
        several `seeds` each is drawn here, whatever the person's.

        Raises:
            OutOfRange: the prompt, the seed or the language is none.
        """
        fixed = self.prompt(language)
        text = prompt if fixed is None else fixed
        tongue = language if fixed is not None else spoken(text) or language
        said = {"model": model, "prompt": text, "language": tongue}
        if self.make.seeds > 1:
            return [Settings(**said, seed=drawn) for drawn in _different(self.make.seeds)]
        if self.make.variations:
            shared = secrets.randbelow(SEEDS) if seed is None else seed
            return [Settings(**said, seed=shared, **one.asked(tongue)) for one in self.make.variations]
        return [Settings(**said, seed=seed)]


def exercises() -> tuple[Exercise, ...]:
    """All of them, in their `order`.

    Raises:
        BrokenExercise: one of their files cannot be read, or asks for what cannot be done.
    """
    return tuple(sorted(map(_one, _files().values()), key=lambda one: (one.order, one.id)))


def exercise(id: str) -> Exercise:
    """The one of that id.

    Raises:
        NoExercise: there is none.
        BrokenExercise: its file cannot be read, or asks for what cannot be done.
    """
    file = folder() / f"{id}.toml"
    if not NAME.fullmatch(id) or not file.is_file():
        raise NoExercise(
            id, sorted(file.stem for file in folder().glob("*.toml") if NAME.fullmatch(file.stem))
        )
    return _one(file)


def folder() -> Path:
    """Where they lie: in APPARATUS_PROMPTS, if that holds any, else with the house's prompts."""
    own = Path(os.environ.get("APPARATUS_PROMPTS") or "/dev/null") / "exercises"
    return own if own.is_dir() else Path(str(files("apparatus"))) / "prompts" / "exercises"


def _files() -> dict[str, Path]:
    """Every file that is named as an exercise, by its id."""
    return {file.stem: file for file in sorted(folder().glob("*.toml")) if NAME.fullmatch(file.stem)}


def _different(count: int) -> list[int]:
    """So many seeds, no two alike."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[secrets.randbelow(SEEDS)] = None
    return list(drawn)


def _one(file: Path) -> Exercise:
    try:
        return _read(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise BrokenExercise(file, error.strerror or str(error)) from error


@lru_cache(maxsize=128)
def _read(file: Path, changed: int) -> Exercise:
    try:
        said = tomllib.loads(file.read_text("utf-8"))
        if "id" in said:
            raise ValueError("id: it is the file's name, and is not said inside")
        read = Exercise.model_validate(said | {"id": file.stem})
        _check(read)
    except ValidationError as error:
        first = error.errors()[0]
        raise BrokenExercise(file, _told(".".join(map(str, first["loc"])), first["msg"])) from error
    except (ApparatusError, ValueError) as error:
        raise BrokenExercise(file, str(error)) from error
    return read


def _told(where: str, what: str) -> str:
    what = what.removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def _check(read: Exercise) -> None:
    """Raises:
    ValueError: its passage is not in the essays.
    OutOfRange: a setting lies outside its range.
    """
    if read.passage not in {quote.id for quote in essays.quotes()}:
        raise ValueError(f"passage: there is no quotation {read.passage!r} in apparatus/essays/quotes.toml")
    for language in ("fr", "en"):
        read.settings("", None, language)
