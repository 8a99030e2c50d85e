"""The CLIP: an image tower learns which picture belongs to which caption; the text tower stays as it is.

The text tower has had its first lesson (`reader`) and conditions the denoiser, so it no longer changes here
(Zhai et al. 2022, "LiT: Zero-Shot Transfer with Locked-image text Tuning", arXiv 2111.07991, with the other
tower locked). The image tower's patches are also asked which noun stands in them, which is where a
caption's words are in a picture: from the contrast alone it would take far more pictures to find out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTextModel, CLIPTokenizer

from apparatus.errors import PartMissing
from apparatus.judge.network import CELLS
from apparatus.models.precision import mixed
from apparatus.training import reader
from apparatus.training import tokenizer as bpe
from apparatus.training.captions import said
from apparatus.training.effort import Effort
from apparatus.training.labels import labels
from apparatus.training.loop import Plan, train
from apparatus.training.pictures import rendered

SIDE = 128  # of the pictures it sees
PATCH = 16
WIDTH = 256
LAYERS = 4
HELD_OUT = 256  # the last pictures of the set, never trained on; a quarter of a small set
EMPTY = 0.1  # how much a patch counts in which nothing stands
CELL = SIDE // CELLS  # pixels
FARTHEST = 2  # cells that a picture is moved by, each way; else the tower learns the pictures by heart


def clip(words: CLIPTokenizer) -> CLIPModel:
    """An untrained one."""
    vision = {
        "hidden_size": WIDTH,
        "intermediate_size": 4 * WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": WIDTH // 64,
        "image_size": SIDE,
        "patch_size": PATCH,
    }
    text = reader.config(words).to_dict()
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=WIDTH))


def processor(side: int = SIDE) -> CLIPImageProcessor:
    """What turns any picture into what the image tower sees."""
    return CLIPImageProcessor(
        size={"height": side, "width": side},
        do_center_crop=False,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )


def seen(pictures: NDArray[np.uint8], side: int = SIDE) -> Float[Tensor, "batch 3 side side"]:
    """Pictures (batch, 256, 256, 3) as the image tower sees them, in [-1, 1]."""
    whole = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    return F.avg_pool2d(whole, whole.shape[-1] // side)


def standing(nouns: Int[Tensor, "count 16 16"]) -> Int[Tensor, "count patches"]:
    """Which noun stands in each patch, from the nouns of cells half as wide; 0 for none."""
    return F.max_pool2d(nouns.float()[:, None], 2).flatten(1).long()


def moved(
    pictures: Float[Tensor, "batch 3 side side"], nouns: Int[Tensor, "batch 16 16"], draw: np.random.Generator
) -> tuple[Float[Tensor, "batch 3 side side"], Int[Tensor, "batch 16 16"]]:
    """Each picture moved by whole cells and some pixels more, its borders drawn out; the nouns with it."""
    far = draw.integers(0, 2 * FARTHEST + 1, (len(pictures), 2))
    near = draw.integers(1 - CELL // 2, CELL // 2, (len(pictures), 2))
    border = (FARTHEST + 1) * CELL
    wide = F.pad(pictures, [border] * 4, mode="replicate")
    cells = F.pad(nouns, [FARTHEST] * 4)
    corners = (far + 1) * CELL + near
    shown = [one[:, y : y + SIDE, x : x + SIDE] for one, (y, x) in zip(wide, corners, strict=True)]
    stands = [one[y : y + CELLS, x : x + CELLS] for one, (y, x) in zip(cells, far, strict=True)]
    return torch.stack(shown), torch.stack(stands)


def contrast(logits: Float[Tensor, "batch batch"]) -> Float[Tensor, ""]:
    """How badly each picture finds its caption among the batch's, and each caption its picture."""
    own = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def compared(
    model: CLIPModel,
    pictures: Float[Tensor, "pictures 3 128 128"],
    ids: Int[Tensor, "captions positions"],
) -> tuple[Float[Tensor, "pictures captions"], Float[Tensor, "pictures patches width"]]:
    """How near each picture is to each caption, times the temperature; and the states of the patches."""
    with torch.no_grad():
        read = model.text_model(input_ids=ids).pooler_output
    looked = model.vision_model(pixel_values=pictures)
    texts = F.normalize(model.text_projection(read), dim=-1)
    images = F.normalize(model.visual_projection(looked.pooler_output), dim=-1)
    return model.logit_scale.exp() * images @ texts.T, looked.last_hidden_state[:, 1:]


