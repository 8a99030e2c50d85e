"""The autoencoder: 256×256 pictures to 8×32×32 latents and back.

Three of the eight channels are held to the picture's own 32×32 average colour (twice the mean
RGB, so that they span [-2, 2]); the others are free, near unit variance. The latent space can
thus be read: three channels are the thumbnail.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderTiny
from jaxtyping import Float
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from apparatus.models.precision import mixed
from apparatus.training.effort import Effort
from apparatus.training.loop import Plan, train
from apparatus.training.pictures import rendered

CHANNELS = 8
WIDTH = 48
THUMBNAIL = 3  # the first channels, which hold it
FACTOR = 8
CROP = 128
HELD_OUT = 64  # the last pictures of the set, never trained on


def autoencoder() -> AutoencoderTiny:
    """An untrained one; most of its blocks are at the coarse end, where they cost little."""
    return AutoencoderTiny(
        encoder_block_out_channels=(WIDTH,) * 4,
        decoder_block_out_channels=(WIDTH,) * 4,
        num_encoder_blocks=(0, 1, 2, 4),
        num_decoder_blocks=(6, 3, 1, 0),
        latent_channels=CHANNELS,
    ).to(memory_format=torch.channels_last)


def pixels(batch: NDArray[np.uint8]) -> Float[Tensor, "batch 3 height width"]:
    """Bytes (batch, height, width, 3) as the networks see them, in [-1, 1]."""
    scaled = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 127.5 - 1
    return scaled.contiguous(memory_format=torch.channels_last)


def crops(pictures: NDArray[np.uint8], number: int, batch: int) -> Float[Tensor, "batch 3 128 128"]:
    """The crops of one step, drawn by its number, on the grid of the latents."""
    rng = np.random.default_rng(number)
    cuts = []
    for n in rng.integers(0, len(pictures), batch):
        y, x = rng.integers(0, (256 - CROP) // FACTOR + 1, 2) * FACTOR
        cuts.append(pictures[n, y : y + CROP, x : x + CROP])
    return pixels(np.stack(cuts))


def detail(x: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 1 height width"]:
    """How much each pixel counts: from 1, where there is nothing to see, to 10, where there is much."""
    apart = (x - F.avg_pool2d(x, 9, 1, 4)).abs().mean(1, keepdim=True)
    near = F.avg_pool2d(apart, 9, 1, 4)
    return 1 + (2 * near / (near.mean((2, 3), keepdim=True) + 0.01)).clamp(max=9)


def loss(model: AutoencoderTiny, x: Float[Tensor, "batch 3 height width"]) -> Tensor:
    """L1 of colours, of edges and of a quarter-size copy, and what makes the latents legible.

    Each picture counts for about as much as every other: a halftone, all edges, would drown the rest. In a
    picture, what there is to be seen counts more than the empty sky behind it.
    """
    with mixed(x.device.type):
        latents = model.encode(x).latents.float()
        y = model.decode(latents + 0.05 * torch.randn_like(latents)).sample.float()
    apart, weight = y - x, detail(x)
    weight = weight / weight.mean((2, 3), keepdim=True)
    parts = (
        apart * weight,
        apart.diff(dim=-1) * weight[..., 1:],
        apart.diff(dim=-2) * weight[..., 1:, :],
        F.avg_pool2d(apart * weight, 4),
    )
    errors = torch.stack([part.abs().mean((1, 2, 3)) for part in parts]).sum(0)
    weights = 1 / (errors.detach() + 0.05)
    thumbnail = (latents[:, :THUMBNAIL] - 2 * F.avg_pool2d(x, FACTOR)).pow(2).mean()
    free = latents[:, THUMBNAIL:]
    unit = free.mean((0, 2, 3)).pow(2).mean() + (free.std((0, 2, 3)) - 1).pow(2).mean()
    return (errors * weights).sum() / weights.sum() + 5 * thumbnail + 0.05 * unit


@torch.no_grad()
def psnr(model: AutoencoderTiny, x: Float[Tensor, "batch 3 height width"]) -> tuple[float, Tensor]:
    """Peak signal-to-noise ratio in decibels, the mean over a batch, and the batch as it comes back."""
    with mixed(x.device.type):
        y = model.decode(model.encode(x).latents).sample.float().clamp(-1, 1)
    errors = ((y - x) / 2).pow(2).mean((1, 2, 3))
    return float((-10 * torch.log10(errors)).mean()), y


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Train, look at held-out pictures on the way, and write the result to `folder/vae`."""
    pictures = rendered(folder, effort.pictures)
    held_out, seen = pixels(pictures[-HELD_OUT:].copy()).to(device), pictures[:-HELD_OUT]

    def look(shadow: Any, step: int) -> None:
        decibels, back = psnr(shadow["vae"], held_out)
        print(f"step {step}: {decibels:.2f} dB on {HELD_OUT} held-out pictures", flush=True)
        rows = torch.cat([torch.cat(list(held_out[:8]), 2), torch.cat(list(back[:8]), 2)], 1)
        sheet = ((rows.permute(1, 2, 0) + 1) * 127.5).byte().cpu().numpy()
        Image.fromarray(sheet).save(folder / "autoencoder" / f"sheet-{step:06d}.png")
        shadow["vae"].save_pretrained(folder / "vae")

    modules = nn.ModuleDict({"vae": autoencoder()}).to(device)
    plan = Plan(
        steps=effort.steps, rate=1.2e-3, seed=effort.seed, decay=0.0, mean=0.995, milestone=400, keep=200
    )
    train(
        modules,
        lambda number: loss(modules["vae"], crops(seen, number, effort.batch).to(device)),
        plan,
        folder / "autoencoder",
        look,
    )
