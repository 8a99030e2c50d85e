"""Whose turn it is: the one who was served longest ago, each with their oldest request.

With everyone's requests in one line, who asks for ten pictures at once makes all others wait for them. Here
each person has a line of their own, and the lines take turns.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heapreplace
from typing import Protocol, TypeVar, runtime_checkable


@runtime_checkable
class Waiting(Protocol):
    """What waits: whose it is, in which order it was asked for, how often it was begun already."""

    @property
    def person(self) -> str:
        """Whose it is, by an id."""

    @property
    def number(self) -> int:
        """Its place among all that was asked for."""

    @property
    def attempts(self) -> int:
        """How often it was begun and broke off."""


W = TypeVar("W", bound=Waiting)


def turns(waiting: Iterable[W], served: Mapping[str, int]) -> Iterator[W]:
    """What waits, in the order in which it will be served if nothing more is asked for.

    `served` is the turn in which each person was served last, or in which they came. What was begun and
    broke off has had its turn: it goes first.
    """
    lines: dict[str, deque[W]] = {}
    for one in sorted(waiting, key=lambda one: (not one.attempts, one.number)):
        lines.setdefault(one.person, deque()).append(one)
    heap = [_key(line[0], served.get(person, 0)) for person, line in lines.items()]
    heapify(heap)
    turn = max(served.values(), default=0)
    while heap:
        person = heap[0][-1]
        yield lines[person].popleft()
        turn += 1
        if lines[person]:
            heapreplace(heap, _key(lines[person][0], turn))
        else:
            heappop(heap)


def _key(first: Waiting, served: int) -> tuple[bool, int, int, str]:
    return not first.attempts, served, first.number, first.person