@torch.no_grad()
def found(model: CLIPModel, pictures: Tensor, ids: Tensor) -> float:
    """The share of pictures that find their own caption among all of these."""
    logits = compared(model, pictures, ids)[0]
    return float((logits.argmax(1).cpu() == torch.arange(len(ids))).float().mean())


@torch.no_grad()
def named_rightly(modules: Any, pictures: Tensor, nouns: Int[Tensor, "count 16 16"]) -> float:
    """The share of patches in which a thing stands that are named after it."""
    states = modules["clip"].vision_model(pixel_values=pictures).last_hidden_state[:, 1:]
    said, there = modules["patches"](states).argmax(-1).cpu(), standing(nouns)
    return float((said == there)[there > 0].float().mean())


def objective(
    modules: nn.ModuleDict,
    pictures: NDArray[np.uint8],
    ids: Int[Tensor, "count sayings positions"],
    nouns: Int[Tensor, "count 16 16"],
    batch: int,
) -> Callable[[int], Tensor]:
    """The loss of a step, whose pictures and captions are drawn by its number."""
    device = next(modules.parameters()).device
    counts = torch.ones(len(reader.choices()["noun"]), device=device)
    counts[0] = EMPTY

    def loss(number: int) -> Tensor:
        rng = np.random.default_rng(number)
        rows = np.sort(rng.choice(len(pictures), min(batch, len(pictures)), replace=False))
        which = torch.from_numpy(rows)
        texts = ids[which, torch.from_numpy(rng.integers(0, ids.shape[1], len(rows)))].long()
        shown, stands = moved(seen(pictures[rows]), nouns[which], rng)
        with mixed(device.type):
            logits, states = compared(modules["clip"], shown.to(device), texts.to(device))
            named = modules["patches"](states)
        there = standing(stands).to(device)
        return contrast(logits.float()) + F.cross_entropy(
            named.float().flatten(0, 1), there.flatten(), counts
        )

    return loss


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Train, say on the way how often a held-out picture finds its caption, and write it to `folder/clip`."""
    if not (folder / "text").is_dir():
        raise PartMissing("clip", "reader", folder)
    words = bpe.kept(folder / "tokenizer")
    pictures, ids = rendered(folder, effort.pictures), said(words, effort.pictures)
    nouns = labels(folder / "judging" / "cells", effort.pictures)["noun"]
    learnt = len(pictures) - min(HELD_OUT, len(pictures) // 4)
    held_out, captions = seen(pictures[learnt:].copy()).to(device), ids[learnt:, 0].long().to(device)
    model = clip(words)
    model.text_model.load_state_dict(CLIPTextModel.from_pretrained(folder / "text").state_dict())
    model.text_model.requires_grad_(False)
    patches = nn.Linear(WIDTH, len(reader.choices()["noun"]))
    modules = nn.ModuleDict({"clip": model, "patches": patches}).to(device)

    def look(shadow: Any, step: int) -> None:
        rate = found(shadow["clip"], held_out, captions)
        named = named_rightly(shadow, held_out, nouns[learnt:])
        print(
            f"step {step}: {rate:.1%} of {len(held_out)} held-out pictures find their caption, "
            f"{named:.1%} of the patches in which a thing stands are named rightly",
            flush=True,
        )
        for part in (shadow["clip"], words, processor()):
            part.save_pretrained(folder / "clip")

    plan = Plan(
        steps=effort.steps,
        rate=1e-3,
        seed=effort.seed,
        warmup=100,
        decay=0.05,
        mean=0.995,
        milestone=200,
        keep=100,
    )
    train(
        modules,
        objective(modules, pictures[:learnt], ids[:learnt], nouns[:learnt], effort.batch),
        plan,
        folder / "contrast",
        look,
    )
