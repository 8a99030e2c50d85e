"""The captioner: what a picture shows, said in French or in English.

The CLIP's image tower looks, a small causal decoder says what it saw. The first token chooses the language,
`<|fr|>` or, where nothing is chosen, `<|en|>`:

    model, words = VisionEncoderDecoderModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    pixels = AutoImageProcessor.from_pretrained(folder)(picture, return_tensors="pt").pixel_values
    french = model.generate(pixels, decoder_start_token_id=words.convert_tokens_to_ids("<|fr|>"))
    words.decode(french[0], skip_special_tokens=True)

It says all that there is to say: things with their numbers, colours and sizes, where they stand, the setting
and its light or the wall, and the print process. The decoder learns to read the tower as it is; then both
learn on, since the tower was taught what stands where and not, say, which of two things is the red one.
Meanwhile what it gets of each patch is taught to be like the word for what stands there: where there is a
thing, and what it is called, would else be found out from the captions alone, very late.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import (
    CLIPModel,
    CLIPVisionModel,
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    VisionEncoderDecoderModel,
)
from transformers.modeling_outputs import BaseModelOutput

from apparatus.errors import PartMissing
from apparatus.models.precision import mixed
from apparatus.training.clip import EMPTY, processor, seen
from apparatus.training.effort import Effort
from apparatus.training.labels import labels
from apparatus.training.loop import SEEDS_APART, Plan, train
from apparatus.training.pictures import rendered
from apparatus.training.prompts import sayings
from apparatus.training.spelling import kept
from apparatus.training.tokenizer import END
from apparatus.world.grammar import caption
from apparatus.world.grammar import words as known
from apparatus.world.parser import parse
from apparatus.world.scene import Scene, scene
from apparatus.world.vocabulary import LANGUAGES, Language, vocabulary

MARKS = {language: f"<|{language}|>" for language in LANGUAGES}
CONTEXT = 64  # tokens of the longest caption
WIDTH = 128
LAYERS = 3
READING = 300  # steps in which the decoder learns alone
SHIFT = 4  # pixels that a picture may be moved by, each way
HELD_OUT = 256  # the last pictures of the set, never trained on; a quarter of a small set

Bags = tuple[Int[Tensor, "_"], Int[Tensor, "_"]]
"""The tokens of many words, and where each word begins among them."""


def captioner(words: PreTrainedTokenizerFast, tower: CLIPVisionModel) -> VisionEncoderDecoderModel:
    """One whose decoder is untrained, behind this tower."""
    marks = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id}
    start = words.convert_tokens_to_ids(MARKS["en"])
    decoder = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(words),
            n_positions=CONTEXT,
            n_embd=WIDTH,
            n_layer=LAYERS,
            n_head=WIDTH // 32,
            add_cross_attention=True,
            is_decoder=True,
            **marks,
        )
    )
    model = VisionEncoderDecoderModel(encoder=tower, decoder=decoder)
    marks |= {"decoder_start_token_id": start, "pad_token_id": words.pad_token_id}
    model.config.update(marks)
    model.generation_config = GenerationConfig(max_length=CONTEXT, **marks)
    return model


def moved(
    pixels: Float[Tensor, "batch 3 side side"], across: int, down: int
) -> Float[Tensor, "batch 3 side side"]:
    """Pictures moved by up to SHIFT pixels each way, their borders drawn out."""
    side = pixels.shape[-1]
    wide = F.pad(pixels, [SHIFT] * 4, mode="replicate")
    return wide[..., SHIFT - down :, SHIFT - across :][..., :side, :side]


def said(n: int, language: Language, rng: random.Random) -> str:
    """All that picture `n` shows, in one of the longer ways to say it; or what can be said of it."""
    shown = scene(n)
    return max(islice(sayings(shown, language, rng), 2), key=len, default="") or caption(shown, language, rng)


def batch(
    words: PreTrainedTokenizerFast, captions: Sequence[tuple[Language, str]]
) -> Int[Tensor, "captions positions"]:
    """Token ids of captions: the language's mark, the words, the end; then -1."""
    ids = words([f"{MARKS[language]}{text}{END}" for language, text in captions]).input_ids
    return pad_sequence([torch.tensor(row[:CONTEXT]) for row in ids], batch_first=True, padding_value=-1)


def nouns(words: PreTrainedTokenizerFast, language: Language, device: torch.device) -> Bags:
    """The usual word for each thing of the world; before them the end, for where there is none."""
    usual = [getattr(noun, language)[0].text for noun in vocabulary().nouns.values()]
    ids = words([END, *(f" {word}" for word in usual)]).input_ids
    starts = np.cumsum([0, *map(len, ids[:-1])])
    return torch.tensor([one for row in ids for one in row], device=device), torch.tensor(
        starts, device=device
    )


def misnamed(
    model: VisionEncoderDecoderModel,
    states: Float[Tensor, "batch places width"],
    named: Sequence[Bags],
    cells: Int[Tensor, "batch 16 16"],
) -> Float[Tensor, ""]:
    """How unlike the word for what stands in a patch the decoder's reading of it is.

    Every other picture is read in every other language. Where nothing stands counts little, as in the CLIP.
    """
    table: Tensor = model.decoder.get_input_embeddings().weight
    read = F.layer_norm(model.enc_to_dec_proj(states[:, 1:]).float(), (WIDTH,))
    counts = torch.ones(len(named[0][1]), device=states.device)
    counts[0] = EMPTY
    there = F.adaptive_max_pool2d(cells.float(), isqrt(read.shape[1])).flatten(1).long()
    losses = []
    for at, (tokens, starts) in enumerate(named[: len(states)]):
        likeness = read[at::2] @ F.embedding_bag(tokens, table, starts, mode="mean").T
        losses.append(F.cross_entropy(likeness.flatten(0, 1), there[at::2].flatten(), counts))
    return torch.stack(losses).mean()


