"""What the denoiser is told of a prompt, and how it is told otherwise: words weighed, moved, or drowned.

read = told(model, kwargs)                  # as the pipeline would tell it
read.places("boat")                         # which of the vectors are this word's
change = told_otherwise(model, kwargs, None, [WordVector(word="boat", other="house", amount=0.5)])
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from apparatus import checkpoints, guidance, runner, taps
from apparatus.adapters import adapter_for
from apparatus.alterations import WordVector
from apparatus.errors import CannotAlter, WordNotRead
from apparatus.models.loading import Model
from apparatus.moments import Moment
from apparatus.record import Branch, Encoding, Word
from apparatus.runs import Encoded
from apparatus.stages import encode


def readings(
    model: Model, seen: Encoded, texts: dict[Branch, str], earlier: Sequence[Encoding] = ()
) -> list[Encoding]:
    """What one call of a text encoder read, row by row; none if its tokens are not known.

    `earlier` is what was read before it: what the denoiser is told of this call may follow it.
    """
    tokenizer = getattr(model.pipeline, seen.encoder.replace("text_encoder", "tokenizer"), None)
    tokenizer = getattr(tokenizer, "tokenizer", tokenizer)  # of a processor, for pictures too
    if seen.ids is None or tokenizer is None:
        return []
    branches = adapter_for(model.pipeline).texts
    branch = branches[seen.call % len(branches)]
    masks = seen.mask.tolist() if seen.mask is not None else [None] * len(seen.ids)
    known = model.vocabulary.__contains__ if model.vocabulary else None
    where: dict[str, Any] = {"encoder": seen.encoder, "branch": branch, "call": seen.call, "known": known}
    return [
        encode.read(tokenizer, texts[branch], ids, mask, row=row, columns=columns, **where)
        for row, (ids, mask) in enumerate(zip(seen.ids.tolist(), masks, strict=True))
        for columns in [_columns(model, seen.encoder, mask or [1] * len(ids), earlier)]
    ]


def _columns(model: Model, encoder: str, mask: Sequence[int], earlier: Sequence[Encoding]) -> dict[int, int]:
    """Which vector the denoiser is told of which token; none of an encoder that it is told as a whole."""
    adapter = adapter_for(model.pipeline)
    group = next((place for place, group in enumerate(adapter.encoders) if encoder in group), None)
    if group is None:
        return {}
    before = [e for e in earlier if any(e.encoder in others for others in adapter.encoders[:group])]
    begin = 1 + max((t.column for e in before for t in e.tokens if t.column is not None), default=-1)
    kept = adapter.kept(model.pipeline, mask) if adapter.kept else range(len(mask))
    return {token: column for column, token in enumerate(kept, begin)}


@dataclass(frozen=True)
class Told:
    """What the denoiser is told of a prompt: what the encoders read, and the vectors made of it."""

    encodings: list[Encoding]
    vectors: Float[Tensor, "rows tokens features"]

    def places(self, word: str, occurrence: int = 1) -> list[int]:
        """Which of the vectors are this word's.

        Raises:
            WordNotRead: no encoder whose vectors the denoiser is told has read it.
        """
        found = self._places(lambda read: read.words[_index(read, word, occurrence)])
        if not found:
            first = self.encodings[0]
            words = [each.text for each in first.words]
            raise WordNotRead(word, occurrence, words, first.truncated)
        return found

    def words(self) -> list[tuple[str, int]]:
        """The words that were read, each with the number of times it stood there until then."""
        first = next((e for e in self.encodings if e.told and e.branch == "cond"), None)
        texts = [word.text for word in first.words] if first else []
        return [(text, _nth(texts[: place + 1])) for place, text in enumerate(texts)]

    def instead(self, before: "Told", word: str, occurrence: int) -> list[int]:
        """Which of the vectors are of what stands where `word` stood in the prompt before."""

        def theirs(read: Encoding) -> list[Word]:
            same = (read.encoder, read.branch, read.call, read.row)
            old = next(e for e in before.encodings if (e.encoder, e.branch, e.call, e.row) == same)
            begin, end, _ = _index(old, word, occurrence).indices(len(old.words))
            return read.words[begin : end + len(read.words) - len(old.words)] if end > begin else []

        return self._places(theirs)

    def _places(self, chosen: Callable[[Encoding], Sequence[Word]]) -> list[int]:
        """The places of the chosen words' vectors among all."""
        read = [each for each in self.encodings if each.told and each.branch == "cond"]
        return sorted({place for each in read for word in chosen(each) for place in each.columns(word)})


def _nth(texts: Sequence[str]) -> int:
    """How often the last of these stands among them."""
    return sum(text.lower() == texts[-1].lower() for text in texts)


def _index(read: Encoding, word: str, occurrence: int) -> slice:
    """Where among the words that were read the nth of these stands; an empty slice where it does not."""
    found = [place for place, each in enumerate(read.words) if each.text.lower() == word.lower()]
    return slice(found[occurrence - 1], found[occurrence - 1] + 1) if len(found) >= occurrence else slice(0)


