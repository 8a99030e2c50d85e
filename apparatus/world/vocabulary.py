"""Everything that can be named in obscura's world, read from `vocabulary.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True)
class Noun:
    """One pictogram and the words for it."""

    id: str
    sprite: str
    en: tuple[str, ...]
    fr: tuple[str, ...]
    gender: Literal["m", "f"]
    aloft: bool = False
    elides: bool = True


@dataclass(frozen=True)
class Colour:
    """One colour; `rgb` in 0 to 255, `fr` masculine then feminine."""

    id: str
    en: str
    fr: tuple[str, str]
    rgb: tuple[int, int, int]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Size:
    """One size; `share` is the sprite's side as a part of the picture's."""

    id: str
    en: tuple[str, ...]
    fr: tuple[tuple[str, str], ...]
    share: float


@dataclass(frozen=True)
class Place:
    """Where the first thing stands, seen from the second."""

    id: str
    en: tuple[str, ...]
    fr: tuple[str, ...]


@dataclass(frozen=True)
class Phrases:
    """A setting or a print process: its phrases by language, then by position in the sentence."""

    id: str
    en: dict[str, tuple[str, ...]]
    fr: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Vocabulary:
    """The whole of it; every table keyed by id, in the file's order."""

    nouns: dict[str, Noun]
    colours: dict[str, Colour]
    sizes: dict[str, Size]
    settings: dict[str, Phrases]
    processes: dict[str, Phrases]
    places: dict[str, Place]
    photograph: dict[str, tuple[str, ...]]
    wall: dict[str, str]


def frozen(value: Any) -> Any:
    """Lists as tuples, at every depth."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


@cache
def vocabulary() -> Vocabulary:
    """The world's vocabulary, as shipped."""
    said = frozen(tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text("utf-8")))
    kinds = {
        "nouns": Noun,
        "colours": Colour,
        "sizes": Size,
        "settings": Phrases,
        "processes": Phrases,
        "places": Place,
    }
    tables = {name: {row["id"]: kind(**row) for row in said[name]} for name, kind in kinds.items()}
    return Vocabulary(**tables, photograph=said["photograph"], wall=said["wall"])
