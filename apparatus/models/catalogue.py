"""What can be loaded: the catalogue, any folder saved by diffusers, whatever a hub cache holds.

Only files are read here, never a weight: the app asks this module without importing torch.
"""

import json
import os
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from apparatus.errors import ModelNotFound, NotAModel, OutOfRange

DEFAULT = "obscura"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    """One model as the catalogue knows it. None: neither the catalogue nor its files say."""

    id: str
    folder: Path | None = None  # None: it is not on this machine
    pipeline: str = ""  # the diffusers class
    fault: str = ""  # what keeps it from being loaded, as far as its files tell
    repository: str = ""
    licence: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    latents: str | None = None
    dtype: Literal["float32", "float16", "bfloat16"] | None = None
    num_inference_steps: int | None = None
    guidance_scale: float | None = None
    height: int | None = None
    width: int | None = None
    multiple: int = 8
    smallest: int = 64
    largest: int = 2048

    def allow(self, height: int, width: int) -> None:
        """Refuse a size this model cannot make.

        Raises:
            OutOfRange: it is too small, too large, or falls between the multiples.
        """
        for setting, asked in (("height", height), ("width", width)):
            if not self.smallest <= asked <= self.largest or asked % self.multiple:
                allowed = f"{self.smallest} to {self.largest} for {self.id}, in multiples of {self.multiple}"
                raise OutOfRange(setting, asked, allowed)


def catalogue() -> list[Entry]:
    """Every model there is, by name: the catalogue's, in its order, then others in the hub cache."""
    cached = hub_cache()
    listed = [_listed(name, facts, cached) for name, facts in _toml().items()]
    known = {entry.repository for entry in listed}
    return listed + [
        _described(Entry(name, folder, repository=name))
        for name, folder in sorted(cached.items())
        if name not in known
    ]


def find(name: str | Path) -> Entry:
    """The model of that name, or in that folder.

    Raises:
        ModelNotFound: no model on this machine has that name, and no folder is there.
        NotAModel: there is a folder, and it is not a diffusers pipeline.
    """
    entries = {entry.id: entry for entry in catalogue()}
    by_repository = {entry.repository: entry for entry in entries.values() if entry.repository}
    entry = entries.get(str(name)) or by_repository.get(str(name))
    if entry is None and _is_folder(Path(name)):
        folder = Path(name).resolve()
        entry = _described(Entry(str(name), folder))
    if entry is None or entry.folder is None:
        raise ModelNotFound(str(name), [known.id for known in entries.values() if known.folder])
    if entry.fault:
        raise NotAModel(entry.folder, entry.fault)
    return entry


def vocabulary(entry: Entry) -> frozenset[str] | None:
    """The words the model was trained on, in lower case; None where nobody can know them.

    Raises:
        NotAModel: it has a vocabulary.json that is no list of words.
    """
    if entry.folder is None or not (entry.folder / "vocabulary.json").exists():
        return None
    said = read_json(entry.folder / "vocabulary.json")
    words = said.get("words") if isinstance(said, dict) else said
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise NotAModel(entry.folder, "its vocabulary.json is no list of words")
    return frozenset(word.lower() for word in words)


def hub_cache() -> dict[str, Path]:
    """The diffusers models that the hub's cache on this machine holds, each with its newest snapshot."""
    models = {}
    for folder in sorted(_cache_folder().glob("models--*--*")):
        indexes = list(folder.glob("snapshots/*/model_index.json"))
        if indexes:
            newest = max(indexes, key=lambda index: index.lstat().st_mtime)
            models[folder.name.removeprefix("models--").replace("--", "/", 1)] = newest.parent
    return models


def read_json(path: Path) -> Any:
    """What a JSON file holds; None where there is none that can be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _is_folder(path: Path) -> bool:
    """Whether it is one; no, too, for a name too long for a path, or one behind a closed door."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    hub = Path(os.environ.get("HF_HOME") or Path(home) / "huggingface") / "hub"
    return Path(os.environ.get("HF_HUB_CACHE") or hub).expanduser()


@cache
def _toml() -> dict[str, dict[str, Any]]:
    return tomllib.loads((HERE / "catalogue.toml").read_text("utf-8"))


def _listed(name: str, facts: dict[str, Any], cached: dict[str, Path]) -> Entry:
    folder = HERE / facts["folder"] if "folder" in facts else cached.get(facts["repository"])
    if folder is not None and not folder.is_dir():
        folder = None
    return _described(Entry(**{**facts, "id": name, "folder": folder}))


def _described(entry: Entry) -> Entry:
    """The entry with what its folder says itself; `apparatus.json` wins over the catalogue."""
    folder = entry.folder
    if folder is None:
        return entry
    index = read_json(folder / "model_index.json")
    pipeline = index.get("_class_name") if isinstance(index, dict) else None
    if not isinstance(pipeline, str):
        return replace(entry, fault="it has no model_index.json that names a diffusers pipeline")
    entry = replace(entry, pipeline=pipeline)
    if not (folder / "apparatus.json").exists():
        return entry
    said = read_json(folder / "apparatus.json")
    if not isinstance(said, dict):
        return replace(entry, fault="its apparatus.json is no JSON object")
    facts = {key: value for key, value in said.items() if key not in _OURS}
    try:
        return _ENTRY.validate_python({**vars(entry), **facts})
    except ValidationError as error:
        first = error.errors()[0]
        fault = f"its apparatus.json says something impossible of {first['loc'][0]} ({first['msg']})"
        return replace(entry, fault=fault)


_OURS = {"id", "folder", "pipeline", "fault"}  # not for a folder to say
_ENTRY = TypeAdapter(Entry)
