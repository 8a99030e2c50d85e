"""Everything that can be named in obscura's world, read from `vocabulary.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True)
class Word:
    """A noun or an adjective of one language, of one word or more; `aspirated` h takes no elision."""

    text: str
    plural: str
    feminine: bool = False
    aspirated: bool = False


@dataclass(frozen=True)
class Noun:
    """One pictogram and the words for it, the usual one first."""

    id: str
    kind: str
    sprite: str
    en: tuple[Word, ...]
    fr: tuple[Word, ...]
    aloft: bool = False

    @property
    def abstract(self) -> bool:
        """Whether it cannot be counted: joy, not a joy."""
        return self.kind == "feelings"


@dataclass(frozen=True)
class Colour:
    """One colour; `rgb` in 0 to 255, `fr` masculine then feminine."""

    id: str
    en: tuple[Word, ...]
    fr: tuple[Word, Word]
    rgb: tuple[int, int, int]


@dataclass(frozen=True)
class Size:
    """One size; `share` is a pictogram's side as a part of the picture's, `fr` masculine, feminine."""

    id: str
    en: tuple[Word, ...]
    fr: tuple[tuple[Word, Word], ...]
    share: float


@dataclass(frozen=True)
class Number:
    """How many of a thing; `id` is the number itself."""

    id: int
    en: str
    fr: str


@dataclass(frozen=True)
class Place:
    """Where the first thing stands, seen from the second."""

    id: str
    en: tuple[str, ...]
    fr: tuple[str, ...]


@dataclass(frozen=True)
class Phrases:
    """A setting, a light or a print process: its phrases by language, then by position in the sentence."""

    id: str
    en: dict[str, tuple[str, ...]]
    fr: dict[str, tuple[str, ...]]
    sky: bool = False  # of a setting: whether it has an hour and a weather


@dataclass(frozen=True)
class Vocabulary:
    """The whole of it; every table keyed by id, in the file's order."""

    nouns: dict[str, Noun]
    colours: dict[str, Colour]
    sizes: dict[str, Size]
    numbers: dict[int, Number]
    places: dict[str, Place]
    settings: dict[str, Phrases]
    lights: dict[str, Phrases]
    processes: dict[str, Phrases]
    photograph: dict[str, tuple[str, ...]]
    wall: dict[str, str]


@cache
def vocabulary() -> Vocabulary:
    """The world's vocabulary, as shipped."""
    said = tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text("utf-8"))
    nouns = [_noun(kind, **row) for kind, rows in said["nouns"].items() for row in rows]
    words = _frozen(said["words"])
    kinds = {"numbers": Number, "places": Place, "settings": Phrases, "lights": Phrases, "processes": Phrases}
    tables = {name: {row["id"]: kind(**row) for row in words[name]} for name, kind in kinds.items()}
    return Vocabulary(
        nouns={noun.id: noun for noun in nouns},
        colours={row["id"]: _colour(**row) for row in words["colours"]},
        sizes={row["id"]: _size(**row) for row in words["sizes"]},
        photograph=words["photograph"],
        wall=words["wall"],
        **tables,
    )


def _noun(kind: str, *, en: list[str], fr: list[str], **rest: Any) -> Noun:
    return Noun(kind=kind, en=tuple(map(_english, en)), fr=tuple(map(_french_noun, fr)), **rest)


def _colour(*, en: tuple[str, ...], fr: tuple[str, str], **rest: Any) -> Colour:
    return Colour(en=tuple(map(_english, en)), fr=(_french(fr[0]), _french(fr[1])), **rest)


def _size(*, en: tuple[str, ...], fr: tuple[tuple[str, str], ...], **rest: Any) -> Size:
    pairs = tuple((_french(masculine), _french(feminine)) for masculine, feminine in fr)
    return Size(en=tuple(map(_english, en)), fr=pairs, **rest)


def _english(written: str) -> Word:
    text, _, plural = written.partition("/")
    return Word(text, plural or _english_plural(text))


def _french(written: str) -> Word:
    text, _, plural = written.partition("/")
    return Word(text, plural or _french_plural(text))


def _french_noun(written: str) -> Word:
    """In "un *hibou/hiboux" the article tells the gender, * an h that takes no elision."""
    article, _, rest = written.partition(" ")
    word = _french(rest.removeprefix("*"))
    return Word(word.text, word.plural, feminine=article == "une", aspirated=rest.startswith("*"))


def _english_plural(text: str) -> str:
    if text.endswith(("s", "x", "z", "ch", "sh")):
        return text + "es"
    if text.endswith("y") and text[-2] not in "aeiou":
        return text[:-1] + "ies"
    return text + "s"


def _french_plural(text: str) -> str:
    if text.endswith(("s", "x", "z")):
        return text
    if text.endswith(("au", "eu")):
        return text + "x"
    return text[:-2] + "aux" if text.endswith("al") else text + "s"


def _frozen(value: Any) -> Any:
    """Lists as tuples, at every depth."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value
