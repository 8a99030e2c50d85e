"""Where a run can be stopped."""

from dataclasses import dataclass
from typing import Literal, get_args

Site = Literal[
    "prompt", "encode", "noise", "denoise.in", "denoise.out", "step.in", "step.out", "decode", "select",
]  # fmt: skip
SITES: tuple[Site, ...] = get_args(Site)


@dataclass(frozen=True)
class Moment:
    """A point at which the making of a picture can be stopped.

    "prompt" (before the pipeline is called), "encode" (after the nth text-encoder call), "noise" (after it
    was drawn), then of a step "denoise.in" and "denoise.out" (around its nth denoiser call), "step.in" and
    "step.out" (around the scheduler's), "decode" (before the decoder) and "select" (after the pipeline).
    """

    site: Site
    step: int | None = None
    call: int = 0

    def __lt__(self, other: "Moment") -> bool:
        """Whether a run comes by here sooner."""
        return self._place() < other._place()

    def _place(self) -> tuple[int, int, int, int]:
        """Its place in a run: before the loop, in it, after it; then the step, then within the step."""
        if self.step is None:
            part = 2 if self.site in ("decode", "select") else 0
            return part, SITES.index(self.site), self.call, 0
        around = self.call if self.site.startswith("denoise") else 1000  # the scheduler comes last
        return 1, self.step, around, SITES.index(self.site)
