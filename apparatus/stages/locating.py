"""Where in what a text encoder read stands what a person wrote, among all that was put around it.

start, places, end = located(tokenizer, "a red boat", ids, quiet)
tokens = ids[start : start + len(places)]       # the person's; each stands at its place in the text

The text's own tokens are looked for first. In a template it may have others (a space before it joins its
first word; some pipelines make it small): then it is looked for in the letters that the tokens stand for.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Span = tuple[int, int]
LONGEST = 8
"""Tokens that one character can make."""


@dataclass(frozen=True, order=True)
class _Found:
    """Tokens that may be the text's; the greater the likelier, since nothing is ever put right behind it.

    `after` and `before` are 2 beside a mark, 1 beside another token, 0 within one.
    """

    after: int
    before: int
    start: int
    places: tuple[Span, ...]


def located(
    tokenizer: Any, text: str, ids: list[int], quiet: Sequence[object]
) -> tuple[int, list[Span], int]:
    """The first of the text's tokens, where each stands in it, and where what was read of it ends.

    `quiet` says which tokens stand for no text. Of a text that is not there whole, what is there, if that is
    most of it or its beginning; of one that is not there at all, the place where it might have ended.
    """
    written, places = _tokenized(tokenizer, text)
    found = list(_own(written, places, ids, quiet))
    if written and not any(each.after == 2 for each in found):
        found += _in_letters(tokenizer, text, ids, quiet)
    if found:
        best = max(found)
        return best.start, list(best.places), len(text)
    match = SequenceMatcher(None, written[: len(ids)], ids, autojunk=False).find_longest_match()
    full = "padding" not in quiet  # else nothing was cut off
    if match.size and (2 * match.size >= len(written) or (full and match.a <= 1)):
        unread = places[match.a + match.size :]
        end = unread[0][0] if unread else len(text)
        return match.b, places[match.a : match.a + match.size], end
    end = tokenizer.eos_token_id
    return ids.index(end) if end in ids else 0, [], 0 if written else len(text)


def _own(written: list[int], places: list[Span], ids: list[int], quiet: Sequence[object]) -> Iterator[_Found]:
    """Wherever the text's own tokens stand."""
    for start in range(len(ids) - len(written) + 1) if written else ():
        end = start + len(written)
        if ids[start:end] == written:
            after = 2 if end == len(ids) or quiet[end] else 1
            before = 2 if start == 0 or quiet[start - 1] else 1
            yield _Found(after, before, start, tuple(places))


def _in_letters(tokenizer: Any, text: str, ids: list[int], quiet: Sequence[object]) -> Iterator[_Found]:
    """Wherever its letters stand, whatever their tokens."""
    letters, owners = _letters(tokenizer, ids, quiet)
    sought = [(letter, place) for place, character in enumerate(text) for letter in _plain(character)]
    needle = "".join(letter for letter, _ in sought)
    at = letters.find(needle) if needle else -1
    while at >= 0:
        end = at + len(needle)
        first, last = owners[at][0], owners[end - 1][1]
        after = 2 if end == len(letters) or letters[end] == "\0" else int(owners[end][0] > last)
        before = 2 if at == 0 or letters[at - 1] == "\0" else int(owners[at - 1][1] < first)
        spans: dict[int, Span] = {}
        for tokens, (_, place) in zip(owners[at:end], sought, strict=True):
            for token in range(tokens[0], tokens[1] + 1):
                spans[token] = spans.get(token, (place, place))[0], place + 1
        following = len(text)
        for token in range(last, first - 1, -1):  # one of spaces stands before what follows it
            spans.setdefault(token, (following, following))
            following = spans[token][0]
        yield _Found(after, before, first, tuple(spans[token] for token in range(first, last + 1)))
        at = letters.find(needle, at + 1)


def _letters(tokenizer: Any, ids: list[int], quiet: Sequence[object]) -> tuple[str, list[Span]]:
    """All letters that the tokens stand for, and of each the first and the last token that it is made of.

    A token that stands for none is the character 0.
    """
    letters: list[str] = []
    owners: list[Span] = []
    begun: list[int] = []
    for position, id in enumerate(ids):
        if quiet[position]:
            begun = []
            letters.append("\0")
            owners.append((position, position))
            continue
        begun.append(id)
        text = str(tokenizer.decode(begun))
        if "\ufffd" in text and len(begun) < LONGEST:
            continue  # a character that goes on in the next token
        plain = [letter for character in text for letter in _plain(character)]
        letters += plain
        owners += [(position + 1 - len(begun), position)] * len(plain)
        begun = []
    return "".join(letters), owners


def _plain(character: str) -> str:
    """A character as every tokenizer leaves it: small, without accents, and nothing for a space."""
    parts = unicodedata.normalize("NFKD", character).lower()
    return "".join(part for part in parts if not part.isspace() and unicodedata.category(part)[0] != "M")


def _tokenized(tokenizer: Any, text: str) -> tuple[list[int], list[Span]]:
    """The text's own tokens, without any that are added, and where each stands in it."""
    fast = tokenizer.is_fast
    made = tokenizer(text, add_special_tokens=False, return_offsets_mapping=fast, verbose=False)
    ids = list(made["input_ids"])
    if not fast:
        return ids, _looked_up(tokenizer, ids, text)
    return ids, [tuple(place) for place in made["offset_mapping"]]


def _looked_up(tokenizer: Any, ids: list[int], text: str) -> list[Span]:
    """Where pieces stand in the text, for a tokenizer in plain Python, which does not say."""
    places, at, small = [], 0, text.lower()
    for each in (piece(tokenizer, id).lower() for id in ids):
        found = small.find(each, at)
        begin, at = (at, at) if found < 0 else (found, found + len(each))
        places.append((begin, at))
    return places


def piece(tokenizer: Any, id: int) -> str:
    """A token as a person can read it; a piece of a character as its vocabulary spells it."""
    text = str(tokenizer.decode([id])).strip()
    if text and "\ufffd" not in text:
        return text
    return str(tokenizer.convert_ids_to_tokens(id)).removesuffix("</w>")
