"""Which words of a rewritten prompt a person wrote, and which were added.

    apart = told_apart("chat d'Aurelie", "Un chat noir, celui d’Aurélie")
    [(said.text, said.whose) for said in apart.words]
    # [("Un", "added"), ("chat", "kept"), ("noir", "added"), ("celui", "added"), ("d’", "mended"), …]
    apart.dropped                              # words of the prompt that are gone

A pure function of the two texts: the language model is not asked what it did.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
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

MOST = 10_000_000
"""Comparisons, at worst, to look for stretches with: two texts of 750 ordinary words each need as many."""

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

    First the longest stretches that stand in the same order are found, then single words that were moved. In
    long texts that repeat themselves it is as many words in the same order as there can be, stretches or not.
    Each word of the prompt accounts for one word of the text at most. Signs that were added are "added", and
    signs that are gone are not told.
    """
    said, found = _split(unicodedata.normalize("NFC", prompt)), _split(text)
    pairs = _paired([plain(word[0]) for word in said], [plain(word[0]) for word in found])
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
    place = bisect_right(words, begin, key=lambda word: word.end)
    return words[place].whose if place < len(words) and words[place].begin < end else "added"


def words_in(text: str) -> int:
    """How many words a text has; an elided one ("l’") counts."""
    return sum(_is_word(word) for word, _, _ in _split(text))


def plain(word: str) -> str:
    """Lower case, with neither accents nor ligatures, and one kind of apostrophe."""
    bare = unicodedata.normalize("NFD", word.lower().translate(LIGATURES))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _paired(said: Sequence[str], found: Sequence[str]) -> dict[int, int]:
    """For places in the text, the place in the prompt that it comes from."""
    pairs = dict(_in_order(said, found))
    used = set(pairs.values())
    left: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(said):
        if place not in used and _is_word(word):
            left[word].append(place)
    for place, word in enumerate(found):
        if place not in pairs and left[word]:
            pairs[place] = left[word].pop(0)
    return pairs


def _in_order(said: Sequence[str], found: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places in the text and in the prompt whose words are the same, and stand in the same order.

    The longest stretch is looked for as often as there are stretches, among all equal words each time: where
    that is too much, the longest common subsequence is taken.
    """
    once = Counter(found)
    equal = sum(once[word] for word in said)
    if equal * min(len(said), len(found)) > MOST:
        yield from _subsequence(said, found)
        return
    for block in SequenceMatcher(None, said, found, autojunk=False).get_matching_blocks():
        yield from ((block.b + step, block.a + step) for step in range(block.size))


def _subsequence(said: Sequence[str], found: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The same of the longest common subsequence, the last words first.

    A row a word of the text, as a number with a bit a word of the prompt: 0 where what has been read of the
    text has one more word in common with the prompt up to there than up to the word before.

    Source: Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA 2004.
    """
    everywhere = (1 << len(said)) - 1
    where: dict[str, int] = defaultdict(int)
    for place, word in enumerate(said):
        where[word] |= 1 << place
    rows = [everywhere]
    for word in found:
        row, met = rows[-1], rows[-1] & where[word]
        rows.append((row + met | row - met) & everywhere)
    place, at = len(said) - 1, len(found) - 1
    while place >= 0 and at >= 0:
        if rows[at + 1] >> place & 1:
            place -= 1
        elif not rows[at] >> place & 1:
            at -= 1
        else:
            yield at, place
            place, at = place - 1, at - 1


def _split(text: str) -> list[tuple[str, int, int]]:
    """Words and signs with where they stand; an elided word ("l’", "d'") is one with its apostrophe."""
    return [(match[0], match.start(), match.end()) for match in WORD.finditer(text)]


def _is_word(word: str) -> bool:
    return any(letter.isalnum() for letter in word)
