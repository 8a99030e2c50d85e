"""How large models are, part by part.

Only files are read: the headers of weights that are here, and `known/`, where real configurations of the
catalogue's models lie with their sources and the counts that `apparatus.models.counting` took from them.
A part there may be `like` that of another model.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from apparatus.errors import NotAModel
from apparatus.models import files
from apparatus.models.catalogue import DEFAULT, Entry, files_in, find, read_json
from apparatus.models.weights import weights

KNOWN = Path(__file__).parent / "known"
FAMILIAR = ("stable-diffusion-v1-5", "flux-1-dev", "flux-2-dev")
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
"""A number's, in each precision."""


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

    @property
    def memory(self) -> dict[str, int]:
        """What the weights alone take, in bytes, in each precision; a run takes more."""
        return {precision: self.parameters * size for precision, size in BYTES.items()}


def of(entry: Entry) -> Size | None:
    """The model's parts, counted from its weights where they are here; None where nobody could count them."""
    published = _published().get(entry.id)
    if entry.folder is None or entry.fault:
        return published
    title, year = (published.title, published.year) if published else (entry.id, None)
    try:
        return Size(entry.id, title, year, tuple(_measured(entry.folder)))
    except NotAModel:  # a file is damaged: loading will say which
        return published


@cache
def known() -> tuple[Size, ...]:
    """Stable Diffusion 1.5, Flux.1 [dev] and Flux.2 [dev], the smallest first."""
    return tuple(sorted((_published()[id] for id in FAMILIAR), key=lambda size: size.parameters))


@cache
def embedded() -> Size:
    """The embedded model, counted from its weights; parts that hold none, as the scheduler, count 0."""
    size = of(find(DEFAULT))
    assert size is not None, "the package holds its own model"
    return size


@cache
def _published() -> dict[str, Size]:
    """Every model of `known/`, by its name in the catalogue."""
    told = {file.stem: json.loads(file.read_text("utf-8")) for file in KNOWN.glob("*.json")}
    spelt = {f"{id}/{row['name']}": row for id, model in told.items() for row in model["parts"]}

    def part(row: dict[str, Any]) -> Part:
        whole = row if "config" in row else spelt[row["like"]]
        return Part(
            row["name"], whole["kind"], whole["parameters"], _vocabulary(whole["config"]), row["source"]
        )

    return {
        id: Size(id, model["title"], model["year"], tuple(map(part, model["parts"])))
        for id, model in told.items()
    }


def _measured(folder: Path) -> Iterator[Part]:
    """The parts that a pipeline's index names, counted from the headers of the weights that are loaded.

    Raises:
        DamagedFile: a weight file is cut short.
    """
    names = files_in(folder)
    for name, kind in files.parts(read_json(folder / "model_index.json")).items():
        parameters = weights(folder, name).floats if files.weights(names, name) else 0
        yield Part(name, kind, parameters, _vocabulary(read_json(folder / name / "config.json") or {}))


def _vocabulary(config: dict[str, Any]) -> int:
    return int(config.get("vocab_size") or config.get("text_config", {}).get("vocab_size", 0))
