"""The text encoder and the denoiser, trained together on the autoencoder's latents.

v-prediction on a schedule that ends in pure noise (Lin et al. 2024, "Common Diffusion Noise
Schedules and Sample Steps are Flawed", arXiv 2305.08891), so that a dark night can be dark.

`python -m apparatus.training.denoiser .training 16000 1200`
"""

import random
import string
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from jaxtyping import Float, Int
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from apparatus.training import tokenizer as bpe
from apparatus.training.autoencoder import CHANNELS, pixels
from apparatus.training.loop import Plan, train
from apparatus.training.pictures import rendered
from apparatus.world.grammar import caption, plain
from apparatus.world.scene import scene
from apparatus.world.vocabulary import LANGUAGES

BATCH = 32
WIDTH = 192  # of the text encoder
SAYINGS = 4  # captions kept for each picture, half of them in either language
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


def scheduler() -> DDIMScheduler:
    """The schedule that obscura is trained and sampled with."""
    return DDIMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,
    )


def text_encoder(words: CLIPTokenizer) -> CLIPTextModel:
    """An untrained one: 1.6 million parameters."""
    config = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        num_hidden_layers=3,
        num_attention_heads=3,
        max_position_embeddings=bpe.LENGTH,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return CLIPTextModel(config)


def unet() -> UNet2DConditionModel:
    """An untrained one: 18 million parameters, attending to the words at every level."""
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        layers_per_block=1,
        block_out_channels=(96, 128, 256),
        down_block_types=("CrossAttnDownBlock2D",) * 3,
        up_block_types=("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=WIDTH,
        attention_head_dim=(3, 4, 8),  # diffusers' name for the number of heads
    ).to(memory_format=torch.channels_last)


@torch.no_grad()
def encoded(vae: AutoencoderTiny, folder: Path, count: int) -> Float[Tensor, "count channels 16 16"]:
    """The latents of every training picture, computed once and kept in `folder`."""
    file = folder / f"latents-{count}.npy"
    if not file.exists():
        pictures, latents = rendered(folder, count), np.zeros((count, CHANNELS, 16, 16), np.float16)
        for start in range(0, count, 40):
            with torch.autocast("cpu", torch.bfloat16):
                coded = vae.encode(pixels(pictures[start : start + 40].copy())).latents
            latents[start : start + 40] = coded.float()
        np.save(file, latents)
    return torch.from_numpy(np.load(file))


def said(words: CLIPTokenizer, count: int) -> Int[Tensor, "count sayings positions"]:
    """Token ids of each picture's captions."""
    texts = []
    for n in range(count):
        rng, shown = random.Random(f"captions {n}"), scene(n)
        for k in range(SAYINGS):
            text = caption(shown, LANGUAGES[k % 2], rng)
            text = plain(text) if rng.random() < 0.08 else text
            texts.append(_disturbed(text, rng) if rng.random() < 0.06 else text)
    ids = words(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return ids.view(count, SAYINGS, -1).short()


def _disturbed(text: str, rng: random.Random) -> str:
    """`text` with a word in it that means nothing, so that unknown words learn to do nothing."""
    noise = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9)))
    words = text.split()
    words.insert(rng.randrange(len(words) + 1), noise)
    return " ".join(words)


def objective(
    modules: nn.ModuleDict,
    latents: Float[Tensor, "count channels 16 16"],
    ids: Int[Tensor, "count sayings positions"],
    empty: Int[Tensor, "1 positions"],
) -> Callable[[int], Tensor]:
    """The loss of a step: how far the predicted velocity is from the true one."""
    alphas = scheduler().alphas_cumprod

    def loss(step: int) -> Tensor:
        draw = torch.Generator().manual_seed(step)
        rows = torch.randint(len(latents), (BATCH,), generator=draw)
        tokens = ids[rows, torch.randint(SAYINGS, (BATCH,), generator=draw)].long()
        tokens[torch.rand(BATCH, generator=draw) < 0.1] = empty
        x, noise = latents[rows].float(), torch.randn(BATCH, CHANNELS, 16, 16, generator=draw)
        t = (torch.sigmoid(torch.randn(BATCH, generator=draw) * 1.3 + 0.2) * 1000).long().clamp(0, 999)
        signal, spread = alphas[t].sqrt().view(-1, 1, 1, 1), (1 - alphas[t]).sqrt().view(-1, 1, 1, 1)
        noisy = (signal * x + spread * noise).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            prompt_embeds = modules["text_encoder"](tokens).last_hidden_state
            velocity = modules["unet"](noisy, t, prompt_embeds).sample.float()
        return (velocity - (signal * noise - spread * x)).pow(2).mean()

    return loss


def assembled(modules: nn.ModuleDict, vae: AutoencoderTiny, words: CLIPTokenizer) -> StableDiffusionPipeline:
    """The parts as the pipeline that anybody can load."""
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=modules["text_encoder"],
        tokenizer=words,
        unet=modules["unet"],
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _tokenizer(folder: Path) -> CLIPTokenizer:
    """The tokenizer that the training in this folder began with: ids mean what they meant then."""
    if not folder.exists():
        bpe.tokenizer().save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def main(folder: Path, count: int, steps: int) -> None:
    """Train, draw a sheet of samples on the way, and write the model to `folder/obscura`."""
    vae: Any = AutoencoderTiny.from_pretrained(folder / "vae").eval()
    words = _tokenizer(folder / "tokenizer")
    modules = nn.ModuleDict({"text_encoder": text_encoder(words), "unet": unet()})
    latents, ids = encoded(vae, folder, count), said(words, count)
    empty = words("", padding="max_length", return_tensors="pt").input_ids

    def look(shadow: Any, step: int) -> None:
        pipeline = assembled(shadow, vae, words)
        pipeline.save_pretrained(folder / "obscura")
        generator = torch.Generator().manual_seed(7)
        images = pipeline(
            list(PROMPTS), guidance_scale=3.0, num_inference_steps=20, generator=generator
        ).images
        sheet = Image.new("RGB", (256 * 6, 256 * 2))
        for n, image in enumerate(images):
            sheet.paste(image, (n % 6 * 256, n // 6 * 256))
        sheet.save(folder / f"sheet-{step:06d}.png")

    plan = Plan(steps=steps, rate=8e-4, warmup=100, mean=0.998, keep=100, milestone=300, fall=0.4)
    train(modules, objective(modules, latents, ids, empty), plan, folder / "denoiser", look)


if __name__ == "__main__":
    torch.manual_seed(0)
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
