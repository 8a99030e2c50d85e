"""The CLIP: a text tower and an image tower that learn which caption belongs to which picture.

Its text tower conditions the denoiser: what tells two captions apart is then in the words' vectors before the
denoiser has drawn anything. (Trained along with the denoiser alone, the tower lets nouns fall together:
the loss on high noise asks for their colour long before it asks for their shape.)

`python -m apparatus.training.clip .training 16000 3000`
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer

from apparatus.training import tokenizer as bpe
from apparatus.training.captions import said
from apparatus.training.loop import Plan, train
from apparatus.training.pictures import rendered

BATCH = 128
WIDTH = 192
SIDE = 128  # of the pictures it sees
HELD_OUT = 256  # the last pictures of the set, never trained on


def clip(words: CLIPTokenizer) -> CLIPModel:
    """An untrained one, with a text tower of three layers and an image tower of four."""
    text = {
        "vocab_size": len(words),
        "hidden_size": WIDTH,
        "intermediate_size": 4 * WIDTH,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "max_position_embeddings": bpe.LENGTH,
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    vision = {
        "hidden_size": WIDTH,
        "intermediate_size": 4 * WIDTH,
        "num_hidden_layers": 4,
        "num_attention_heads": 3,
        "image_size": SIDE,
        "patch_size": 16,
    }
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=WIDTH))


def processor() -> CLIPImageProcessor:
    """What turns any picture into what the image tower sees."""
    return CLIPImageProcessor(
        size={"height": SIDE, "width": SIDE},
        do_center_crop=False,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )


def seen(pictures: NDArray[np.uint8]) -> Float[Tensor, "batch 3 128 128"]:
    """Pictures (batch, 256, 256, 3) as the image tower sees them, in [-1, 1]."""
    whole = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    return F.avg_pool2d(whole, whole.shape[-1] // SIDE)


def contrast(
    model: CLIPModel, pictures: Float[Tensor, "batch 3 128 128"], ids: Int[Tensor, "batch positions"]
) -> Tensor:
    """How badly each picture finds its caption among the batch's, and each caption its picture."""
    with torch.autocast(pictures.device.type, torch.bfloat16):
        logits = model(input_ids=ids, pixel_values=pictures).logits_per_image.float()
    own = torch.arange(len(ids), device=logits.device)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


@torch.no_grad()
def found(
    model: CLIPModel, pictures: Float[Tensor, "count 3 128 128"], ids: Int[Tensor, "count positions"]
) -> float:
    """The share of pictures that find their own caption among all of these."""
    logits = model(input_ids=ids, pixel_values=pictures).logits_per_image
    return float((logits.argmax(1) == torch.arange(len(ids))).float().mean())


def objective(
    model: CLIPModel, pictures: NDArray[np.uint8], ids: Int[Tensor, "count sayings positions"]
) -> Callable[[int], Tensor]:
    """The loss of a step, whose pictures and captions are drawn by its number."""

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng(step)
        rows = np.sort(rng.choice(len(pictures), BATCH, replace=False))
        texts = ids[torch.from_numpy(rows), torch.from_numpy(rng.integers(0, ids.shape[1], BATCH))]
        return contrast(model, seen(pictures[rows]), texts.long())

    return loss


def main(folder: Path, count: int, steps: int) -> None:
    """Train, say on the way how often a held-out picture finds its caption, and write it to `folder/clip`."""
    words = bpe.kept(folder / "tokenizer")
    pictures, ids = rendered(folder, count), said(words, count)
    held_out, captions = seen(pictures[-HELD_OUT:].copy()), ids[-HELD_OUT:, 0].long()
    model = clip(words)

    def look(shadow: Any, step: int) -> None:
        rate = found(shadow["clip"], held_out, captions)
        print(f"step {step}: {rate:.1%} of {HELD_OUT} held-out pictures find their caption", flush=True)
        shadow["clip"].save_pretrained(folder / "clip")
        words.save_pretrained(folder / "clip")
        processor().save_pretrained(folder / "clip")

    plan = Plan(steps=steps, rate=1e-3, decay=0.05, mean=0.998, milestone=250, keep=250)
    train(
        nn.ModuleDict({"clip": model}),
        objective(model, pictures[:-HELD_OUT], ids[:-HELD_OUT]),
        plan,
        folder / "contrast",
        look,
    )


if __name__ == "__main__":
    torch.manual_seed(0)
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