def told(model: Model, kwargs: dict[str, Any], layer: int | None = None) -> Told:
    """What the denoiser would be told: the pipeline is called, and stopped before it denoises.

    With a `layer`, what it would be told if the first text encoder had ended there.

    Raises:
        CannotAlter: which vectors are which word's is not known of this family of pipelines, or its encoder
            has no such layer.
    """
    adapter = adapter_for(model.pipeline)
    if not adapter.encoders or adapter.scheme is None:
        why = "which vectors are which word's is not known of this family"
        raise CannotAlter("A word", type(model.pipeline).__name__, why)
    encodings: list[Encoding] = []
    texts: dict[Branch, str] = {
        "cond": kwargs.get("prompt") or "",
        "uncond": kwargs.get("negative_prompt") or "",
    }
    first: list[Encoded] = []

    def watch(seen: Any) -> None:
        if isinstance(seen, Encoded):
            encodings.extend(readings(model, seen, texts, encodings))
            first.extend([seen] if seen.encoder == adapter.encoders[0][0] and seen.call == 0 else [])

    world = checkpoints.world()
    kwargs = kwargs | {"generator": Generator()}
    stop = Moment("denoise.in", 0)
    run = runner.run(model.pipeline, kwargs, watch=watch, stop=stop, layers=layer is not None)
    checkpoints.set_world(world)
    assert run.prompt_embeds is not None, "a denoiser that is told nothing has no words"
    vectors = adapter.scheme.cond(run.prompt_embeds, 1)
    if layer is not None:
        state = _ended(model, layer, first[0])
        vectors = vectors.clone()
        vectors[:, : state.shape[1], : state.shape[2]] = state.to(vectors)
    return Told(encodings, vectors)


def _ended(model: Model, layer: int, seen: Encoded) -> Float[Tensor, "rows tokens features"]:
    """What the first text encoder would give if it ended with this layer.

    Raises:
        CannotAlter: the pipeline reads one layer only, or has no such layer.
    """
    pipeline, adapter = model.pipeline, adapter_for(model.pipeline)
    name, what = type(pipeline).__name__, "The encoder's layer"
    if adapter.layer is None:
        raise CannotAlter(what, name, "only the last layer is read")
    last = len(seen.layers) + adapter.layer
    if layer > last:
        raise CannotAlter(what, name, f"its layers are 0 to {last}, and not {layer}")
    if adapter.layer != -1:
        return seen.layers[layer]
    encoder = getattr(pipeline, seen.encoder)
    ends = getattr(encoder, "text_model", encoder).final_layer_norm
    with torch.no_grad(), taps.bare():
        return ends(seen.layers[layer])


def told_otherwise(
    model: Model, kwargs: dict[str, Any], layer: int | None, lines: Sequence[WordVector]
) -> Callable[[Tensor, int], Tensor]:
    """What changes the vectors of the prompt, in the rows that have it, by each line after the other."""
    read = told(model, kwargs, layer)
    moves = [_move(model, kwargs, read, line, layer) for line in lines]
    scheme = adapter_for(model.pipeline).scheme
    assert scheme is not None, "without a scheme nothing was told"

    def change(text: Tensor, call: int) -> Tensor:
        if not scheme.stacked and scheme.order[min(call, 1)] != "cond":
            return text
        text = text.clone()
        rows = scheme.cond(text, 1)
        if layer is not None:
            rows.copy_(read.vectors)
        for move in moves:
            move(rows)
        return text

    return change


def _move(
    model: Model, kwargs: dict[str, Any], read: Told, line: WordVector, layer: int | None
) -> Callable[[Tensor], None]:
    """What moves the vectors of one word in [rows, tokens, features], in place."""
    places = read.places(line.word, line.occurrence)
    if line.how == "average":
        others = read.places(line.other)

        def meet(rows: Tensor) -> None:
            ours, theirs = rows[:, places].mean(1, keepdim=True), rows[:, others].mean(1, keepdim=True)
            for some in (places, others):
                rows[:, some] += line.amount * ((ours + theirs) / 2 - rows[:, some])

        return meet
    if line.how == "noise":
        draw = torch.randn(read.vectors[:1, places].shape, generator=Generator().manual_seed(line.seed))

        def drown(rows: Tensor) -> None:
            loud = draw.to(rows) * guidance.rms(rows[:, places])
            rows[:, places] += line.amount * (loud - rows[:, places])

        return drown
    prompt = _replaced(kwargs["prompt"], line)
    elsewhere = told(model, kwargs | {"prompt": prompt}, layer)
    there = elsewhere.instead(read, line.word, line.occurrence)
    if not there:
        raise WordNotRead(line.other, 1, [each.text for each in elsewhere.encodings[0].words])
    target = elsewhere.vectors[:, there].mean(1, keepdim=True)

    def go(rows: Tensor) -> None:
        rows[:, places] += line.amount * (target.to(rows) - rows[:, places])

    return go


def _replaced(prompt: str, line: WordVector) -> str:
    """The prompt with the other word in the place of the one that is moved."""
    found = [span for span in encode.spans(prompt) if prompt[slice(*span)].lower() == line.word.lower()]
    if len(found) < line.occurrence:  # the tokenizer has joined it with its neighbour
        return prompt
    begin, end = found[line.occurrence - 1]
    return prompt[:begin] + line.other + prompt[end:]
