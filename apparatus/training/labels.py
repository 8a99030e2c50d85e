"""What is right of the pictures, cell by cell: what stands there, in which colour; and what is round it."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from apparatus.judge.network import CELLS, choices
from apparatus.judge.reading import IN_COLOUR
from apparatus.world.renderer import covers
from apparatus.world.scene import scene
from apparatus.world.vocabulary import vocabulary

COVERED = 0.35  # the least part of a cell that a thing covers to be what stands there
UNSEEN = -100  # where there is nothing to answer: the colour of no thing, the light of a wall
THOUSAND = 1000

Labels = dict[str, Tensor]


def labels(folder: Path, count: int) -> Labels:
    """What is right of pictures 0 to `count`, by question, as numbers into `choices()`.

    "noun" and "colour" are (count, 16, 16), the others (count). Of the cells, each thousand pictures are a
    file in `folder`, written once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spans = [(start, min(start + THOUSAND, count)) for start in range(0, count, THOUSAND)]
    files = [folder / f"{start:07d}-{stop:07d}.npy" for start, stop in spans]
    missing = [pair for pair in zip(files, spans, strict=True) if not pair[0].exists()]
    with ProcessPoolExecutor() as pool:
        for file, found in zip(
            (file for file, _ in missing), pool.map(_thousand, [span for _, span in missing]), strict=True
        ):
            np.save(folder / "unfinished.npy", found)
            (folder / "unfinished.npy").replace(file)
    here = torch.from_numpy(np.concatenate([np.load(file) for file in files]))
    around = torch.tensor([_around(n) for n in range(count)])
    return {"noun": here[:, 0], "colour": here[:, 1]} | dict(
        zip(("surround", "light", "process"), around.unbind(1), strict=True)
    )


def cells(n: int) -> NDArray[np.int16]:
    """Of picture `n`, the noun that stands in each cell and its colour: (2, 16, 16), numbers."""
    shown, known = scene(n), choices()
    covered = covers(n, CELLS) / 255
    nouns = np.array([known["noun"].index(thing.noun) for thing in shown.things])
    colours = np.array([known["colour"].index(thing.colour) for thing in shown.things])
    if shown.process not in IN_COLOUR:
        colours[:] = UNSEEN
    most, there = covered.argmax(0), covered.max(0) > COVERED
    stands = np.where(there, nouns[most], 0), np.where(there, colours[most], UNSEEN)
    return np.stack(stands).astype(np.int16)


def _thousand(span: tuple[int, int]) -> NDArray[np.int16]:
    return np.stack([cells(n) for n in range(*span)])


def _around(n: int) -> tuple[int, int, int]:
    """Surround, light and process of picture `n`, as numbers."""
    shown, known = scene(n), choices()
    sky = shown.setting is not None and vocabulary().settings[shown.setting].sky
    return (
        known["surround"].index(shown.setting or shown.wall),
        known["light"].index(shown.light) if sky else UNSEEN,
        known["process"].index(shown.process),
    )
