"""The classes a model is made of: those that its folder names and the installed libraries have.

Nothing of a model's folder is ever run. What would need it is refused before anything is loaded.
"""

import importlib
import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

from apparatus.errors import FileMissing, NotAModel, NotTextToImage, OwnCode, UnknownClass
from apparatus.models.catalogue import Entry, read_json

FOREIGN = {
    "num_frames", "video_length", "frames", "video", "control_video", "strength", "mask_image",
    "control_image", "controlnet_conditioning_scale", "adapter_conditioning_scale", "image_embeds",
    "frame_size",
}  # fmt: skip
"""What `__call__` takes in pipelines that start from a picture, or do not end in one."""

PICTURES = {"image", "images"}
ENDS = ("Audio", "Video", "Prior")
"""What stands in the name of what `__call__` returns, where that is no picture."""


def pipeline_class(entry: Entry) -> Any:
    """The diffusers class that the folder names, if it goes from text to image.

    Raises:
        UnknownClass: this version of diffusers has no such class.
        NotAModel: it needs a package that is not installed.
        NotTextToImage: it has it, and it needs more than a text, or makes something else than a picture.
    """
    diffusers = importlib.import_module("diffusers")
    folder = entry.folder or ""
    kind = getattr(diffusers, entry.pipeline, None)
    if kind is None:
        raise UnknownClass(folder, entry.pipeline, f"diffusers {version('diffusers')}")
    if _lacking(kind):
        raise NotAModel(folder, f"its pipeline {entry.pipeline} needs {_lacking(kind)}, not installed here")
    is_pipeline = isinstance(kind, type) and issubclass(kind, diffusers.DiffusionPipeline)
    if not is_pipeline or not _paints(kind):
        raise NotTextToImage(folder, entry.pipeline)
    return kind


def _lacking(kind: Any) -> str:
    """Which packages a class needs that are not installed; "" if it is no mere stand-in for what needs them.

    Source: diffusers 0.42.1, utils/import_utils.py, and transformers 5.23.0, `DummyObject`.
    """
    return ", ".join(kind._backends) if type(kind).__name__ == "DummyObject" else ""


def _paints(kind: Any) -> bool:
    """Whether a pipeline makes a picture of a text alone, by the signature of its `__call__`.

    One that can take a picture as well does where diffusers lists it among those that need none.
    """
    call = inspect.signature(kind.__call__)
    taken = {name: one for name, one in call.parameters.items() if name not in ("self", "args", "kwargs")}
    needed = {name for name, one in taken.items() if one.default is one.empty}
    return (
        "prompt" in taken
        and needed <= {"prompt"}
        and not FOREIGN & taken.keys()
        and (not PICTURES & taken.keys() or _listed(kind))
        and not any(end in str(call.return_annotation) for end in ENDS)
    )


def _listed(kind: Any) -> bool:
    """Whether diffusers names it among those that go from text to image."""
    auto = importlib.import_module("diffusers.pipelines.auto_pipeline")  # slow: it brings all of them in
    return kind in auto.AUTO_TEXT2IMAGE_PIPELINES_MAPPING.values()


def part_classes(entry: Entry) -> dict[str, Any]:
    """The class of each part of the pipeline, by the part's name.

    Raises:
        OwnCode: one is made by code in the model's folder.
        UnknownClass: the library that is to have it does not.
        NotAModel: it needs a package that is not installed.
        FileMissing: the folder of a part is not there.
    """
    folder = entry.folder
    assert folder is not None, "what is not on this machine is not loaded"
    index = read_json(folder / "model_index.json") or {}
    named = {
        name: said
        for name, said in index.items()
        if not name.startswith("_") and isinstance(said, list) and len(said) == 2 and said[1]
    }
    return {name: _part(folder, name, str(library), str(kind)) for name, (library, kind) in named.items()}


def _part(folder: Path, name: str, library: str, kind: str) -> Any:
    config = read_json(folder / name / "config.json")
    if any((folder / name).glob("*.py")) or (isinstance(config, dict) and "auto_map" in config):
        raise OwnCode(folder, name)
    pipelines = importlib.import_module("diffusers.pipelines")
    home = getattr(pipelines, library, None)
    if library in ("diffusers", "transformers"):
        home = importlib.import_module(library)
    if home is None:
        raise OwnCode(folder, name)
    found = getattr(home, kind, None)
    if found is None:
        of = library if library == "transformers" else "diffusers"
        raise UnknownClass(folder, kind, f"{of} {version(of)}")
    if _lacking(found):
        raise NotAModel(folder, f"its {name}, a {kind}, needs {_lacking(found)}, not installed here")
    if not (folder / name).is_dir():
        raise FileMissing(folder, f"{name}/")
    return found
