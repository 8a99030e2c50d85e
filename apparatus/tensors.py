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

from apparatus.errors import BrokenRecord

Array = Any
"""A torch CPU tensor in a live run, a numpy array in a reopened one."""

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "|b1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
}  # fmt: skip


def plain(array: Array) -> NDArray[Any]:
    """Any array as numpy; what numpy has no type for (bfloat16, float8) becomes float32."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        if "float8" in str(array.dtype) or "bfloat16" in str(array.dtype):
            array = array.float()
    return np.asarray(array)


def write(path: Path, tensors: Mapping[str, Array]) -> None:
    """Write a safetensors file; bfloat16 stays bfloat16."""
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
    if "bfloat16" in str(array.dtype):  # the upper half of a float32
        return "BF16", (values.view("<u4") >> 16).astype("<u2")
    wanted = values.dtype.newbyteorder("<")
    return next(name for name, code in _DTYPES.items() if np.dtype(code) == wanted), values.astype(wanted)


class Tensors(Mapping[str, NDArray[Any]]):
    """The tensors of one file, each read when it is asked for.

    Raises:
        BrokenRecord: the file is missing, cut short, or no safetensors file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._entries, self._start = _header(path)
        except OSError as error:
            raise BrokenRecord(path, error.strerror or str(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenRecord(path, "it is no safetensors file, or a damaged one") from error
        there, needed = path.stat().st_size - self._start, max(map(_end, self._entries.values()), default=0)
        if there < needed:
            raise BrokenRecord(path, f"it is cut short, {there} bytes of tensors where {needed} should be")

    def __getitem__(self, name: str) -> NDArray[Any]:
        entry = self._entries[name]
        dtype, shape, offset = entry["dtype"], entry["shape"], self._start + entry["data_offsets"][0]
        values = np.fromfile(self.path, _DTYPES[dtype], prod(shape), offset=offset).reshape(shape)
        return (values.astype("<u4") << 16).view("<f4") if dtype == "BF16" else values

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _end(entry: dict[str, Any]) -> int:
    return int(entry["data_offsets"][1])


def _header(path: Path) -> tuple[dict[str, dict[str, Any]], int]:
    """What the file says it holds, and where its data starts."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length < path.stat().st_size:
            raise ValueError(length)
        entries = json.loads(file.read(length))
    entries.pop("__metadata__", None)
    for entry in entries.values():
        start, end = entry["data_offsets"]
        if start < 0 or end - start != prod(entry["shape"]) * np.dtype(_DTYPES[entry["dtype"]]).itemsize:
            raise ValueError(entry)
    return entries, length + 8
