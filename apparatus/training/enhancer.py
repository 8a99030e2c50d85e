"""The enhancer: a small causal language model that grows a terse prompt into a full one, in its language.

It reads and writes one format:

    <|startoftext|>chat la nuit<|enhance|>un petit chat noir en ville, la nuit, en gravure<|endoftext|>

Give it the text up to `<|enhance|>`, that mark included, and it goes on from there:

    words, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    model.generate(**words("<|startoftext|>chat la nuit<|enhance|>", return_tensors="pt"))

What was asked stays asked: the same things in the same words, with every attribute that was named. Capitals
and missing accents are put right; words from outside the world fall away, and where nothing else was said
it says what it likes. One terse prompt has many full ones, so sampling at temperature 1 never settles.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from apparatus.enhancements import ENHANCE
from apparatus.training.effort import Effort
from apparatus.training.loop import Plan, train
from apparatus.training.prompts import ELIDED, holds, lesson
from apparatus.training.spelling import LONGEST, kept
from apparatus.training.tokenizer import BEGIN, END
from apparatus.world.grammar import plain, words
from apparatus.world.parser import parse
from apparatus.world.vocabulary import LANGUAGES

FIRST = 300_000_000  # from here on, scenes that no other training draws
HELD_OUT = 400_000_000  # from here on, scenes that it is only tried on
WIDTH = 160
LAYERS = 6
POOL = 4  # steps that draw their lessons together
TRIED = 48  # of them, half in either language
SAMPLES = 10  # of one prompt, to see how they differ


def vocabulary_of_prompts() -> frozenset[str]:
    """What the enhancer reads in one token: the world's words, each also as a first word is typed."""
    return words() | {word.capitalize() for word in words()} | {ELIDED}


def model(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """An untrained one of three million parameters, which goes on by chance until its prompt is full."""
    marks = {f"{mark}_token_id": getattr(words, f"{mark}_token_id") for mark in ("bos", "eos", "pad")}
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=8 * WIDTH // 3 // 16 * 16,
        num_hidden_layers=LAYERS,
        num_attention_heads=WIDTH // 32,
        max_position_embeddings=LONGEST,
        tie_word_embeddings=True,
        **marks,
    )
    untrained = LlamaForCausalLM(config)
    untrained.generation_config = GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, max_length=LONGEST, **marks
    )
    _begin_alike(untrained.get_input_embeddings().weight, words)
    return untrained


@torch.no_grad()
def _begin_alike(embeddings: Float[Tensor, "tokens width"], words: PreTrainedTokenizerFast) -> None:
    """Have the forms of a word, with a space or a capital or without accents, begin near one another.

    To repeat a word is then one thing to learn, and not one for each word.
    """
    first: dict[str, int] = {}
    spelt = [plain(words.decode([number])).strip() for number in range(len(words))]
    leads = [
        first.setdefault(word if word.isalpha() else str(number), number) for number, word in enumerate(spelt)
    ]
    embeddings.copy_(embeddings[leads] + embeddings / 2)


def batch(
    words: PreTrainedTokenizerFast, lessons: Sequence[tuple[str, str]]
) -> tuple[Int[Tensor, "lessons positions"], Bool[Tensor, "lessons positions"]]:
    """Token ids of lessons, padded behind, and where in them the full prompts and their ends stand."""
    begun = [words(f"{BEGIN}{terse}{ENHANCE}").input_ids for terse, _ in lessons]
    grown = [words(f"{full}{END}").input_ids for _, full in lessons]
    ids = [torch.tensor(first + then)[:LONGEST] for first, then in zip(begun, grown, strict=True)]
    told = [(torch.arange(len(row)) >= len(first)) for row, first in zip(ids, begun, strict=True)]
    padded = pad_sequence(ids, batch_first=True, padding_value=words.pad_token_id)
    return padded, pad_sequence(told, batch_first=True)


def drawn(number: int, size: int) -> list[tuple[str, str]]:
    """The lessons of a step, of like length so that little is padded: every POOL steps share out theirs."""
    pool, part = divmod(number, POOL)
    lessons = [lesson(FIRST + pool * POOL * size + n) for n in range(POOL * size)]
    return sorted(lessons, key=lambda pair: len("".join(pair)))[part * size : (part + 1) * size]


def objective(
    enhancer: LlamaForCausalLM, words: PreTrainedTokenizerFast, size: int
) -> Callable[[int], Tensor]:
    """The loss of a step: how unlikely each token of the full prompts was held, the terse ones given."""

    def loss(number: int) -> Tensor:
        ids, told = (part.to(enhancer.device) for part in batch(words, drawn(number, size)))
        states = enhancer.model(ids[:, :-1]).last_hidden_state[told[:, 1:]]
        return F.cross_entropy(enhancer.lm_head(states), ids[:, 1:][told[:, 1:]])

    return loss


@torch.no_grad()
def enhanced(
    enhancer: LlamaForCausalLM, words: PreTrainedTokenizerFast, prompts: Sequence[str], sampled: bool
) -> list[str]:
    """What each prompt grows into: by chance (temperature 1), or the likeliest token each time."""
    asked = words([f"{BEGIN}{prompt}{ENHANCE}" for prompt in prompts], padding=True, return_tensors="pt")
    asked = {name: asked[name].to(enhancer.device) for name in ("input_ids", "attention_mask")}
    ids = enhancer.generate(**asked, do_sample=sampled)
    return words.batch_decode(ids[:, asked["input_ids"].shape[1] :], skip_special_tokens=True)


def rates(enhancer: LlamaForCausalLM, words: PreTrainedTokenizerFast, count: int) -> dict[str, float]:
    """On `count` held-out prompts: the share whose full prompt holds all that was asked, by language.

    And `distinct`: the mean share of different scenes among SAMPLES that one prompt grows into.
    """
    prompts = [lesson(HELD_OUT + n)[0] for n in range(count)]
    told = {}
    for name, sampled in (("greedy", False), ("sampled", True)):
        held = list(map(holds, enhanced(enhancer, words, prompts, sampled), prompts))
        for n, language in enumerate(LANGUAGES):
            told[f"{language} {name}"] = sum(held[n::2]) / len(held[n::2])
    some = [prompt for prompt in prompts[: count // 4] for _ in range(SAMPLES)]
    scenes = [parse(full) for full in enhanced(enhancer, words, some, sampled=True)]
    kinds = [len(set(scenes[at : at + SAMPLES])) for at in range(0, len(scenes), SAMPLES)]
    return told | {"distinct": sum(kinds) / len(scenes)}


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Train, say on the way how it does on held-out prompts, and write it to `folder/enhancer`."""
    words = kept(folder / "enhancement/tokenizer", vocabulary_of_prompts(), ENHANCE)
    enhancer = model(words).to(device)

    def look(shadow: Any, step: int) -> None:
        torch.manual_seed(step)
        told = rates(shadow["enhancer"], words, TRIED)
        print(f"step {step}: " + ", ".join(f"{name} {rate:.1%}" for name, rate in told.items()), flush=True)
        shadow["enhancer"].save_pretrained(folder / "enhancer")
        words.save_pretrained(folder / "enhancer")

    plan = Plan(
        steps=effort.steps,
        rate=2e-3,
        seed=effort.seed,
        warmup=100,
        decay=0.05,
        mean=0.99,
        milestone=500,
        keep=250,
    )
    train(
        nn.ModuleDict({"enhancer": enhancer}),
        objective(enhancer, words, effort.batch),
        plan,
        folder / "enhancement",
        look,
    )
