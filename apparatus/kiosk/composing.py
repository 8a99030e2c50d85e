"""A sentence out of words chosen one by one: what a visitor says without writing.

    chosen = Chosen.read({"nouns": [{"noun": "cat", "colour": "red"}], "setting": "sea"})
    sentence(chosen, "fr")    # "un chat rouge sur la mer"
    sentence(chosen, "en")    # "a red cat on the sea"

Only the world's own words are used, the most usual ones, and the sentence is always the same for the same
choice. What still waits for its noun is said with « quelque chose », "something": words that obscura does not
know, so `prompt` leaves them out of what it is asked for.
"""

import random
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from apparatus.errors import NotAChoice, NothingChosen, nearest
from apparatus.kiosk import phrasing
from apparatus.world.grammar import name
from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import Language, Word, vocabulary

GROUPS = ("noun", "colour", "size", "place", "setting", "light", "wall", "process")
"""What can be chosen, besides how many; a wall is a colour."""

OFTEN = {"colour": 0.55, "size": 0.35, "wall": 0.3, "light": 0.45, "process": 0.2}
"""How often chance names one where it may: as often as in obscura's training."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator(*GROUPS, check_fields=False)
    @classmethod
    def _known(cls, chosen: str | None, info: Any) -> str | None:
        group: str = info.field_name
        if chosen is not None and chosen not in table(group):
            raise ValueError(f"there is no {group} {chosen[:40]!r}. Nearest: {nearest(chosen, table(group))}")
        return chosen


class Pick(_Frozen):
    """One thing as far as it is chosen: its noun may still be wanting. A feeling is never counted."""

    noun: str | None = None
    colour: str | None = None
    size: str | None = None
    count: int = Field(1, ge=1, le=3)

    @model_validator(mode="before")
    @classmethod
    def _uncounted(cls, said: Any) -> Any:
        noun = vocabulary().nouns.get(str(said.get("noun"))) if isinstance(said, dict) else None
        return said | {"count": 1} if noun and noun.abstract else said

    def said(self, language: Language) -> str:
        """It, or "something" where it has no noun."""
        if self.noun is None:
            return phrasing.something(self.colour, self.size, self.count, language)
        return phrasing.thing(Thing(self.noun, self.colour, self.size, self.count), language)


class Chosen(_Frozen):
    """All that is chosen, by the world's ids; each part may be left open.

    `place` says where the first thing stands, seen from the second; left open, two stand side by side. A
    scene has a `setting` or a `wall` (a colour), never both.
    """

    nouns: tuple[Pick, ...] = Field((), max_length=2)
    place: str | None = None
    setting: str | None = None
    light: str | None = None
    wall: str | None = None
    process: str | None = None

    @model_validator(mode="after")
    def _one_background(self) -> "Chosen":
        if self.setting and self.wall:
            raise ValueError("setting and wall: a scene has one of them")
        return self

    @classmethod
    def read(cls, said: object) -> "Chosen":
        """What a page sends.

        Raises:
            NotAChoice: it names what no card says, or is not made like a choice.
        """
        try:
            return cls.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise NotAChoice(where, first["msg"].removeprefix("Value error, ")) from error

    @property
    def whole(self) -> "Chosen":
        """Only what can be asked for: without what still waits for its noun."""
        named = tuple(pick for pick in self.nouns if pick.noun)
        place = self.place if len(named) == 2 else None
        return self.model_copy(update={"nouns": named, "place": place})

    def without(self, parts: Collection[str]) -> "Chosen":
        """It without some parts, by their groups; "count" is the first thing's number, "other" the second."""
        own: dict[str, Any] = {"noun": None, "colour": None, "size": None, "count": 1}
        first = {part: value for part, value in own.items() if part in parts}
        second: dict[str, Any] = {"noun": None} if "other" in parts else {}
        nouns = tuple(
            one.model_copy(update=gone) for one, gone in zip(self.nouns, (first, second), strict=False)
        )
        rest = {part: None for part in ("place", "setting", "light", "wall", "process") if part in parts}
        return self.model_copy(update={"nouns": nouns, **rest})

    @property
    def ready(self) -> bool:
        """Whether a picture can be asked for: there is a thing, a setting, a wall or a light.

        A colour, a size, a number, a place or a print process are of something, and show nothing alone.
        Of a setting alone obscura makes a picture, too, and puts a thing into it that nobody named.
        """
        return bool(self.whole.nouns or self.setting or self.wall or self.light)

    @property
    def scene(self) -> Scene:
        """What can be asked for, as the world has it."""
        whole = self.whole
        things = tuple(Thing(str(one.noun), one.colour, one.size, one.count) for one in whole.nouns)
        return Scene(things, whole.place, self.setting, self.light, self.wall, self.process)

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """Every word that is chosen, as (group, id): ("noun", "cat"), ("count", "2"), ("setting", "sea")."""
        said = [(group, str(value)) for pick in self.nouns for group, value in pick if value and value != 1]
        rest = ("place", "setting", "light", "wall", "process")
        return (*said, *((group, getattr(self, group)) for group in rest if getattr(self, group)))


