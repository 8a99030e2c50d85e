"""What keeps a guided round from being led, or a block list from being used: files that a curator edits."""

from collections.abc import Iterable
from pathlib import Path

from apparatus.errors.error import ApparatusError, nearest


class NoExercise(ApparatusError, LookupError):
    """There is no exercise of that id."""

    def __init__(self, asked: str, there: Iterable[str]) -> None:
        """`there` are the ids there are."""
        self.asked, self.there = asked, list(there)
        super().__init__(
            f"There is no exercise {asked!r}. Nearest: {nearest(asked, self.there)}. "
            f"There are: {', '.join(self.there) or 'none'}. Choose one of them."
        )


class BrokenExercise(ApparatusError, ValueError):
    """The file of an exercise cannot be read, or asks for what cannot be done."""

    def __init__(self, file: Path | str, why: str) -> None:
        """`why` says what is wrong with it."""
        self.file, self.why = str(file), why
        super().__init__(
            f"The exercise {file} cannot be used: {why.rstrip('.')}. Mend it, or move it out of its folder."
        )


class BrokenRules(ApparatusError, ValueError):
    """The list of words that are not wanted cannot be read."""

    def __init__(self, file: Path | str, why: str) -> None:
        """`why` says what is wrong with it."""
        self.file, self.why = str(file), why
        super().__init__(
            f"The rules {file} cannot be used: {why.rstrip('.')}. Mend it, or take it away: "
            "the one that comes with the package is used then."
        )
