"""The tokenizer: byte-level BPE in CLIP's own form, in which every word of the world is one token.

Words from outside fall apart into pieces, down to single bytes; nothing becomes an unknown token.
"""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from apparatus.world.grammar import words

LENGTH = 40  # positions of the text encoder
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
# CLIP's rule for where one word ends: letters together, digits and signs apart.
PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def tokenizer() -> CLIPTokenizer:
    """Trained on the world's words alone; takes a second, and is the same each time."""
    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    bpe.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=100_000,
        min_frequency=1,
        end_of_word_suffix="</w>",
        special_tokens=_bytes(alphabet),  # named beforehand, or their order, and that of ties, is by chance
        show_progress=False,
    )
    bpe.train_from_iterator(sorted(words()), trainer)
    merges = [tuple(pair) for pair in json.loads(bpe.to_str())["model"]["merges"]]
    return CLIPTokenizer(vocab=_vocabulary(alphabet, merges), merges=merges, model_max_length=LENGTH)


def kept(folder: Path) -> CLIPTokenizer:
    """The tokenizer that the training in this folder began with: ids mean what they meant then."""
    if not folder.exists():
        tokenizer().save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def _vocabulary(alphabet: list[str], merges: list[tuple[str, str]]) -> dict[str, int]:
    """Ids in CLIP's order: bytes, bytes that end a word, merges, begin, end."""
    pieces = [*_bytes(alphabet), *("".join(pair) for pair in merges)]
    return {piece: number for number, piece in enumerate(dict.fromkeys([*pieces, BEGIN, END]))}


def _bytes(alphabet: list[str]) -> list[str]:
    return [*alphabet, *(byte + "</w>" for byte in alphabet)]


def list_words(folder: Path) -> None:
    """Write the world's words to `folder/vocabulary.json`."""
    listed = json.dumps({"words": sorted(words())}, ensure_ascii=False, indent=0)
    (folder / "vocabulary.json").write_text(listed, encoding="utf-8")
