"""Where a model lies while it works, and why; and how well what it wears fits it."""

from typing import Literal

from pydantic import BaseModel

Offload = Literal["none", "model", "sequential"]
"""What waits in the machine's memory while the device computes: nothing, whole parts, or single layers."""

Sparing = Literal["vae tiling", "attention slicing"]
"""What makes do with less memory at large sizes, and changes the picture by more than nothing."""

HOW: dict[Offload, str] = {
    "none": "whole",
    "model": "one part at a time (model offload)",
    "sequential": "one layer at a time (sequential offload), which is slow",
}


class Placement(BaseModel):
    """A model on a device. Every size is in bytes.

    `weights` is what all of them take in this dtype, `largest` what those of the largest part do, `work` what
    is reckoned for decoding beside them. `free` was measured on the device before loading, `left` after it.
    """

    device: str
    dtype: str
    offload: Offload = "none"
    weights: int = 0
    largest: int = 0
    work: int = 0
    free: int = 0
    left: int = 0
    insisted: bool = False
    """Whether it was too large, and somebody wanted it all the same."""
    sparing: tuple[Sparing, ...] = ()
    """What was on for this very picture."""

    def told(self) -> str:
        """It in one sentence."""
        said = (
            f"On {self.device} in {self.dtype}, {HOW[self.offload]}: the weights take {size(self.weights)}, "
            f"and {size(self.free)} were free"
        )
        if self.insisted:
            said += ", which is too little; it was insisted on"
        return said + (f"; {' and '.join(self.sparing)} at this size." if self.sparing else ".")


class LoraFit(BaseModel):
    """How much of a LoRA found its place in the model: `placed` of its `layers`."""

    name: str
    layers: int
    placed: int

    @property
    def partly(self) -> bool:
        """Whether some of it did not."""
        return self.placed < self.layers


def size(count: int) -> str:
    """Bytes as a person reads them: "23.8 GB", "52 MB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
