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
from apparatus.models import files

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
    revision: str = ""  # the commit that is fetched; "" for the newest
    gated: bool = False  # the hub gives it only to those who accepted its terms there
    licence: str = ""
    licence_link: str = ""
    forbids: str = ""
    forbids_fr: str = ""
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
    """The model of that name, or in that folder, ready to be loaded.

    Raises:
        ModelNotFound: no model on this machine has that name, and no folder is there.
        NotAModel: there is a folder, and it is not a diffusers pipeline.
    """
    entry = look_up(name)
    if entry is None or entry.folder is None:
        here = [known.id for known in catalogue() if known.folder]
        raise ModelNotFound(str(name), here, fetch=entry.id if entry else "")
    if entry.fault:
        _read(entry)  # says it again, as an error of its kind
        raise NotAModel(entry.folder, entry.fault)
    return entry


def look_up(name: str | Path) -> Entry | None:
    """What is known of a model by its name, its repository's, or its folder, whether or not it is here."""
    entries = {entry.id: entry for entry in catalogue()}
    by_repository = {entry.repository: entry for entry in entries.values() if entry.repository}
    entry = entries.get(str(name)) or by_repository.get(str(name))
    if entry is None and _is_folder(Path(name)):
        return _described(Entry(str(name), Path(name).resolve()))
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
    for folder in sorted(cache_folder().glob("models--*--*")):
        indexes = list(folder.glob("snapshots/*/model_index.json"))
        if indexes:
            newest = max(indexes, key=lambda index: index.lstat().st_mtime)
            models[folder.name.removeprefix("models--").replace("--", "/", 1)] = newest.parent
    return models


def cache_folder() -> Path:
    """Where the hub's cache lies: HF_HUB_CACHE, or HF_HOME, or the usual place, as huggingface_hub has it."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    hub = Path(os.environ.get("HF_HOME") or Path(home) / "huggingface") / "hub"
    return Path(os.environ.get("HF_HUB_CACHE") or hub).expanduser()


def read_json(path: Path) -> Any:
    """What a JSON file holds; None where there is none that can be read."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def cell(entry: Entry) -> int | None:
    """Pixels on a side of a cell of its latents, by its autoencoder's configuration; None if unknown.

    Source: diffusers 0.42.1, `vae_scale_factor` in each pipeline's `__init__`.
    """
    config = read_json(entry.folder / "vae" / "config.json") if entry.folder else None
    if not isinstance(config, dict):
        return None
    if "temperal_downsample" in config:
        return int(2 ** len(config["temperal_downsample"]))
    channels = config.get("block_out_channels") or config.get("decoder_block_out_channels")
    return int(2 ** (len(channels) - 1)) if channels else None


def files_in(folder: Path) -> set[str]:
    """The names of a pipeline's files, "unet/config.json": those that are there, not links to nothing."""
    found = (path for pattern in ("*", "*/*") for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def _is_folder(path: Path) -> bool:
    """Whether it is one; no, too, for a name too long for a path, or one behind a closed door."""
    try:
        return path.is_dir()
    except OSError:
        return False


@cache
def _toml() -> dict[str, dict[str, Any]]:
    return tomllib.loads((HERE / "catalogue.toml").read_text("utf-8"))


def _listed(name: str, facts: dict[str, Any], cached: dict[str, Path]) -> Entry:
    folder = HERE / facts["folder"] if "folder" in facts else cached.get(facts["repository"])
    if folder is not None and not folder.is_dir():
        folder = None
    return _described(Entry(**{**facts, "id": name, "folder": folder}))


def _described(entry: Entry) -> Entry:
    """The entry with what its folder says itself, or with what keeps it from being loaded."""
    if entry.folder is None:
        return entry
    try:
        return _read(entry)
    except NotAModel as error:
        index = read_json(entry.folder / "model_index.json")
        named = index.get("_class_name") if isinstance(index, dict) else None
        return replace(entry, fault=error.why, pipeline=named if isinstance(named, str) else entry.pipeline)


def _read(entry: Entry) -> Entry:
    """The entry with what its folder says itself; `apparatus.json` wins over the catalogue.

    Raises:
        NotAModel: its files say that it cannot be loaded.
    """
    folder = entry.folder
    assert folder is not None, "what is not on this machine has no files"
    names = files_in(folder)
    if "model_index.json" not in names:
        raise NotAModel(folder, "it has no model_index.json that names a diffusers pipeline")
    index = read_json(folder / "model_index.json")
    if not isinstance(index, dict):
        raise NotAModel(folder, "its model_index.json is broken: it is no JSON object")
    if not isinstance(index.get("_class_name"), str):
        raise NotAModel(folder, "its model_index.json names no diffusers pipeline")
    files.check(folder, index, names)
    entry = replace(entry, pipeline=index["_class_name"])
    return _as_it_says(entry, folder / "apparatus.json") if "apparatus.json" in names else entry


def _as_it_says(entry: Entry, said_in: Path) -> Entry:
    """The entry as its folder's `apparatus.json` has it.

    Raises:
        NotAModel: it says something impossible.
    """
    said = read_json(said_in)
    if not isinstance(said, dict):
        raise NotAModel(said_in.parent, "its apparatus.json is no JSON object")
    facts = {key: value for key, value in said.items() if key not in _OURS}
    try:
        return _ENTRY.validate_python({**vars(entry), **facts})
    except ValidationError as error:
        first = error.errors()[0]
        why = f"its apparatus.json says something impossible of {first['loc'][0]} ({first['msg']})"
        raise NotAModel(said_in.parent, why) from error


_OURS = {"id", "folder", "pipeline", "fault"}  # not for a folder to say
_ENTRY = TypeAdapter(Entry)
