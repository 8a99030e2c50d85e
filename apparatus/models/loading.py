"""Load a model: a folder of weights becomes a diffusers pipeline on the best device. Nothing is fetched."""

import hashlib
import importlib
import inspect
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from apparatus.errors import NotAModel
from apparatus.models import catalogue
from apparatus.models.catalogue import Entry

OFFLINE = dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"), "1")
QUIET = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "DIFFUSERS_VERBOSITY": "error",
}
"""Unless somebody wants to hear them: bars for weights that load in a blink, warnings at every start."""


@dataclass(frozen=True)
class Model:
    """A pipeline ready to run, with what the catalogue says of it (its defaults filled in)."""

    entry: Entry
    pipeline: Any
    vocabulary: frozenset[str] | None
    edition: str = ""
    """Differs when the weights do, or their type."""

    @property
    def id(self) -> str:
        """Its name in the catalogue, or its folder."""
        return self.entry.id


def load(
    name: str | Path = catalogue.DEFAULT, *, device: str | None = None, dtype: torch.dtype | None = None
) -> Model:
    """The model of that name or folder, ready to expose. Nothing is ever fetched.

    `device` None takes the first there is of cuda, xpu, mps, cpu. `dtype` None takes what the catalogue
    says of the model, else float32 on a cpu and bfloat16 elsewhere.

    Raises:
        ModelNotFound: no model on this machine has that name, and no folder is there.
        NotAModel: the folder is there and cannot be loaded.
    """
    stay_offline()
    entry = catalogue.find(name)
    device = device or best_device()
    if dtype is None:
        dtype = getattr(torch, entry.dtype or ("float32" if device == "cpu" else "bfloat16"))
    pipeline = _pipeline(entry, dtype)
    try:
        pipeline.to(device)
    except (RuntimeError, AssertionError) as error:
        raise NotAModel(entry.folder or name, f"it does not go to the device {device!r} ({error})") from error
    pipeline.set_progress_bar_config(disable=True)
    return Model(_complete(entry, pipeline), pipeline, catalogue.vocabulary(entry), edition(pipeline))


def edition(pipeline: Any) -> str:
    """A name for a pipeline's weights, from the beginning of each of them."""
    found = hashlib.sha256()
    for _, part in sorted(pipeline.components.items()):
        for weight in part.parameters() if isinstance(part, torch.nn.Module) else ():
            if not weight.is_meta:
                found.update(f"{weight.dtype}{weight.detach().flatten()[:4].tolist()}".encode())
    return found.hexdigest()[:12]


def stay_offline() -> None:
    """Have the libraries fetch nothing and say little, from here on."""
    os.environ.update(OFFLINE | QUIET | {name: os.environ[name] for name in QUIET if name in os.environ})


def best_device() -> str:
    """The first there is of cuda, xpu, mps, cpu."""
    found = torch.accelerator.current_accelerator(check_available=True)
    return found.type if found is not None and found.type in ("cuda", "xpu", "mps") else "cpu"


def _pipeline(entry: Entry, dtype: torch.dtype) -> Any:
    """The pipeline of the class the folder names: safetensors only, none of its code run."""
    diffusers = importlib.import_module("diffusers")
    diffusers.utils.logging.disable_progress_bar()
    kind: Any = getattr(diffusers, entry.pipeline, None)
    is_pipeline = isinstance(kind, type) and issubclass(kind, diffusers.DiffusionPipeline)
    if not is_pipeline:
        raise NotAModel(entry.folder or "", f"this version of diffusers has no pipeline {entry.pipeline}")
    try:
        return kind.from_pretrained(
            entry.folder,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            low_cpu_mem_usage=True,
        )
    except Exception as error:  # a broken folder fails in as many ways as it has files
        why = " ".join(str(error).split()).split(". ")[0] or type(error).__name__
        raise NotAModel(entry.folder or "", why.rstrip(".")) from error


def _complete(entry: Entry, pipeline: Any) -> Entry:
    """The entry with the pipeline's own defaults where neither the catalogue nor the folder said any."""
    said = inspect.signature(type(pipeline).__call__).parameters
    side = _own_size(pipeline)
    own = {
        "num_inference_steps": _default(said, "num_inference_steps", 50),
        "guidance_scale": float(_default(said, "guidance_scale", 1.0)),
        "height": _default(said, "height", side),
        "width": _default(said, "width", side),
    }
    return replace(entry, **{name: value for name, value in own.items() if getattr(entry, name) is None})


def _default(parameters: Any, name: str, otherwise: Any) -> Any:
    """What the pipeline's `__call__` takes where `name` is left out."""
    parameter = parameters.get(name)
    if parameter is None or parameter.default in (None, parameter.empty):
        return otherwise
    return parameter.default


def _own_size(pipeline: Any) -> int:
    """The side in pixels of the pictures it was made for: its latents' side times the VAE's factor."""
    unet = getattr(getattr(pipeline, "unet", None), "config", None)
    side: Any = getattr(pipeline, "default_sample_size", None) or getattr(unet, "sample_size", 64)
    return int(side) * int(getattr(pipeline, "vae_scale_factor", 8))
