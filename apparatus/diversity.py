"""How various pictures are: N enhancements of one prompt against N seeds of the prompt as it was written.

    raw, enhanced = made(model, settings, 12)      # pictures of the same seeds, in pairs
    told = measured(raw, enhanced)
    told.raw, told.enhanced, told.by               # 3.1, 6.4, "clip": of at most 12

The number is the Vendi score (Friedman and Dieng 2023, arXiv 2210.02410): the exponential of the entropy of
the eigenvalues of a similarity matrix, here of cosines. It is 1 where all pictures are alike, and N where no
two are. Measuring needs no torch.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apparatus.neighbours import CLIP
from apparatus.record import Exposure, Settings, Who
from apparatus.stages import Event
from apparatus.store import Store
from apparatus.tensors import plain

if TYPE_CHECKING:
    from apparatus.models.loading import Model

SIDE = 16
"""Of the thumbnails that are compared where the model has no CLIP of its own, in pixels."""

By = Literal["clip", "pixels"]
"""What of the pictures is compared: how the model's own CLIP sees them, or their thumbnails."""


@dataclass(frozen=True)
class Diversity:
    """Vendi scores of two sets of so many pictures each."""

    count: int
    by: By
    raw: float
    enhanced: float


def vendi(vectors: NDArray[np.floating]) -> float:
    """The Vendi score of vectors (things, width): 1 to the number of things."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    unit = vectors / np.maximum(lengths, 1e-12)
    shares = np.linalg.eigvalsh(unit @ unit.T / len(unit))
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def vectors(exposures: Sequence[Exposure]) -> tuple[By, NDArray[np.floating]]:
    """What is compared of finished exposures, (exposures, width): of all of them the same.

    Where one was not seen by the model's CLIP, the thumbnails' pixels, each from -1 to 1.
    """
    keys = [{key for key in exposure.tensors if key.startswith(f"{CLIP}/")} for exposure in exposures]
    shared = set.intersection(*keys) if keys else set()
    if shared:
        key = min(shared)
        return "clip", np.stack([plain(exposure.tensors[key]) for exposure in exposures])
    return "pixels", np.stack([_thumbnail(exposure.picture) for exposure in exposures])


def _thumbnail(picture: Image.Image | None) -> NDArray[np.float64]:
    assert picture is not None, "what is compared is finished"
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float64).ravel() / 127.5 - 1


def measured(raw: Sequence[Exposure], enhanced: Sequence[Exposure]) -> Diversity:
    """How various two sets of as many finished exposures are, measured in the same way."""
    by, seen = vectors([*raw, *enhanced])
    return Diversity(len(raw), by, vendi(seen[: len(raw)]), vendi(seen[len(raw) :]))


def pairs(settings: Settings, count: int, first: int) -> list[tuple[Settings, Settings]]:
    """What to ask for: seed after seed from `first` on, the prompt as it is and rewritten with that seed."""
    assert settings.enhance is not None, "there is something to compare"
    seeds = [(first + n) % 2**32 for n in range(count)]
    return [
        (
            settings.model_copy(update={"seed": seed, "enhance": None}),
            settings.model_copy(
                update={"seed": seed, "enhance": settings.enhance.model_copy(update={"seed": seed})}
            ),
        )
        for seed in seeds
    ]


def whose(number: int, drawn: bool = True) -> dict[str, Who]:
    """Who chose the seeds of a pair, its words' included: chance the first if it was `drawn`, else a person.

    The next ones the program did, which counts on.
    """
    who: Who = "program" if number else "chance" if drawn else "person"
    return {"seed": who, "enhance_seed": who}


def made(
    model: "Model",
    settings: Settings,
    count: int,
    first: int | None,
    emit: Callable[[Event], None] = lambda event: None,
    stopped: Callable[[], bool] = lambda: False,
    store: Store | None = None,
) -> tuple[list[Exposure], list[Exposure]]:
    """The pictures to compare, in pairs of one seed; fewer where it was stopped.

    Without a `first` seed chance draws it.

    Raises:
        What `engine.expose.expose` raises.
    """
    from apparatus.engine.expose import expose

    raw: list[Exposure] = []
    enhanced: list[Exposure] = []
    begin = secrets.randbelow(2**32) if first is None else first
    for number, pair in enumerate(pairs(settings, count, begin)):
        who = whose(number, drawn=first is None)
        one, other = (expose(model, asked, emit, stopped, store, who=who) for asked in pair)
        if "finished" != one.record.state or "finished" != other.record.state:
            break
        raw.append(one)
        enhanced.append(other)
    return raw, enhanced
