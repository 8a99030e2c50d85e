"""How often a model's pictures show what was asked for, by the word of the judge.

The prompts are of scenes that no training draws. Beside the model's rates stand the judge's own limits:
what it says of true renders of the same scenes (the ceiling), and of pictures held against the wrong
prompt (chance).
"""

import math
import random
import statistics
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from itertools import count as numbers
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from PIL import Image, ImageDraw, ImageFont

from apparatus.errors import NoPrompts
from apparatus.judge import QUESTIONS, Evidence, Judge, Verdict, look, questions, verdict
from apparatus.models.loading import Model
from apparatus.takeaway.lettering import FONTS
from apparatus.world.grammar import caption, spoken
from apparatus.world.parser import parse
from apparatus.world.renderer import render
from apparatus.world.scene import Scene, scene
from apparatus.world.vocabulary import LANGUAGES, Language, vocabulary

FIRST = 200_000_000  # from here on, scenes that are only asked for in evaluations
SEED = 1_000_000  # of the first picture; each after it takes the next
BATCH = 8
RECONSTRUCTED = 64  # renders that the autoencoder is tried on
SHEET = 48
COLUMNS = 8
# What the held-out prompts raise, in turn and in either language: so every question is asked often enough.
KINDS = (
    {"noun", "colour"},
    {"both_nouns", "both_colours"},
    {"noun", "setting"},
    {"both_nouns", "place"},
    {"noun", "process"},
    {"both_nouns", "both_colours"},
    {"noun", "colour"},
    {"both_nouns"},
)


@dataclass(frozen=True)
class Prompt:
    """What a model is given, and what it asks for as the grammar reads it."""

    text: str
    language: Language
    asked: Scene


@dataclass(frozen=True)
class Rate:
    """How often something is right, with the 95 % interval; None where it was never asked."""

    rate: float | None
    low: float | None
    high: float | None
    n: int


Rates = dict[str, Rate]


@dataclass(frozen=True)
class Evaluation:
    """The rates by question: the model's, the same by language, and the judge's ceiling and chance.

    `psnr` is the autoencoder's on renders, in decibels; None where its kind is not known. `pictures` are the
    first that were made.
    """

    model: Rates
    ceiling: Rates
    chance: Rates
    french: Rates
    english: Rates
    psnr: float | None
    pictures: list[Image.Image]


def held_out(count: int) -> list[Prompt]:
    """The first `count` prompts of the world that no training has seen, the same on every machine."""
    prompts: list[Prompt] = []
    for n in numbers(FIRST):
        if len(prompts) == count:
            break
        turn, language = len(prompts) // len(LANGUAGES), LANGUAGES[len(prompts) % len(LANGUAGES)]
        text = caption(scene(n), language, random.Random(f"held out {n}"))
        asked = parse(text, language)
        if set(questions(asked)) >= KINDS[turn % len(KINDS)]:
            prompts.append(Prompt(text, language, asked))
    return prompts


def written(file: Path) -> tuple[list[Prompt], list[tuple[int, str]]]:
    """The prompts of a file, one a line, and the lines, by number, in which nothing can be judged.

    Raises:
        NoPrompts: the file cannot be read, or all of it is such lines.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoPrompts(file, getattr(error, "strerror", None) or "it is not text in UTF-8") from error
    prompts, unread = [], []
    for number, text in enumerate(map(str.strip, lines), 1):
        language = spoken(text) or "en"
        asked = parse(text, language)
        if questions(asked):
            prompts.append(Prompt(text, language, asked))
        elif text:
            unread.append((number, text))
    if not prompts:
        raise NoPrompts(file, "no line of it asks for anything of the world")
    return prompts, unread


def evaluate(
    model: Model,
    judge: Judge,
    prompts: Sequence[Prompt],
    *,
    steps: int,
    guidance: float,
    seed: int = SEED,
    said: Callable[[str], None] = lambda sentence: None,
) -> Evaluation:
    """Have the model make each prompt's picture, and the judge read it; `said` is told how far it is."""
    made, lucky, true = list[Verdict](), list[Verdict](), list[Verdict]()
    pictures, renders = list[Image.Image](), list[Image.Image]()
    others = mispaired([prompt.asked for prompt in prompts])
    for start in range(0, len(prompts), BATCH):
        some = prompts[start : start + BATCH]
        asked = [prompt.asked for prompt in some]
        drawn = draw(model, [prompt.text for prompt in some], steps, guidance, seed + start)
        rendered = [rendering(prompt) for prompt in some]
        seen = look(judge, drawn)
        made += map(verdict, seen, asked)
        lucky += map(by_chance, seen, asked, others[start : start + BATCH])
        true += map(verdict, look(judge, rendered), asked)
        pictures += drawn[: SHEET - len(pictures)]
        renders += rendered[: RECONSTRUCTED - len(renders)]
        said(f"Picture {start + len(some)} of {len(prompts)}")
    french = [prompt.language == "fr" for prompt in prompts]
    return Evaluation(
        model=tally(made),
        ceiling=tally(true),
        chance=tally(lucky),
        french=tally(compress(made, french)),
        english=tally(compress(made, (not one for one in french))),
        psnr=psnr(model, renders),
        pictures=pictures,
    )


