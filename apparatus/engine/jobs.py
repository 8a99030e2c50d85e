"""What an engine can be asked for. Each travels to a worker process, and is carried out there.

Expose(Settings(prompt="a cat"), stop=Moment("noise"))
Branch("20261122-123456-ab12", at=5, alterations=(Prompt(at=5, prompt="a dog"),))
GoOn(after=5, stop=Moment("step.out", 5))         # the exposure is the one that is asked for
Look("pull", "20261122-123456-ab12", step=5)
Rewrite(Settings(prompt="a cat", enhance=Enhance()))
Turn("20261122-123456-ab12")                      # one round; the loop's id is the job's, too
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from apparatus.alterations import Alteration
from apparatus.enhancements import Enhanced, Written
from apparatus.keeping import Keep
from apparatus.moments import Moment
from apparatus.record import Who
from apparatus.selection import Batch
from apparatus.settings import Settings

Kind = Literal["branches", "decoded", "layers", "pull", "score"]


@dataclass(frozen=True)
class Expose:
    """A picture of its own."""

    settings: Settings
    alterations: tuple[Alteration, ...] = ()
    stop: Moment | None = None
    name: str = ""
    keep: Keep | None = None
    enhanced: Enhanced | None = None
    """The prompt as it was rewritten already."""
    batch: Batch | None = None
    source: bytes | None = None
    """The file of the picture that a retouch begins with, if that is no exposure's."""
    who: Mapping[str, Who] | None = None
    """By what name whose settings are that no person chose."""


@dataclass(frozen=True)
class Branch:
    """Another end for a picture."""

    parent: str
    at: int
    alterations: tuple[Alteration, ...] = ()
    stop: Moment | None = None
    name: str = ""


@dataclass(frozen=True)
class GoOn:
    """A paused one taken further; `after` is how many steps it is thought to have."""

    after: int | None = None
    stop: Moment | None = None


@dataclass(frozen=True)
class Look:
    """A closer look at one step of an exposure: something that the model must compute for it.

    "decoded": the predicted clean picture, as the model's own decoder makes it. "branches": the pictures that
    the predictions with and without the prompt point to. "layers": where each word looked, in each attention
    layer. "pull": what each word does to the prediction. "score": where in the finished picture its likeness
    to the prompt, and to each word, comes from.
    """

    kind: Kind
    exposure: str
    step: int


@dataclass(frozen=True)
class Rewrite:
    """The prompt of settings with an `enhance` rewritten, and no picture made.

    `before` are the tokens of a text that was begun, the one a person chose last: an endpoint goes on behind
    them. The last event but one tells the whole text.
    """

    settings: Settings
    before: tuple[Written, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One round of a loop that runs."""

    loop: str


Job = Rewrite | Expose | Branch | GoOn | Look | Turn
