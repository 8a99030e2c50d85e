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


@dataclass(frozen=True)
class Scene:
    """Up to two things in a setting or before a wall, and how they were printed.

    `place` says where the first thing stands, seen from the second; `None` with two things
    means that they stand side by side, the first to the left. `process` is `None` for a
    photograph in colour. Exactly one of `setting` and `wall` (a colour) is given.
    """

    things: tuple[Thing, ...]
    place: str | None = None
    setting: str | None = None
    wall: str | None = None
    process: str | None = None


def scene(n: int) -> Scene:
    """Scene number `n` of the world, the same on every machine; `n` is 0 or more."""
    rng = random.Random(f"scene {n}")
    words = vocabulary()
    nouns, colours = list(words.nouns), list(words.colours)

    def thing(noun: str) -> Thing:
        colour = rng.choice(colours) if rng.random() < 0.55 else None
        size = rng.choice(list(words.sizes)) if rng.random() < 0.4 else None
        return Thing(noun, colour, size)

    things = tuple(thing(noun) for noun in rng.sample(nouns, 2 if rng.random() < 0.45 else 1))
    place = rng.choice([*words.places, None]) if len(things) == 2 else None
    walled = rng.random() < 0.4
    return Scene(
        things,
        place,
        setting=None if walled else rng.choice(list(words.settings)),
        wall=rng.choice(colours) if walled else None,
        process=rng.choice(list(words.processes)) if rng.random() < 0.16 else None,
    )
