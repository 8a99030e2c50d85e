"""The tokenizer of what writes, the enhancer and the captioner: each known word is one token."""

import json
from collections.abc import Collection
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from apparatus.training.tokenizer import BEGIN, END

PAD = "<|pad|>"
PATTERN = r" ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+"  # where a text is parted
LONGEST = 128  # tokens


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
        model_max_length=LONGEST,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def kept(folder: Path, known: Collection[str], *marks: str) -> PreTrainedTokenizerFast:
    """The tokenizer that the training in this folder began with: ids mean what they meant then."""
    if not folder.exists():
        tokenizer(known, *marks).save_pretrained(folder)
    return PreTrainedTokenizerFast.from_pretrained(folder)