def objective(
    model: VisionEncoderDecoderModel,
    words: PreTrainedTokenizerFast,
    pictures: NDArray[np.uint8],
    cells: Int[Tensor, "count 16 16"],
    size: int,
) -> Callable[[int], Tensor]:
    """The loss of a step: how unlikely each token of the captions was held, and how the patches are named.

    Pictures count from number 0; `cells` are the nouns that stand in them.
    """
    named = [nouns(words, language, model.device) for language in LANGUAGES]

    def loss(number: int) -> Tensor:
        rng, speech = np.random.default_rng(number), random.Random(f"captioner {number}")
        rows = np.sort(rng.choice(len(pictures), min(size, len(pictures)), replace=False))
        languages = [LANGUAGES[at % 2] for at in range(len(rows))]
        captions = [(spoken, said(int(n), spoken, speech)) for n, spoken in zip(rows, languages, strict=True)]
        ids = batch(words, captions).to(model.device)
        pixels = seen(pictures[rows], model.config.encoder.image_size)
        pixels = moved(pixels, *map(int, rng.integers(-SHIFT, SHIFT + 1, 2))).to(model.device)
        with mixed(ids.device.type):
            with torch.set_grad_enabled(number % SEEDS_APART >= READING):
                states = model.encoder(pixel_values=pixels).last_hidden_state
            looked = BaseModelOutput(last_hidden_state=states)
            logits = model(encoder_outputs=looked, decoder_input_ids=ids[:, :-1].clamp(min=0)).logits
            wrong = misnamed(model, states, named, cells[torch.from_numpy(rows)].to(ids.device))
        return F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), ignore_index=-1) + wrong

    return loss


@torch.no_grad()
def captioned(
    model: VisionEncoderDecoderModel,
    words: PreTrainedTokenizerFast,
    pixels: Float[Tensor, "count 3 side side"],
    language: Language,
) -> list[str]:
    """What it says of each picture, the likeliest token each time."""
    start = words.convert_tokens_to_ids(MARKS[language])
    ids = model.generate(pixels.to(model.device), decoder_start_token_id=start)
    return words.batch_decode(ids, skip_special_tokens=True)


def judged(told: Scene, shown: Scene) -> Iterator[tuple[str, bool]]:
    """What is right of what was told, by kind: colours of the nouns that are right; walls as settings."""
    colours = {thing.noun: thing.colour for thing in told.things}
    yield "nouns", colours.keys() == {thing.noun for thing in shown.things}
    for thing in shown.things:
        if thing.noun in colours:
            yield "colour", colours[thing.noun] == thing.colour
    yield "setting", (told.setting, told.wall) == (shown.setting, shown.wall)
    if shown.setting:
        yield "light", told.light == shown.light
    yield "process", told.process == shown.process


def rates(
    model: VisionEncoderDecoderModel, words: PreTrainedTokenizerFast, pictures: NDArray[np.uint8], first: int
) -> dict[str, float]:
    """The share that is right of what it says of the pictures from number `first` on, by kind.

    It speaks of half of them in either language.
    """
    pixels = seen(pictures, model.config.encoder.image_size)
    verdicts = defaultdict(list)
    for at, language in enumerate(LANGUAGES[: len(pictures)]):
        for n, text in enumerate(captioned(model, words, pixels[at::2], language)):
            for kind, right in judged(parse(text, language), scene(first + at + 2 * n)):
                verdicts[kind].append(right)
    return {kind: sum(rights) / len(rights) for kind, rights in verdicts.items()}


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Train, say on the way what is right of held-out captions, and write it to `folder/captioner`.

    Raises:
        PartMissing: there is no CLIP in `folder` whose tower could look.
    """
    if not (folder / "clip").is_dir():
        raise PartMissing("captioner", "clip", folder)
    words = kept(folder / "captioning/tokenizer", known(), *MARKS.values())
    tower = CLIPModel.from_pretrained(folder / "clip").vision_model
    model = captioner(words, tower).to(device)
    pictures = rendered(folder, effort.pictures)
    learnt = len(pictures) - min(HELD_OUT, len(pictures) // 4)
    held_out = pictures[learnt:].copy()
    cells = labels(folder / "judging" / "cells", effort.pictures)["noun"]

    def look(shadow: Any, step: int) -> None:
        told = rates(shadow["captioner"], words, held_out, learnt)
        rights = ", ".join(f"{kind} {rate:.1%}" for kind, rate in told.items())
        print(f"step {step}: {rights} right of {len(held_out)} held-out pictures", flush=True)
        for part in (shadow["captioner"], words, processor(tower.config.image_size)):
            part.save_pretrained(folder / "captioner")

    plan = Plan(
        steps=effort.steps,
        rate=6e-4,
        seed=effort.seed,
        warmup=100,
        decay=0.05,
        mean=0.995,
        milestone=500,
        keep=250,
    )
    train(
        nn.ModuleDict({"captioner": model}),
        objective(model, words, pictures[:learnt], cells, effort.batch),
        plan,
        folder / "captioning",
        look,
    )
