"""A captioner of obscura's form, untrained: what it says is noise, and it says it every time."""

from pathlib import Path

import torch

from apparatus.training import captioner as training
from apparatus.training import clip
from apparatus.training import tokenizer as bpe
from apparatus.training.spelling import kept
from apparatus.world.grammar import words as known


def untrained(folder: Path) -> Path:
    """A folder of captioners that holds one, "small"."""
    words = kept(folder / "spelling", known(), *training.MARKS.values())
    torch.manual_seed(3)
    tower = clip.clip(bpe.kept(folder / "bpe")).vision_model
    for part in (training.captioner(words, tower).eval(), words, clip.processor()):
        part.save_pretrained(folder / "small")
    return folder
