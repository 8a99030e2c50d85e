"""LoRA: small files of weights that are added to a model's own, each with a weight of its own, by peft.

with worn(model, settings.loras) as dressed:
    ...    # `dressed.edition` differs, `dressed.loras` say which files these are, `dressed.fits` how they fit

They stay on when the scope is left, so that the next picture with the same ones need not load them again;
the next scope takes off what it does not ask for. What is off leaves nothing behind.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn

from apparatus import taps
from apparatus.errors import LoraMisfit, NotALora
from apparatus.models import memory
from apparatus.models.loading import Model
from apparatus.models.lora_files import MARKS, find
from apparatus.record import LoraFit
from apparatus.settings import Lora

_layers: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()
"""How many layers each of a pipeline's LoRAs has in its file, by its name to peft."""


@contextmanager
def worn(model: Model, loras: Sequence[Lora]) -> Iterator[Model]:
    """A scope in which the model wears exactly these; it is locked meanwhile.

    Raises:
        NotALora: there is no such file, it is none, or it is another than that of this name before.
        LoraMisfit: it was made for another model. The model then wears none.
    """
    with taps.lock(model.pipeline):
        files = {lora.file: find(lora) for lora in loras}
        known = tuple(lora.model_copy(update={"sha256": _hash(files[lora.file])}) for lora in loras)
        for asked, there in zip(loras, known, strict=True):
            if asked.sha256 not in ("", there.sha256):
                raise NotALora(asked.file, f"it is another file than it was ({asked.sha256[:12]})")
        wanted = {name(lora): lora for lora in known}
        wanted = {key: lora for key, lora in wanted.items() if lora.weight}
        _wear(model, wanted, files)
        edition = _edition(model.edition, wanted.values())
        fits = tuple(_fit(model.pipeline, key, lora) for key, lora in wanted.items())
        yield replace(model, edition=edition, loras=known, fits=fits)


def on(pipeline: Any) -> set[str]:
    """The names, to peft, of those that a pipeline has loaded."""
    parts = getattr(pipeline, "_lora_loadable_modules", [])
    return {
        one for part in parts for one in getattr(getattr(pipeline, part, None), "peft_config", None) or ()
    }


def own(part: nn.Module) -> int:
    """How many numbers a part learnt, without those of the LoRAs on it."""
    weights = part.named_parameters()
    return sum(weight.numel() for key, weight in weights if not any(mark in key for mark in MARKS))


def name(lora: Lora) -> str:
    """Its name to peft: no two files share one, and it holds no dot."""
    return f"lora_{lora.sha256[:16]}"


def _wear(model: Model, wanted: Mapping[str, Lora], files: Mapping[str, Path]) -> None:
    """Load what is missing, take off what is too much, and set the weights."""
    pipeline = model.pipeline
    if on(pipeline) != wanted.keys():
        if not hasattr(pipeline, "load_lora_weights"):
            file = next(iter(wanted.values())).file
            raise LoraMisfit(file, model.id, f"{type(pipeline).__name__} takes none")
        with _lifted(model):
            _change(model, wanted, files)
    if wanted:
        pipeline.set_adapters(list(wanted), [lora.weight for lora in wanted.values()])


@contextmanager
def _lifted(model: Model) -> Iterator[None]:
    """A scope in which no hook of accelerate stands between the pipeline and its weights."""
    placement = model.placement
    if placement is None or placement.offload == "none":
        yield
        return
    memory.lift(model.pipeline)
    try:
        yield
    finally:
        memory.place(model.pipeline, placement)


def _change(model: Model, wanted: Mapping[str, Lora], files: Mapping[str, Path]) -> None:
    pipeline, there = model.pipeline, on(model.pipeline)
    if not there & wanted.keys():
        pipeline.unload_lora_weights()  # puts the very layers back that were there before
    elif there - wanted.keys():
        pipeline.delete_adapters(sorted(there - wanted.keys()))
    for key, lora in wanted.items():
        if key not in there:
            _load(model, key, lora, files[lora.file])


def _load(model: Model, key: str, lora: Lora, file: Path) -> None:
    """Load one.

    Raises:
        LoraMisfit: none of its layers has a place in this model, or one has another size.
    """
    pipeline = model.pipeline
    given = {"weight_name": file.name, "use_safetensors": True, "local_files_only": True}
    try:
        read = pipeline.lora_state_dict(str(file.parent), **given)
        _layers.setdefault(pipeline, {})[key] = _layered(read[0] if isinstance(read, tuple) else read)
        pipeline.load_lora_weights(str(file.parent), adapter_name=key, **given)
        if not _placed(pipeline, key):
            raise ValueError("none of its layers has a place in it")
    except Exception as error:  # diffusers and peft refuse a file in many ways
        pipeline.unload_lora_weights()
        why = " ".join(str(error).split()).split(". ")[0] or type(error).__name__
        raise LoraMisfit(lora.file, model.id, why[:300].rstrip(".:")) from error


def _layered(tensors: Iterable[str]) -> int:
    """How many layers a LoRA has, by the names of its tensors as diffusers makes them of any trainer's."""
    marked = (name for name in tensors if any(mark in name for mark in MARKS))
    return len({re.split(r"[._](?:lora|lokr)[._]", name)[0] for name in marked})


def _placed(pipeline: Any, key: str) -> int:
    """How many layers of the pipeline have one of this LoRA's on them."""
    parts = (getattr(pipeline, part, None) for part in pipeline._lora_loadable_modules)
    modules = (module for part in parts if part is not None for module in part.modules())
    layers = (module for module in modules if isinstance(module, BaseTunerLayer))
    return sum(any(key in getattr(layer, held) for held in layer.adapter_layer_names) for layer in layers)


def _fit(pipeline: Any, key: str, lora: Lora) -> LoraFit:
    layers = _layers[pipeline][key]
    return LoraFit(name=Path(lora.file).stem, layers=layers, placed=min(_placed(pipeline, key), layers))


def _hash(file: Path) -> str:
    facts = file.stat()
    return _hashed(file, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=64)
def _hashed(file: Path, changed: int, size: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _edition(plain: str, loras: Iterable[Lora]) -> str:
    """The edition of a model that wears these; the plain one's, where there are none."""
    facts = [f"{lora.sha256}:{lora.weight!r}" for lora in loras]
    return hashlib.sha256("\n".join(chain([plain], facts)).encode()).hexdigest()[:12] if facts else plain
