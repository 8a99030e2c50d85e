"""How a scene is said, in French or in English."""

import random
import unicodedata
from functools import cache

from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import Language, Noun, Word, vocabulary

SMALL = {"fr": "un une le la les l d de du des et", "en": "a an the and against before"}
_SILENT_H = ("hourglass",)  # an hourglass
_SOUNDED_U = ("unicorn", "ufo")  # a unicorn


def caption(scene: Scene, language: Language, rng: random.Random) -> str:
    """One way to say `scene`, drawn with `rng`: from a full sentence to a few bare words.

    What stands around the things, and the light on them, may be left unsaid.
    """
    terse = rng.random() < 0.2
    speak = _french if language == "fr" else _english
    things = [speak(thing, rng, terse) for thing in scene.things]
    said = _beside(scene, things, language, rng)
    around = _wall(scene, language, rng, terse) if scene.wall else _setting(scene, language, rng, terse)
    return _printed(scene, said + around, language, rng)


def name(noun: Noun, language: Language) -> str:
    """The usual word for a noun, with its article: "a cat", "un chat"; "joy", "la joie"."""
    if language == "en":
        word = noun.en[0].text
        return word if noun.abstract else f"{indefinite(word)} {word}"
    usual = noun.fr[0]
    if noun.abstract:
        return definite(usual.text, usual)
    return ("une " if usual.feminine else "un ") + usual.text


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
    inflected = [word for noun in known.nouns.values() for word in getattr(noun, language)]
    inflected += [word for colour in known.colours.values() for word in getattr(colour, language)]
    for size in known.sizes.values():
        inflected += [word for pair in size.fr for word in pair] if language == "fr" else size.en
    said = SMALL[language].split() + [form for word in inflected for form in (word.text, word.plural)]
    said += [getattr(number, language) for number in known.numbers.values()]
    for place in known.places.values():
        said += getattr(place, language)
    for phrases in (*known.settings.values(), *known.lights.values(), *known.processes.values()):
        said += [form for forms in getattr(phrases, language).values() for form in forms]
    said += [known.wall[language], *known.photograph[language]]
    known_words = {word for phrase in said for word in split(phrase)}
    return frozenset(known_words | {plain(word) for word in known_words})


def spoken(text: str) -> Language | None:
    """The language that more of the world's words in `text` belong to; None where neither leads."""
    said = split(text)
    french, english = (sum(word in words(language) for word in said) for language in ("fr", "en"))
    return None if french == english else "fr" if french > english else "en"


def split(phrase: str) -> list[str]:
    """The words of a phrase as the tokenizer's rule parts them: letters only."""
    return "".join(c if c.isalpha() else " " for c in phrase.lower()).split()


def indefinite(said: str) -> str:
    """The indefinite article before these words."""
    vowel = said[0] in "aeiou" and not said.startswith(_SOUNDED_U)
    return "an" if vowel or said.startswith(_SILENT_H) else "a"


def definite(said: str, word: Word) -> str:
    """French words, `word` among them, behind the definite article."""
    if plain(said)[0] in "aeiou" or (_mute(word) and said.startswith(word.text)):
        return f"l'{said}"
    return ("la " if word.feminine else "le ") + said


def numbered(word: Word, count: int) -> str:
    """The singular, or where there are several the plural."""
    return word.text if count == 1 else word.plural


def after_de(said: str) -> str:
    """`said` behind a French « de », elided or contracted."""
    if said.startswith("le "):
        return "du " + said[3:]
    return ("d'" if plain(said)[0] in "aeiou" or said.split()[0] in _mutes() else "de ") + said


