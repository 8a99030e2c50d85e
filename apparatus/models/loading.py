"""Load a model: a folder of weights becomes a diffusers pipeline on a device. Nothing is fetched.

model = load("obscura")

planned = plan("sdxl")           # what can be refused without reading a weight is refused here
pipeline = read(planned)         # the weights, in the machine's memory
model = place(planned, pipeline)
"""

import hashlib
import inspect
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

import torch
from torch import nn

from apparatus.adapters import adapter_for
from apparatus.errors import NotAModel, OutOfRange, TooLarge, UnknownDevice, UnknownDtype
from apparatus.models import catalogue, memory
from apparatus.models.catalogue import Entry, read_json
from apparatus.models.classes import part_classes, pipeline_class
from apparatus.models.weights import Weights, weights
from apparatus.placement import Offload, Placement
from apparatus.record import LoraFit
from apparatus.settings import Lora

OFFLINE = dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"), "1")
QUIET = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "DIFFUSERS_VERBOSITY": "error",
}
"""Unless somebody wants to hear them: bars for weights that load in a blink, warnings at every start."""

DTYPES = ("float32", "float16", "bfloat16")
SIDE = 1024
"""Of the pictures for which room is left, in pixels, where neither the catalogue nor the folder says any."""


@dataclass(frozen=True)
class Model:
    """A pipeline ready to run, with what the catalogue says of it (its defaults filled in)."""

    entry: Entry
    pipeline: Any
    vocabulary: frozenset[str] | None
    edition: str = ""
    """Differs when the weights do, or their type."""
    placement: Placement | None = None
    loras: tuple[Lora, ...] = ()
    fits: tuple[LoraFit, ...] = ()
    """How much of each of them found its place; nothing is said of one that weighs nothing."""

    @property
    def id(self) -> str:
        """Its name in the catalogue, or its folder."""
        return self.entry.id


@dataclass(frozen=True)
class Plan:
    """A model that can be loaded as far as its files tell: of which class, and where it will go."""

    entry: Entry
    kind: Any
    dtype: torch.dtype
    variant: str
    placement: Placement
    crowded: bool
    """Whether its weights cannot be read before what is to be freed is free."""


def load(
    name: str | Path = catalogue.DEFAULT,
    *,
    device: str | None = None,
    dtype: torch.dtype | str | None = None,
    offload: Offload | None = None,
    insist: bool | None = None,
) -> Model:
    """The model of that name or folder, ready to expose. Nothing is ever fetched.

    What is None is taken from the environment: APPARATUS_DEVICE, APPARATUS_DTYPE, APPARATUS_OFFLOAD,
    APPARATUS_INSIST. Else `device` is the first there is of cuda, xpu, mps, cpu; `dtype` what the catalogue
    says of the model, or float32 on a cpu and bfloat16 elsewhere (float16 where there is none); `offload` the
    first of none, model, sequential for which there is room. `insist` tries it where there is none.

    Raises:
        ModelNotFound: no model on this machine has that name, and no folder is there.
        NotAModel: the folder is there and cannot be loaded. Its subclasses say why.
        TooLarge: there is no room for it.
        UnknownDevice, UnknownDtype, OutOfRange: there is none of that name, or no such `offload`.
    """
    planned = plan(name, device=device, dtype=dtype, offload=offload, insist=insist)
    return place(planned, read(planned))


def plan(
    name: str | Path,
    *,
    device: str | None = None,
    dtype: torch.dtype | str | None = None,
    offload: Offload | None = None,
    insist: bool | None = None,
    spare: Mapping[str, int] | None = None,
) -> Plan:
    """What `load` would do, by the files' headers. `spare` bytes, by type of device, will be freed before.

    Raises:
        What `load` raises.
    """
    stay_offline()
    entry = catalogue.find(name)
    kind, parts = pipeline_class(entry), _weighed(entry)
    where = _device(device or os.environ.get("APPARATUS_DEVICE") or best_device())
    wanted = _dtype(dtype or os.environ.get("APPARATUS_DTYPE") or entry.dtype or best_dtype(where))
    sizes = {part: found.size(wanted.itemsize) for part, found in parts.items()}
    placement = memory.choose(
        entry.id,
        sizes,
        where,
        wanted,
        working=_working(entry, wanted),
        spare=spare,
        offload=_offload(offload or os.environ.get("APPARATUS_OFFLOAD")),
        insist=bool(os.environ.get("APPARATUS_INSIST")) if insist is None else insist,
    )
    crowded = placement.weights + placement.work > memory.free(torch.device("cpu"))
    variant = next((found.variant for found in parts.values() if found.variant), "")
    return Plan(entry, kind, wanted, variant, placement, crowded)


