"""A scene is what a picture of the world shows, before it is said or drawn."""

import random
from dataclasses import dataclass

from apparatus.world.vocabulary import vocabulary


@dataclass(frozen=True)
class Thing:
    """One noun, by id, with what is said of it; `None` leaves the pictogram as it is."""

    noun: str
    colour: str | None = None
    size: str | None = None
    count: int = 1


@dataclass(frozen=True)
class Scene:
    """Up to two things in a setting or before a wall, and how they were printed.

    `place` says where the first thing stands, seen from the second; `None` with two things
    means that they stand side by side, the first to the left. `light` is the hour or the weather
    of a setting under the sky, `None` a clear day. `process` is `None` for a photograph in colour.
    Exactly one of `setting` and `wall` (a colour) is given.
    """

    things: tuple[Thing, ...]
    place: str | None = None
    setting: str | None = None
    light: str | None = None
    wall: str | None = None
    process: str | None = None


def scene(n: int) -> Scene:
    """Scene number `n` of the world, the same on every machine; `n` is 0 or more."""
    rng = random.Random(f"scene {n}")
    words = vocabulary()
    nouns = rng.sample(list(words.nouns), 2 if rng.random() < 0.45 else 1)
    things = tuple(_thing(noun, rng, alone=len(nouns) == 1) for noun in nouns)
    walled = rng.random() < 0.3
    setting = None if walled else rng.choice(list(words.settings))
    lit = setting is not None and words.settings[setting].sky and rng.random() < 0.45
    return Scene(
        things,
        place=rng.choice([*words.places, None]) if len(things) == 2 else None,
        setting=setting,
        light=rng.choice(list(words.lights)) if lit else None,
        wall=rng.choice(list(words.colours)) if walled else None,
        process=rng.choice(list(words.processes)) if rng.random() < 0.2 else None,
    )


def _thing(noun: str, rng: random.Random, alone: bool) -> Thing:
    words = vocabulary()
    several = alone and not words.nouns[noun].abstract and rng.random() < 0.2
    return Thing(
        noun,
        colour=rng.choice(list(words.colours)) if rng.random() < 0.55 else None,
        size=rng.choice(list(words.sizes)) if rng.random() < 0.35 else None,
        count=rng.choice(list(words.numbers)) if several else 1,
    )
