"""What becomes of a model that learns from its own pictures, generation after generation.

Generation 0 is obscura as it is. It draws a picture for each of so many captions of the world, its denoiser
learns from these, and that is generation 1, which draws again; so it goes on. Beside this line, `own`, stands
another, `world`, whose denoiser learns as long from the world's renders of the same captions: what both lose
is lost to learning on few pictures, and what only the first loses, to learning from itself.

Every generation learns on from the one before it; none begins anew, as those of Shumailov et al. (2024,
"AI models collapse when trained on recursively generated data", doi 10.1038/s41586-024-07566-y) and
Alemohammad et al. (2023, "Self-Consuming Generative Models Go MAD", arXiv 2307.01850) partly did: for that
two cores are too few.
"""

import copy
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from PIL import Image
from torch import nn

from apparatus import judge
from apparatus.diversity import vendi
from apparatus.errors import OutOfRange
from apparatus.evaluation import Rate, Rates, held_out, rate, tally
from apparatus.looping import colours, looks
from apparatus.models.catalogue import DEFAULT
from apparatus.models.loading import Model, load
from apparatus.models.precision import mixed
from apparatus.neighbours import Eye, embeddings, eye
from apparatus.training.autoencoder import pixels
from apparatus.training.denoiser import Lessons, objective
from apparatus.training.effort import Effort
from apparatus.training.loop import Plan, train
from apparatus.world.captions import SAYINGS, texts
from apparatus.world.grammar import name
from apparatus.world.renderer import picture
from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import vocabulary

Line = Literal["own", "world"]
LINES: tuple[Line, ...] = ("own", "world")
GENERATIONS = 3
STEPS = 8
"""Of denoising, for every picture that is drawn here."""
SEED = 3_000_000
BATCH = 16
SHOWN = (
    "a red boat on the sea",
    "a cat at night",
    "un chien dans la neige",
    "a blue car in the desert",
    "une maison jaune",
    "a skull, black and white",
    "un arbre dans un pré",
    "a violet mushroom in a forest",
    "un robot devant un mur bleu",
    "a green bird above a tree",
)
"""What each generation is asked for to be looked at, with the same noise."""
SIDE = 128
RECORD = "generations"
"""The folder of the figures and the strips, in the training's folder and beside the model's parts."""


@dataclass(frozen=True)
class Measured:
    """What a generation can still do.

    `rates` are the judge's of held-out prompts, `recall` is how many of the world's things it still draws
    so that the judge knows them, one picture each. Of those pictures: `variety` is their Vendi score, at most
    `recall.n`, as the model's own CLIP sees them, and by their thumbnails where it has none; `colours` how
    many of 64 colours each has, in the mean.
    """

    line: Line
    generation: int
    rates: Rates
    recall: Rate
    variety: float
    colours: float


@torch.no_grad()
def drawn(model: Model, prompts: Sequence[str], seed: int) -> list[Image.Image]:
    """A picture of each prompt, each from the noise of the next seed."""
    pictures: list[Image.Image] = []
    device = model.pipeline.device.type
    for start in range(0, len(prompts), BATCH):
        some = list(prompts[start : start + BATCH])
        with mixed(device):
            pictures += model.pipeline(
                prompt=some,
                num_inference_steps=STEPS,
                guidance_scale=model.entry.guidance_scale,
                generator=[torch.Generator().manual_seed(seed + start + k) for k in range(len(some))],
            ).images
    return pictures


