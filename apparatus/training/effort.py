"""How much work goes into a part of the model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """`steps` of `batch` examples each, from the world's first `pictures` where the part looks at any.

    `seed` draws the untrained weights and the order of everything.
    """

    steps: int
    batch: int
    pictures: int = 0
    seed: int = 0
