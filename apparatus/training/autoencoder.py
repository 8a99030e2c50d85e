"""The autoencoder: 256×256 pictures to 12×16×16 latents and back.

Three of the twelve channels are held to the picture's own 16×16 average colour (twice the mean
RGB, so that they span [-2, 2]); the others are free, near unit variance. The latent space can
thus be read: three channels are the thumbnail.

`python -m apparatus.training.autoencoder .training 36000 1500`
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from jaxtyping import Float
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from apparatus.training.loop import Plan, train
from apparatus.training.pictures import rendered

CHANNELS = 12
FACTOR = 16
BATCH = 6
HELD_OUT = 32  # the last pictures of the set, never trained on
IN_MEMORY = 9000  # pictures enough for a network this small
SPREAD = 0.05  # standard deviation of the encoder's posterior, held there


def autoencoder() -> AutoencoderKL:
    """An untrained one: 4.6 million parameters, few of them where pixels are many."""
    return AutoencoderKL(
        block_out_channels=(16, 16, 48, 96, 160),
        down_block_types=("DownEncoderBlock2D",) * 5,
        up_block_types=("UpDecoderBlock2D",) * 5,
        layers_per_block=1,
        latent_channels=CHANNELS,
        norm_num_groups=8,
        use_quant_conv=False,
        use_post_quant_conv=False,
        sample_size=256,
        scaling_factor=1.0,
        force_upcast=False,
    ).to(memory_format=torch.channels_last)


def pixels(batch: NDArray[np.uint8]) -> Float[Tensor, "batch 3 height width"]:
    """Bytes (batch, height, width, 3) as the networks see them, in [-1, 1]."""
    scaled = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 127.5 - 1
    return scaled.contiguous(memory_format=torch.channels_last)


def batch(pictures: NDArray[np.uint8], step: int) -> Float[Tensor, "batch 3 256 256"]:
    """The pictures of one step, drawn by its number."""
    return pixels(pictures[np.random.default_rng(step).integers(0, len(pictures), BATCH)])


def loss(model: AutoencoderKL, x: Float[Tensor, "batch 3 height width"]) -> Tensor:
    """L1 of colours, of edges and of a quarter-size copy, and what makes the latents legible."""
    with torch.autocast(x.device.type, torch.bfloat16):
        posterior = model.encode(x).latent_dist
        latents = posterior.mean.float()
        y = model.decode(latents + SPREAD * torch.randn_like(latents)).sample.float()
    thumbnail = (latents[:, :3] - 2 * F.avg_pool2d(x, FACTOR)).pow(2).mean()
    free = latents[:, 3:]
    unit = free.mean((0, 2, 3)).pow(2).mean() + (free.std((0, 2, 3)) - 1).pow(2).mean()
    certain = (posterior.logvar.float() - 2 * float(np.log(SPREAD))).pow(2).mean()
    apart = y - x
    edges = apart.diff(dim=-1).abs().mean() + apart.diff(dim=-2).abs().mean()
    coarse = F.avg_pool2d(apart, 4).abs().mean()
    seen = apart.abs().mean() + edges + coarse + apart.pow(2).mean()
    return seen + 5 * thumbnail + 0.1 * unit + 0.001 * certain


@torch.no_grad()
def psnr(model: AutoencoderKL, x: Float[Tensor, "batch 3 height width"]) -> tuple[float, Tensor]:
    """Peak signal-to-noise ratio in decibels over a batch, and the batch as it comes back."""
    with torch.autocast(x.device.type, torch.bfloat16):
        y = model.decode(model.encode(x).latent_dist.mean).sample.float().clamp(-1, 1)
    return float(-10 * torch.log10(((y - x) / 2).pow(2).mean())), y


def main(folder: Path, count: int, steps: int) -> None:
    """Train, look at held-out pictures on the way, and write the result to `folder/vae`."""
    pictures = rendered(folder, count)
    held_out = pixels(pictures[-HELD_OUT:].copy())
    seen = pictures[: min(IN_MEMORY, count - HELD_OUT)].copy()

    def look(shadow: nn.ModuleDict, step: int) -> None:
        decibels, back = psnr(shadow["vae"], held_out)
        print(f"step {step}: {decibels:.2f} dB on {HELD_OUT} held-out pictures", flush=True)
        rows = torch.cat([torch.cat(list(held_out[:8]), 2), torch.cat(list(back[:8]), 2)], 1)
        Image.fromarray(((rows.permute(1, 2, 0) + 1) * 127.5).byte().numpy()).save(folder / "autoencoder.png")
        shadow["vae"].save_pretrained(folder / "vae")

    modules = nn.ModuleDict({"vae": autoencoder()})
    plan = Plan(steps=steps, rate=1e-3, warmup=100, decay=0.0, mean=0.99, milestone=150, keep=150)
    train(modules, lambda step: loss(modules["vae"], batch(seen, step)), plan, folder / "autoencoder", look)


if __name__ == "__main__":
    torch.manual_seed(0)
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
