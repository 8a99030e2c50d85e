"""What the curator of a kiosk sets: `prompts/kiosk.toml`, or another file like it.

    here = Curation.load()
    here.open_at(datetime.now())        # whether the screen is on
    here.passages_of("encode")          # the passages of the essays that may stand there

Every key may be left out. A key that is misspelt, and a value that cannot be, are refused with a sentence.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from apparatus import essays
from apparatus.errors import BrokenCuration, nearest
from apparatus.essays import Language, Quote
from apparatus.kiosk.hours import Hours
from apparatus.world.vocabulary import vocabulary

FILE = "kiosk.toml"
SEEDS = 2**32
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Farewell = Literal["picture", "recipe", "address", "none"]

PAIR = 'two times, "10:00" and "18:00", or a list of such pairs; [] is closed'
ALLOWED = {
    "model": "a name in the catalogue, or a folder, in quotes",
    "languages": '["fr", "en"], ["en", "fr"], ["fr"] or ["en"]',
    "num_inference_steps": "a whole number from 1 to 150, or 0 for the model's own",
    "enhance": "true or false",
    "pace": "3 to 60 seconds",
    "still_there": "20 to 600 seconds",
    "countdown": "20 to 120 seconds",
    "farewell": '"picture", "recipe", "address" or "none"',
    "address": '"http://HOST" or "http://HOST:PORT"',
    "typing": "true or false",
    "rules": "true or false",
    "light": "true or false",
    "nouns": 'a list of things of obscura\'s world, ["cat", "house"]; [] for all',
    "passages": "a list of ids of apparatus/essays/quotes.toml; [] for all that are short",
    "hours": 'a table of days, mon to sun or daily, as mon = ["10:00", "18:00"]',
    "keep": "a table with pictures, number and days",
    "keep.pictures": "true or false",
    "keep.number": "1 to 100000 pictures",
    "keep.days": "1 to 3650 days",
    "recording": "tables [[recording]], 40 at most, each with fr, en and seed",
    "recording.fr": "a prompt in French, 400 characters at most",
    "recording.en": "a prompt in English, 400 characters at most",
    "recording.seed": f"a whole number from 0 to {SEEDS - 1}",
}
"""What may stand at each key, as its refusal says it."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Keep(_Strict):
    """Whether the pictures that visitors make stay when they leave, and how many of them, for how long."""

    pictures: bool = False
    number: int = Field(500, ge=1, le=100_000)
    days: int = Field(30, ge=1, le=3650)


class Recording(_Strict):
    """A picture that the machine makes for itself, to show while nobody is there."""

    fr: Text
    en: Text
    seed: int = Field(0, ge=0, lt=SEEDS)

    def said(self, language: Language) -> str:
        """Its prompt in that language."""
        return self.fr if language == "fr" else self.en


class Curation(_Strict):
    """One kiosk as its curator wants it. Seconds where nothing else is said."""

    model: Text = "obscura"
    languages: tuple[Language, ...] = Field(("fr", "en"), min_length=1, strict=False)
    """The first greets."""
    num_inference_steps: int = Field(0, ge=0, le=150)
    """0: the model's own."""
    enhance: bool = True
    pace: float = Field(9.0, ge=3, le=60)
    """How long a stage stands in the walk."""
    still_there: int = Field(60, ge=20, le=600)
    """Without a touch, until it is asked whether anybody is there."""
    countdown: int = Field(25, ge=20, le=120)
    """From that question until everything is wiped."""
    farewell: Farewell = "picture"
    """What the QR code holds."""
    address: str = ""
    """By which phones in the gallery reach the kiosk; without a slash at its end."""
    typing: bool = True
    rules: bool = True
    light: bool = False
    nouns: tuple[str, ...] = Field((), strict=False)
    """The ids of the things on the cards; none: all."""
    hours: Hours = Hours()
    keep: Keep = Keep()
    recording: tuple[Recording, ...] = Field((), max_length=40, strict=False)
    passages: tuple[str, ...] = Field((), strict=False)
    """The ids of the passages that may stand here; none: all that are short."""

    _file: Path | None = PrivateAttr(None)

    @classmethod
    def load(cls, path: str | Path | None = None) -> "Curation":
        """What a file says; None: the curator's in APPARATUS_PROMPTS, else the package's own.

        Raises:
            BrokenCuration: it cannot be read, or says what cannot be.
        """
        file = Path(path).expanduser() if path is not None else _place()
        try:
            said = tomllib.loads(file.read_text("utf-8-sig"))
            read = cls.model_validate(said)
        except OSError as error:
            raise BrokenCuration(file, "", error.strerror or str(error)) from error
        except UnicodeDecodeError as error:
            raise BrokenCuration(file, "", "it is no UTF-8 text") from error
        except tomllib.TOMLDecodeError as error:
            raise BrokenCuration(file, "", f"it is no TOML: {error}") from error
        except ValidationError as error:
            where, why = _refused(error)
            raise BrokenCuration(file, where, why) from error
        read._file = file
        return read

    @property
    def file(self) -> Path | None:
        """Where it was read; None where it was not."""
        return self._file

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """What plays while nobody is there: the curator's, else those of the package."""
        return self.recording or _shipped()

    def open_at(self, moment: datetime) -> bool:
        """Whether the screen is on then, by the clock of `moment`."""
        return self.hours.open_at(moment)

    def changes(self, after: datetime) -> datetime | None:
        """When the screen next goes on or off, by the clock of `after`; None if it never does."""
        return self.hours.changes(after)

    def passages_of(self, stage: str | None = None, state: str | None = None) -> tuple[Quote, ...]:
        """The passages that may stand at a stage, the best-fitting first; of no stage, all of them."""
        allowed = set(self.passages)
        return tuple(
            quote
            for quote in essays.quotes(stage, state)
            if (quote.id in allowed if allowed else quote.short)
        )

    @field_validator("languages")
    @classmethod
    def _each_once(cls, said: tuple[Language, ...]) -> tuple[Language, ...]:
        if len(set(said)) != len(said):
            raise ValueError("a language stands there twice")
        return said

    @field_validator("address")
    @classmethod
    def _is_address(cls, said: str) -> str:
        return _address(said) if said.strip() else ""

    @field_validator("nouns")
    @classmethod
    def _in_the_world(cls, said: tuple[str, ...]) -> tuple[str, ...]:
        known = _nouns()
        for word in said:
            if word not in known:
                raise ValueError(f"there is no {word!r} in obscura's world. Nearest: {nearest(word, known)}")
        return tuple(dict.fromkeys(known[word] for word in said))

    @field_validator("passages")
    @classmethod
    def _in_the_essays(cls, said: tuple[str, ...]) -> tuple[str, ...]:
        there = [quote.id for quote in essays.quotes()]
        for id in said:
            if id not in there:
                raise ValueError(f"there is no passage {id!r}. Nearest: {nearest(id, there)}")
        return said

    @model_validator(mode="after")
    def _address_where_needed(self) -> "Curation":
        if self.farewell == "address" and not self.address:
            raise ValueError('farewell = "address" needs the address by which phones reach the kiosk')
        return self


