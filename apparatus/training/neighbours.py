"""The index of the pictures it learnt from: how the CLIP sees each, and a few of its pixels."""

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apparatus.errors import PartMissing
from apparatus.neighbours import Eye, Neighbours, embeddings, eye, rounded, thumbnail
from apparatus.training.effort import Effort
from apparatus.world.renderer import picture

THOUSAND = 1000


def looked(looking: Eye, folder: Path, count: int, batch: int) -> tuple[NDArray[np.int8], NDArray[np.uint8]]:
    """The embeddings and the thumbnails of the first `count` pictures, `batch` looked at in one go.

    Each thousand is a file in `folder`, written once; a broken-off run goes on with the next. No more than
    a thousand pictures are ever held whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    thousands = [range(start, min(start + THOUSAND, count)) for start in range(0, count, THOUSAND)]
    files = {numbers: folder / f"{numbers.start:07d}-{numbers.stop:07d}.npz" for numbers in thousands}
    missing = [numbers for numbers, file in files.items() if not file.exists()]
    with ProcessPoolExecutor(max(1, (os.cpu_count() or 1) - 1)) as pool:  # draws on while some are looked at
        for numbers in missing:
            batches = [numbers[k : k + batch] for k in range(0, len(numbers), batch)]
            seen = [(embeddings(looking, drawn), small) for drawn, small in pool.map(_painted, batches)]
            directions, thumbnails = (np.concatenate(parts) for parts in zip(*seen, strict=True))
            unfinished = folder / "unfinished.npz"
            np.savez(unfinished, embeddings=rounded(directions), thumbnails=thumbnails)
            unfinished.replace(files[numbers])
            print(f"looked at {numbers.stop} of {count}", flush=True)
    chunks = [np.load(file) for file in files.values()]
    whole = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0].files}
    return whole["embeddings"], whole["thumbnails"]


def _painted(numbers: range) -> tuple[list[Image.Image], NDArray[np.uint8]]:
    """These pictures, and the thumbnail of each."""
    drawn = [picture(n) for n in numbers]
    return drawn, np.stack([thumbnail(one) for one in drawn])


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Look at all of the effort's pictures once, however many steps it names; write the index to `folder`."""
    if not (folder / "clip").is_dir():
        raise PartMissing("neighbours", "clip", folder)
    looking = eye(folder, device)
    found = looked(looking, folder / "looking" / looking.edition, effort.pictures, effort.batch)
    Neighbours(folder, looking.edition, *found).save()
