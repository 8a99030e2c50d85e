"""The phrases of a sentence in French and in English: the most usual words, in their right forms."""

from functools import lru_cache
from itertools import pairwise, product

from apparatus.world import grammar
from apparatus.world.parser import parse
from apparatus.world.scene import Thing
from apparatus.world.vocabulary import Language, Noun, Size, Word, vocabulary

SOMETHING = {"fr": "quelque chose", "en": "something"}
THINGS = {"fr": "choses", "en": "things"}


@lru_cache(maxsize=4096)
def thing(said: Thing, language: Language) -> str:
    """The most usual words for it that are read as that thing: « un feu rouge » is no fire."""
    noun = vocabulary().nouns[said.noun]
    words = getattr(noun, language)
    ways = [_said(said, noun, word, size, language) for word, size in product(words, _sizes(said, language))]
    return next((way for way in ways if _is_read(way, said, language)), ways[0])


def something(colour: str | None, size: str | None, count: int, language: Language) -> str:
    """A thing whose noun is not chosen yet: « quelque chose de rouge », "two big red things"."""
    known = vocabulary()
    sized = sizes(known.sizes[size], language)[0] if size else None
    coloured = getattr(known.colours[colour], language) if colour else None
    if count == 1:
        said = [word[0].text for word in (sized, coloured) if word]
        if language == "en":
            return " ".join([SOMETHING["en"], " and ".join(said)]).strip()
        return " ".join([SOMETHING["fr"], " et ".join(map(grammar.after_de, said))]).strip()
    number = getattr(known.numbers[count], language)
    if language == "en":
        return " ".join([number, *(word[0].text for word in (sized, coloured) if word), THINGS["en"]])
    row = [number, sized and sized[1].plural, THINGS["fr"], coloured and coloured[1].plural]
    return " ".join(filter(None, row))


def together(first: str, second: str, place: str | None, language: Language) -> str:
    """Two things, and where the first stands, seen from the second."""
    if place is None:
        return f"{first} {'et' if language == 'fr' else 'and'} {second}"
    said = getattr(vocabulary().places[place], language)[0]
    if said.endswith(" de"):
        return f"{first} {bare(said)} {grammar.after_de(second)}"
    return f"{first} {said} {second}"


def setting(id: str, language: Language, alone: bool) -> str:
    """A setting: "on the sea", and where nothing is in it, "the sea"."""
    phrases: tuple[str, ...] = getattr(vocabulary().settings[id], language)["bare" if alone else "in"]
    return phrases[0]


def wall(colour: str, language: Language, alone: bool) -> str:
    """A wall: "in front of a red wall", and where nothing stands there, "a red wall"."""
    known = vocabulary()
    if language == "fr":
        said = f"un {known.wall['fr']} {known.colours[colour].fr[0].text}"
        return said if alone else f"devant {said}"
    said = f"{known.colours[colour].en[0].text} {known.wall['en']}"
    said = f"{grammar.indefinite(said)} {said}"
    return said if alone else f"in front of {said}"


def lit(said: str, light: str, language: Language) -> str:
    """In that light: behind a comma where it has no preposition, or one that was said already."""
    phrases = getattr(vocabulary().lights[light], language)
    phrase: str = phrases["in"][0] if said else phrases["bare"][0]
    first = phrase.split()[0]
    return (
        ", ".join([said, phrase]) if said and first in ("la", *said.split()) else f"{said} {phrase}".strip()
    )


def printed(said: str, process: str, language: Language) -> str:
    """In that print process; where nothing else is said, a print of it."""
    phrases = getattr(vocabulary().processes[process], language)
    return f"{said}, {phrases['after'][0]}" if said else bare(phrases["of"][0])


def bare(phrase: str) -> str:
    """Without the preposition that leads to a noun."""
    return phrase.removesuffix(" de").removesuffix(" of")


def sizes(size: Size, language: Language) -> list[tuple[Word, Word]]:
    """Its words, masculine and feminine; in English they are the same."""
    return [*size.fr] if language == "fr" else [(word, word) for word in size.en]


def _sizes(said: Thing, language: Language) -> list[tuple[Word, Word] | None]:
    return [*sizes(vocabulary().sizes[said.size], language)] if said.size else [None]


def _is_read(said: str, meant: Thing, language: Language) -> bool:
    """Whether it is read as that, and says no word twice in a row: « une grande grande roue »."""
    return parse(said, language).things == (meant,) and all(a != b for a, b in pairwise(said.split()))


def _said(meant: Thing, noun: Noun, word: Word, size: tuple[Word, Word] | None, language: Language) -> str:
    french = language == "fr"
    feminine, count = word.feminine and french, meant.count if french else 1  # English adjectives do not bend
    said = grammar.numbered(word, meant.count)
    if meant.colour:
        colour = grammar.numbered(getattr(vocabulary().colours[meant.colour], language)[feminine], count)
        said = f"{said} {colour}" if french else f"{colour} {said}"
    if size:
        said = f"{grammar.numbered(size[feminine], count)} {said}"
    if meant.count > 1:
        return f"{getattr(vocabulary().numbers[meant.count], language)} {said}"
    if not french:
        return said if noun.abstract else f"{grammar.indefinite(said)} {said}"
    return grammar.definite(said, word) if noun.abstract else f"{'une' if word.feminine else 'un'} {said}"
