"""A trained model made ready to be given away: half precision, and nothing of the machine that made it.

And such a model taken back into a course, to be trained on.
"""

import json
import shutil
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import load_file, save_file

from apparatus.errors import NotAModel
from apparatus.neighbours import INDEX
from apparatus.training import tokenizer

READABLE = 0o644
COMPANIONS = ("clip", "enhancer", "captioner")
PLACES = {"text_encoder": "text", "tokenizer": "tokenizer", "vae": "vae"}
"""Where a course keeps the pipeline's parts that other parts are trained with."""


def ship(course: Path, folder: Path) -> None:
    """Write the pipeline of `course` to `folder` in fp16; its companions, index and vocabulary beside it.

    The weights are halves, the configurations say float32: so that stock diffusers computes all parts in
    one precision when it is told none. A companion that was not trained yet, and an index that was not made,
    is left out.
    """
    pipeline = StableDiffusionPipeline.from_pretrained(course / "obscura", dtype=torch.float16)
    pipeline.save_pretrained(folder)
    for companion in COMPANIONS:
        if (course / companion).is_dir():
            shutil.copytree(course / companion, folder / companion, dirs_exist_ok=True)
            _halve(folder / companion / "model.safetensors")
    if (course / INDEX).is_file():
        shutil.copyfile(course / INDEX, folder / INDEX)
    tokenizer.list_words(folder)
    _say(folder / "text_encoder/config.json", dtype="float32")
    _say(folder / "vae/config.json", block_out_channels=None)  # AutoencoderTiny writes it, and warns of it
    for file in (folder / "model_index.json", *folder.glob("*/*config.json")):
        _say(file, _name_or_path=None)
    for file in folder.rglob("*.safetensors"):
        file.chmod(READABLE)


def take_back(folder: Path, course: Path) -> None:
    """Put the parts of the model in `folder` where a training in `course` looks for them.

    What the course has already stays. The optimizers' states were not shipped: a denoiser begins with these
    weights at step 0.

    Raises:
        NotAModel: none lies in `folder`.
    """
    for needed in ("model_index.json", *PLACES):
        if not (folder / needed).exists():
            raise NotAModel(folder, f"it has no {needed}")
    parts = [part for part in folder.iterdir() if part.is_dir()]
    places = {part.name: [part.name if part.name in COMPANIONS else f"obscura/{part.name}"] for part in parts}
    for name, place in PLACES.items():
        places[name].append(place)
    for name, copies in places.items():
        for place in copies:
            if not (course / place).exists():
                shutil.copytree(folder / name, course / place)
    if not (course / "obscura/model_index.json").exists():
        shutil.copyfile(folder / "model_index.json", course / "obscura/model_index.json")


def _halve(file: Path) -> None:
    weights = {name: weight.half() for name, weight in load_file(file).items()}
    save_file(weights, file, metadata={"format": "pt"})


def _say(config: Path, **facts: str | None) -> None:
    """Have a configuration say these facts; what is None, it no longer says."""
    said = json.loads(config.read_text("utf-8")) | facts
    kept = {key: value for key, value in said.items() if key not in facts or value is not None}
    config.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
