"""How large models are: the embedded one's parts beside those of models that many people know.

Only files are read: the headers of obscura's own weights, and `known/`, where real configurations of the
others lie with their sources and the counts that `apparatus.models.counting` took from them.
"""

import json
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

from apparatus.models.catalogue import DEFAULT, find, read_json

KNOWN = Path(__file__).parent / "known"


@dataclass(frozen=True)
class Part:
    """One part of a pipeline, by its name there: its class, and how many numbers it learnt.

    `vocabulary` is how many tokens it tells apart, 0 where it reads no text; `source` says where its
    configuration was found, "" for a part that was counted from its own weights.
    """

    name: str
    kind: str
    parameters: int
    vocabulary: int = 0
    source: str = ""


@dataclass(frozen=True)
class Size:
    """A model and its parts; `year` is that of its publication, None where it was made here."""

    id: str
    title: str
    year: int | None
    parts: tuple[Part, ...]

    @property
    def parameters(self) -> int:
        """The numbers learnt, over all its parts."""
        return sum(part.parameters for part in self.parts)


@cache
def known() -> tuple[Size, ...]:
    """Stable Diffusion 1.5, Flux.1 [dev] and Flux.2 [dev], the smallest first."""
    said = (json.loads(file.read_text("utf-8")) for file in KNOWN.glob("*.json"))
    return tuple(sorted(map(_known, said), key=lambda size: size.parameters))


@cache
def embedded() -> Size:
    """The embedded model, counted from its weights; parts that hold none, as the scheduler, count 0."""
    folder = find(DEFAULT).folder
    assert folder is not None, "the package holds its own model"
    index = read_json(folder / "model_index.json")
    kinds = {name: kind[1] for name, kind in index.items() if isinstance(kind, list) and kind[1]}
    return Size(DEFAULT, DEFAULT, None, tuple(_measured(folder / name, kind) for name, kind in kinds.items()))


def _known(said: dict[str, Any]) -> Size:
    parts = tuple(
        Part(row["name"], row["kind"], row["parameters"], _vocabulary(row["config"]), row["source"])
        for row in said["parts"]
    )
    return Size(said["id"], said["title"], said["year"], parts)


def _measured(folder: Path, kind: str) -> Part:
    parameters = sum(map(_weights, folder.glob("*.safetensors")))
    return Part(folder.name, kind, parameters, _vocabulary(read_json(folder / "config.json") or {}))


def _weights(file: Path) -> int:
    """How many numbers a safetensors file holds, by its header: eight bytes of length, then JSON."""
    with file.open("rb") as opened:
        header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
    return sum(prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")


def _vocabulary(config: dict[str, Any]) -> int:
    return int(config.get("vocab_size") or config.get("text_config", {}).get("vocab_size", 0))