def measured(model: Model, looking: Eye | None, line: Line, generation: int, count: int) -> Measured:
    """What a model can do, on `count` prompts that no training saw, and on as many things of the world."""
    known = judge.load()
    prompts = held_out(count)
    seen = judge.look(known, drawn(model, [prompt.text for prompt in prompts], SEED))
    right = [judge.verdict(one, prompt.asked) for one, prompt in zip(seen, prompts, strict=True)]
    nouns = list(vocabulary().nouns.values())
    things = nouns[:: max(1, len(nouns) // count)][:count]
    pictures = drawn(model, [name(thing, "en") for thing in things], SEED)
    found = [
        judge.verdict(one, Scene(things=(Thing(noun=thing.id),)))["noun"]
        for one, thing in zip(judge.look(known, pictures), things, strict=True)
    ]
    return Measured(
        line,
        generation,
        tally(right),
        rate(sum(found), len(found)),
        vendi(embeddings(looking, pictures) if looking else np.stack([looks(one) for one in pictures])),
        float(np.mean([colours(one) for one in pictures])),
    )


@torch.no_grad()
def lessons(model: Model, pictures: Sequence[Image.Image], captions: Sequence[str]) -> Lessons:
    """What a denoiser learns from these pictures and captions: nothing is known of where things are."""
    vae, device = model.pipeline.vae, model.pipeline.device
    latents = [
        vae.encode(pixels(np.stack([np.asarray(one) for one in pictures[k : k + BATCH]])).to(device)).latents
        for k in range(0, len(pictures), BATCH)
    ]
    read = model.pipeline.tokenizer(
        ["", *captions], padding="max_length", truncation=True, return_tensors="pt"
    ).input_ids.to(device)
    whole = torch.cat(latents)
    return Lessons(
        latents=whole,
        covers=torch.zeros_like(whole[:, :1]),
        ids=read[1:, None].expand(-1, SAYINGS, -1),
        empty=read[:1],
        single=torch.zeros(0, dtype=torch.long, device=device),
    )


def taught(model: Model, given: Lessons, effort: Effort, generation: int, folder: Path) -> None:
    """Have the model's denoiser learn on from these lessons; what was begun in `folder` goes on."""
    unet = copy.deepcopy(model.pipeline.unet).requires_grad_(True)
    modules = nn.ModuleDict({"unet": unet.to(memory_format=torch.channels_last)})
    plan = Plan(
        steps=effort.steps,
        rate=2e-4,
        seed=effort.seed + generation,
        warmup=10,
        mean=0.98,
        keep=20,
        milestone=max(effort.steps, 1),
    )
    loss = objective(modules, model.pipeline.text_encoder, given, effort.batch)
    shadow: Any = train(modules, loss, plan, folder)
    model.pipeline.unet.load_state_dict(shadow["unet"].state_dict())
    model.pipeline.unet.eval()


def strip(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in a row, small."""
    whole = Image.new("RGB", (SIDE * len(pictures), SIDE))
    for place, one in enumerate(pictures):
        whole.paste(one.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (place * SIDE, 0))
    return whole


def record(folder: Path, effort: Effort, guidance: float | None, told: Sequence[Measured]) -> None:
    """Write the figures so far to `folder/generations.json`, whole or not at all."""
    said = {
        "captions": effort.pictures,
        "steps": effort.steps,
        "batch": effort.batch,
        "num_inference_steps": STEPS,
        "guidance_scale": guidance,
        "prompts": SHOWN,
        "generations": [asdict(one) for one in told],
    }
    unfinished = folder / "unfinished.json"
    unfinished.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(folder / "generations.json")


def recalled(folder: Path) -> list[Measured]:
    """The figures of a record that was begun."""
    if not (folder / "generations.json").is_file():
        return []
    told = json.loads((folder / "generations.json").read_text("utf-8"))["generations"]
    return [
        Measured(
            **{
                **one,
                "rates": {question: Rate(**values) for question, values in one["rates"].items()},
                "recall": Rate(**one["recall"]),
            }
        )
        for one in told
    ]


def refuse_another(folder: Path, effort: Effort) -> None:
    """Nothing, where a record in `folder` was begun with the same effort, or none was begun.

    Raises:
        OutOfRange: its captions, its steps or their batch are others, so its figures are not of this effort.
    """
    if not (folder / "generations.json").is_file():
        return
    told = json.loads((folder / "generations.json").read_text("utf-8"))
    for setting, begun in (("pictures", "captions"), ("steps", "steps"), ("batch", "batch")):
        if (asked := getattr(effort, setting)) != told[begun]:
            allowed = f"{told[begun]}, with which {folder} was begun, or any other in another --folder"
            raise OutOfRange(setting, asked, allowed)


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Both lines, one generation after the other; figures and strips go to `folder/generations`.

    Raises:
        OutOfRange: what was begun there was begun with another effort.
    """
    refuse_another(folder / RECORD, effort)
    model = load(DEFAULT, device=device)
    assert model.entry.folder is not None, "it is in the package"
    model.pipeline.set_progress_bar_config(disable=True)
    looking = eye(model.entry.folder, device) if (model.entry.folder / "clip").is_dir() else None
    first = copy.deepcopy(model.pipeline.unet.state_dict())
    captions = [random.Random(f"own {n}").choice(texts(n)) for n in range(effort.pictures)]
    place = folder / RECORD
    place.mkdir(parents=True, exist_ok=True)
    told = recalled(place)
    done = {(one.line, one.generation) for one in told}
    for line in LINES:
        model.pipeline.unet.load_state_dict(first)
        for generation in range(GENERATIONS + 1):
            course = folder / "generating" / f"{line}-{generation}"
            if (line, generation) in done and generation:
                kept = UNet2DConditionModel.from_pretrained(course / "unet")
                model.pipeline.unet.load_state_dict(cast(Any, kept).state_dict())
                continue
            if generation:
                pictures = _corpus(model, line, captions, generation, course)
                taught(model, lessons(model, pictures, captions), effort, generation, course)
                model.pipeline.unet.save_pretrained(course / "unet")
            if (line, generation) in done or (line == "world" and not generation):
                continue  # both lines begin with the same
            shown = strip(drawn(model, SHOWN, SEED))
            shown.save(place / f"{line}-{generation}.webp", quality=85)
            told.append(measured(model, looking, line, generation, effort.pictures))
            record(place, effort, model.entry.guidance_scale, told)
            print(_sentence(told[-1]), flush=True)


def _corpus(
    model: Model, line: Line, captions: Sequence[str], generation: int, course: Path
) -> list[Image.Image]:
    """The pictures that a generation learns from; its own are drawn once, and kept for a broken-off run."""
    if line == "world":
        return [picture(n) for n in range(len(captions))]
    course.mkdir(parents=True, exist_ok=True)
    file = course / "pictures.npy"
    if not file.is_file():
        made = drawn(model, captions, SEED + 10_000 * generation)
        with (course / "unfinished.npy").open("wb") as unfinished:
            np.save(unfinished, np.stack([np.asarray(one) for one in made]))
        (course / "unfinished.npy").replace(file)
    return [Image.fromarray(one) for one in np.load(file)]


def _sentence(told: Measured) -> str:
    def part(one: Rate) -> str:
        return "-" if one.rate is None else f"{one.rate:.0%}"

    rates = ", ".join(f"{question} {part(one)}" for question, one in told.rates.items())
    return (
        f"{told.line} {told.generation}: things {part(told.recall)} of {told.recall.n}, {rates}, "
        f"variety {told.variety:.1f}, colours {told.colours:.1f}"
    )
