"""The loop: from noise to latents, a step at a time, pulled by the words.

Terms: `latents` is what a step starts from, `denoised` the estimate of the clean latents made in it.
`signal` is the share of the clean picture in the variance of the latents. `moved` is the root mean square
of what the step changed. Guidance adds g·(cond - uncond) to the prediction without the prompt.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apparatus import pictures
from apparatus.record import Encoding, Step
from apparatus.stages.event import Event
from apparatus.tensors import plain

Maps = NDArray[np.float32]


def lay_open(step: Step) -> Event:
    """One turn of the loop: numbers, the latents, the predicted clean picture, where each word looked."""
    facts = step.facts
    data: dict[str, Any] = facts.model_dump(exclude={"scale", "guidance"}) | {"guidance": None}
    shown: dict[str, bytes] = {}
    space = step.exposure.record.model.latents
    if step.latents is not None:
        colours = pictures.colours(pictures.one(step.latents) / facts.scale, space)
        channels = pictures.channels(step.latents)
        shown |= {"latents": colours.png, "channels": channels.png}
        data |= {
            "projection": colours.projection,
            "channels": {"limit": channels.limit, "columns": channels.columns},
        }
    if step.denoised is not None:
        shown["thumbnail"] = pictures.colours(step.denoised, space).png
    if step.picture is not None:
        shown["denoised"] = pictures.webp(step.picture)
    guidance, map_ = _guidance(step)
    attention, maps = _attention(step)
    data |= guidance | attention
    shown |= map_ | maps
    return Event(exposure=step.exposure.id, stage="denoise", kind="step", data=data, pictures=shown)


def _guidance(step: Step) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What guidance added to the prediction without the prompt: as a share of that, and where."""
    facts = step.facts.guidance
    if facts is None:
        return {}, {}
    told = facts.model_dump() | {"added": facts.scale * facts.delta / facts.uncond if facts.uncond else None}
    if step.cond is None or step.uncond is None:
        return {"guidance": told}, {}
    added = facts.scale * (pictures.one(step.cond) - pictures.one(step.uncond))
    shown = pictures.grey(np.sqrt((added**2).mean(axis=0)))
    return {"guidance": told | {"white": shown.limit}}, {"guidance": shown.png}


def _attention(step: Step) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Which part of the attention given to the text each word got, and where; one scale for all the words."""
    encoding = _encoding(step)
    if encoding is None:
        return {"attention": [], "ghost": None}, {}
    tokens: Maps = plain(step.attention).astype(np.float32)
    tokens = tokens / (tokens.sum(axis=0).mean() or 1.0)
    words = [tokens[word.tokens].sum(axis=0) for word in encoding.words]
    white = max((float(word.max()) for word in words), default=0.0)
    told = [
        {"word": index, "text": word.text, "share": float(map_.mean())}
        for index, (word, map_) in enumerate(zip(encoding.words, words, strict=True))
    ]
    ghost = float(tokens.sum(axis=0).mean() - sum(map_.mean() for map_ in words))
    shown = {f"attention/{index}": pictures.grey(map_, white).png for index, map_ in enumerate(words)}
    return {"attention": told, "ghost": ghost, "attention_white": white}, shown


def _encoding(step: Step) -> Encoding | None:
    """The encoding that this step was told of, whose tokens the attention maps have a column for."""
    if step.attention is None:
        return None
    told = [
        e for e in step.exposure.record.encodings if e.branch == "cond" and e.from_step <= step.facts.index
    ]
    return next((e for e in reversed(told) if len(e.tokens) == len(step.attention)), None)
