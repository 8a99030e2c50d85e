"""The denoiser, trained on the autoencoder's latents and the words of the CLIP's text tower.

v-prediction on a schedule that ends in pure noise (Lin et al. 2024, "Common Diffusion Noise
Schedules and Sample Steps are Flawed", arXiv 2305.08891), so that a dark night can be dark.

A thing is a ninth of a picture. Every other step is therefore taken on close-ups: windows of a quarter of
the latents, at the same scale, on pictures of one thing. Four of them cost what one whole picture does, and
what a thing looks like is learnt from them; where it stands, and what is around it, from the whole.
"""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, EulerDiscreteScheduler, StableDiffusionPipeline, UNet2DConditionModel
from jaxtyping import Float, Int
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from apparatus.errors import PartMissing
from apparatus.models.precision import mixed
from apparatus.training import tokenizer as bpe
from apparatus.training.autoencoder import CHANNELS, THUMBNAIL, pixels
from apparatus.training.captions import said
from apparatus.training.effort import Effort
from apparatus.training.loop import Plan, train
from apparatus.training.reader import WIDTH
from apparatus.world.captions import SAYINGS
from apparatus.world.renderer import cover, picture
from apparatus.world.scene import Scene, scene

SIDE = 32  # of the latents
CLOSE = 16  # of the windows on them
EMPHASIS = 4  # how much more a cell counts for the loss where things cover it
LEGIBLE = 3  # how much more the channels of the thumbnail count
UNSAID = 0.1  # of the captions are left out, so that guidance has something to point away from
THOUSAND = 1000
PROMPTS = (
    "a red boat on the sea",
    "a cat at night",
    "a blue car in the desert",
    "a big red apple in the snow",
    "a skull in a forest, black and white",
    "a camera in front of a yellow wall",
    "un petit chien dans un pré",
    "une maison violette devant la mer",
    "un robot au coucher du soleil",
    "un œil devant un mur bleu",
    "a green house to the left of a tree in a meadow",
    "une étoile jaune au-dessus d'un château, la nuit",
)


def scheduler() -> EulerDiscreteScheduler:
    """The schedule that obscura is trained and sampled with; its steps can be spaced anew on the way."""
    return EulerDiscreteScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        steps_offset=1,  # trailing steps have none; the pipelines complain of 0
    )


def unet() -> UNet2DConditionModel:
    """An untrained one: 18 million parameters; the words are attended to at 8×8, 4×4 and, last, 16×16."""
    return UNet2DConditionModel(
        sample_size=SIDE,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        layers_per_block=1,
        block_out_channels=(64, 128, 192, 256),
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=(1, 2, 3, 4),  # diffusers' name for the number of heads
    )


def edition(vae: AutoencoderTiny) -> str:
    """A name for this encoder's latents: those of another, or of one trained on, are not theirs."""
    weights = (weight.detach().cpu().numpy().tobytes() for weight in vae.encoder.state_dict().values())
    return hashlib.sha256(b"".join(weights)).hexdigest()[:12]


