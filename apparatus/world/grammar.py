"""How a scene is said, in French or in English."""

import random
import unicodedata
from functools import cache

from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import Language, vocabulary

_SMALL = {"fr": "un une le la l d de du et", "en": "a an the and against before"}


def caption(scene: Scene, language: Language, rng: random.Random) -> str:
    """One way to say `scene`, drawn with `rng`: from a full sentence to a few bare words."""
    terse = rng.random() < 0.2
    speak = _french if language == "fr" else _english
    things = [speak(thing, rng, terse) for thing in scene.things]
    said = _beside(scene, things, language, rng)
    return _printed(scene, _set(scene, said, language, rng, terse), language, rng)


def plain(text: str) -> str:
    """`text` in lower case and without accents or ligatures, as hurried fingers type it."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@cache
def words(language: Language | None = None) -> frozenset[str]:
    """Every word that a caption (of one language) can hold, in lower case, and each without its accents."""
    if language is None:
        return words("fr") | words("en")
    known = vocabulary()
    french = language == "fr"
    said = _SMALL[language].split()
    for noun in known.nouns.values():
        said += noun.fr if french else noun.en
    for colour in known.colours.values():
        said += colour.fr if french else (colour.en, *colour.also)
    for size in known.sizes.values():
        said += [form for forms in size.fr for form in forms] if french else size.en
    for place in known.places.values():
        said += getattr(place, language)
    for phrases in (*known.settings.values(), *known.processes.values()):
        said += [form for forms in getattr(phrases, language).values() for form in forms]
    said += [known.wall[language], *known.photograph[language]]
    split = {word for phrase in said for word in _split(phrase)}
    return frozenset(split | {plain(word) for word in split})


def spoken(text: str) -> Language | None:
    """The language that more of the world's words in `text` belong to; None where neither leads."""
    said = _split(text)
    french, english = (sum(word in words(language) for word in said) for language in ("fr", "en"))
    return None if french == english else "fr" if french > english else "en"


def _split(phrase: str) -> list[str]:
    """The words of a phrase as the tokenizer's rule parts them: letters only."""
    return "".join(c if c.isalpha() else " " for c in phrase.lower()).split()


@cache
def _mute() -> set[str]:
    """French nouns whose h is not heard: l'homme, but le hibou."""
    nouns = vocabulary().nouns.values()
    return {word for noun in nouns for word in noun.fr if noun.elides and word[0] == "h"}


def _elides(said: str) -> bool:
    """Whether « le », « la » or « de » loses its vowel before these words."""
    return plain(said)[0] in "aeiou" or said.split()[0] in _mute()


def _english(thing: Thing, rng: random.Random, terse: bool) -> str:
    known = vocabulary()
    parts = []
    if thing.size:
        parts.append(rng.choice(known.sizes[thing.size].en))
    if thing.colour:
        colour = known.colours[thing.colour]
        parts.append(rng.choice([colour.en, colour.en, colour.en, *colour.also]))
    parts.append(rng.choice(known.nouns[thing.noun].en))
    said = " ".join(parts)
    if terse:
        return said
    if rng.random() < 0.15:
        return f"the {said}"
    return f"an {said}" if said[0] in "aeiou" else f"a {said}"


def _french(thing: Thing, rng: random.Random, terse: bool) -> str:
    known = vocabulary()
    noun = known.nouns[thing.noun]
    feminine = noun.gender == "f"
    word = noun.fr[0] if rng.random() < 0.75 else rng.choice(noun.fr)
    feminine = {"chouette": True, "horloge": True, "globe": False}.get(word, feminine)
    said = word
    if thing.size:
        said = rng.choice(known.sizes[thing.size].fr)[feminine] + " " + said
    if thing.colour:
        said += " " + known.colours[thing.colour].fr[feminine]
    if terse:
        return said
    if rng.random() < 0.15:
        return f"l'{said}" if _elides(said) else ("la " if feminine else "le ") + said
    return ("une " if feminine else "un ") + said


def _of(said: str) -> str:
    """`said` behind a French « de », elided or contracted."""
    if said.startswith("le "):
        return "du " + said[3:]
    return ("d'" if _elides(said) else "de ") + said


def _beside(scene: Scene, things: list[str], language: Language, rng: random.Random) -> str:
    if len(things) == 1:
        return things[0]
    if scene.place is None:
        return f"{things[0]} {'et' if language == 'fr' else 'and'} {things[1]}"
    place = rng.choice(getattr(vocabulary().places[scene.place], language))
    if place.endswith(" de"):
        return f"{things[0]} {place.removesuffix(' de')} {_of(things[1])}"
    return f"{things[0]} {place} {things[1]}"


def _set(scene: Scene, said: str, language: Language, rng: random.Random, terse: bool) -> str:
    known = vocabulary()
    if scene.setting:
        phrases = getattr(known.settings[scene.setting], language)
        if terse:
            return (
                f"{said} {rng.choice(phrases['bare'])}"
                if rng.random() < 0.5
                else f"{said}, {phrases['bare'][1]}"
            )
        if rng.random() < 0.7:
            return f"{said} {rng.choice(phrases['in'])}"
        return f"{said}, {phrases['bare'][0]}"
    colour = known.colours[scene.wall or "grey"]
    wall = f"mur {colour.fr[0]}" if language == "fr" else f"{colour.en} wall"
    if terse:
        return f"{said}, {wall}"
    article = "un" if language == "fr" else ("an" if wall[0] in "aeiou" else "a")
    before = "devant" if language == "fr" else rng.choice(["in front of", "against", "before"])
    return f"{said}, {article} {wall}" if rng.random() < 0.3 else f"{said} {before} {article} {wall}"


def _printed(scene: Scene, said: str, language: Language, rng: random.Random) -> str:
    known = vocabulary()
    if scene.process is None:
        if rng.random() < 0.85:
            return said
        of = rng.choice(known.photograph[language])
    else:
        phrases = getattr(known.processes[scene.process], language)
        if rng.random() < 0.4:
            return f"{said}, {rng.choice(phrases['after'])}"
        of = rng.choice(phrases["of"])
    return f"{of.removesuffix(' de')} {_of(said)}" if language == "fr" else f"{of} {said}"