def sentence(chosen: Chosen, language: Language) -> str:
    """What is chosen so far, said grammatically; "" where nothing is."""
    picks = [pick for pick in chosen.nouns if pick != Pick()]
    if chosen.place:  # whoever stands there, beside whatever
        picks = [*chosen.nouns, Pick(), Pick()][:2]
    said = [pick.said(language) for pick in picks]
    if len(said) == 2:
        said = [phrasing.together(said[0], said[1], chosen.place, language)]
    alone = not said
    if chosen.setting:
        said.append(phrasing.setting(chosen.setting, language, alone))
    if chosen.wall:
        said.append(phrasing.wall(chosen.wall, language, alone))
    text = " ".join(said)
    if chosen.light:
        text = phrasing.lit(text, chosen.light, language)
    return phrasing.printed(text, chosen.process, language) if chosen.process else text


def prompt(chosen: Chosen, language: Language) -> str:
    """The sentence to ask a picture with: it leaves out what still waits for its noun.

    Raises:
        NothingChosen: nothing of it can be seen.
    """
    if not chosen.ready:
        raise NothingChosen
    return sentence(chosen.whole, language)


def words(language: Language, nouns: Collection[str] = ()) -> dict[str, Any]:
    """What stands on the cards of a language, group by group, each card {id, text}; nouns by their kind.

    `nouns` are the ids of those that have a card; none named: all. A setting also says whether it lies under
    the `sky`: only there is a light (an hour, a weather) as obscura was taught it. A wall's id is its colour.
    """
    known = vocabulary()
    kinds: dict[str, list[dict[str, Any]]] = {}
    for noun in known.nouns.values():
        if not nouns or noun.id in nouns:
            kinds.setdefault(noun.kind, []).append(_card(noun.id, name(noun, language)))

    def first(texts: tuple[str | Word, ...]) -> str:
        return texts[0] if isinstance(texts[0], str) else texts[0].text

    return {
        "nouns": kinds,
        "colours": [_card(one.id, first(getattr(one, language))) for one in known.colours.values()],
        "sizes": [_card(size.id, phrasing.sizes(size, language)[0][0].text) for size in known.sizes.values()],
        "counts": [_card(number.id, getattr(number, language)) for number in known.numbers.values()],
        "places": [_card(place.id, first(getattr(place, language))) for place in known.places.values()],
        "settings": [
            _card(one.id, first(getattr(one, language)["in"])) | {"sky": one.sky}
            for one in known.settings.values()
        ],
        "walls": [_card(colour, phrasing.wall(colour, language, alone=False)) for colour in known.colours],
        "lights": [_card(one.id, first(getattr(one, language)["in"])) for one in known.lights.values()],
        "processes": [_card(p.id, first(getattr(p, language)["after"])) for p in known.processes.values()],
    }


def dice(chosen: Chosen, rng: random.Random, nouns: Collection[str] = ()) -> tuple[Chosen, tuple[str, ...]]:
    """Chance fills in what is open, about as often as in obscura's training; also the names of what it drew.

    Those are of `GROUPS`, of the first thing, and "other" for the noun of the second. A second thing is only
    named where there is one already: of two, obscura seldom draws both. `nouns` as in `words`.
    """
    picks = [*chosen.nouns] or [Pick()]
    if chosen.place and len(picks) == 1:
        picks.append(Pick())
    left = sorted((set(nouns) or set(table("noun"))) - {pick.noun for pick in picks})
    drawn: dict[str, str] = {}
    for at, called in enumerate(("noun", "other")[: len(picks)]):
        if picks[at].noun is None and left:
            drawn[called] = left.pop(rng.randrange(len(left)))
            picks[at] = _with(picks[at], noun=drawn[called])
    for group in ("colour", "size"):
        if getattr(picks[0], group) is None and rng.random() < OFTEN[group]:
            drawn[group] = rng.choice(table(group))
            picks[0] = _with(picks[0], **{group: drawn[group]})
    around = _around(chosen, rng)
    filled = chosen.model_copy(update={"nouns": tuple(picks), **around})
    return filled, (*drawn, *around)


def table(group: str) -> list[str]:
    """The ids of one of `GROUPS`."""
    known = vocabulary()
    tables: dict[str, Mapping[str, Any]] = {
        "noun": known.nouns,
        "colour": known.colours,
        "size": known.sizes,
        "place": known.places,
        "setting": known.settings,
        "light": known.lights,
        "wall": known.colours,
        "process": known.processes,
    }
    return [*tables[group]]


def _around(chosen: Chosen, rng: random.Random) -> dict[str, str]:
    """What chance draws of a scene around the things."""
    drawn: dict[str, str] = {}
    settings = vocabulary().settings
    if not (chosen.setting or chosen.wall):
        if not chosen.light and rng.random() < OFTEN["wall"]:
            drawn["wall"] = rng.choice(table("wall"))
        else:
            drawn["setting"] = rng.choice([one for one in settings if settings[one].sky or not chosen.light])
    setting = chosen.setting or drawn.get("setting")
    if setting and settings[setting].sky and not chosen.light and rng.random() < OFTEN["light"]:
        drawn["light"] = rng.choice(table("light"))
    if not chosen.process and rng.random() < OFTEN["process"]:
        drawn["process"] = rng.choice(table("process"))
    return drawn


def _with(pick: Pick, **said: str) -> Pick:
    return Pick.model_validate(pick.model_dump() | said)


def _card(id: str | int, text: str) -> dict[str, Any]:
    return {"id": id, "text": text}