@torch.no_grad()
def encoded(
    vae: AutoencoderTiny, folder: Path, count: int
) -> tuple[Float[Tensor, "count channels 32 32"], Float[Tensor, "count 1 32 32"]]:
    """The first `count` pictures as latents; how much of each cell things cover, 0 to 1.

    Each thousand is a file in `folder`, written once; a broken-off run goes on with the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    thousands = [range(start, min(start + THOUSAND, count)) for start in range(0, count, THOUSAND)]
    files = {numbers: folder / f"{numbers.start:07d}-{numbers.stop:07d}.npz" for numbers in thousands}
    missing = [numbers for numbers, file in files.items() if not file.exists()]
    with ProcessPoolExecutor(max(1, (os.cpu_count() or 1) - 1)) as pool:  # draws on while one is encoded
        for numbers, (pictures, covers) in zip(missing, pool.map(_painted, missing), strict=True):
            latents = np.concatenate(
                [_latents(vae, pictures[k : k + 40]) for k in range(0, len(numbers), 40)]
            )
            unfinished = folder / "unfinished.npz"
            np.savez(unfinished, latents=latents, covers=covers)
            unfinished.replace(files[numbers])
            print(f"encoded {numbers.stop} of {count}", flush=True)
    chunks = [np.load(file) for file in files.values()]
    kept = {name: torch.from_numpy(np.concatenate([c[name] for c in chunks])) for name in chunks[0].files}
    return kept["latents"], (kept["covers"] / 255).half()[:, None]


def _painted(numbers: range) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """These pictures and the cover of each."""
    return np.stack([np.asarray(picture(n)) for n in numbers]), np.stack([cover(n, SIDE) for n in numbers])


def _latents(vae: AutoencoderTiny, pictures: NDArray[np.uint8]) -> NDArray[np.float16]:
    x = pixels(pictures).to(vae.device)
    with mixed(x.device.type):
        return vae.encode(x).latents.half().cpu().numpy()


@dataclass(frozen=True)
class Lessons:
    """What the denoiser is taught with, all on one device."""

    latents: Float[Tensor, "count channels 32 32"]
    covers: Float[Tensor, "count 1 32 32"]
    ids: Int[Tensor, "count sayings positions"]
    empty: Int[Tensor, "1 positions"]
    single: Int[Tensor, "pictures"]  # which of the pictures are of one thing alone


@dataclass(frozen=True)
class Batch:
    """The lessons of one step."""

    latents: Float[Tensor, "batch channels side side"]
    covers: Float[Tensor, "batch 1 side side"]
    tokens: Int[Tensor, "batch positions"]


def drawn(lessons: Lessons, number: int, batch: int) -> Batch:
    """The lessons of a step, drawn by its number: whole pictures, or four times as many close-ups."""
    draw, device = torch.Generator().manual_seed(number), lessons.latents.device
    closely = number % 2 == 0 and len(lessons.single) > 0
    count = 4 * batch if closely else batch
    there = lessons.single if closely else torch.arange(len(lessons.latents), device=device)
    rows = there[torch.randint(len(there), (count,), generator=draw).to(device)]
    latents, covers = lessons.latents[rows].float(), lessons.covers[rows].float()
    if closely:
        corners = (middles(covers).cpu() - CLOSE / 2 + 3 * torch.randn(count, 2, generator=draw)).round()
        corners = corners.long().clamp(0, SIDE - CLOSE)
        latents, covers = windows(latents, corners), windows(covers, corners)
    tokens = lessons.ids[rows, torch.randint(SAYINGS, (count,), generator=draw).to(device)]
    silent = torch.rand(count, generator=draw).to(device) < UNSAID
    return Batch(latents, covers, torch.where(silent[:, None], lessons.empty, tokens).long())


def alone(shown: Scene) -> bool:
    """Whether there is one thing in it, and one of that."""
    return len(shown.things) == 1 and shown.things[0].count == 1


def middles(covers: Float[Tensor, "count 1 32 32"]) -> Float[Tensor, "count 2"]:
    """Row and column in the middle of what is covered."""
    places = torch.arange(SIDE, device=covers.device, dtype=torch.float32)
    total = covers.sum((1, 2, 3)).clamp(min=1e-3)
    return torch.stack([(covers.sum((1, axis)) @ places) / total for axis in (3, 2)], 1)


def windows(
    maps: Float[Tensor, "count channels 32 32"], corners: Int[Tensor, "count 2"]
) -> Float[Tensor, "count channels 16 16"]:
    """A window of each map, by its upper left corner."""
    cut = [one[:, y : y + CLOSE, x : x + CLOSE] for one, (y, x) in zip(maps, corners.tolist(), strict=True)]
    return torch.stack(cut)


def objective(
    modules: nn.ModuleDict, text_encoder: nn.Module, lessons: Lessons, batch: int
) -> Callable[[int], Tensor]:
    """The loss of a step: how far the predicted velocity is from the true one.

    Cells that things cover weigh `1 + EMPHASIS`: most of what is said is about them. Shape and colour are in
    the channels that hold the thumbnail: they weigh `LEGIBLE` times what the others do.
    """
    device = lessons.latents.device
    alphas = scheduler().alphas_cumprod.to(device)
    channels = torch.ones(CHANNELS, 1, 1, device=device)
    channels[:THUMBNAIL] = LEGIBLE

    def loss(number: int) -> Tensor:
        given, draw = drawn(lessons, number, batch), torch.Generator().manual_seed(number)
        noise = torch.randn(given.latents.shape, generator=draw).to(device)
        late = torch.sigmoid(torch.randn(len(noise), generator=draw) * 1.1 + 0.7) * 1000
        t = late.long().clamp(0, 999).to(device)
        signal, spread = alphas[t].sqrt().view(-1, 1, 1, 1), (1 - alphas[t]).sqrt().view(-1, 1, 1, 1)
        noisy = (signal * given.latents + spread * noise).contiguous(memory_format=torch.channels_last)
        with mixed(device.type):
            with torch.no_grad():
                prompt_embeds = text_encoder(given.tokens).last_hidden_state
            velocity = modules["unet"](noisy, t, prompt_embeds).sample.float()
        weights = (1 + EMPHASIS * given.covers) * channels
        errors = (velocity - (signal * noise - spread * given.latents)).pow(2)
        return (errors * weights).mean() / weights.mean()

    return loss


def assembled(
    modules: nn.ModuleDict, text_encoder: CLIPTextModel, vae: AutoencoderTiny, words: CLIPTokenizer
) -> StableDiffusionPipeline:
    """The parts as the pipeline that anybody can load."""
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=words,
        unet=modules["unet"],
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Train, draw a sheet of samples on the way, and write the model to `folder/obscura`.

    Without a checkpoint it begins with the denoiser of the model that lies there, if one does.
    """
    for part, file in (("autoencoder", "vae"), ("reader", "text")):
        if not (folder / file).is_dir():
            raise PartMissing("denoiser", part, folder)
    vae: Any = AutoencoderTiny.from_pretrained(folder / "vae").eval().to(device)
    text_encoder: Any = CLIPTextModel.from_pretrained(folder / "text").eval().requires_grad_(False).to(device)
    words = bpe.kept(folder / "tokenizer")
    begun = folder / "obscura/unet"
    begins: Any = UNet2DConditionModel.from_pretrained(begun) if begun.is_dir() else unet()
    modules = nn.ModuleDict({"unet": begins.to(device, memory_format=torch.channels_last)})
    latents, covers = encoded(vae, folder / "latents" / edition(vae), effort.pictures)
    lessons = Lessons(
        latents.to(device),
        covers.to(device),
        said(words, effort.pictures).to(device),
        words("", padding="max_length", return_tensors="pt").input_ids.short().to(device),
        torch.tensor([n for n in range(effort.pictures) if alone(scene(n))], device=device),
    )

    def look(shadow: Any, step: int) -> None:
        pipeline = assembled(shadow, text_encoder, vae, words)
        pipeline.save_pretrained(folder / "obscura")
        generator = torch.Generator().manual_seed(7)
        images = pipeline(
            list(PROMPTS), guidance_scale=3.0, num_inference_steps=20, generator=generator
        ).images
        sheet = Image.new("RGB", (256 * 6, 256 * 2))
        for n, image in enumerate(images):
            sheet.paste(image, (n % 6 * 256, n // 6 * 256))
        sheet.save(folder / "denoiser" / f"sheet-{step:06d}.png")

    plan = Plan(
        steps=effort.steps,
        rate=8e-4,
        seed=effort.seed,
        warmup=100,
        mean=0.998,
        keep=100,
        milestone=500,
        fall=0.3,
    )
    train(modules, objective(modules, text_encoder, lessons, effort.batch), plan, folder / "denoiser", look)
