"""The embedded model's world, as the page Program lays it out: its words, its scenes, how many there are."""

import random
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

from apparatus.models.catalogue import DEFAULT, find
from apparatus.models.catalogue import vocabulary as words_of
from apparatus.world.atlas import COLUMNS
from apparatus.world.captions import texts
from apparatus.world.grammar import caption, name, plain, split, words
from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import LANGUAGES, Noun, Vocabulary, Word, vocabulary

BASE = Scene((Thing("cat"), Thing("camera")), place="left", setting="meadow")
"""The scene in which one attribute at a time is changed."""

VIEWS = 4
"""Scenes in which a noun is shown."""

Words = dict[str, Any]


@cache
def told() -> Words:
    """All that can be asked for: nouns in the atlas's order, attributes by kind, every known word."""
    return {
        "columns": COLUMNS,
        "nouns": [_noun(noun) for noun in vocabulary().nouns.values()],
        "attributes": attributes(),
        "words": sorted({plain(word) for word in words()}),
    }


@cache
def edition() -> str:
    """A name for this world that changes with its words and its pictograms."""
    package = files("apparatus.world")
    known = (package.joinpath(file).read_bytes() for file in ("vocabulary.toml", "atlas.webp"))
    return f"{crc32(b''.join(known)):08x}"


@cache
def attributes() -> dict[str, list[Words]]:
    """What can be said of a thing or a scene, by kind: every value with its words in both languages."""
    known = vocabulary()
    tables: dict[str, dict[Any, Any]] = {
        "colours": known.colours,
        "sizes": known.sizes,
        "places": known.places,
        "numbers": known.numbers,
        "lights": known.lights,
        "settings": known.settings,
        "walls": known.colours,
        "processes": known.processes,
    }
    return {kind: [_value(kind, value) for value in table.values()] for kind, table in tables.items()}


def varied(kind: str, value: str) -> Scene | None:
    """The base scene with one attribute changed; None where there is no such kind of it, or no such value."""
    if kind == "base":
        return BASE
    if value not in {known["id"] for known in attributes().get(kind, ())}:
        return None
    first, other = BASE.things
    match kind:
        case "colours":
            return replace(BASE, things=(replace(first, colour=value), other))
        case "sizes":
            return replace(BASE, things=(replace(first, size=value), other))
        case "numbers":  # only a thing alone is ever counted
            return replace(BASE, things=(replace(first, count=int(value)),), place=None)
        case "places":
            return replace(BASE, place=value)
        case "settings":
            return replace(BASE, setting=value)
        case "walls":
            return replace(BASE, setting=None, wall=value)
        case "lights":
            return replace(BASE, light=value)
    return replace(BASE, process=value)


def view(noun: str, k: int) -> Scene:
    """Scene number `k` of a noun alone, as it is, somewhere in the world; the same on every machine."""
    rng = random.Random(f"view {noun} {k}")
    known = vocabulary()
    setting = rng.choice(list(known.settings))
    light = rng.choice([None, *known.lights]) if known.settings[setting].sky else None
    return Scene((Thing(noun),), setting=setting, light=light)


def said(shown: Scene, name: str) -> dict[str, str]:
    """One way in which the grammar says a scene, in each language; always the same for one name."""
    return {language: caption(shown, language, random.Random(f"said {name}")) for language in LANGUAGES}


def numbered(n: int) -> Words:
    """Picture `n` of the world, and the first of its captions in each language."""
    return {"n": n, "said": dict(zip(LANGUAGES, texts(n), strict=False))}


def learnt() -> int | None:
    """How many pictures, the world's first, the embedded model learnt from; None where it does not say."""
    pictures = find(DEFAULT).training.get("pictures")
    return pictures if isinstance(pictures, int) else None


def met() -> int:
    """How many of the world's nouns the embedded model was trained on, by the words it says it knows."""
    model, known = words_of(find(DEFAULT)), vocabulary().nouns.values()
    usual = ({*split(noun.fr[0].text), *split(noun.en[0].text)} for noun in known)
    return len(known) if model is None else sum(model >= said for said in usual)


@cache
def extent() -> dict[str, int]:
    """How much there is of each kind, `words` in both languages together, and the `scenes` that makes."""
    known = vocabulary()
    counts = {kind: len(values) for kind, values in attributes().items()}
    return counts | {"nouns": len(known.nouns), "words": len(words()), "scenes": scenes(known)}


def scenes(known: Vocabulary) -> int:
    """How many scenes can be told apart with this vocabulary.

    To the left of and to the right of, behind and in front of say the same of two things, the other way
    round: of the places, each such pair counts once.
    """
    looks = (len(known.colours) + 1) * (len(known.sizes) + 1)
    numbers = len(known.numbers) + 1
    alone = sum(looks * (1 if noun.abstract else numbers) for noun in known.nouns.values())
    mirrored = sum({first, second} <= set(known.places) for first, second in _MIRRORED)
    pairs = len(known.nouns) * (len(known.nouns) - 1) * looks**2 * (len(known.places) - mirrored)
    around = sum(len(known.lights) + 1 if setting.sky else 1 for setting in known.settings.values())
    return (alone + pairs) * (around + len(known.colours)) * (len(known.processes) + 1)


_MIRRORED = (("left", "right"), ("behind", "front"))


def _noun(noun: Noun) -> Words:
    return {
        "id": noun.id,
        "kind": noun.kind,
        "name": {language: name(noun, language) for language in LANGUAGES},
        "fr": [_word(word) for word in noun.fr],
        "en": [_word(word) for word in noun.en],
        "countable": not noun.abstract,
    }


def _word(word: Word) -> Words:
    return {"text": word.text, "plural": word.plural, "feminine": word.feminine}


def _value(kind: str, value: Any) -> Words:
    """A value's id, and the ways to say it in each language, the one to show first."""
    wall = vocabulary().wall
    if kind == "walls":
        forms = {"fr": [f"{wall['fr']} {value.fr[0].text}"], "en": [f"{value.en[0].text} {wall['en']}"]}
    else:
        forms = {language: _forms(getattr(value, language)) for language in LANGUAGES}
    return {"id": str(value.id), "forms": forms}


def _forms(said: Any) -> list[str]:
    """The ways to say one value in one language."""
    if isinstance(said, str):
        return [said]
    if isinstance(said, dict):  # « la neige », « dans la neige »
        return [form for kind in ("bare", "after", "in", "of") for form in said.get(kind, ())]
    flat: list[Word | str] = []
    for one in said:
        flat += one if isinstance(one, tuple) else (one,)
    return list(dict.fromkeys(one.text if isinstance(one, Word) else one for one in flat))