def _place() -> Path:
    own = Path(os.environ.get("APPARATUS_PROMPTS") or "/dev/null") / FILE
    return own if own.is_file() else _package()


def _package() -> Path:
    return Path(str(files("apparatus"))) / "prompts" / FILE


@cache
def _shipped() -> tuple[Recording, ...]:
    return Curation.load(_package()).recording


def _address(said: str) -> str:
    """Raises:
    ValueError: it is no address of a machine.
    """
    said = said.strip().rstrip("/")
    parts = urlsplit(said)  # raises a ValueError for brackets that do not close
    port = f":{parts.port}" if parts.port is not None else ""  # and this for a port that is none
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    if parts.scheme not in ("http", "https") or said.lower() != f"{parts.scheme}://{host}{port}":
        raise ValueError(f"{said!r} is no address of a machine")
    return said


@cache
def _nouns() -> dict[str, str]:
    """Every noun's id by that id, and by its words in either language."""
    nouns = vocabulary().nouns.values()
    named = {word.text: noun.id for noun in nouns for word in (*noun.fr, *noun.en)}
    return named | {noun.id: noun.id for noun in nouns}


def _refused(error: ValidationError) -> tuple[str, str]:
    """Where the first thing stands that is wrong, and what is wrong with it."""
    found = error.errors()
    first = found[0]
    where, key = _where(first["loc"])
    others = len({one["loc"][:1] for one in found}) - 1
    more = f"; {others} more must be mended" if others else ""
    if first["type"] == "extra_forbidden":
        return where, f"{_unknown(first['loc'])}{more}"
    own = _own(first)
    if not where:
        return "address", f"{own}. Allowed: {ALLOWED['address']}{more}"
    allowed = ALLOWED.get(key) or (PAIR if key.startswith("hours") else "nothing")
    return where, f"{own}. Allowed: {allowed}{more}"


def _own(first: ErrorDetails) -> str:
    if first["type"] == "value_error":
        return str(first["ctx"]["error"]) if "ctx" in first else first["msg"]
    if first["type"] == "missing":
        return "it is missing"
    said = json.dumps(first["input"], ensure_ascii=False, default=str)
    return f"it is {said if len(said) <= 60 else said[:57] + '…'}"


def _where(place: tuple[int | str, ...]) -> tuple[str, str]:
    """A place as a person reads it, items counted from 1; and the same without the items."""
    names = [part for part in place if isinstance(part, str)]
    said = "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in place)
    return said.lstrip("."), ".".join(names)


def _unknown(place: tuple[int | str, ...]) -> str:
    """That there is no such key, and which there are."""
    tables: Mapping[str, type[BaseModel]] = {"keep": Keep, "recording": Recording, "hours": Hours}
    table: type[BaseModel] = tables[str(place[0])] if len(place) > 1 else Curation
    there = [*table.model_fields]
    close = nearest(str(place[-1]), there, 1)
    return f"there is no such key. Nearest: {close}. There are: {', '.join(there)}"
