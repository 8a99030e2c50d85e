"""What lies in the weight files of a part, by their headers: nothing is loaded, and torch stays out.

found = weights(folder, "unet")
found.size(2)       # in float16, whose numbers have 2 bytes each
"""

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path

from apparatus.errors import DamagedFile, FileMissing
from apparatus.models import files
from apparatus.models.catalogue import files_in

LONGEST_HEADER = 100_000_000
"""In bytes; safetensors itself reads no longer one. Source: safetensors 0.8.0, safetensors/src/tensor.rs."""

ITEMSIZES = {"I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2}
"""Of what stays as it is, in bytes; all others have 1."""


@dataclass(frozen=True)
class Weights:
    """What a part's weights take.

    `floats` are how many numbers are converted to the dtype that is asked for; `others`, in bytes, stay.
    `variant` is what stands in the files' names: "fp16" in diffusion_pytorch_model.fp16.safetensors.
    """

    floats: int
    others: int
    variant: str = ""

    def size(self, itemsize: int) -> int:
        """What they take, in bytes, in a dtype of so many bytes."""
        return self.floats * itemsize + self.others


def weights(folder: Path, part: str) -> Weights:
    """The weights of one part of the pipeline in `folder`, by the headers of their files.

    Raises:
        FileMissing: there are none.
        DamagedFile: one is cut short, or is no safetensors file.
    """
    names = files.weights(files_in(folder), part)
    if not names:
        raise FileMissing(folder, f"{part}/*.safetensors")
    floats = others = 0
    for name in names:
        for count, dtype in header(folder, folder / name).values():
            if dtype.startswith(("F", "BF")):
                floats += count
            else:
                others += count * ITEMSIZES.get(dtype, 1)
    told = files.WEIGHTS.fullmatch(names[0].rpartition("/")[2])
    return Weights(floats, others, (told[3] if told else None) or "")


def header(folder: Path, file: Path) -> dict[str, tuple[int, str]]:
    """The tensors that a safetensors file says it holds, each with its count of numbers and their type.

    `folder` is the model's, for the error's sake.

    Raises:
        DamagedFile: it is cut short, or is no safetensors file.
    """
    name = str(file.relative_to(folder))
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            said = json.loads(opened.read(min(length, LONGEST_HEADER)))
        said.pop("__metadata__", None)
        tensors = {key: (prod(tensor["shape"]), str(tensor["dtype"])) for key, tensor in said.items()}
        end = 8 + length + max((int(tensor["data_offsets"][1]) for tensor in said.values()), default=0)
        there = file.stat().st_size
    except OSError as error:
        raise DamagedFile(folder, name, error.strerror or str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedFile(folder, name, "its header cannot be read") from error
    if there != end:
        raise DamagedFile(folder, name, f"it has {there:,} bytes, and its header speaks of {end:,}")
    return tensors
