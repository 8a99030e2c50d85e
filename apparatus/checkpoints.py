"""Where a run stood between two steps, and how to stand there again, in this process or another.

    checkpoint = take(pipeline.scheduler, generators, returned)     # a few microseconds: tensors are shared
    restore(pipeline.scheduler, generators, checkpoint)

    write(path, state)          # any nest of lists, dictionaries, numbers, text, tensors; no pickle
    state = read(path)

Source: the format, https://huggingface.co/docs/safetensors; the nest stands as JSON in the header's metadata.
"""

import importlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import torch
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from diffusers.utils import BaseOutput
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Generator, Tensor
from transformers.utils import ModelOutput

from apparatus.errors import BrokenRecord, CannotStore

FORMAT = "1"
_OUTPUTS = BaseOutput | ModelOutput


@dataclass(frozen=True)
class Checkpoint:
    """The state after a step: what `scheduler.step` returned, the scheduler's own memory, and chance's.

    Chance has two places: the generators given to the pipeline, and torch's global ones (`world`), from
    which some samplers draw whatever they are given.
    """

    returned: Any
    scheduler: dict[str, Any]
    generators: list[Tensor]
    world: list[Tensor]


def take(scheduler: SchedulerMixin, generators: Sequence[Generator], returned: Any) -> Checkpoint:
    """A checkpoint of now. Containers are copied and tensors shared: schedulers never write in them."""
    states = [generator.get_state() for generator in generators]
    return Checkpoint(returned, scheduler_state(scheduler), states, world())


def restore(scheduler: SchedulerMixin, generators: Sequence[Generator], checkpoint: Checkpoint) -> None:
    """Put the scheduler and chance back to where they were."""
    attributes = vars(scheduler)
    for name in scheduler_state(scheduler).keys() - checkpoint.scheduler.keys():
        del attributes[name]
    attributes.update(snapshot(checkpoint.scheduler))
    for generator, state in zip(generators, checkpoint.generators, strict=False):
        generator.set_state(state)
    set_world(checkpoint.world)


def scheduler_state(scheduler: SchedulerMixin) -> dict[str, Any]:
    """Everything a scheduler remembers; its configuration, functions and the taps on it are none of that."""
    return {
        name: snapshot(value)
        for name, value in vars(scheduler).items()
        if name != "_internal_dict" and not isinstance(value, FunctionType)
    }


def world() -> list[Tensor]:
    """The states of torch's global generators: the CPU's, then every CUDA device's in use."""
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return [torch.get_rng_state(), *devices]


def set_world(states: list[Tensor]) -> None:
    """Put torch's global generators back to what `world` gave."""
    torch.set_rng_state(states[0])
    for device, state in enumerate(states[1 : 1 + torch.cuda.device_count()]):
        torch.cuda.set_rng_state(state, device)


