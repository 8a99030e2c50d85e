"""A causal language model that runs here: every token's odds are seen, and chance is its own.

One is loaded at a time, and stays until another is asked for: obscura's own takes a few megabytes beside the
picture model. Safetensors only, none of its folder's code is run, nothing is fetched.

Source: transformers 5.23.0, generation/logits_process.py, `TopPLogitsWarper`, for what `top_p` keeps.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from glob import escape
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from apparatus import instructions
from apparatus.enhancements import ENHANCE, Alternative, Enhance, Written
from apparatus.enhancers import Writing
from apparatus.errors import NoEnhancer, OutOfRange, PromptTooLong, TooLarge
from apparatus.models import catalogue, memory
from apparatus.models.loading import best_device, stay_offline
from apparatus.world.vocabulary import Language

BESIDE = "enhancer"
"""The folder of a pipeline in which its own enhancer lies."""

OTHERS = 8
"""Tokens not taken that are kept, at most."""

SMALL = 1_000_000_000
"""Bytes of weights: below, they are computed with in float32, above as they are."""

TAIL = 8
"""Tokens before one that say how it is spelt."""

COLDEST = 1e-6


@dataclass(frozen=True)
class LanguageModel:
    """A model with its tokenizer, and the ids that end its texts."""

    folder: Path
    model: Any
    words: Any
    ends: frozenset[int]

    @property
    def own(self) -> bool:
        """Whether it was trained as obscura's enhancer: with a mark where the rewriting begins."""
        return ENHANCE in self.words.get_vocab()


def begin(asked: Enhance, prompt: str, language: Language | None) -> Writing:
    """Load the language model, unless it is loaded, and get ready to write.

    Raises:
        NoEnhancer, NoInstruction, TooLarge: nobody can be asked.
        PromptTooLong: the prompt leaves no room.
    """
    speaker = load(found(asked.by))
    ids, given = _given(speaker, asked, prompt, language)
    most = getattr(speaker.model.config, "max_position_embeddings", None) or 2**31
    if len(ids) >= most:
        raise PromptTooLong(asked.model, len(ids), most)
    writing = Writing(asked.model, given, "vocabulary", iter(()))
    writing.tokens = _tokens(speaker, ids, asked, min(asked.longest, most - len(ids)), writing)
    return writing


def found(by: str) -> Path:
    """The folder of a language model: beside a pipeline of that name, that very one, or in the hub's cache.

    Raises:
        NoEnhancer: there is none, or it has no weights in safetensors.
    """
    known = catalogue.look_up(by)
    repository = escape(by.replace("/", "--"))
    snapshots = catalogue.cache_folder().glob(f"models--{repository}/snapshots/*/config.json")
    newest = sorted(snapshots, key=lambda file: file.lstat().st_mtime)[-1:]
    beside = [known.folder / BESIDE] if known and known.folder else []
    folders = [*beside, Path(by), *(file.parent for file in newest)]
    there = [folder for folder in folders if len(by) < 1024 and (folder / "config.json").is_file()]
    if not there:
        raise NoEnhancer(by, "there is no language model of that name on this machine")
    if not any(there[0].glob("*.safetensors")):
        raise NoEnhancer(by, "its weights are not in .safetensors files")
    return there[0]


@lru_cache(maxsize=1)
def load(folder: Path) -> LanguageModel:
    """The language model in a folder, on the best device that has room for it.

    Raises:
        NoEnhancer: it cannot be loaded.
        TooLarge: there is no room for it.
    """
    stay_offline()
    size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    device = _device(folder, 2 * size)
    kept = {"local_files_only": True, "trust_remote_code": False}
    dtype = torch.float32 if size < SMALL else "auto"
    try:
        words = AutoTokenizer.from_pretrained(folder, **kept)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, use_safetensors=True, **kept)
    except Exception as error:  # a broken folder fails in as many ways as it has files
        why = " ".join(str(error).split()).split(". ")[0].rstrip(".")
        raise NoEnhancer(str(folder), f"it cannot be loaded ({why[:200]})") from error
    ends = model.generation_config.eos_token_id
    marks = [words.eos_token_id, *(ends if isinstance(ends, list) else [ends])]
    return LanguageModel(folder, model.eval().to(device), words, frozenset(m for m in marks if m is not None))


def _device(folder: Path, needed: int) -> torch.device:
    """The best device, if it has so many bytes free; else the machine's own memory."""
    best, machine = torch.device(best_device()), torch.device("cpu")
    device = best if memory.free(best) > needed else machine
    there = memory.free(device)
    if there < needed:
        raise TooLarge(folder.name, needed, there, device.type)
    return device


