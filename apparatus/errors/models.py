"""What keeps a model, or a LoRA on it, from being found or loaded."""

from collections.abc import Iterable
from pathlib import Path

from apparatus.errors.error import ApparatusError


class ModelNotFound(ApparatusError, LookupError):
    """No model of that name in the catalogue, and no folder there."""

    def __init__(self, asked: str, models: Iterable[str], fetch: str = "") -> None:
        """`models` are those that are here; `fetch` is its name where it is known, and not fetched yet."""
        self.asked, self.models, self.fetch = asked, list(models), fetch
        super().__init__(
            f"There is no model {asked!r} on this machine: it is known, and not fetched yet. "
            f"Fetch it with `apparatus fetch {fetch}`, or choose one that is here: {', '.join(self.models)}."
            if fetch
            else f"There is no model {asked!r}. The catalogue has: {', '.join(self.models) or 'none'}. "
            "Choose one of them, or give the path of a folder saved by diffusers."
        )


class NotAModel(ApparatusError, ValueError):
    """The folder holds no text-to-image pipeline that can be loaded."""

    advice = "Give a folder saved by a diffusers pipeline, with its model_index.json."

    def __init__(self, folder: Path | str, why: str) -> None:
        """`why` says what is missing or wrong in it."""
        self.folder, self.why = str(folder), why
        super().__init__(f"{folder} cannot be loaded as a model: {why}. {self.advice}")


class OnlyPickles(NotAModel):
    """The weights are there as pickles only, and a pickle can run code."""

    advice = (
        "Look for a revision of the model with .safetensors files; or, where you trust it, load it with "
        "diffusers and save it again with `save_pretrained`."
    )

    def __init__(self, folder: Path | str, file: str) -> None:
        """`file` is one of the pickles."""
        self.file = file
        super().__init__(folder, f"{file} is a pickle, which can run code, and no .safetensors stands by it")


class DamagedFile(NotAModel):
    """A file of the model is cut short, or is not what its name says."""

    advice = "Fetch or copy that file again."

    def __init__(self, folder: Path | str, file: str, why: str) -> None:
        """`file` as the folder names it, `why` what is wrong with it."""
        self.file = file
        super().__init__(folder, f"its file {file} is damaged ({why})")


class FileMissing(NotAModel):
    """A file that the model needs is not in its folder."""

    advice = "Fetch or copy the model again, whole."

    def __init__(self, folder: Path | str, file: str) -> None:
        """`file` as the folder would name it."""
        self.file = file
        super().__init__(folder, f"{file} is missing")


class NotTextToImage(NotAModel):
    """The pipeline is of diffusers, and makes no picture from a text alone."""

    advice = "Choose a model whose pipeline goes from text to image."

    def __init__(self, folder: Path | str, pipeline: str) -> None:
        """`pipeline` is its class."""
        self.pipeline = pipeline
        super().__init__(folder, f"its pipeline {pipeline} makes no picture from a text alone")


class UnknownClass(NotAModel):
    """The model is made of a class that the installed libraries do not have."""

    advice = "A newer version of the library may have it: update it, or choose another model."

    def __init__(self, folder: Path | str, kind: str, library: str) -> None:
        """`library` with its version: "diffusers 0.42.1"."""
        self.kind, self.library = kind, library
        super().__init__(folder, f"it is made of a {kind}, and {library} has none")


class OwnCode(NotAModel):
    """The model asks to run code that came with it."""

    advice = "Code from a model's folder is never run: choose a model made of the libraries' own classes."

    def __init__(self, folder: Path | str, part: str) -> None:
        """`part` is the one that brings code."""
        self.part = part
        super().__init__(folder, f"its {part} is made by code of its own")


class TooLarge(ApparatusError, MemoryError):
    """The model is too large for the memory there is."""

    def __init__(self, model: str, needed: int, free: int, device: str) -> None:
        """Both in bytes; `free` is what was measured on the device that is short of it."""
        self.model, self.needed, self.free, self.device = model, needed, free, device
        super().__init__(
            f"{model} needs {needed / 1e9:.1f} GB on {device}, and {free / 1e9:.1f} GB are free. "
            "Close other programs, choose a smaller model, or load it in fewer bits with --dtype. "
            "To try all the same: --insist, or APPARATUS_INSIST=1."
        )


class UnknownDevice(ApparatusError, ValueError):
    """This machine has no such device, or torch does not see it."""

    def __init__(self, asked: str, there: Iterable[str]) -> None:
        """`there` are those that it has."""
        self.asked, self.there = asked, list(there)
        super().__init__(
            f"There is no device {asked!r}. This machine has: {', '.join(self.there)}. "
            "Choose one of them, or leave it out for the best."
        )


class UnknownDtype(ApparatusError, ValueError):
    """Models are not loaded in such a type."""

    def __init__(self, asked: str, there: Iterable[str]) -> None:
        """`there` are those in which they are."""
        self.asked, self.there = asked, list(there)
        super().__init__(
            f"Models cannot be loaded in {asked!r}. Allowed: {', '.join(self.there)}. "
            "Choose one of them, or leave it out for what suits the device."
        )


class NotALora(ApparatusError, ValueError):
    """There is no such LoRA, or the file is none."""

    def __init__(self, file: str, why: str) -> None:
        """`file` as it was asked for."""
        self.file, self.why = file, why
        super().__init__(
            f"{file} cannot be used as a LoRA: {why}. Give the path of a .safetensors file, or the name of "
            "one in the folder APPARATUS_LORAS."
        )


class NoCaptioner(ApparatusError, LookupError):
    """Nobody on this machine says what a picture shows."""

    def __init__(self, asked: str, there: Iterable[str], why: str = "") -> None:
        """`asked` is the captioner, or the model whose own was asked for; `there` are those there are."""
        self.asked, self.there, self.why = asked, list(there), why
        broken = f" It cannot be loaded: {why.rstrip('.')}." if why else ""
        super().__init__(
            f"There is no captioner {asked!r} to say what a picture shows.{broken} There are: "
            f"{', '.join(self.there) or 'none'}. Put one in the folder APPARATUS_CAPTIONERS, "
            "or take a model that has its own."
        )


class LoraMisfit(ApparatusError, ValueError):
    """The LoRA was made for another model."""

    def __init__(self, file: str, model: str, why: str) -> None:
        """`file` as it was asked for, `why` what does not fit."""
        self.file, self.model, self.why = file, model, why
        super().__init__(
            f"The LoRA {file} does not fit {model}: {why}. Choose one that was made for this model's family."
        )