def _english(thing: Thing, rng: random.Random, terse: bool) -> str:
    known = vocabulary()
    noun = known.nouns[thing.noun]
    parts: list[Word] = []
    if thing.size:
        parts.append(rng.choice(known.sizes[thing.size].en))
    if thing.colour:
        parts.append(_usual(known.colours[thing.colour].en, rng))
    said = " ".join([*(word.text for word in parts), numbered(_usual(noun.en, rng), thing.count)])
    if thing.count > 1:
        return f"{known.numbers[thing.count].en} {said}"
    if terse or noun.abstract:
        return said
    return f"the {said}" if rng.random() < 0.15 else f"{indefinite(said)} {said}"


def _french(thing: Thing, rng: random.Random, terse: bool) -> str:
    known = vocabulary()
    noun = known.nouns[thing.noun]
    word = _usual(noun.fr, rng)
    said = numbered(word, thing.count)
    if thing.size:
        size = rng.choice(known.sizes[thing.size].fr)[word.feminine]
        said = f"{numbered(size, thing.count)} {said}"
    if thing.colour:
        said += f" {numbered(known.colours[thing.colour].fr[word.feminine], thing.count)}"
    if thing.count > 1:
        return f"{known.numbers[thing.count].fr} {said}"
    if terse:
        return said
    if not noun.abstract and rng.random() >= 0.15:
        return ("une " if word.feminine else "un ") + said
    return definite(said, word)


def _usual(choices: tuple[Word, ...], rng: random.Random) -> Word:
    """The first of them mostly, else any."""
    return choices[0] if rng.random() < 0.6 else rng.choice(choices)


def _mute(word: Word) -> bool:
    """Whether it begins with an h that is not heard: l'homme, but le hibou."""
    return word.text[0] == "h" and not word.aspirated


@cache
def _mutes() -> frozenset[str]:
    """Every such word."""
    nouns = vocabulary().nouns.values()
    return frozenset(word.text.split()[0] for noun in nouns for word in noun.fr if _mute(word))


def _beside(scene: Scene, things: list[str], language: Language, rng: random.Random) -> str:
    if len(things) == 1:
        return things[0]
    if scene.place is None:
        return f"{things[0]} {'et' if language == 'fr' else 'and'} {things[1]}"
    place = rng.choice(getattr(vocabulary().places[scene.place], language))
    if place.endswith(" de"):
        return f"{things[0]} {place.removesuffix(' de')} {after_de(things[1])}"
    return f"{things[0]} {place} {things[1]}"


def _wall(scene: Scene, language: Language, rng: random.Random, terse: bool) -> str:
    """What is said of the wall behind the things, from its comma or space on; often nothing."""
    if rng.random() < 0.1:
        return ""
    known = vocabulary()
    colour = known.colours[scene.wall or "grey"]
    french = language == "fr"
    wall = f"{known.wall['fr']} {colour.fr[0].text}" if french else f"{colour.en[0].text} {known.wall['en']}"
    if terse:
        return f", {wall}"
    article = "un" if french else indefinite(wall)
    before = "devant" if french else rng.choice(["in front of", "against", "before"])
    return f", {article} {wall}" if rng.random() < 0.3 else f" {before} {article} {wall}"


def _setting(scene: Scene, language: Language, rng: random.Random, terse: bool) -> str:
    """What is said of the setting and its light, from its comma or space on; often not all of it."""
    known = vocabulary()
    setting = getattr(known.settings[scene.setting or "meadow"], language)
    light = getattr(known.lights[scene.light], language) if scene.light else None
    silent = rng.random()
    around = [setting, light] if silent > 0.2 else [light] if silent > 0.1 else [setting]
    said = ""
    for phrases in filter(None, around):
        if terse:
            said += f" {phrases['bare'][1]}" if rng.random() < 0.3 else f", {phrases['bare'][1]}"
        elif rng.random() < 0.75:
            said += f"{',' if said and rng.random() < 0.3 else ''} {rng.choice(phrases['in'])}"
        else:
            said += f", {phrases['bare'][0]}"
    return said


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
    return f"{of.removesuffix(' de')} {after_de(said)}" if language == "fr" else f"{of} {said}"
