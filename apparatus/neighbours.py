"""Which training pictures are nearest to any picture, by the model's own CLIP and by pixels.

    known = Neighbours.load(folder)                         # of a model
    known.by_pixels(exposure.picture)                       # [(12, 18.4), …]: picture 12, how far it is off
    known.by_clip(exposure.tensors[known.image_embeds])     # [(4711, 0.93), …]: picture 4711, how alike it is

Near is not cause: the model keeps no pictures, and these are not what its own were made from. The CLIP looks
when an exposure is made; an index is read and asked without torch.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from apparatus.errors import NoNeighbours

INDEX, CLIP = "neighbours.safetensors", "clip"
SIDE = 12
"""Of the thumbnails, in pixels."""

COUNT = 6
Nearest = list[tuple[int, float]]
"""Numbers of pictures of the world, the nearest first, each with how near it is."""


@dataclass(frozen=True)
class Eye:
    """A CLIP that looks at pictures; `edition` tells its image tower from others, in halves too."""

    model: Any
    processor: Any
    edition: str

    @property
    def image_embeds(self) -> str:
        """The tensor of an exposure in which it keeps what it saw."""
        return key(self.edition)


@dataclass(frozen=True)
class Neighbours:
    """The world's first pictures, as the CLIP of the model in `folder` sees them and as a few pixels each."""

    folder: Path
    edition: str
    """Of the CLIP that looked."""
    embeddings: NDArray[np.int8]
    """(pictures, width): directions, of no particular length."""
    thumbnails: NDArray[np.uint8]
    """(pictures, 12, 12, 3)."""

    @classmethod
    def load(cls, folder: Path) -> "Neighbours":
        """The index of the model in `folder`.

        Raises:
            NoNeighbours: it has none, or one that cannot be read.
        """
        if not (folder / INDEX).is_file():
            raise NoNeighbours(folder, f"it holds no {INDEX}")
        try:
            with safe_open(folder / INDEX, "numpy") as file:
                edition = file.metadata()[CLIP]
                return cls(folder, edition, file.get_tensor("embeddings"), file.get_tensor("thumbnails"))
        except (OSError, SafetensorError, LookupError, TypeError) as error:
            raise NoNeighbours(folder, f"its {INDEX} is damaged") from error

    def save(self) -> None:
        """Write it into its folder, whole or not at all."""
        unfinished = self.folder / f"unfinished-{INDEX}"
        kept = {"embeddings": self.embeddings, "thumbnails": self.thumbnails}
        save_file(kept, unfinished, metadata={CLIP: self.edition})
        unfinished.replace(self.folder / INDEX)

    @property
    def image_embeds(self) -> str:
        """The tensor of an exposure in which the CLIP of this index keeps what it saw."""
        return key(self.edition)

    def by_clip(self, seen: NDArray[np.floating], count: int = COUNT) -> Nearest:
        """The most alike to what the model's CLIP saw, (width,), by the cosine of the two, in -1 to 1."""
        rows = self.embeddings.astype(np.float32)
        likeness = rows @ (seen / np.linalg.norm(seen)) / np.linalg.norm(rows, axis=1)
        return [(int(n), float(likeness[n])) for n in np.argsort(-likeness, kind="stable")[:count]]

    def by_pixels(self, picture: Image.Image, count: int = COUNT) -> Nearest:
        """Those whose thumbnails differ least, by the mean over all their numbers, in 0 to 255."""
        apart = np.abs(self.thumbnails.astype(np.int16) - thumbnail(picture))
        difference = apart.mean((1, 2, 3))
        return [(int(n), float(difference[n])) for n in np.argsort(difference, kind="stable")[:count]]


def key(edition: str) -> str:
    """The tensor of an exposure in which the CLIP of that edition keeps what it saw."""
    return f"{CLIP}/{edition}/image_embeds"


def indexed(folder: Path) -> bool:
    """Whether a model's folder has what it takes, as far as the names of its files tell."""
    return (folder / INDEX).is_file() and (folder / CLIP / "config.json").is_file()


@cache
def eye(folder: Path, device: str = "cpu") -> Eye:
    """The CLIP of the model in `folder`, in float32; it is loaded once.

    Raises:
        NoNeighbours: there is none, or one that cannot be loaded.
    """
    if not (folder / CLIP).is_dir():
        raise NoNeighbours(folder, f"it holds no {CLIP}")
    from apparatus.models.loading import stay_offline

    stay_offline()
    import torch
    from transformers import CLIPImageProcessor, CLIPModel

    try:
        model = CLIPModel.from_pretrained(folder / CLIP, dtype=torch.float32, local_files_only=True)
        processor = CLIPImageProcessor.from_pretrained(folder / CLIP, local_files_only=True)
    except Exception as error:  # a broken folder fails in as many ways as it has files
        why = " ".join(str(error).split()).split(". ")[0].rstrip(".")
        raise NoNeighbours(folder, f"its {CLIP} cannot be loaded ({why})") from error
    return Eye(model.eval().to(device), processor, _edition(model))


def embeddings(looking: Eye, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
    """What the CLIP sees in each picture, of any size: (pictures, width), each of length 1."""
    import torch

    given = looking.processor(
        images=[picture.convert("RGB") for picture in pictures], return_tensors="pt"
    ).pixel_values
    with torch.no_grad():
        seen = looking.model.vision_model(pixel_values=given.to(looking.model.device)).pooler_output
        directions = looking.model.visual_projection(seen)
    return torch.nn.functional.normalize(directions, dim=-1).cpu().numpy()


def rounded(directions: NDArray[np.float32]) -> NDArray[np.int8]:
    """Embeddings (pictures, width) in a byte a number, the largest of each ±127."""
    largest = np.abs(directions).max(axis=1, keepdims=True)
    return (directions / largest * 127).round().astype(np.int8)


def thumbnail(picture: Image.Image) -> NDArray[np.uint8]:
    """A picture averaged down: (12, 12, 3)."""
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))


def _edition(model: Any) -> str:
    towers = (model.vision_model, model.visual_projection)
    weights = [weight for tower in towers for weight in tower.state_dict().values()]
    halves = (weight.detach().half().cpu().numpy().tobytes() for weight in weights)
    return hashlib.sha256(b"".join(halves)).hexdigest()[:12]
