"""Tensor files: safetensors, written from torch or numpy, read lazily with numpy alone.

Source: the format, https://huggingface.co/docs/safetensors: eight bytes of length, a JSON header, the data.
"""

import json
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, NonNegativeInt, TypeAdapter

from apparatus.errors import BrokenRecord

Array = Any
"""A torch CPU tensor in a live run, a numpy array in a reopened one."""

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "|b1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
    "BF16": "<u2",  # the bits; last, so that a real uint16 finds its own name first
}  # fmt: skip


class _Entry(BaseModel):
    """A tensor as the header has it."""

    dtype: str
    shape: list[NonNegativeInt]
    data_offsets: tuple[NonNegativeInt, NonNegativeInt]


_ENTRIES = TypeAdapter(dict[str, _Entry])


def plain(array: Array) -> NDArray[Any]:
    """Any array as numpy; what numpy has no type for (bfloat16, float8) becomes float32."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        if "float8" in str(array.dtype) or "bfloat16" in str(array.dtype):
            array = array.float()
    return np.asarray(array)


def write(path: Path, tensors: Mapping[str, Array]) -> None:
    """Write a safetensors file; bfloat16 stays bfloat16.

    Raises:
        TypeError: the format has no word for the numbers of an array (complex ones, dates).
    """
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    blocks: list[bytes] = []
    end = 0
    for name in sorted(tensors):
        dtype, values = _stored(tensors[name])
        blocks.append(values.tobytes())
        start, end = end, end + len(blocks[-1])
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.writelines(blocks)


def _stored(array: Array) -> tuple[str, NDArray[Any]]:
    values = plain(array)
    if str(array.dtype) == "torch.bfloat16":  # the upper half of a float32
        return "BF16", (values.view("<u4") >> 16).astype("<u2")
    values = values.astype(values.dtype.newbyteorder("<"))
    for name, code in _DTYPES.items():
        if values.dtype == code:
            return name, values
    raise TypeError(f"safetensors cannot hold {values.dtype}; it holds {', '.join(_DTYPES)}")


class Tensors(Mapping[str, NDArray[Any]]):
    """The tensors of one file, each read when it is asked for.

    Raises:
        BrokenRecord: the file is missing, cut short, or no safetensors file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._entries, self._start = _header(path)
            there = path.stat().st_size - self._start
        except OSError as error:
            raise BrokenRecord(path, error.strerror or str(error)) from error
        except (ValueError, KeyError, RecursionError) as error:
            raise BrokenRecord(path, "it is no safetensors file, or a damaged one") from error
        needed = max((entry.data_offsets[1] for entry in self._entries.values()), default=0)
        if there < needed:
            raise BrokenRecord(path, f"it is cut short, {there} bytes of tensors where {needed} should be")

    def __getitem__(self, name: str) -> NDArray[Any]:
        entry = self._entries[name]
        offset = self._start + entry.data_offsets[0]
        try:
            values = np.fromfile(self.path, _DTYPES[entry.dtype], prod(entry.shape), offset=offset)
            values = values.reshape(entry.shape)
        except (OSError, ValueError) as error:
            raise BrokenRecord(self.path, "it was changed or taken away since it was opened") from error
        return (values.astype("<u4") << 16).view("<f4") if entry.dtype == "BF16" else values

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _header(path: Path) -> tuple[dict[str, _Entry], int]:
    """What the file says it holds, and where its data starts."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length < path.stat().st_size:
            raise ValueError(length)
        header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError(header)
    header.pop("__metadata__", None)
    entries = _ENTRIES.validate_python(header)
    for entry in entries.values():
        start, end = entry.data_offsets
        if end - start != prod(entry.shape) * np.dtype(_DTYPES[entry.dtype]).itemsize:
            raise ValueError(entry)
    return entries, length + 8