def _given(
    speaker: LanguageModel, asked: Enhance, prompt: str, language: Language | None
) -> tuple[list[int], str]:
    """The token ids that it gets, and the same as text. To an own one, marks that were typed are letters."""
    words = speaker.words
    if speaker.own:
        said = words(prompt, add_special_tokens=False, split_special_tokens=True).input_ids
        ids = [words.bos_token_id, *said, words.convert_tokens_to_ids(ENHANCE)]
        return ids, words.decode(ids)
    text = instructions.filled(instructions.text(asked.template, language), prompt)
    if words.chat_template:
        said = [{"role": "user", "content": text}]
        text = words.apply_chat_template(
            said, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return words(text, add_special_tokens=False).input_ids, text
    ids = words(f"{text}\n\n").input_ids
    return ids, words.decode(ids)


def _tokens(
    speaker: LanguageModel, ids: list[int], asked: Enhance, most: int, writing: Writing
) -> Iterator[Written]:
    """One token after the other, each drawn with one number of the seed's, whether it is used or not.

    So what stands before a token that a person chose stays the same.
    """
    model, chance = speaker.model, Generator().manual_seed(asked.seed or 0)
    choices = {choice.at: choice.token for choice in asked.chosen}
    given, cache = torch.tensor([ids], device=model.device), None
    said: list[int] = []
    for at in range(most):
        with torch.no_grad():
            seen = model(given, past_key_values=cache, use_cache=True)
        cache, logits = seen.past_key_values, seen.logits[0, -1].float().cpu().double()
        taken = drawn(logits, asked, chance)
        if at in choices:
            taken = _chosen(speaker, choices.pop(at), len(logits))
        yield _written(speaker, logits, said, taken, at in {choice.at for choice in asked.chosen})
        said.append(taken)
        if taken in speaker.ends:
            writing.ended = "end"
            break
        given = torch.tensor([[taken]], device=model.device)
    if choices:
        raise OutOfRange(
            "enhance.chosen", f"at {min(choices)}", f"0 to {len(said) - 1}, as long as the text is"
        )


def drawn(logits: Float[Tensor, "vocabulary"], asked: Enhance, chance: Generator) -> int:
    """The token that one number of chance points to, the likeliest tokens first."""
    number = torch.rand((), dtype=torch.float64, generator=chance)
    if asked.temperature == 0:
        return int(logits.argmax())
    odds, order = (logits / max(asked.temperature, COLDEST)).softmax(0).sort(descending=True, stable=True)
    kept = odds[odds.cumsum(0) - odds < asked.top_p].cumsum(0)
    place = int(torch.searchsorted(kept, number * kept[-1], right=True))
    return int(order[min(place, len(kept) - 1)])


def _chosen(speaker: LanguageModel, token: int | str, vocabulary: int) -> int:
    """The id of a token that a person chose.

    Raises:
        OutOfRange: the model has no such token, or the text is several.
    """
    ids = [token] if isinstance(token, int) else speaker.words(token, add_special_tokens=False).input_ids
    if len(ids) != 1 or not 0 <= ids[0] < vocabulary:
        raise OutOfRange("enhance.chosen", repr(token)[:80], f"one token, or its id, 0 to {vocabulary - 1}")
    return int(ids[0])


def _written(
    speaker: LanguageModel, logits: Float[Tensor, "vocabulary"], said: list[int], taken: int, chosen: bool
) -> Written:
    """A token with its odds, and the likeliest others."""
    odds = logits.softmax(0)
    order = odds.topk(min(OTHERS + 1, len(odds))).indices.tolist()
    mark = taken in speaker.words.all_special_ids
    return Written(
        text=_spelt(speaker, said, taken) if mark else _added(speaker, said, taken),
        id=taken,
        probability=float(odds[taken]),
        entropy=float(torch.special.entr(odds).sum()) / math.log(2),
        alternatives=tuple(
            Alternative(text=_spelt(speaker, said, other), id=other, probability=float(odds[other]))
            for other in [one for one in order if one != taken][:OTHERS]
        ),
        mark=mark,
        chosen=chosen,
    )


def _added(speaker: LanguageModel, said: list[int], token: int) -> str:
    """What a token adds to the text. The last part of a letter has the letter, those before it nothing."""
    before, after = (_text(speaker, ids) for ids in (said, [*said, token]))
    return "" if after.endswith("\ufffd") else after[len(before.rstrip("\ufffd")) :]


def _spelt(speaker: LanguageModel, said: list[int], token: int) -> str:
    """A token as it would stand behind the others; a mark by its name."""
    if token in speaker.words.all_special_ids:
        return str(speaker.words.convert_ids_to_tokens(token))
    tail = said[-TAIL:]
    return _text(speaker, [*tail, token])[len(_text(speaker, tail)) :]


def _text(speaker: LanguageModel, ids: list[int]) -> str:
    return str(speaker.words.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
