"""Alterations, as what a run is to be given for them.

paused = latents(model, paused, line)                        # at once, on the latents it stands with
alter = alter(model, settings, standing(alterations, 5))     # from there on: what `runner.resume` takes
"""

import inspect
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from apparatus import attention, guidance, masks, runs, taps
from apparatus.adapters import adapter_for
from apparatus.adapters.adapter import Size
from apparatus.alterations import Latents, Noise, OfWords, Painted, Standing, Steps, WordVector
from apparatus.engine import telling
from apparatus.errors import CannotAlter
from apparatus.models.loading import Model
from apparatus.runs import Alter, Run

BY_TIMESTEPS = ("DDPMScheduler", "LCMScheduler")
"""Schedulers without sigmas whose steps lead from one entry of their timesteps to the next."""


def kinds(model: Model) -> list[str]:
    """The kinds of alterations that this model takes."""
    taken = inspect.signature(type(model.pipeline).__call__).parameters
    adapter = adapter_for(model.pipeline)
    words = bool(adapter.encoders) and adapter.scheme is not None
    takes = {
        "prompt": True,
        "negative_prompt": "negative_prompt" in taken and adapter.negative is not None,
        "guidance_scale": adapter.guidance in taken,
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


def alter(model: Model, kwargs: dict[str, Any], size: Size, stands: Standing) -> Alter:
    """What a run is altered by while this stands; `kwargs` are what the pipeline is called with then.

    Raises:
        WordNotRead, MaskMisfit, CannotAlter: it does not fit this model, or this prompt.
    """
    vectors = [line for line in stands.words if isinstance(line, WordVector) and line.amount]
    told_otherwise = vectors or stands.layer is not None
    return Alter(
        noise=partial(_noise, model, size, stands.noise) if stands.noise else None,
        text=telling.told_otherwise(model, kwargs, stands.layer, vectors) if told_otherwise else None,
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
    read = telling.told(model, kwargs)
    weights = torch.ones(read.vectors.shape[1])
    for (word, occurrence), weight in lines.items():
        weights[read.places(word, occurrence)] = weight
    adapter = adapter_for(model.pipeline)
    return attention.weigh(model.pipeline, weights, adapter.scheme, adapter.text or attention.CROSS)


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
    rows, columns = cells.shape[-2:]
    region = torch.from_numpy(masks.cells(line.mask, (rows, columns))).to(cells.device)
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
