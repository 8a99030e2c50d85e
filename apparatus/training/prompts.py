"""The enhancer's lessons: a terse prompt, as it may be typed, and a full one that it grows into."""

import random
import string
from collections.abc import Collection, Iterator, Set
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

from apparatus.world.grammar import SMALL, caption, plain, split, spoken, words
from apparatus.world.parser import parse
from apparatus.world.scene import Scene, Thing, scene
from apparatus.world.vocabulary import LANGUAGES, Language, vocabulary

ELSEWHERE = 50_000_000  # from one scene to the next that is tried, where there are no words for one
ATTEMPTS = 400  # at saying a scene
ELIDED = "’"  # the apostrophe that telephones write
FOREIGN = (
    string.ascii_lowercase,
    string.ascii_lowercase + "àâçéèêëîïôùûœ",
    string.digits + string.punctuation,
    "".join(map(chr, (*range(0x3B1, 0x3CA), *range(0x430, 0x450), *range(0x627, 0x64B)))),
    "".join(map(chr, (*range(0x3041, 0x3097), *range(0x4E00, 0x5200), *range(0x1F300, 0x1F650)))),
)


def lesson(n: int) -> tuple[str, str]:
    """Lesson `n`: a terse prompt and a full one that it grows into; the odd ones are English."""
    rng, language = random.Random(f"enhancer {n}"), LANGUAGES[n % 2]
    shown = grown(scene(n), rng)
    full = max(islice(sayings(shown, language, rng), 3), key=len, default="")
    short = sayings(asked(shown, rng), language, rng, without=namings(language).difference(split(full)))
    terse = min(islice(short, rng.choice((1, 2))), key=len, default="")
    if not full or not terse:
        return lesson(n + ELSEWHERE)
    typed = hasty(terse, rng)
    return typed if typed == terse or holds(full, typed) else terse, full


def grown(shown: Scene, rng: random.Random) -> Scene:
    """A scene with most of what it leaves open filled in."""
    known = vocabulary()

    def or_any(value: Any, choices: Collection[str], share: float) -> Any:
        return value or (rng.choice(list(choices)) if rng.random() < share else None)

    things = tuple(
        replace(
            thing,
            colour=or_any(thing.colour, known.colours, 0.8),
            size=or_any(thing.size, known.sizes, 0.5),
        )
        for thing in shown.things
    )
    sky = shown.setting is not None and known.settings[shown.setting].sky
    light = or_any(shown.light, known.lights, 0.7) if sky else None
    return replace(shown, things=things, light=light, process=or_any(shown.process, known.processes, 0.15))


def asked(shown: Scene, rng: random.Random) -> Scene:
    """What a terse prompt asks of a scene: its things, or one of two, and little of the rest."""
    share = rng.choice((0.0, 0.15, 0.5))

    def kept(value: str | None) -> str | None:
        return value if rng.random() < share else None

    things = shown.things if rng.random() < 0.7 else (rng.choice(shown.things),)
    return Scene(
        tuple(replace(thing, colour=kept(thing.colour), size=kept(thing.size)) for thing in things),
        place=kept(shown.place) if len(things) == 2 else None,
        setting=kept(shown.setting),
        light=kept(shown.light),
        wall=kept(shown.wall),
        process=kept(shown.process),
    )


def sayings(
    shown: Scene, language: Language, rng: random.Random, without: Set[str] = frozenset()
) -> Iterator[str]:
    """Captions that say the whole of a scene and nothing else, `without` some words.

    They end when no such caption is found.
    """
    for _ in range(ATTEMPTS):
        text = caption(shown, language, rng)
        if without.isdisjoint(split(text)) and parse(text, language) == shown:
            yield text


@cache
def namings(language: Language) -> frozenset[str]:
    """The words that tell one thing, colour, size, setting or light from another.

    A full prompt repeats them as they were typed.
    """
    known = vocabulary()
    named = [
        word for one in (*known.nouns.values(), *known.colours.values()) for word in getattr(one, language)
    ]
    for size in known.sizes.values():
        named += [word for pair in size.fr for word in pair] if language == "fr" else size.en
    said = [form for word in named for form in (word.text, word.plural)]
    for phrases in (*known.settings.values(), *known.lights.values()):
        said += getattr(phrases, language)["bare"]
    return frozenset(part for text in said for part in split(text)) - set(SMALL[language].split())


def hasty(text: str, rng: random.Random) -> str:
    """`text` as it may be typed: without accents, with a capital, with a strange word or nothing else."""
    if rng.random() < 0.1:
        text = plain(text)
    if rng.random() < 0.08:
        said = text.split() if rng.random() < 0.8 else []
        said.insert(rng.randint(0, len(said)), strange(rng))
        text = " ".join(filter(None, said))
    if rng.random() < 0.2:
        text = text[:1].upper() + text[1:]
    return text.replace("'", ELIDED) if rng.random() < 0.2 else text


def strange(rng: random.Random) -> str:
    """A word from outside the world, in letters, signs or other scripts; sometimes nothing."""
    word = "".join(rng.choices(rng.choice(FOREIGN), k=rng.randint(0, 8)))
    return "" if word in words() else word


def holds(full: str, terse: str) -> bool:
    """Whether the full prompt says all that the terse one does, in its language (or in either)."""
    language = spoken(terse)
    return any(
        contains(parse(full, heard), parse(terse, heard)) for heard in LANGUAGES if language in (heard, None)
    )


def contains(shown: Scene, wanted: Scene) -> bool:
    """Whether a scene shows every thing and attribute of another, which may leave things open."""
    for name in ("place", "setting", "light", "wall", "process"):
        if getattr(wanted, name) not in (None, getattr(shown, name)):
            return False
    if wanted.place:
        return all(map(_is, shown.things, wanted.things))
    return all(any(_is(thing, other) for thing in shown.things) for other in wanted.things)


def _is(thing: Thing, wanted: Thing) -> bool:
    return (
        (thing.noun, thing.count) == (wanted.noun, wanted.count)
        and wanted.colour in (None, thing.colour)
        and wanted.size in (None, thing.size)
    )
