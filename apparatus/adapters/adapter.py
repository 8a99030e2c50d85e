"""The form in which a family of pipelines says what is particular to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from apparatus.attention import Text
from apparatus.guidance import Scheme
from apparatus.record import Branch


@dataclass(frozen=True)
class Adapter:
    """What is particular to a family of pipelines; None where it is not known.

    `scheme` is its guidance, `text` where the words stand in its attention, `texts` which branch the nth call
    of a text encoder reads, `decode` how it makes a picture, nominally in [-1, 1], of latents in the loop.
    """

    pipelines: tuple[str, ...] = ()
    scheme: Scheme | None = None
    text: Text | None = None
    texts: tuple[Branch, ...] = ("cond", "uncond")
    decode: Callable[[Any, Tensor], Tensor] | None = None
