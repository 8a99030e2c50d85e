"""What every error is: a sentence for a person, and its facts."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class ApparatusError(Exception):
    """Anything the apparatus refuses or fails to do, with a sentence for a person."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way from a worker process: an error is its message and its facts."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[ApparatusError], args: tuple[Any, ...], facts: dict[str, Any]) -> ApparatusError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


def nearest(asked: str, there: Iterable[str], count: int = 3) -> str:
    """The names most like the one asked for, in a row for a message, or "none"."""
    return ", ".join(get_close_matches(asked, list(there), n=count)) or "none"
