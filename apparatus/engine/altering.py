"""Alterations, as what a run is to be given for them.

paused = latents(model, paused, line)                        # at once, on the latents it stands with
alter = alter(model, settings, standing(alterations, 5))     # from there on: what `runner.resume` takes
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from apparatus import attention, checkpoints, guidance, runner, runs, taps
from apparatus.adapters import adapter_for
from apparatus.adapters.adapter import Size
from apparatus.alterations import PAINTED, Latents, Noise, OfWords, Painted, Standing, Steps, WordVector
from apparatus.errors import CannotAlter, MaskMisfit, WordNotRead
from apparatus.models.loading import Model
from apparatus.moments import Moment
from apparatus.record import Branch, Encoding, Word
from apparatus.runs import Alter, Encoded, Run
from apparatus.stages import encode

BY_TIMESTEPS = ("DDPMScheduler", "LCMScheduler")
"""Schedulers without sigmas whose steps lead from one entry of their timesteps to the next."""


def kinds(model: Model) -> list[str]:
    """The kinds of alterations that this model takes."""
    taken = inspect.signature(type(model.pipeline).__call__).parameters
    adapter = adapter_for(model.pipeline)
    words = bool(adapter.encoders) and adapter.scheme is not None
    takes = {
        "prompt": True,
        "negative_prompt": "negative_prompt" in taken,
        "guidance_scale": "guidance_scale" in taken,
        "encoder_layer": layers(model) is not None,
        "word_weight": words and adapter.text is not None,
        "word_vector": words,
        "noise": True,
        "latents": True,
        "steps": _follows(model.pipeline.scheduler),
    }
    return [kind for kind, possible in takes.items() if possible]


def layers(model: Model) -> int | None:
    """The last layer of the first text encoder that can be read; None where only one can."""
    adapter = adapter_for(model.pipeline)
    encoder = getattr(model.pipeline, "text_encoder", None)
    if adapter.layer is None or encoder is None:
        return None
    return int(encoder.config.num_hidden_layers) + 1 + adapter.layer


def _follows(scheduler: Any) -> bool:
    """Whether its steps lead from one entry of its schedule to the next."""
    sigmas = getattr(scheduler, "sigmas", None)
    ends = sigmas is not None and len(sigmas) == len(scheduler.timesteps) + 1
    return type(scheduler).__name__ in BY_TIMESTEPS or ends


def readings(model: Model, seen: Encoded, texts: dict[Branch, str]) -> list[Encoding]:
    """What one call of a text encoder read, row by row; none if its tokens are not known."""
    tokenizer = getattr(model.pipeline, seen.encoder.replace("text_encoder", "tokenizer"), None)
    if seen.ids is None or tokenizer is None:
        return []
    branches = adapter_for(model.pipeline).texts
    branch = branches[seen.call % len(branches)]
    masks = seen.mask.tolist() if seen.mask is not None else [None] * len(seen.ids)
    known = model.vocabulary.__contains__ if model.vocabulary else None
    where: dict[str, Any] = {"encoder": seen.encoder, "branch": branch, "call": seen.call, "known": known}
    return [
        encode.read(tokenizer, texts[branch], ids, mask, row=row, **where)
        for row, (ids, mask) in enumerate(zip(seen.ids.tolist(), masks, strict=True))
    ]


@dataclass(frozen=True)
class Told:
    """What the denoiser is told of a prompt: what the encoders read, and the vectors made of it."""

    encodings: list[Encoding]
    groups: tuple[tuple[str, ...], ...]
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
        first = next((e for e in self.encodings if e.encoder in self.groups[0] and e.branch == "cond"), None)
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
        """The places of the chosen words' vectors among all; one group of encoders follows the other."""
        places: set[int] = set()
        before = 0
        for group in self.groups:
            read = [each for each in self.encodings if each.encoder in group and each.branch == "cond"]
            places |= {before + token for each in read for word in chosen(each) for token in word.tokens}
            before += max((len(each.tokens) for each in read), default=0)
        return sorted(places)


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
            encodings.extend(readings(model, seen, texts))
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
    return Told(encodings, adapter.encoders, vectors)


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


def alter(model: Model, kwargs: dict[str, Any], size: Size, stands: Standing) -> Alter:
    """What a run is altered by while this stands; `kwargs` are what the pipeline is called with then.

    Raises:
        WordNotRead, MaskMisfit, CannotAlter: it does not fit this model, or this prompt.
    """
    vectors = [line for line in stands.words if isinstance(line, WordVector) and line.amount]
    told_otherwise = vectors or stands.layer is not None
    return Alter(
        noise=partial(_noise, model, size, stands.noise) if stands.noise else None,
        text=_text(model, kwargs, stands.layer, vectors) if told_otherwise else None,
        schedule=partial(respace, stands.steps) if stands.steps else None,
    )


def weighed(model: Model, kwargs: dict[str, Any], words: Sequence[OfWords]) -> AbstractContextManager[None]:
    """A scope in which the words weigh what these lines say; the last one on a word counts.

    Raises:
        WordNotRead, CannotAlter: it does not fit this prompt, or this model.
    """
    last = {
        (line.word.lower(), line.occurrence): line.weight
        for line in words
        if not isinstance(line, WordVector)
    }
    lines = {word: weight for word, weight in last.items() if weight != 1}
    if not lines:
        return nullcontext()
    read = told(model, kwargs)
    weights = torch.ones(read.vectors.shape[1])
    for (word, occurrence), weight in lines.items():
        weights[read.places(word, occurrence)] = weight
    adapter = adapter_for(model.pipeline)
    return attention.weigh(model.pipeline, weights, adapter.scheme, adapter.text or "cross")


