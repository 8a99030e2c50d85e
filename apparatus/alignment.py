"""Which words of a rewritten prompt a person wrote, and which were added.

    apart = told_apart("chat d'Aurelie", "Un chat noir, celui d’Aurélie")
    [(said.text, said.whose) for said in apart.words]
    # [("Un", "added"), ("chat", "kept"), ("noir", "added"), ("celui", "added"), ("d’", "mended"), …]
    apart.dropped                              # words of the prompt that are gone

A pure function of the two texts: the language model is not asked what it did.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pydantic import BaseModel

Whose = Literal["kept", "mended", "added"]
"""The person's word as it was written; the person's, with accents, capitals or apostrophe put right; or not
the person's."""

ELIDED = r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)['’](?=[^\W_])"
WORD = re.compile(rf"\b{ELIDED}|[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_", re.IGNORECASE)
"""Words are parted at an elision ("l’", "qu'"), and at no other apostrophe ("isn't"); a sign stands alone."""

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'"})


class Said(BaseModel):
    """A word, an elided word with its apostrophe, or a sign, and where it stands in the text."""

    text: str
    begin: int
    end: int
    whose: Whose
    was: str = ""
    """What the person wrote, where it was mended."""

    @property
    def word(self) -> bool:
        """Whether it is a word, and no sign."""
        return _is_word(self.text)


@dataclass(frozen=True)
class Apart:
    """A rewritten prompt's words, told apart; and the person's that it left out."""

    words: tuple[Said, ...]
    dropped: tuple[str, ...]


def told_apart(prompt: str, text: str) -> Apart:
    """The words of `text`, each with whose it is.

    First the longest stretches that stand in the same order are found, then single words that were moved.
    Each word of the prompt accounts for one word of the text at most. Signs that were added are "added", and
    signs that are gone are not told.
    """
    said, found = _split(unicodedata.normalize("NFC", prompt)), _split(text)
    pairs = _in_order([_plain(word[0]) for word in said], [_plain(word[0]) for word in found])
    words = []
    for place, (word, begin, end) in enumerate(found):
        was = said[pairs[place]][0] if place in pairs else None
        whose: Whose = "added" if was is None else "kept" if was == word else "mended"
        words.append(Said(text=word, begin=begin, end=end, whose=whose, was=was or "" if was != word else ""))
    used = set(pairs.values())
    gone = (word for place, (word, _, _) in enumerate(said) if place not in used and _is_word(word))
    return Apart(tuple(words), tuple(gone))


def whose(words: Sequence[Said], begin: int, end: int) -> Whose:
    """Whose a stretch of the text is: of the first word that it touches; of nobody's word, "added"."""
    return next((word.whose for word in words if word.begin < end and word.end > begin), "added")


def words_in(text: str) -> int:
    """How many words a text has; an elided one ("l’") counts."""
    return sum(_is_word(word) for word, _, _ in _split(text))


def _in_order(said: Sequence[str], found: Sequence[str]) -> dict[int, int]:
    """For places in the text, the place in the prompt that it comes from."""
    matcher = SequenceMatcher(None, said, found, autojunk=False)
    pairs = {
        block.b + step: block.a + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }
    used = set(pairs.values())
    left: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(said):
        if place not in used and _is_word(word):
            left[word].append(place)
    for place, word in enumerate(found):
        if place not in pairs and left[word]:
            pairs[place] = left[word].pop(0)
    return pairs


def _split(text: str) -> list[tuple[str, int, int]]:
    """Words and signs with where they stand; an elided word ("l’", "d'") is one with its apostrophe."""
    return [(match[0], match.start(), match.end()) for match in WORD.finditer(text)]


def _plain(word: str) -> str:
    """Lower case, with neither accents nor ligatures, and one kind of apostrophe."""
    bare = unicodedata.normalize("NFD", word.lower().translate(LIGATURES))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _is_word(word: str) -> bool:
    return any(letter.isalnum() for letter in word)
