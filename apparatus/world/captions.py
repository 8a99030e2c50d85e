"""What is said of the training pictures."""

import random
import string

from apparatus.world.grammar import caption, plain
from apparatus.world.scene import scene
from apparatus.world.vocabulary import LANGUAGES

SAYINGS = 4  # captions of each picture, in French and in English by turns


def texts(n: int) -> list[str]:
    """The captions of picture `n`, the same everywhere: some typed in haste, some with a strange word."""
    rng, shown, said = random.Random(f"captions {n}"), scene(n), []
    for k in range(SAYINGS):
        text = caption(shown, LANGUAGES[k % 2], rng)
        text = plain(text) if rng.random() < 0.08 else text
        said.append(_disturbed(text, rng) if rng.random() < 0.06 else text)
    return said


def _disturbed(text: str, rng: random.Random) -> str:
    """`text` with a word in it that means nothing, so that unknown words learn to do nothing."""
    noise = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9)))
    words = text.split()
    words.insert(rng.randrange(len(words) + 1), noise)
    return " ".join(words)
