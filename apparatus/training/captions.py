"""What is said of the training pictures."""

import random
import string

from jaxtyping import Int
from torch import Tensor
from transformers import CLIPTokenizer

from apparatus.world.grammar import caption, plain
from apparatus.world.scene import scene
from apparatus.world.vocabulary import LANGUAGES

SAYINGS = 4  # captions kept for each picture, half of them in either language


def texts(n: int) -> list[str]:
    """The captions of picture `n`, the same everywhere: some typed in haste, some with a strange word."""
    rng, shown, said = random.Random(f"captions {n}"), scene(n), []
    for k in range(SAYINGS):
        text = caption(shown, LANGUAGES[k % 2], rng)
        text = plain(text) if rng.random() < 0.08 else text
        said.append(_disturbed(text, rng) if rng.random() < 0.06 else text)
    return said


def said(words: CLIPTokenizer, count: int) -> Int[Tensor, "count sayings positions"]:
    """Token ids of the captions of pictures 0 to `count`."""
    captions = [text for n in range(count) for text in texts(n)]
    ids = words(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return ids.view(count, SAYINGS, -1).short()


def _disturbed(text: str, rng: random.Random) -> str:
    """`text` with a word in it that means nothing, so that unknown words learn to do nothing."""
    noise = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9)))
    words = text.split()
    words.insert(rng.randrange(len(words) + 1), noise)
    return " ".join(words)
