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

import json
import random
import string
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from apparatus.training.effort import Effort
from apparatus.training.loop import Plan, train
from apparatus.training.tokenizer import BEGIN, END
from apparatus.world.grammar import SMALL, caption, plain, split, spoken, words
from apparatus.world.parser import parse
from apparatus.world.scene import Scene, Thing, scene
from apparatus.world.vocabulary import LANGUAGES, Language, vocabulary

ENHANCE = "<|enhance|>"  # what stands between the two prompts
PAD = "<|pad|>"
PATTERN = r" ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+"  # where the tokenizer parts a text
CONTEXT = 128  # tokens, of both prompts and the marks
WIDTH = 160
LAYERS = 6
FIRST = 300_000_000  # from here on, scenes that no other training draws
HELD_OUT = 400_000_000  # from here on, scenes that it is only tried on
ELSEWHERE = 50_000_000  # from one scene to the next that is tried, where there are no words for one
ATTEMPTS = 400  # at saying a scene
POOL = 4  # steps that draw their lessons together
TRIED = 48  # of them, half in either language
SAMPLES = 10  # of one prompt, to see how they differ
ELIDED = "’"  # the apostrophe that telephones write
FOREIGN = (
    string.ascii_lowercase,
    string.ascii_lowercase + "àâçéèêëîïôùûœ",
    string.digits + string.punctuation,
    "".join(map(chr, (*range(0x3B1, 0x3CA), *range(0x430, 0x450), *range(0x627, 0x64B)))),
    "".join(map(chr, (*range(0x3041, 0x3097), *range(0x4E00, 0x5200), *range(0x1F300, 0x1F650)))),
)


def tokenizer(known: Collection[str], *marks: str) -> PreTrainedTokenizerFast:
    """Byte-level BPE that gives back every text as it was, in which each known word is one token.

    So it is with a space before it, where it is in lower case. `marks` are tokens of their own, beside the
    begin, the end and the padding.
    """
    learnt, alphabet = Tokenizer(models.BPE()), sorted(pre_tokenizers.ByteLevel.alphabet())
    learnt.pre_tokenizer = in_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=100_000,
        min_frequency=1,
        special_tokens=alphabet,  # named beforehand, or their order, and that of ties, is by chance
        show_progress=False,
    )
    learnt.train_from_iterator(sorted(known), trainer)
    merges = [tuple(pair) for pair in json.loads(learnt.to_str())["model"]["merges"]]
    lower = sorted(word for word in known if word.islower())
    space, *spelt = (in_bytes.pre_tokenize_str(text)[0][0] for text in (" ", *lower))
    merges += [(space, word) for word in spelt]
    pieces = dict.fromkeys([*alphabet, *("".join(pair) for pair in merges), BEGIN, END, PAD, *marks])
    bpe = Tokenizer(models.BPE(vocab={piece: n for n, piece in enumerate(pieces)}, merges=merges))
    split_up = pre_tokenizers.Split(Regex(PATTERN), behavior="isolated")
    bpe.pre_tokenizer = pre_tokenizers.Sequence([split_up, in_bytes])
    bpe.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(marks),
        model_max_length=CONTEXT,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def vocabulary_of_prompts() -> frozenset[str]:
    """What the enhancer reads in one token: the world's words, each also as a first word is typed."""
    return words() | {word.capitalize() for word in words()} | {ELIDED}


def lesson(n: int) -> tuple[str, str]:
    """Lesson `n`: a terse prompt and a full one that it grows into; the odd ones are English."""
    rng, language = random.Random(f"enhancer {n}"), LANGUAGES[n % 2]
    shown = grown(scene(n), rng)
    full = max(islice(sayings(shown, language, rng), 3), key=len, default="")
    short = sayings(asked(shown, rng), language, rng, without=namings(language).difference(split(full)))
    terse = min(islice(short, rng.choice((1, 2))), key=len, default="")
    if not full or not terse:
        return lesson(n + ELSEWHERE)
    typed = hasty(terse, rng)
    return typed if typed == terse or holds(full, typed) else terse, full


def grown(shown: Scene, rng: random.Random) -> Scene:
    """A scene with most of what it leaves open filled in."""
    known = vocabulary()

    def or_any(value: Any, choices: Collection[str], share: float) -> Any:
        return value or (rng.choice(list(choices)) if rng.random() < share else None)

    things = tuple(
        replace(
            thing,
            colour=or_any(thing.colour, known.colours, 0.8),
            size=or_any(thing.size, known.sizes, 0.5),
        )
        for thing in shown.things
    )
    sky = shown.setting is not None and known.settings[shown.setting].sky
    light = or_any(shown.light, known.lights, 0.7) if sky else None
    return replace(shown, things=things, light=light, process=or_any(shown.process, known.processes, 0.15))


