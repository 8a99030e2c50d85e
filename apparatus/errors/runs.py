"""What a run refuses: settings, places, steps and alterations that it does not have."""

from collections.abc import Iterable
from typing import Any

from apparatus.errors.error import ApparatusError, nearest


class OutOfRange(ApparatusError, ValueError):
    """A setting lies outside what is allowed."""

    def __init__(self, setting: str, asked: Any, allowed: str) -> None:
        """`allowed` is the range as a person reads it: "1 to 150", "64 to 2048, in multiples of 8"."""
        self.setting, self.asked, self.allowed = setting, asked, allowed
        super().__init__(f"{setting} cannot be {asked}. Allowed: {allowed}. Choose a value in that range.")


class SiteNotFound(ApparatusError, LookupError):
    """The pipeline has no such place to tap."""

    def __init__(self, site: str, pipeline: str, sites: Iterable[str]) -> None:
        """Name the nearest sites that do exist."""
        self.site, self.pipeline = site, pipeline
        super().__init__(
            f"{pipeline} has no site {site!r}. Nearest: {nearest(site, sites)}. "
            "List them all with `apparatus.taps.sites(pipeline)`."
        )


class StepNotFound(ApparatusError, LookupError):
    """The run has no such step."""

    def __init__(self, step: int, steps: int) -> None:
        """`steps` is how many the run has recorded."""
        self.step, self.steps = step, steps
        super().__init__(f"There is no step {step}. The run recorded {steps}. Choose one from 0 to {steps}.")


class NothingToResume(ApparatusError, RuntimeError):
    """The run is not paused."""

    def __init__(self, state: str) -> None:
        """`state` is what the run is instead: finished or failed."""
        self.state = state
        super().__init__(f"This run is {state}, not paused. Branch from one of its steps instead.")


class CannotStore(ApparatusError, TypeError):
    """A value in a checkpoint cannot be written to a file."""

    def __init__(self, path: str, kind: str) -> None:
        """`path` is where in the checkpoint the value stands: "scheduler/noise_sampler"."""
        self.path, self.kind = path, kind
        super().__init__(
            f"A checkpoint cannot be stored: {path} is a {kind}, and only numbers, text, tensors, "
            "arrays and lists or dictionaries of them can be. It can still be resumed in this process."
        )


class WordNotRead(ApparatusError, LookupError):
    """An alteration names a word that the text encoder did not read."""

    def __init__(self, word: str, occurrence: int, words: Iterable[str], truncated: str = "") -> None:
        """`words` are those that it read, `truncated` the end of the prompt that it did not."""
        self.word, self.occurrence, self.words, self.truncated = word, occurrence, list(words), truncated
        which = f"{word!r}" if occurrence == 1 else f"{word!r} a {occurrence}th time"
        cut = f" The end of the prompt was too long to be read: {truncated.strip()!r}." if truncated else ""
        super().__init__(
            f"The text encoder did not read {which}. It read: {', '.join(self.words) or 'nothing'}.{cut} "
            "Alter one of these words, or write another prompt."
        )


class MaskMisfit(ApparatusError, ValueError):
    """An alteration's region has another size than the latents."""

    def __init__(self, asked: tuple[int, int], there: tuple[int, int]) -> None:
        """Both are rows and columns."""
        self.asked, self.there = asked, there
        super().__init__(
            f"The region has {asked[0]} rows of {asked[1]} cells, and the latents have {there[0]} of "
            f"{there[1]}. Paint it again on this picture."
        )


class CannotRetouch(ApparatusError, ValueError):
    """This model has no pipeline that retouches in the way that is asked."""

    def __init__(self, way: str, pipeline: str, ways: Iterable[str]) -> None:
        """`ways` are those that it has."""
        self.way, self.pipeline, self.ways = way, pipeline, list(ways)
        there = f"It can do this: {', '.join(self.ways)}." if self.ways else "It retouches in no way."
        super().__init__(
            f"{pipeline} cannot retouch by {way!r}. {there} Choose one of those, or another model."
        )


class NoSource(ApparatusError, LookupError):
    """A retouch has no picture to begin with."""

    def __init__(self, source: str) -> None:
        """`source` is what it named."""
        self.source = source
        super().__init__(
            f"There is no picture to begin with: {source or 'none was named'} is no finished exposure of "
            "this store. Name one, or give the picture itself."
        )


class NothingPainted(ApparatusError, ValueError):
    """A mask in which nothing is painted."""

    def __init__(self) -> None:
        """It needs no facts."""
        super().__init__(
            "Nothing of the picture is painted, so there is nothing to retouch. Paint what is to change."
        )


class CannotAlter(ApparatusError, ValueError):
    """This model, or this scheduler, has nothing of that kind to alter."""

    def __init__(self, kind: str, where: str, why: str) -> None:
        """`kind` is the alteration's, `where` the pipeline or the scheduler."""
        self.kind, self.where, self.why = kind, where, why
        super().__init__(f"{kind} cannot be altered in {where}: {why}. Alter something else.")
