"""Alterations of every kind, on models of several families: those that change nothing, and those that do."""

import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import zoo

from apparatus.adapters import adapter_for
from apparatus.alterations import (
    Alteration,
    EncoderLayer,
    GuidanceScale,
    Latents,
    NegativePrompt,
    Noise,
    Prompt,
    Steps,
    WordVector,
    WordWeight,
)
from apparatus.engine.expose import repeat
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model, edition, load
from apparatus.record import Exposure, Settings
from apparatus.store import Store
from apparatus.tensors import plain

AT = 2
SETTINGS = Settings(
    prompt="a red cat on the sea", negative_prompt="the night", seed=7, num_inference_steps=zoo.STEPS
)
PIPELINES: dict[str, Any] = {
    "DDIM": lambda: zoo.stable_diffusion("DDIM"),
    "Euler": lambda: zoo.stable_diffusion("Euler"),
    "Euler ancestral": lambda: zoo.stable_diffusion("Euler ancestral"),
    "DPM++ 2M": lambda: zoo.stable_diffusion("DPM++ 2M"),
    "stable diffusion xl": zoo.stable_diffusion_xl,
    "stable diffusion 3": zoo.stable_diffusion_3,
    "flux": zoo.flux,
}


MODELS = ("obscura", *PIPELINES)


def model(name: str) -> Model:
    """The embedded one, at 128×128; or a tiny one of random weights, which makes pictures of 64×64."""
    if name == "obscura":
        embedded = load(name)
        return replace(embedded, entry=replace(embedded.entry, guidance_scale=5.0, height=128, width=128))
    pipeline = PIPELINES[name]()
    entry = Entry(name, None, num_inference_steps=4, guidance_scale=5.0, height=64, width=64)
    return Model(entry, pipeline, None, edition(pipeline))


def left(cells: int, painted: str = "#") -> tuple[str, ...]:
    """The left half of a square of cells."""
    return (painted * (cells // 2) + "." * (cells - cells // 2),) * cells


def nothing(model: Model, cells: int) -> dict[str, Alteration]:
    """Of each kind one that changes nothing."""
    empty = left(cells, ".")
    last = model.pipeline.text_encoder.config.num_hidden_layers + (adapter_for(model.pipeline).layer or 0) + 1
    lines: dict[str, Alteration] = {
        "prompt": Prompt(at=AT, prompt=SETTINGS.prompt),
        "negative prompt": NegativePrompt(at=AT, negative_prompt=SETTINGS.negative_prompt),
        "guidance": GuidanceScale(at=AT, guidance_scale=5.0),
        "layer": EncoderLayer(at=AT, layer=last),
        "weight": WordWeight(at=AT, word="cat", weight=1),
        "toward": WordVector(at=AT, word="cat", other="dog", amount=0),
        "average": WordVector(at=AT, word="cat", how="average", other="red", amount=0),
        "noise in a word": WordVector(at=AT, word="cat", how="noise", amount=0),
        "noise": Noise(mask=empty, seed=3),
        "no noise": Noise(mask=left(cells), amount=0),
        "erase": Latents(at=AT, how="erase", mask=empty),
        "shift": Latents(at=AT, how="shift", mask=left(cells)),
        "scale": Latents(at=AT, how="scale", mask=left(cells), factor=1),
        "renoise": Latents(at=AT, how="renoise", mask=left(cells), amount=0),
        "steps": Steps(at=AT, remaining=zoo.STEPS - AT),
    }
    return {kind: line for kind, line in lines.items() if kind not in missing(model.id)}


def something(name: str, cells: int) -> dict[str, Alteration]:
    """Of each kind one that changes the picture."""
    half = left(cells)
    lines: dict[str, Alteration] = {
        "prompt": Prompt(at=AT, prompt="a blue dog"),
        "negative prompt": NegativePrompt(at=AT, negative_prompt="a boat"),
        "guidance": GuidanceScale(at=AT, guidance_scale=9.0),
        "layer": EncoderLayer(at=AT, layer=1),
        "weight": WordWeight(at=AT, word="Cat", weight=0),
        "toward": WordVector(at=AT, word="cat", other="blue dog", amount=0.7),
        "average": WordVector(at=AT, word="cat", how="average", other="red"),
        "noise in a word": WordVector(at=AT, word="cat", how="noise", seed=5, amount=0.5),
        "noise": Noise(mask=half, seed=3, amount=0.8),
        "erase": Latents(at=AT, how="erase", mask=half),
        "shift": Latents(at=AT, how="shift", mask=half, rows=2, columns=-1, seed=9),
        "scale": Latents(at=AT, how="scale", mask=half, factor=1.5),
        "renoise": Latents(at=AT, how="renoise", mask=half, amount=0.5, seed=4),
        "steps": Steps(at=AT, remaining=5),
    }
    return {kind: line for kind, line in lines.items() if kind not in missing(name)}


def missing(name: str) -> tuple[str, ...]:
    """What cannot be altered in it."""
    if name == "flux":
        return "layer", "negative prompt"
    return ("steps",) if name == "DDIM" else ()


def ending(exposure: Exposure) -> str:
    """A name for its last latents."""
    return sha256(plain(exposure.latents).tobytes()).hexdigest()


def digest(picture: Any) -> str:
    """A name for a picture's pixels."""
    return sha256(picture.tobytes()).hexdigest()


def repeat_all(folder: Path, exposures: list[str]) -> None:
    """Make exposures of a store again from their records, and print what they came to."""
    models: dict[str, Model] = {}
    for id in exposures:
        record = Store(folder).open(id).record
        name = record.model.id
        models[name] = models.get(name) or model(name)
        again = repeat(models[name], record)
        print(id, digest(again.picture), ending(again), flush=True)


if __name__ == "__main__":
    repeat_all(Path(sys.argv[1]), sys.argv[2:])
