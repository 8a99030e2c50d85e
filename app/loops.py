"""Records of loops in, what the page Loop draws out."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app import enhancing, live, refusals
from apparatus import looping
from apparatus.errors import ApparatusError
from apparatus.looping import LoopRecord, Loops, Round
from apparatus.models.captioners import captioners
from apparatus.models.catalogue import look_up

LISTED = 24
"""Earlier loops that are listed, the newest."""

LOOKED_THROUGH = 100
"""Of the newest loops, how many are looked through for those in which a person left another."""

MEASURES = {"from_first", "from_last", "words_from_first", "shared", "vocabulary", "colours"}
TOLD = {"number", "exposure", "prompt", "who", "enhanced", "by", "repeats", *MEASURES}


def loops() -> Loops:
    """Those of this app's store."""
    return Loops(live.hub().engine.store)


def choices(model: str) -> dict[str, Any]:
    """What a loop with this model can be asked: who says what pictures show, and who can rewrite that."""
    entry = look_up(model)
    return {
        "captioners": sorted(captioners(entry)) if entry else [],
        "enhancer": next((one["model"] for one in enhancing.offered()), ""),
    }


def first(exposure: str) -> dict[str, Any] | None:
    """What an exposure asked for, so that a loop can begin with it; None where it cannot be read.

    `same`: whether that alone makes its picture again.
    """
    try:
        record = live.hub().record(exposure)
    except ApparatusError:
        return None
    settings = record.settings
    asked = {"model", "prompt", "negative_prompt", "seed", "num_inference_steps", "guidance_scale", "width"}
    loras = [{"file": lora.file, "weight": lora.weight} for lora in settings.loras]
    more = record.enhanced or record.alterations or settings.retouch or settings.enhance
    told = {"loras": loras, "exposure": exposure, "same": not more}
    return settings.model_dump(include={*asked, "height"}) | told


def listed() -> list[dict[str, Any]]:
    """The newest loops, shortly; one that cannot be read is left out."""
    return [_shortly(record) for record in _newest(LISTED)]


def _newest(count: int) -> list[LoopRecord]:
    kept, found = loops(), []
    for id in kept.ids()[:count]:
        try:
            found.append(kept.open(id))
        except ApparatusError:
            continue
    return found


def _shortly(record: LoopRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "created": record.created.isoformat(),
        "state": state(record),
        "prompt": _began(record),
        "made": len(record.rounds),
        "of": record.asked.rounds,
        "picture": record.rounds[-1].exposure if record.rounds else None,
        "parent": record.parent,
    }


def state(record: LoopRecord) -> str:
    """How it stands: "left" where its record says that it runs, and it does not run here."""
    lives = live.hub().drives.running(record.id)
    return "left" if record.state == "running" and not lives else record.state


def _began(record: LoopRecord) -> str:
    """The words that it began with."""
    return record.rounds[0].prompt if record.rounds else record.asked.settings.prompt


def described(loop: str, after: int = 0) -> dict[str, Any]:
    """A loop, with its rounds from number `after` on; with all of them, also the loops that left it.

    Raises:
        LoopNotFound, BrokenRecord: there is none, or it cannot be read.
    """
    record = loops().open(loop)
    asked = record.asked
    return {
        **_shortly(record),
        "problem": _problem(record),
        "settled": record.settled,
        "parent_round": record.parent_round,
        "seeds": asked.seed,
        "seed": asked.settings.seed,
        "model": Path(asked.settings.model).name,
        "enhancer": asked.settings.enhance.model if asked.settings.enhance else "",
        "captioner": asked.captioner,
        "rounds": [_told(one, record) for one in record.rounds[after:]],
        "futures": [] if after else _futures(record),
    }


def _problem(record: LoopRecord) -> str:
    """The name of the page's sentence for what broke it off; "" where nothing did."""
    if record.state != "failed":
        return ""
    known = record.problem in refusals.named()
    return record.problem if known else refusals.problem(record.message) or refusals.OTHER


def _futures(record: LoopRecord) -> list[dict[str, Any]]:
    left = [one for one in _newest(LOOKED_THROUGH) if one.parent == record.id and one.parent_round]
    return [
        {"id": one.id, "after": one.parent_round, "prompt": one.rounds[(one.parent_round or 1) - 1].caption}
        for one in left
    ]


def _told(one: Round, record: LoopRecord) -> dict[str, Any]:
    """A round; its caption in pieces, each with whether the first prompt said that word."""
    stepped_in = record.parent_round == one.number + 1
    return {
        **one.model_dump(mode="json", include=TOLD),
        "caption": marked(_began(record), one.caption),
        "said_by": "person" if stepped_in else "program",
    }


def marked(first: str, text: str) -> list[tuple[str, bool]]:
    """A text in pieces that make it whole again, each with whether it is a word of the first one's."""
    known = set(looping.said(first))
    pieces = re.split(r"([^\W\d_]+)", text)
    return [(piece, piece.lower() in known) for piece in pieces if piece]


def apart(loop: str) -> list[dict[str, Any]]:
    """How far a loop is from the one it left, round by round from there: by thumbnails, and by words counted.

    Raises:
        LoopNotFound, BrokenRecord: there is none, or it cannot be read.
    """
    record = loops().open(loop)
    if record.parent is None or record.parent_round is None:
        return []
    there, begun = loops().open(record.parent).rounds, record.parent_round
    pairs = zip(record.rounds[begun:], there[begun:], strict=False)
    return [
        {
            "number": one.number,
            "pictures": looping.apart(_looks(one.exposure), _looks(other.exposure)),
            "words": looping.words_apart(one.caption, other.caption),
        }
        for one, other in pairs
    ]


@lru_cache(maxsize=1024)
def _looks(exposure: str) -> NDArray[np.float64]:
    with Image.open(live.hub().engine.store.path(exposure) / "picture.png") as picture:
        return looping.looks(picture)
