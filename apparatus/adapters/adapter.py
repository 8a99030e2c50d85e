"""The form in which a family of pipelines says what is particular to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from apparatus.attention import Text
from apparatus.guidance import Scheme
from apparatus.record import Branch

Size = tuple[int, int]
"""A picture's height and width, in pixels."""


@dataclass(frozen=True)
class Adapter:
    """What is particular to a family of pipelines; None where it is not known.

    `scheme` is its guidance, `text` where the words stand in its attention, `texts` which branch the nth call
    of a text encoder reads. `encoders` are those whose tokens the denoiser is told, in the order in which
    they follow each other; those in one group are told side by side. `layer` is the hidden state that is read
    of the first of them, counted from the last. `decode` makes a picture, nominally in [-1, 1], of latents in
    the loop; `unpack` makes rows and columns of them where they lie in a sequence, and `pack` puts them back.
    """

    pipelines: tuple[str, ...] = ()
    scheme: Scheme | None = None
    text: Text | None = None
    texts: tuple[Branch, ...] = ("cond", "uncond")
    encoders: tuple[tuple[str, ...], ...] = ()
    layer: int | None = None
    decode: Callable[[Any, Tensor, Size], Tensor] | None = None
    unpack: Callable[[Any, Tensor, Size], Tensor] | None = None
    pack: Callable[[Tensor], Tensor] | None = None

    def spread(self, pipeline: Any, latents: Tensor, size: Size) -> Tensor:
        """Latents of the loop in rows and columns: [pictures, channels, rows, columns]."""
        return self.unpack(pipeline, latents, size) if self.unpack else latents

    def gathered(self, latents: Tensor) -> Tensor:
        """Latents in rows and columns as the loop has them."""
        return self.pack(latents) if self.pack else latents
