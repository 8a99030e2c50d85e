"""Text becomes vectors: tokens (the ones nobody wrote too), layers, distances between words."""

import unicodedata
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from apparatus import pictures
from apparatus.record import Branch, Encoding, Exposure, Token, Word
from apparatus.stages.event import Event
from apparatus.stages.locating import Span, located, piece
from apparatus.tensors import plain

Vectors = NDArray[np.float32]
Kind = Literal["word", "begin", "end", "padding", "template"]
Quiet = Literal["mark", "padding"]
ZERO_WIDTH_JOINER = "\u200d"


def lay_open(exposure: Exposure, encoding: Encoding) -> Event:
    """What one text encoder read and made of it.

    A word's vector is the mean of its tokens'. `similarity` is the cosine between the words' vectors in
    the last layer; `travel` that between a word's vector in each layer and in the first, `drift` its
    last. `unwritten` counts the tokens that nobody wrote, `dropped` those that the denoiser is never told
    of.
    """
    data: dict[str, Any] = encoding.model_dump(
        include={"encoder", "branch", "call", "row", "templates", "truncated"}
    ) | {
        "tokens": [token.model_dump() for token in encoding.tokens],
        "words": [word.model_dump() for word in encoding.words],
        "unknown": [word.text for word in encoding.words if word.known is False],
        "unwritten": sum(token.kind != "word" for token in encoding.tokens),
        "dropped": sum(token.column is None for token in encoding.tokens) if encoding.told else 0,
    }
    shown: dict[str, bytes] = {}
    states = exposure.hidden_states(encoding)
    if states is not None:
        layers = plain(states).astype(np.float32)
        vectors = pictures.heat(layers[-1])
        shown["vectors"] = vectors.png
        data |= {"layers": len(layers) - 1, "dim": layers.shape[-1], "limit": vectors.limit}
        data |= _distances(layers, encoding)
    return Event(exposure=exposure.id, stage="encode", kind="encoding", data=data, pictures=shown)


def _distances(layers: Vectors, encoding: Encoding) -> dict[str, Any]:
    words = [layers[:, word.tokens].mean(axis=1) for word in encoding.words]  # each [layer, dim]
    if not words:
        return {"similarity": [], "norms": [], "travel": [], "drift": []}
    vectors = np.stack(words)
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    units = vectors / np.maximum(norms, 1e-12)
    last, travel = units[:, -1], np.einsum("wld,wd->wl", units, units[:, 0])
    return {
        "similarity": (last @ last.T).round(4).tolist(),
        "norms": norms[:, -1, 0].tolist(),
        "travel": travel.round(4).tolist(),
        "drift": travel[:, -1].round(4).tolist(),
    }


def read(
    tokenizer: Any,
    text: str,
    ids: list[int],
    mask: list[int] | None = None,
    *,
    encoder: str = "text_encoder",
    branch: Branch = "cond",
    call: int = 0,
    row: int = 0,
    known: Callable[[str], bool] | None = None,
    columns: Mapping[int, int] | None = None,
) -> Encoding:
    """Which tokens of what an encoder read stand for which words of `text`, and which nobody wrote.

    `ids` and `mask` are what the encoder was given: a template's tokens, padding and truncation show as they
    were. `known` tells whether a word, in small letters, is in the model's vocabulary, `columns` which vector
    the denoiser is told of which token.
    """
    quiet = _quiet(tokenizer, ids, mask)
    start, places, end = located(tokenizer, text, ids, quiet)
    seen, columns = text[:end], columns or {}
    groups = _grouped(seen, places, start)
    word_of = {token: word for word, group in enumerate(groups.values()) for token in group}
    kinds = _kinds(quiet, start, start + len(places))
    return Encoding(
        encoder=encoder,
        branch=branch,
        call=call,
        row=row,
        tokens=[
            Token(id=id, text=piece(tokenizer, id), kind=kind, word=word_of.get(n), column=columns.get(n))
            for n, (id, kind) in enumerate(zip(ids, kinds, strict=True))
        ],
        words=[
            Word(text=seen[slice(*span)], tokens=group, known=_known(seen[slice(*span)], known))
            for span, group in groups.items()
        ],
        templates=_templates(tokenizer, ids, kinds),
        truncated=text[len(seen) :],
    )


