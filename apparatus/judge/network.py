"""The judge's network: what stands in each of 16×16 cells of a picture, and what is round it."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from jaxtyping import Float
from torch import Tensor, nn

from apparatus.errors import NoJudge
from apparatus.world.vocabulary import vocabulary

SIDE = 128  # of the pictures it sees
CELLS = 16  # on each side of its maps
GROUPS = 8
WEIGHTS = Path(__file__).parent / "weights"

Choices = dict[str, list[str | None]]


@cache
def choices() -> Choices:
    """What can be answered to each question, in the order of the heads.

    No noun: nothing stands there. No colour: the pictogram's own. No light: a clear day. No process: a
    photograph in colour. What is round the things is a setting or, by its colour, a wall.
    """
    known = vocabulary()
    return {
        "noun": [None, *known.nouns],
        "colour": [None, *known.colours],
        "surround": [*known.settings, *known.colours],
        "light": [None, *known.lights],
        "process": [None, *known.processes],
    }


class Block(nn.Module):
    """Two convolutions whose result is added to what they were given."""

    def __init__(self, width: int) -> None:
        """Group normalisation: a picture is judged alike alone and in a batch."""
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1)),
            *(nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1)),
        )

    def forward(
        self, x: Float[Tensor, "batch width rows columns"]
    ) -> Float[Tensor, "batch width rows columns"]:
        """The same shape."""
        return x + self.layers(x)


class Judge(ModelMixin, ConfigMixin):
    """A small convolutional network; its configuration names every answer it can give."""

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(self, choices: Choices, widths: Sequence[int] = (24, 48, 96, 224)) -> None:
        """Untrained. `widths` are those at a half, a quarter, an eighth and a sixteenth of the side."""
        super().__init__()
        half, quarter, eighth, sixteenth = widths
        self.fine = nn.Sequential(
            nn.Conv2d(3, half, 5, stride=2, padding=2),
            nn.SiLU(),
            nn.Conv2d(half, quarter, 3, stride=2, padding=1),
            Block(quarter),
            nn.Conv2d(quarter, eighth, 3, stride=2, padding=1),
            Block(eighth),
        )
        self.wide = nn.Sequential(nn.Conv2d(eighth, sixteenth, 3, stride=2, padding=1), Block(sixteenth))
        self.back = nn.Conv2d(sixteenth, eighth, 1)
        self.joined = nn.Sequential(Block(eighth), nn.GroupNorm(GROUPS, eighth), nn.SiLU())
        self.here = nn.ModuleDict(
            {question: nn.Conv2d(eighth, len(choices[question]), 1) for question in ("noun", "colour")}
        )
        self.around = nn.ModuleDict(
            {
                question: nn.Linear(2 * sixteenth, len(choices[question]))
                for question in ("surround", "light", "process")
            }
        )

    def forward(self, pixels: Float[Tensor, "batch 3 128 128"]) -> dict[str, Tensor]:
        """The logits of each question's answers: "noun" and "colour" (batch, answers, 16, 16), the others
        (batch, answers). `pixels` are in [-1, 1].
        """
        fine = self.fine(pixels)
        wide = self.wide(fine)
        pooled = torch.cat([wide.mean((2, 3)), wide.amax((2, 3))], 1)
        joined = self.joined(fine + F.interpolate(self.back(wide), scale_factor=2))
        return {
            **{question: head(joined) for question, head in self.here.items()},
            **{question: head(pooled) for question, head in self.around.items()},
        }

    def version(self) -> str:
        """What tells this judge from any other: the first digits of its weights' hash, in half precision."""
        weights = (weight.detach().half().cpu().numpy().tobytes() for weight in self.state_dict().values())
        return hashlib.sha256(b"".join(weights)).hexdigest()[:12]


def load(folder: Path = WEIGHTS) -> Judge:
    """The judge as shipped, or as trained into another folder; ready, in float32, on the cpu.

    Raises:
        NoJudge: there are no weights, or they answer for another world than this one.
    """
    if not (folder / "config.json").is_file():
        raise NoJudge(folder, "there are no weights")
    try:
        judge: Judge = Judge.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except Exception as error:  # a broken folder fails in as many ways as it has files
        raise NoJudge(folder, " ".join(str(error).split()).rstrip(".")) from error
    if judge.config["choices"] != choices():
        raise NoJudge(folder, "its weights know another vocabulary than the world's")
    return judge.float().eval().to(memory_format=torch.channels_last)
