"""What a prompt says, read back by the grammar that might have said it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from apparatus.world.grammar import SMALL, plain, split, spoken
from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import Language, Word, vocabulary

Phrase = tuple[str, ...]


@dataclass
class _Reading:
    """What was understood so far, and what waits for its noun."""

    things: list[Thing] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)  # place, setting, light, wall, process
    colour: str | None = None
    size: str | None = None
    count: int = 1
    place: str | None = None
    of_wall: bool = False  # the word before was « mur »: a colour is the wall's


def parse(text: str, language: Language | None = None) -> Scene:
    """The scene that `text` asks for, in its language or, where no word tells it, in English.

    What it does not say is None, the setting or wall too; words from outside the world are passed over,
    and so are things after the second.
    """
    language = language or spoken(text) or "en"
    reading = _Reading()
    for kind, value in _phrases(split(text), language):
        _TAKEN[kind](reading, value, language)
    return Scene(tuple(reading.things), **reading.said)


def _phrases(said: list[str], language: Language) -> Iterator[tuple[str, Any]]:
    """The known phrases in the order they stand, each as long as it can be."""
    table, longest = _table(language)
    at, before = 0, ""
    while at < len(said):
        for length in range(min(longest, len(said) - at), 0, -1):
            meanings = table.get(tuple(said[at : at + length]))
            if meanings:
                kind = _meant(meanings, before)
                yield kind, meanings[kind]
                at, before = at + length, kind
                break
        else:
            at, before = at + 1, ""


def _meant(meanings: dict[str, Any], before: str) -> str:
    """Which of its meanings a phrase has right behind another of this kind.

    Une rose rose: behind a noun it is a colour. Trois montagnes: behind a number, a noun and no setting.
    """
    if "colour" in meanings and before in ("noun", "mur"):
        return "colour"
    if "noun" in meanings and before in ("number", "size"):
        return "noun"
    return next(iter(meanings))


@cache
def _table(language: Language) -> tuple[dict[Phrase, dict[str, Any]], int]:
    """Every phrase of a language with what it can mean, and how many words the longest has."""
    table: dict[Phrase, dict[str, Any]] = {}
    small = {(word,) for word in SMALL[language].split()}
    for text, kind, value in _entries(language):
        text = text.removesuffix(" de").removesuffix(" of")
        for form in (tuple(split(text)), tuple(split(plain(text)))):
            if form not in small:  # « dé » without its accent is « de »
                table.setdefault(form, {}).setdefault(kind, value)
    return table, max(map(len, table))


def _entries(language: Language) -> Iterator[tuple[str, str, Any]]:
    """Every phrase as (text, kind, value)."""
    known = vocabulary()
    groups = {"setting": known.settings, "light": known.lights, "process": known.processes}
    for kind, group in groups.items():
        for phrases in group.values():
            said = [form for forms in getattr(phrases, language).values() for form in forms]
            yield from ((form, kind, phrases.id) for form in said)
    for noun in known.nouns.values():
        yield from ((form, "noun", noun.id) for form in _forms(getattr(noun, language)))
    for colour in known.colours.values():
        yield from ((form, "colour", colour.id) for form in _forms(getattr(colour, language)))
    for size in known.sizes.values():
        words = [word for pair in size.fr for word in pair] if language == "fr" else [*size.en]
        yield from ((form, "size", size.id) for form in _forms(words))
    for place in known.places.values():
        yield from ((form, "place", place.id) for form in getattr(place, language))
    yield from ((getattr(number, language), "number", number.id) for number in known.numbers.values())
    yield known.wall[language], "wall" if language == "en" else "mur", None


def _forms(words: Sequence[Word]) -> Iterator[str]:
    for word in words:
        yield from (word.text, word.plural)


def _take_noun(reading: _Reading, noun: str, language: Language) -> None:
    if len(reading.things) == 1 and reading.place:
        reading.said["place"] = reading.place
    if len(reading.things) < 2:
        reading.things.append(Thing(noun, reading.colour, reading.size, reading.count))
    reading.colour = reading.size = reading.place = None
    reading.count, reading.of_wall = 1, False


def _take_colour(reading: _Reading, colour: str, language: Language) -> None:
    if language == "en":
        reading.colour = colour
    elif reading.of_wall:
        reading.said["wall"] = colour
    elif reading.things:
        reading.things[-1] = replace(reading.things[-1], colour=colour)


def _take_wall(reading: _Reading, _: None, language: Language) -> None:
    if reading.colour:
        reading.said["wall"] = reading.colour
    reading.colour = reading.place = None


def _take_mur(reading: _Reading, _: None, language: Language) -> None:
    reading.of_wall, reading.place = True, None


def _take_size(reading: _Reading, size: str, language: Language) -> None:
    reading.size = size


def _take_number(reading: _Reading, number: int, language: Language) -> None:
    reading.count = number


def _take_place(reading: _Reading, place: str, language: Language) -> None:
    reading.place = place


def _take_said(kind: str) -> Any:
    def take(reading: _Reading, value: str, language: Language) -> None:
        reading.said.setdefault(kind, value)

    return take


_TAKEN = {
    "noun": _take_noun,
    "colour": _take_colour,
    "size": _take_size,
    "number": _take_number,
    "place": _take_place,
    "wall": _take_wall,
    "mur": _take_mur,
    "setting": _take_said("setting"),
    "light": _take_said("light"),
    "process": _take_said("process"),
}