def _templates(tokenizer: Any, ids: list[int], kinds: list[Kind]) -> list[str]:
    """What the runs of template tokens say, each decoded as a whole."""
    runs = groupby(range(len(ids)), lambda n: kinds[n])
    return [str(tokenizer.decode([ids[n] for n in run])) for kind, run in runs if kind == "template"]


def _grouped(text: str, places: list[Span], first: int) -> dict[Span, list[int]]:
    """Words with their tokens; the tokens are numbered from `first` and stand at `places`."""
    groups: dict[Span, list[int]] = {}
    words = _joined(spans(text), places)
    for token, (begin, _) in enumerate(places, first):
        span = next((span for span in words if span[1] > begin), None)
        if span is not None:
            groups.setdefault(span, []).append(token)
    return groups


def _known(word: str, known: Callable[[str], bool] | None) -> bool | None:
    """Whether the vocabulary has it; None for punctuation, which none has, and where none is known."""
    has_sense = any(_character(character) in ("letter", "symbol") for character in word)
    return known(word.lower()) if known and has_sense else None


def _quiet(tokenizer: Any, ids: list[int], mask: list[int] | None) -> list[Quiet | None]:
    """What each token is that stands for no text: a mark, or filling.

    Told by the mask where there is one, else by special ids; some models fill with the very token that ends
    the text.
    """
    pad, eos = tokenizer.pad_token_id, tokenizer.eos_token_id
    special = {id for id, token in tokenizer.added_tokens_decoder.items() if token.special}
    special |= set(tokenizer.all_special_ids)
    found: list[Quiet | None] = []
    for position, id in enumerate(ids):
        filled = not mask[position] if mask else id == pad and (pad != eos or eos in ids[:position])
        found.append("padding" if filled else "mark" if id in special else None)
    return found


def _kinds(quiet: list[Quiet | None], start: int, end: int) -> list[Kind]:
    """What each token is, where those from `start` to `end` are what a person wrote."""
    kinds: list[Kind] = []
    for position, what in enumerate(quiet):
        if start <= position < end:
            kinds.append("word")
        elif what == "mark":
            kinds.append("begin" if position < start else "end")
        else:
            kinds.append(what or "template")
    return kinds


def _joined(words: list[Span], offsets: list[Span]) -> list[Span]:
    """Words, joined where one token covers several: "'s" is one where the tokenizer has it as one."""
    for begin, end in offsets:
        over = [span for span in words if span[0] < end and span[1] > begin]
        if len(over) > 1:
            first = words.index(over[0])
            words[first : first + len(over)] = [(over[0][0], over[-1][1])]
    return words


def spans(text: str) -> list[Span]:
    """Where words stand: letters and digits together, signs together, an emoji with all its parts."""
    found: list[Span] = []
    before, glued = "space", False
    for at, character in enumerate(text):
        kind = _character(character)
        joins = glued or kind == "mark" or (kind == before and kind in ("letter", "sign"))
        if kind != "space" and joins and before != "space":
            found[-1] = (found[-1][0], at + 1)
        elif kind != "space":
            found.append((at, at + 1))
        before = before if kind == "mark" and before != "space" else kind
        glued = character == ZERO_WIDTH_JOINER
    return found


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M" or character == ZERO_WIDTH_JOINER or "\U0001f3fb" <= character <= "\U0001f3ff":
        return "mark"  # belongs to the character before it
    if category[0] in "LN" or character == "_":
        return "letter"
    if category == "So":
        return "symbol"  # one emoji is one word
    return "space" if character.isspace() else "sign"