def snapshot(value: Any) -> Any:
    """A copy of every list, tuple and dictionary, down to leaves that are shared."""
    return mapped(lambda leaf: leaf, value)


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """The same nest, each leaf changed; the outputs of diffusers and transformers count as nests."""
    if isinstance(value, _OUTPUTS):
        return type(value)(**{name: mapped(change, item) for name, item in value.items()})
    if type(value) is dict:
        return {name: mapped(change, item) for name, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(mapped(change, item) for item in value)
    return change(value)


def write(path: Path, state: Any) -> None:
    """Write a nest of state to a safetensors file; a tensor that stands in it twice is written once.

    Raises:
        CannotStore: something in it is neither number, text, tensor, array, generator nor a nest of them.
    """
    packing = _Packing()
    skeleton = json.dumps(packing.pack(state, ""))
    path.write_bytes(save(packing.tensors, {"format": "pt", "checkpoint": FORMAT, "state": skeleton}))


def read(path: Path) -> Any:
    """What `write` was given; each tensor on its own device where there is one, else on the CPU.

    Raises:
        BrokenRecord: the file is missing, damaged, or was not written here.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise BrokenRecord(path, str(error)) from error
    if metadata.get("checkpoint") != FORMAT:
        raise BrokenRecord(path, f"its checkpoint format is {metadata.get('checkpoint')}, not {FORMAT}")
    try:
        return _unpack(json.loads(metadata["state"]), tensors)
    except (LookupError, ValueError, TypeError, AttributeError, ImportError, RuntimeError) as error:
        raise BrokenRecord(path, f"it holds what cannot be rebuilt ({error})") from error


class _Packing:
    """Turns a nest into JSON, and gathers its tensors: equal places in memory become one entry."""

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._names: dict[Any, str] = {}
        self._held: list[Tensor] = []  # or a freed tensor's address could be taken for another's

    def pack(self, value: Any, path: str) -> Any:
        """JSON for one value: plain ones stand for themselves, all others are {kind: content}."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, _OUTPUTS):
            kind = f"{type(value).__module__}:{type(value).__qualname__}"
            return {"output": kind, "fields": self._pack_fields(value, path)}
        if type(value) is dict:
            return {"dict": self._pack_fields(value, path)}
        if isinstance(value, list | tuple):
            kind = "list" if isinstance(value, list) else "size" if isinstance(value, torch.Size) else "tuple"
            return {kind: [self.pack(item, f"{path}/{place}") for place, item in enumerate(value)]}
        if isinstance(value, Tensor):
            return self._pack_tensor(value)
        return self._pack_leaf(value, path)

    def _pack_fields(self, value: Any, path: str) -> list[list[Any]]:
        return [[self.pack(name, path), self.pack(item, f"{path}/{name}")] for name, item in value.items()]

    def _pack_tensor(self, value: Tensor) -> dict[str, Any]:
        kept = torch.empty_like(value, device="meta").stride()  # what a copy of it would have: no overlaps
        same = (value.data_ptr(), value.shape, value.stride(), value.dtype, value.device)
        if same not in self._names:
            self._names[same] = f"{len(self._names)}"
            self._held.append(value)
            self.tensors[self._names[same]] = value.detach().to("cpu", copy=True).contiguous()
        return {"tensor": self._names[same], "stride": list(kept), "device": str(value.device)}

    def _pack_leaf(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            return {"array": self._pack_tensor(torch.from_numpy(np.ascontiguousarray(value)))}
        if isinstance(value, np.number | np.bool_):
            return {"number": value.item(), "dtype": str(value.dtype)}
        if isinstance(value, Generator):
            return {"generator": self._pack_tensor(value.get_state()), "device": str(value.device)}
        if isinstance(value, Image.Image):
            pixels = torch.from_numpy(np.array(value))
            return {"image": self._pack_tensor(pixels), "mode": value.mode}
        if isinstance(value, torch.dtype | torch.device):
            return {type(value).__name__: str(value).removeprefix("torch.")}
        raise CannotStore(path.lstrip("/"), type(value).__name__)


def _unpack(node: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(node, dict):
        return node
    kind, content = next(iter(node.items()))
    return _UNPACK[kind](node, content, tensors)


def _unpack_items(_: Any, content: list[Any], tensors: dict[str, Tensor]) -> list[Any]:
    return [_unpack(item, tensors) for item in content]


def _unpack_fields(_: Any, content: list[Any], tensors: dict[str, Tensor]) -> dict[Any, Any]:
    return {_unpack(name, tensors): _unpack(item, tensors) for name, item in content}


def _unpack_output(node: Any, kind: str, tensors: dict[str, Tensor]) -> Any:
    module, _, name = kind.partition(":")
    if module.split(".")[0] not in ("diffusers", "transformers"):
        raise ValueError(f"{kind} is no output of diffusers or transformers")
    output = getattr(importlib.import_module(module), name)
    if not issubclass(output, _OUTPUTS):
        raise ValueError(f"{kind} is no output of diffusers or transformers")
    return output(**_unpack_fields(node, node["fields"], tensors))


def _unpack_tensor(node: Any, name: str, tensors: dict[str, Tensor]) -> Tensor:
    stored, stride, device = tensors[name], tuple(node["stride"]), torch.device(node["device"])
    if stored.stride() != stride:
        stored = torch.empty_strided(stored.shape, stride, dtype=stored.dtype).copy_(stored)
    if _is_there(device):
        stored = stored.to(device)
    tensors[name] = stored
    return stored


def _is_there(device: torch.device) -> bool:
    return device.type == "cpu" or (device.type == "cuda" and (device.index or 0) < torch.cuda.device_count())


def _unpack_generator(node: Any, content: Any, tensors: dict[str, Tensor]) -> Generator:
    generator = Generator(node["device"])
    generator.set_state(_unpack(content, tensors))
    return generator


def _unpack_image(node: Any, content: Any, tensors: dict[str, Tensor]) -> Image.Image:
    picture = Image.fromarray(_unpack(content, tensors).cpu().numpy())
    if picture.mode != node["mode"]:
        raise ValueError(f"a picture in {node['mode']} was kept as one in {picture.mode}")
    return picture


_UNPACK: dict[str, Callable[[Any, Any, dict[str, Tensor]], Any]] = {
    "output": _unpack_output,
    "dict": _unpack_fields,
    "list": _unpack_items,
    "tuple": lambda *node: tuple(_unpack_items(*node)),
    "size": lambda *node: torch.Size(_unpack_items(*node)),
    "tensor": _unpack_tensor,
    "array": lambda _, content, tensors: _unpack(content, tensors).numpy(),
    "number": lambda node, content, _: np.dtype(node["dtype"]).type(content),
    "generator": _unpack_generator,
    "image": _unpack_image,
    "dtype": lambda _, content, __: getattr(torch, content),
    "device": lambda _, content, __: torch.device(content),
}