def draw(model: Model, texts: Sequence[str], steps: int, guidance: float, seed: int) -> list[Image.Image]:
    """The pictures of one batch, the first from the noise of `seed`, each other from the next."""
    images: list[Image.Image] = model.pipeline(
        prompt=list(texts),
        num_inference_steps=steps,
        guidance_scale=guidance,
        height=model.entry.height,
        width=model.entry.width,
        generator=[torch.Generator().manual_seed(seed + k) for k in range(len(texts))],
    ).images
    return images


def rendering(prompt: Prompt) -> Image.Image:
    """What the world itself shows for a prompt; where it names no surround, one under the sky."""
    rng, asked = random.Random(f"render {prompt.text}"), prompt.asked
    skies = [setting for setting, phrases in vocabulary().settings.items() if phrases.sky]
    if asked.setting:
        asked = replace(asked, wall=None)
    elif not asked.wall:
        asked = replace(asked, setting=rng.choice(skies))
    return render(asked, rng)


def mispaired(asked: Sequence[Scene]) -> list[Scene | None]:
    """For each scene the next that raises the same questions, the first for the last; None without one."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, one in enumerate(asked):
        places.setdefault(questions(one), []).append(place)
    others: list[Scene | None] = [None] * len(asked)
    for alike in places.values():
        if len(alike) > 1:
            for place, other in zip(alike, [*alike[1:], alike[0]], strict=True):
                others[place] = asked[other]
    return others


def by_chance(seen: Evidence, asked: Scene, other: Scene | None) -> Verdict:
    """What is right of a picture by another's prompt.

    The other's place is looked for between the picture's own things: its nouns are hardly ever both there.
    """
    if other is None:
        return {}
    lucky = verdict(seen, other)
    placed = verdict(seen, replace(asked, place=other.place))
    return lucky | {question: right for question, right in placed.items() if question == "place"}


def tally(verdicts: Iterable[Verdict]) -> Rates:
    """How often each question was answered rightly, of the times it was asked."""
    given = list(verdicts)
    answers = {question: [one[question] for one in given if question in one] for question in QUESTIONS}
    return {question: rate(sum(right), len(right)) for question, right in answers.items()}


def rate(right: int, n: int) -> Rate:
    """`right` of `n`, with Wilson's interval.

    Source: E. B. Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    if n == 0:
        return Rate(None, None, None, 0)
    z, share = 1.959964, right / n
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = ((middle + side * half) / (1 + z**2 / n) for side in (-1, 1))
    return Rate(share, max(low, 0.0), min(high, 1.0), n)


@torch.no_grad()
def psnr(model: Model, renders: Sequence[Image.Image]) -> float | None:
    """How faithfully the autoencoder gives renders back: the mean peak signal-to-noise ratio, in decibels."""
    vae = getattr(model.pipeline, "vae", None)
    if not isinstance(vae, AutoencoderTiny | AutoencoderKL):
        return None
    decibels = []
    for rendered in renders:
        x = torch.from_numpy(np.array(rendered)).permute(2, 0, 1)[None] / 127.5 - 1
        coded = vae.encode(x.to(vae.device, vae.dtype))
        latents = coded.latents if isinstance(vae, AutoencoderTiny) else coded.latent_dist.mode()
        y = vae.decode(latents).sample.float().clamp(-1, 1).cpu()
        decibels.append(-10 * math.log10(max(float(((y - x) / 2).pow(2).mean()), 1e-10)))
    return statistics.mean(decibels)


def seconds(model: Model, steps: int, guidance: float) -> float:
    """How long one picture takes by itself: the median of three, after one to warm up."""
    taken = []
    for turn in range(4):
        begun = time.perf_counter()
        draw(model, ["a red boat on the sea"], steps, guidance, turn)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def sheet(pictures: Sequence[Image.Image], prompts: Sequence[Prompt]) -> Image.Image:
    """Pictures side by side, each above its prompt."""
    wide, high, line = pictures[0].width, pictures[0].height, 16
    font = ImageFont.truetype(FONTS / "newsreader-latin.ttf", 14)
    rows = -(-len(pictures) // COLUMNS)
    whole = Image.new("RGB", (min(len(pictures), COLUMNS) * wide, rows * (high + 3 * line)), "white")
    pen = ImageDraw.Draw(whole)
    for place, (picture, prompt) in enumerate(zip(pictures, prompts, strict=False)):
        left, top = place % COLUMNS * wide, place // COLUMNS * (high + 3 * line)
        whole.paste(picture, (left, top))
        said = textwrap.wrap(prompt.text, max(wide // 7, 8))
        for below, words in enumerate(said[:3]):
            pen.text((left + 4, top + high + below * line), words, "black", font)
    return whole
