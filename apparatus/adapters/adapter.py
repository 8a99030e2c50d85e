"""The form in which a family of pipelines says what is particular to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from apparatus.attention import Text
from apparatus.guidance import Scheme
from apparatus.record import Branch
from apparatus.settings import Settings

Size = tuple[int, int]
"""A picture's height and width, in pixels."""


@dataclass(frozen=True)
class Adapter:
    """What is particular to a family of pipelines; None where it is not known.

    `scheme` is its guidance, `guidance` what the pipeline calls the scale of it. `negative` stands for a
    negative prompt that nobody wrote; None where none is read. `also` gives what else the pipeline is
    called with.

    `text` is where the words stand in its attention, `texts` which branch the nth call of a text encoder
    reads. `encoders` are those whose tokens the denoiser is told, in the order in which they follow each
    other; those in one group are told side by side. `kept` gives which tokens of an encoder's it is told,
    by their mask, where that is not all. `layer` is the hidden state that is read of the first encoder,
    counted from the last.

    `decode` makes a picture, nominally in [-1, 1], of latents in the loop; `unpack` makes rows and columns of
    them where they lie in a sequence, and `pack` puts them back.
    """

    pipelines: tuple[str, ...] = ()
    scheme: Scheme | None = None
    guidance: str = "guidance_scale"
    negative: str | None = ""
    also: Callable[[Settings], dict[str, Any]] | None = None
    text: Text | None = None
    texts: tuple[Branch, ...] = ("cond", "uncond")
    encoders: tuple[tuple[str, ...], ...] = ()
    kept: Callable[[Any, Sequence[int]], Sequence[int]] | None = None
    layer: int | None = None
    decode: Callable[[Any, Tensor, Size], Tensor] | None = None
    unpack: Callable[[Any, Tensor, Size], Tensor] | None = None
    pack: Callable[[Tensor], Tensor] | None = None

    @property
    def unseen(self) -> list[str]:
        """What of a run cannot be shown, since nothing is known of it."""
        known = {
            "attention": self.text,
            "guidance": self.scheme,
            "previews": self.decode,
            "words": self.encoders,
        }
        return [what for what, fact in known.items() if not fact]

    def spread(self, pipeline: Any, latents: Tensor, size: Size) -> Tensor:
        """Latents of the loop in rows and columns: [pictures, channels, rows, columns]."""
        return self.unpack(pipeline, latents, size) if self.unpack else latents

    def gathered(self, latents: Tensor) -> Tensor:
        """Latents in rows and columns as the loop has them."""
        return self.pack(latents) if self.pack else latents


def unmasked(_: Any, mask: Sequence[int]) -> list[int]:
    """The tokens that an encoder may look at: what is `kept` where the padding is left out."""
    return [token for token, seen in enumerate(mask) if seen]


def exact(_: Settings) -> dict[str, Any]:
    """The size that is asked for, not the nearest it was trained on: `also`, where there are such."""
    return {"use_resolution_binning": False}