def latents(model: Model, paused: Run, line: Latents, size: Size) -> Run:
    """The pause with the latents that the line makes of its own.

    Raises:
        MaskMisfit: the region has not the size of the latents.
    """
    last = paused.replay.checkpoints[-1]
    index, schedule = len(paused.replay.checkpoints), last.scheduler
    timesteps, sigmas = schedule.get("timesteps"), schedule.get("sigmas")
    strength = 0.0
    if timesteps is not None and index < len(timesteps):
        sigma = sigmas[index] if sigmas is not None and index < len(sigmas) else None
        parts = guidance.mixture(model.pipeline.scheduler, timesteps[index], sigma)
        strength = float(parts[1]) if parts else float(taps.first(last.returned).float().std())
    return runs.altered(paused, _painted(model, size, line, taps.first(last.returned), strength))


def _noise(model: Model, size: Size, lines: Iterable[Painted], noise: Tensor) -> Tensor:
    strength = float(getattr(model.pipeline.scheduler, "init_noise_sigma", 1.0))
    for line in lines:
        noise = _painted(model, size, line, noise, strength)
    return noise


def _painted(model: Model, size: Size, line: Painted, latents: Tensor, strength: float) -> Tensor:
    """Latents with one line's region painted over; `strength` is the spread of the noise there."""
    adapter = adapter_for(model.pipeline)
    cells = adapter.spread(model.pipeline, latents, size)
    region = mask(line.mask, (cells.shape[-2], cells.shape[-1])).to(cells.device)
    if not region.any():
        return latents
    fresh = torch.randn(cells.shape, generator=Generator().manual_seed(line.seed)).to(cells) * strength
    if isinstance(line, Noise) or line.how == "renoise":
        if line.amount == 0:
            return latents
        other = (1 - line.amount) ** 0.5 * cells + line.amount**0.5 * fresh
    elif line.how == "erase":
        other = torch.zeros_like(cells)
    elif line.how == "scale":
        other = cells * line.factor
    else:
        return adapter.gathered(_shifted(cells, region, fresh, line.rows, line.columns))
    return adapter.gathered(torch.where(region, other, cells))


def _shifted(cells: Tensor, region: Tensor, left: Tensor, rows: int, columns: int) -> Tensor:
    """What lies in a region, moved; what moves out of the picture is gone."""
    if not (rows or columns):
        return cells
    height, width = region.shape
    there = torch.zeros_like(region)
    moved = torch.zeros_like(cells)
    to = slice(max(rows, 0), height + min(rows, 0)), slice(max(columns, 0), width + min(columns, 0))
    of = slice(max(-rows, 0), height + min(-rows, 0)), slice(max(-columns, 0), width + min(-columns, 0))
    there[to], moved[(..., *to)] = region[of], cells[(..., *of)]
    return torch.where(there, moved, torch.where(region, left, cells))


def mask(rows: Sequence[str], there: tuple[int, int]) -> Tensor:
    """A painted region as a map of yes and no.

    Raises:
        MaskMisfit: it has not `there` rows and columns.
    """
    asked = len(rows), max(map(len, rows), default=0)
    if asked != there or any(len(row) != there[1] for row in rows):
        raise MaskMisfit(asked, there)
    return torch.tensor([[cell == PAINTED for cell in row] for row in rows])


def _text(
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


def respace(lines: Iterable[Steps], scheduler: Any) -> None:
    """Give the rest of a schedule another number of steps, over the same range.

    Raises:
        CannotAlter: the scheduler's steps do not lead from one entry of its schedule to the next.
    """
    name = type(scheduler).__name__
    for line in lines:
        timesteps, sigmas = scheduler.timesteps, getattr(scheduler, "sigmas", None)
        at, left = line.at, len(timesteps) - line.at
        if not _follows(scheduler):
            why = "its steps are of one length, set at the start"
            raise CannotAlter("The number of steps left", name, why)
        if left < 1:
            why = f"only {len(timesteps)} are taken, and none is left at {at}"
            raise CannotAlter("The number of steps left", name, why)
        if line.remaining == left:
            continue
        places = np.linspace(0, left, line.remaining + 1)[:-1]
        old = timesteps[at:].double().cpu().numpy()
        new = np.interp(places, np.arange(left + 1), np.append(old, 0.0))
        scheduler.timesteps = torch.cat([timesteps[:at], _like(new, timesteps)])
        if sigmas is not None:
            noisy = _levels(scheduler, new, old, sigmas[at:].double().cpu().numpy())
            scheduler.sigmas = torch.cat([sigmas[:at], _like(noisy, sigmas), sigmas[-1:]])
        scheduler.num_inference_steps = len(scheduler.timesteps)


def _levels(scheduler: Any, new: Any, old: Any, sigmas: Any) -> Any:
    """The noise levels of new timesteps, as the old ones and the noise schedule have them."""
    flow = type(scheduler).__name__.startswith("FlowMatch") or not hasattr(scheduler, "alphas_cumprod")
    if flow:
        return np.interp(new, np.append(old, 0.0)[::-1], sigmas[::-1])
    kept = scheduler.alphas_cumprod.double().cpu().numpy()
    levels = np.log(((1 - kept) / kept) ** 0.5)
    shift = np.log(np.maximum(sigmas[:-1], 1e-12)) - np.interp(old, np.arange(len(kept)), levels)
    return np.exp(np.interp(new, np.arange(len(kept)), levels) + np.interp(new, old[::-1], shift[::-1]))


def _like(values: Any, tensor: Tensor) -> Tensor:
    values = torch.from_numpy(np.asarray(values))
    values = values if tensor.is_floating_point() else values.round()
    return values.to(dtype=tensor.dtype, device=tensor.device)
