"""The loop: from noise to latents, a step at a time, pulled by the words.

Terms: `latents` is what a step starts from, `denoised` the estimate of the clean latents made in it.
`signal` is the share of the clean picture in the variance of the latents. `moved` is the root mean square
of what the step changed. Guidance adds g·(cond - uncond) to the prediction without the prompt. `ghost` is the
share of the attention given to the text that went to what nobody wrote, `ghosts` the same by its kind.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apparatus import pictures
from apparatus.record import Encoding, Step, Word
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
    told = _told(step)
    if not told:
        return {"attention": [], "ghost": None, "ghosts": {}}, {}
    maps: Maps = plain(step.attention).astype(np.float32)
    maps = maps / (maps.sum(axis=0).mean() or 1.0)
    read = max(told, key=lambda encoding: len(encoding.words))
    words = [maps[_columns(told, place, word)].sum(axis=0) for place, word in enumerate(read.words)]
    white = max((float(word.max()) for word in words), default=0.0)
    shares = [
        {"word": index, "text": word.text, "share": float(map_.mean())}
        for index, (word, map_) in enumerate(zip(read.words, words, strict=True))
    ]
    ghost = float(maps.sum(axis=0).mean() - sum(map_.mean() for map_ in words))
    shown = {f"attention/{index}": pictures.grey(map_, white).png for index, map_ in enumerate(words)}
    ghosts = {kind: float(maps[columns].sum(axis=0).mean()) for kind, columns in _ghosts(told).items()}
    return {"attention": shares, "ghost": ghost, "ghosts": ghosts, "attention_white": white}, shown


def _told(step: Step) -> list[Encoding]:
    """What was read of the prompt as this step was told it, whose tokens have columns in its attention."""
    if step.attention is None:
        return []
    read = {
        e.encoder: e
        for e in step.exposure.record.encodings
        if e.branch == "cond" and e.row == 0 and e.from_step <= step.facts.index
    }
    told = [encoding for encoding in read.values() if encoding.told]
    return told or [_numbered(e) for e in reversed(read.values()) if len(e.tokens) == len(step.attention)][:1]


def _numbered(encoding: Encoding) -> Encoding:
    """One of before columns were recorded, whose tokens are all told."""
    tokens = [token.model_copy(update={"column": place}) for place, token in enumerate(encoding.tokens)]
    return encoding.model_copy(update={"tokens": tokens})


def _columns(told: list[Encoding], place: int, word: Word) -> list[int]:
    """The columns of a word, of all encoders that have read it in that place."""
    read = [e for e in told if place < len(e.words) and e.words[place].text == word.text]
    return sorted({column for encoding in read for column in encoding.columns(encoding.words[place])})


def _ghosts(told: list[Encoding]) -> dict[str, list[int]]:
    """The columns of what nobody wrote, by its kind; one that is told by two encoders as the first has it."""
    kinds = {t.column: t.kind for e in reversed(told) for t in e.tokens if t.column is not None}
    unwritten = sorted(set(kinds.values()) - {"word"})
    return {kind: [column for column, one in kinds.items() if one == kind] for kind in unwritten}