def asked(shown: Scene, rng: random.Random) -> Scene:
    """What a terse prompt asks of a scene: its things, or one of two, and little of the rest."""
    share = rng.choice((0.0, 0.15, 0.5))

    def kept(value: str | None) -> str | None:
        return value if rng.random() < share else None

    things = shown.things if rng.random() < 0.7 else (rng.choice(shown.things),)
    return Scene(
        tuple(replace(thing, colour=kept(thing.colour), size=kept(thing.size)) for thing in things),
        place=kept(shown.place) if len(things) == 2 else None,
        setting=kept(shown.setting),
        light=kept(shown.light),
        wall=kept(shown.wall),
        process=kept(shown.process),
    )


def sayings(
    shown: Scene, language: Language, rng: random.Random, without: Set[str] = frozenset()
) -> Iterator[str]:
    """Captions that say the whole of a scene and nothing else, `without` some words.

    They end when there is no such caption: three mountains are « trois montagnes », which may be a setting.
    """
    for _ in range(ATTEMPTS):
        text = caption(shown, language, rng)
        if without.isdisjoint(split(text)) and parse(text, language) == shown:
            yield text


@cache
def namings(language: Language) -> frozenset[str]:
    """The words that tell one thing, colour, size, setting or light from another.

    A full prompt repeats them as they were typed.
    """
    known = vocabulary()
    named = [
        word for one in (*known.nouns.values(), *known.colours.values()) for word in getattr(one, language)
    ]
    for size in known.sizes.values():
        named += [word for pair in size.fr for word in pair] if language == "fr" else size.en
    said = [form for word in named for form in (word.text, word.plural)]
    for phrases in (*known.settings.values(), *known.lights.values()):
        said += getattr(phrases, language)["bare"]
    return frozenset(part for text in said for part in split(text)) - set(SMALL[language].split())


def hasty(text: str, rng: random.Random) -> str:
    """`text` as it may be typed: without accents, with a capital, with a strange word or nothing else."""
    if rng.random() < 0.1:
        text = plain(text)
    if rng.random() < 0.08:
        said = text.split() if rng.random() < 0.8 else []
        said.insert(rng.randint(0, len(said)), strange(rng))
        text = " ".join(filter(None, said))
    if rng.random() < 0.2:
        text = text[:1].upper() + text[1:]
    return text.replace("'", ELIDED) if rng.random() < 0.2 else text


def strange(rng: random.Random) -> str:
    """A word from outside the world, in letters, signs or other scripts; sometimes nothing."""
    word = "".join(rng.choices(rng.choice(FOREIGN), k=rng.randint(0, 8)))
    return "" if word in words() else word


def holds(full: str, terse: str) -> bool:
    """Whether the full prompt says all that the terse one does, in its language (or in either)."""
    language = spoken(terse)
    return any(
        contains(parse(full, heard), parse(terse, heard)) for heard in LANGUAGES if language in (heard, None)
    )


def contains(shown: Scene, wanted: Scene) -> bool:
    """Whether a scene shows every thing and attribute of another, which may leave things open."""
    for name in ("place", "setting", "light", "wall", "process"):
        if getattr(wanted, name) not in (None, getattr(shown, name)):
            return False
    if wanted.place:
        return all(map(_is, shown.things, wanted.things))
    return all(any(_is(thing, other) for thing in shown.things) for other in wanted.things)


def _is(thing: Thing, wanted: Thing) -> bool:
    return (
        (thing.noun, thing.count) == (wanted.noun, wanted.count)
        and wanted.colour in (None, thing.colour)
        and wanted.size in (None, thing.size)
    )


def model(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """An untrained one of three million parameters, which goes on by chance until its prompt is full."""
    marks = {f"{mark}_token_id": getattr(words, f"{mark}_token_id") for mark in ("bos", "eos", "pad")}
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=8 * WIDTH // 3 // 16 * 16,
        num_hidden_layers=LAYERS,
        num_attention_heads=WIDTH // 32,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        **marks,
    )
    untrained = LlamaForCausalLM(config)
    untrained.generation_config = GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, max_length=CONTEXT, **marks
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
    ids = [torch.tensor(first + then)[:CONTEXT] for first, then in zip(begun, grown, strict=True)]
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


def kept(folder: Path, known: Collection[str], *marks: str) -> PreTrainedTokenizerFast:
    """The tokenizer that the training in this folder began with: ids mean what they meant then."""
    if not folder.exists():
        tokenizer(known, *marks).save_pretrained(folder)
    return PreTrainedTokenizerFast.from_pretrained(folder)


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
