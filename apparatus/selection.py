"""One of several pictures is kept: who stood for choice, how each was scored, who chose.

    for asked, batch in candidates(Settings(prompt="a cat"), 6, new_id(now)):
        ...                                    # an exposure each
    ranked(entries_scores, "clip")

A choice is a line in the ledger of every candidate, of the kept one and of the rejected.
"""

import secrets
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from apparatus.errors import OutOfRange
from apparatus.settings import Settings, Who

MOST = 24
"""Candidates in one batch."""
KEPT = "kept"


class Batch(BaseModel):
    """Pictures that were made to choose from: they differ in their seed alone. `index` counts from 0."""

    model_config = ConfigDict(frozen=True)

    id: str
    index: int
    of: int


class Score(BaseModel):
    """How well a picture does, by one that can say.

    "clip": the cosine of what a CLIP makes of the picture and of the prompt, -1 to 1. "judge": the share of
    what the prompt asks for that the judge finds in it, 0 to 1. Others by the name of their folder.
    """

    by: str
    value: float
    words: list[tuple[str, float]] = []
    """What each word adds: by how much the value falls when the word is left out of the prompt."""
    answers: dict[str, bool] = {}
    """Of the judge: each question that the prompt raises, and whether the picture is right."""


def candidates(asked: Settings, count: int, id: str) -> list[tuple[Settings, Batch]]:
    """What to ask for `count` pictures to choose from: seeds from the one that is asked on, or from any.

    Raises:
        OutOfRange: there are to be none, or too many.
    """
    if not 1 <= count <= MOST:
        raise OutOfRange("count", count, f"1 to {MOST}")
    first = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    return [
        (asked.model_copy(update={"seed": (first + n) % 2**32}), Batch(id=id, index=n, of=count))
        for n in range(count)
    ]


def whose(asked: Settings, batch: Batch) -> dict[str, Who]:
    """Who chose the seed of a candidate, where no person did: chance the first one, the program the next."""
    if batch.index:
        return {"seed": "program"}
    return {"seed": "chance"} if asked.seed is None else {}


def ranked(scores: Mapping[str, list[Score]], by: str) -> list[str]:
    """Exposures from the best to the worst by one score; those without it come last."""

    def value(exposure: str) -> float:
        return next((score.value for score in scores[exposure] if score.by == by), float("-inf"))

    return sorted(scores, key=value, reverse=True)
