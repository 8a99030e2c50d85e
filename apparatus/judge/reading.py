"""Whether a picture shows what was asked for, question by question.

A question is raised only by what a prompt says: a wall is no setting; a colour is asked for only where the
print process leaves colours to be seen; a place, only once both nouns are right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from apparatus.judge.network import CELLS, SIDE, Judge, choices
from apparatus.world.scene import Scene

QUESTIONS = ("noun", "colour", "setting", "process", "both_nouns", "both_colours", "place")
IN_COLOUR = (None, "negative")  # the print processes in which colours can be told apart
BATCH = 64
FOOT = 0.95  # how much of a thing is above the row it stands on
# How far apart two things stand, across and down, by the place of the first, as the renderer stages them.
STAGED = {
    "beside": (0.47, 0.0),
    "above": (0.0, -0.47),
    "behind": (0.22, -0.2),
    "front": (0.22, 0.2),
    "below": (0.0, 0.47),
}

Verdict = dict[str, bool]


@dataclass(frozen=True)
class Evidence:
    """What the judge sees in one picture: the probability of each of `choices()`, in their order."""

    nouns: Float[Tensor, "nouns 16 16"]
    colours: Float[Tensor, "colours 16 16"]
    surround: Float[Tensor, "surrounds"]
    light: Float[Tensor, "lights"]
    process: Float[Tensor, "processes"]


def look(judge: Judge, pictures: Sequence[Image.Image]) -> list[Evidence]:
    """What the judge sees in each picture, of any size, its pixels averaged down to 128×128."""
    small = [picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX) for picture in pictures]
    return [
        seen
        for start in range(0, len(small), BATCH)
        for seen in sights(judge, pixels(np.stack([np.asarray(one) for one in small[start : start + BATCH]])))
    ]


def pixels(pictures: NDArray[np.uint8]) -> Float[Tensor, "batch 3 128 128"]:
    """Bytes (batch, 128, 128, 3) as the judge sees them, in [-1, 1]."""
    scaled = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    return scaled.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def sights(judge: Judge, seen: Float[Tensor, "batch 3 128 128"]) -> list[Evidence]:
    """The same for one batch of pictures that are small already."""
    logits = judge(seen.to(judge.device))
    given = [logits[question].softmax(1).cpu() for question in choices()]
    return [Evidence(*row) for row in zip(*given, strict=True)]


def questions(asked: Scene) -> tuple[str, ...]:
    """What a prompt lets one ask of its picture; of a noun named twice, neither place nor colours."""
    one, two = len(asked.things) == 1, len(asked.things) == 2
    apart = len({thing.noun for thing in asked.things}) == 2
    coloured = asked.process in IN_COLOUR and all(thing.colour for thing in asked.things)
    raised = {
        "noun": one,
        "colour": one and coloured,
        "setting": asked.setting is not None,
        "process": asked.process is not None,
        "both_nouns": two,
        "both_colours": apart and coloured,
        "place": apart and asked.place is not None,
    }
    return tuple(question for question in QUESTIONS if raised[question])


def verdict(seen: Evidence, asked: Scene) -> Verdict:
    """Right or not, for each question that `asked` raises; nothing of the place where a noun is wrong."""
    right = {question: _RIGHT[question](seen, asked) for question in questions(asked)}
    if not right.get("both_nouns", True):
        right.pop("place", None)
    return right


def strongest(seen: Evidence, count: int) -> set[str | None]:
    """The nouns with the most evidence, all cells together."""
    evidence = seen.nouns[1:].sum((1, 2))
    return {choices()["noun"][1 + int(n)] for n in evidence.topk(count).indices}


def colour(seen: Evidence, noun: str) -> str | None:
    """The colour, of those with a name, that is read where this noun has its evidence."""
    here = seen.colours[1:] * _where(seen, noun)
    return choices()["colour"][1 + int(here.sum((1, 2)).argmax())]


def place(seen: Evidence, first: str, second: str) -> str:
    """Where the first noun stands, seen from the second: the way of staging that is nearest."""
    (x, foot), (other_x, other_foot) = _stand(_where(seen, first)), _stand(_where(seen, second))
    across, down = x - other_x, foot - other_foot
    nearest = min(
        STAGED, key=lambda way: np.hypot(abs(across) - STAGED[way][0], down - STAGED[way][1]).item()
    )
    return nearest if nearest != "beside" else "left" if across < 0 else "right"


def _where(seen: Evidence, noun: str) -> Float[Tensor, "16 16"]:
    return seen.nouns[choices()["noun"].index(noun)]


def _stand(evidence: Float[Tensor, "16 16"]) -> tuple[float, float]:
    """Across, where its middle is; down, where its foot is; both in 0 to 1."""
    share = evidence.pow(2) / evidence.pow(2).sum().clamp(min=1e-12)
    middle = float(share.sum(0) @ (torch.arange(CELLS) + 0.5)) / CELLS
    above = torch.cat([torch.zeros(1), share.sum(1).cumsum(0)]).numpy()
    return middle, float(np.interp(FOOT, above, np.arange(CELLS + 1))) / CELLS


def _nouns(seen: Evidence, asked: Scene) -> bool:
    wanted = {thing.noun for thing in asked.things}
    return strongest(seen, len(wanted)) == wanted


def _colours(seen: Evidence, asked: Scene) -> bool:
    return all(colour(seen, thing.noun) == thing.colour for thing in asked.things)


def _setting(seen: Evidence, asked: Scene) -> bool:
    return choices()["surround"][int(seen.surround.argmax())] == asked.setting


def _process(seen: Evidence, asked: Scene) -> bool:
    return choices()["process"][int(seen.process.argmax())] == asked.process


def _place(seen: Evidence, asked: Scene) -> bool:
    first, second = asked.things
    return place(seen, first.noun, second.noun) == asked.place


_RIGHT: dict[str, Callable[[Evidence, Scene], bool]] = {
    "noun": _nouns,
    "colour": _colours,
    "setting": _setting,
    "process": _process,
    "both_nouns": _nouns,
    "both_colours": _colours,
    "place": _place,
}