def read(planned: Plan) -> Any:
    """The pipeline with its weights, on the cpu: safetensors only, none of the folder's code run.

    Raises:
        NotAModel: its files do not fit each other.
    """
    stay_offline()
    folder = planned.entry.folder or ""
    try:
        return planned.kind.from_pretrained(
            folder,
            dtype=planned.dtype,
            variant=planned.variant or None,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            low_cpu_mem_usage=True,
        )
    except Exception as error:  # a broken folder fails in as many ways as it has files
        why = " ".join(str(error).split()).split(". ")[0] or type(error).__name__
        raise NotAModel(folder, why[:400].rstrip(".")) from error


def place(planned: Plan, pipeline: Any) -> Model:
    """The model on its device.

    Raises:
        TooLarge: there is less room than was measured.
    """
    named, placement, entry = edition(pipeline), planned.placement, planned.entry
    try:
        memory.place(pipeline, placement)
    except torch.OutOfMemoryError as error:
        there = memory.free(torch.device(placement.device))
        raise TooLarge(entry.id, placement.weights, there, placement.device) from error
    pipeline.set_progress_bar_config(disable=True)
    placement = placement.model_copy(update={"left": memory.left(placement)})
    return Model(_complete(entry, pipeline), pipeline, catalogue.vocabulary(entry), named, placement)


def edition(pipeline: Any) -> str:
    """A name for a pipeline's weights, from the beginning of each of them. None may be on the meta device."""
    found = hashlib.sha256()
    for _, part in sorted(pipeline.components.items()):
        for weight in part.parameters() if isinstance(part, nn.Module) else ():
            found.update(f"{weight.dtype}{weight.detach().flatten()[:4].tolist()}".encode())
    return found.hexdigest()[:12]


def stay_offline() -> None:
    """Have the libraries fetch nothing and say little, from here on."""
    os.environ.update(OFFLINE | QUIET | {name: os.environ[name] for name in QUIET if name in os.environ})
    for library in (sys.modules[name] for name in ("diffusers", "transformers") if name in sys.modules):
        library.utils.logging.disable_progress_bar()  # what was imported has read its settings already
        if os.environ[f"{library.__name__.upper()}_VERBOSITY"] == "error":
            library.utils.logging.set_verbosity_error()


def best_device() -> str:
    """The first there is of cuda, xpu, mps, cpu."""
    found = torch.accelerator.current_accelerator(check_available=True)
    return found.type if found is not None and found.type in ("cuda", "xpu", "mps") else "cpu"


def best_dtype(device: torch.device) -> str:
    """What models are loaded in on a device where nobody says: half as many bits where that is quicker."""
    if device.type == "cpu":
        return "float32"
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return "float16"
    return "bfloat16"


def _device(asked: str) -> torch.device:
    """The device of that name.

    Raises:
        UnknownDevice: this machine has none.
    """
    best = best_device()
    there = ["cpu"] if best == "cpu" else [f"{best}:{n}" for n in range(torch.accelerator.device_count())]
    there += [best, "cpu"] if best != "cpu" else []
    if asked not in there:
        raise UnknownDevice(asked, there)
    return torch.device(asked)


def _dtype(asked: torch.dtype | str) -> torch.dtype:
    """The dtype of that name.

    Raises:
        UnknownDtype: models are not loaded in one.
    """
    name = str(asked).removeprefix("torch.")
    if name not in DTYPES:
        raise UnknownDtype(name, DTYPES)
    found: torch.dtype = getattr(torch, name)
    return found


def _offload(asked: str | None) -> Offload | None:
    """What is asked to wait beside the device; None where nobody asks.

    Raises:
        OutOfRange: there is no such way.
    """
    if asked and asked not in get_args(Offload):
        raise OutOfRange("offload", asked, ", ".join(get_args(Offload)))
    return cast("Offload | None", asked or None)


def _weighed(entry: Entry) -> dict[str, Weights]:
    """The weights of each part that has some.

    Raises:
        NotAModel: a part's class is not there, or its weights are not.
    """
    assert entry.folder is not None, "what is found is on this machine"
    modules = [
        part for part, of in part_classes(entry).items() if isinstance(of, type) and issubclass(of, nn.Module)
    ]
    return {part: weights(entry.folder, part) for part in modules}


def _working(entry: Entry, dtype: torch.dtype) -> int:
    """The bytes to be left free for decoding a picture of the model's own size."""
    assert entry.folder is not None, "what is not on this machine is not loaded"
    config = read_json(entry.folder / "vae" / "config.json")
    said = config if isinstance(config, dict) else {}
    return memory.work(said, entry.height or SIDE, entry.width or SIDE, dtype)


def _complete(entry: Entry, pipeline: Any) -> Entry:
    """The entry with the pipeline's own defaults where neither the catalogue nor the folder said any."""
    said = inspect.signature(type(pipeline).__call__).parameters
    side = _own_size(pipeline)
    own = {
        "num_inference_steps": _default(said, "num_inference_steps", 50),
        "guidance_scale": float(_default(said, adapter_for(pipeline).guidance, 1.0)),
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
