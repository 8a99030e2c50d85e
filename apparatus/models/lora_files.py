"""LoRA files: which there are, and which of them a name means; none is loaded, and torch stays out."""

import os
from pathlib import Path

from apparatus.errors import DamagedFile, NotALora
from apparatus.models.weights import header
from apparatus.settings import Lora

MARKS = ("lora", "lokr")
"""What stands in the names of a LoRA's tensors, however it was trained."""


def folder() -> Path | None:
    """The folder APPARATUS_LORAS; None where it is not named."""
    named = os.environ.get("APPARATUS_LORAS")
    return Path(named).expanduser() if named else None


def listed() -> list[str]:
    """The names in that folder, as they can be asked for."""
    there = folder()
    return sorted(file.stem for file in there.glob("*.safetensors")) if there else []


def find(lora: Lora) -> Path:
    """The file of that name in the folder APPARATUS_LORAS, or of that path.

    Raises:
        NotALora: there is none, or it holds no such weights.
    """
    path, there = Path(lora.file), folder()
    places = [there / f"{lora.file}{end}" for end in (".safetensors", "")] if there else []
    places = [place for place in places if path.name == lora.file] + [path.expanduser()]
    try:
        file = next((place for place in places if place.is_file()), None)
    except (OSError, ValueError) as error:  # too long for a path, or none at all
        raise NotALora(lora.file, "that is no path") from error
    if file is None:
        raise NotALora(lora.file, "there is no such file")
    if file.suffix != ".safetensors":
        raise NotALora(lora.file, "it is no .safetensors file, and what else there is can run code")
    try:
        tensors = header(file.parent, file)
    except DamagedFile as error:
        raise NotALora(lora.file, error.why) from error
    if not any(mark in tensor for tensor in tensors for mark in MARKS):
        raise NotALora(lora.file, "none of its weights is one of a LoRA")
    return file
