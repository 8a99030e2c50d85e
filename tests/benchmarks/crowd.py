"""The queue of a workshop with more people than a room holds: a simulation, by the real order of service.

    python tests/benchmarks/crowd.py [--seconds 2.5] [--pause 30] [--most 4] [--minutes 10]

People ask for a picture, look at it for `pause` seconds (exponentially distributed: as people do, some much
longer), and ask again; one in twenty asks for as many as may wait at once. Each of the `desks` makes a
picture in `seconds`. Printed is what the others wait, and how far the longest wait is from a fair share:
everybody's pictures once, at all desks.
"""

import argparse
import heapq
import itertools
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from apparatus.workshop.fairness import turns

CROWDS = ((40, 1), (40, 2), (40, 4), (400, 8), (400, 16), (4000, 80), (4000, 160))


@dataclass(frozen=True)
class Wish:
    """One picture that is wanted."""

    person: str
    number: int
    asked: float
    attempts: int = 0


@dataclass
class Told:
    """What came of a crowd."""

    waited: list[float]
    greedy: list[float]
    longest_line: int
    busy: float


def simulate(
    people: int, desks: int, *, seconds: float, pause: float, most: int, minutes: float, seed: int = 0
) -> Told:
    """So many people at so many desks, for so many minutes."""
    chance, number = random.Random(seed), itertools.count()
    served = {str(person): 0 for person in range(people)}
    greedy = {str(person) for person in range(0, people, 20)}
    coming = [(chance.uniform(0, pause), next(number), person) for person in served]
    heapq.heapify(coming)
    free, waiting, told = [0.0] * desks, list[Wish](), Told([], [], 0, 0.0)
    order: Iterator[Wish] = iter(())
    turn, end = 0, minutes * 60
    now = 0.0
    while now < end:
        now = max(free[0], coming[0][0] if coming and not waiting else 0.0)
        came = False
        while coming and coming[0][0] <= now:
            at, _, person = heapq.heappop(coming)
            waiting += [Wish(person, next(number), at) for _ in range(most if person in greedy else 1)]
            came = True
        if not waiting:
            continue
        if came:  # the order of who waits changes only when somebody comes
            order = turns(waiting, served)
        told.longest_line = max(told.longest_line, len(waiting))
        wish = next(order)
        waiting.remove(wish)
        turn += 1
        served[wish.person] = turn
        done = now + seconds * chance.uniform(0.8, 1.2)
        told.busy += done - now
        heapq.heapreplace(free, done)
        (told.greedy if wish.person in greedy else told.waited).append(done - wish.asked)
        if not any(one.person == wish.person for one in waiting):
            heapq.heappush(coming, (done + chance.expovariate(1 / pause), next(number), wish.person))
    told.busy /= desks * now
    return told


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2.5)
    parser.add_argument("--pause", type=float, default=30)
    parser.add_argument("--most", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    heads = ("people", "desks", "median s", "95 % s", "longest s", "over fair", "line", "busy")
    print("".join(f"{head:>11}" for head in heads))
    for people, desks in CROWDS:
        told = simulate(people, desks, **vars(asked))
        waited = sorted(told.waited)
        fair = max(people * asked.seconds / desks, asked.seconds)
        told_of = (statistics.median(waited), waited[int(0.95 * len(waited))], waited[-1])
        row = [str(people), str(desks), *(f"{one:.1f}" for one in told_of), f"{waited[-1] / fair:.2f}"]
        print("".join(f"{one:>11}" for one in [*row, str(told.longest_line), f"{told.busy:.0%}"]), flush=True)


if __name__ == "__main__":
    main()
