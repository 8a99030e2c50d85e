"""What can happen to a kiosk in a gallery, done to one. Each gives the seconds until somebody is served."""

import time
from collections.abc import Callable
from contextlib import suppress

from kiosk_hands import Hands, Stuck, Visitor
from kiosk_show import Show, wait

BACK = 120.0
"""Seconds after which nobody waits any more."""
SETTLED = """(document.body.dataset.screen === 'attract'
  && document.querySelector('.attract .begin')?.disabled === false)"""
WHOLE = """(document.body.dataset.screen === 'watch'
  && document.querySelector('[data-frame]').dataset.whole === 'true')"""
SERVED = f"{SETTLED} || {WHOLE} || document.body.dataset.screen === 'walk'"

Fault = Callable[[Show, Hands, Visitor], float]


def begun(visitor: Visitor) -> None:
    """A visit in the middle of its picture."""
    visitor.enter()
    visitor.ask()
    with suppress(Stuck):
        visitor.hands.sees("Number(document.querySelector('[data-frame]').dataset.step) >= 1", 20)


def served(hands: Hands, since: float) -> float:
    """Wait until the visitor has a picture or a recording, or the next one could enter."""
    hands.sees(SERVED, BACK)
    return time.monotonic() - since


def over(hands: Hands, found: str = SETTLED) -> None:
    """Whoever is there begins again, as the next one would find it: what they see is `found`."""
    if hands.screen() != "attract":
        with suppress(Stuck):
            hands.tap(".settings .over", seconds=3)
            hands.tap("dialog[open] .way", seconds=3)
    hands.sees(found, BACK)


def worker_killed(show: Show, hands: Hands, visitor: Visitor) -> float:
    """The worker dies in the middle of a picture."""
    begun(visitor)
    show.kill("apparatus.engine.worker")
    took = served(hands, time.monotonic())
    over(hands)
    return took


def server_killed(show: Show, hands: Hands, visitor: Visitor) -> float:
    """The server dies in the middle of a picture."""
    begun(visitor)
    show.kill("-m app.kiosk")
    since = time.monotonic()
    hands.sees(f"{SETTLED} || document.body.dataset.screen === 'walk'", BACK)
    took = time.monotonic() - since
    over(hands)
    return took


def page_crashed(show: Show, hands: Hands, visitor: Visitor) -> float:
    """The page's process dies."""
    return _without_browser(show, hands, visitor, "--type=renderer")


def browser_killed(show: Show, hands: Hands, visitor: Visitor) -> float:
    """The whole browser dies."""
    return _without_browser(show, hands, visitor, f"--remote-debugging-port={show.debug}")


def _without_browser(show: Show, hands: Hands, visitor: Visitor, said: str) -> float:
    begun(visitor)
    since = time.monotonic()
    gone = {one.pid for one in show.family(said)}
    show.kill(said)
    wait(lambda: {one.pid for one in show.family(said)} - gone, BACK)
    hands.find(BACK)
    hands.sees(SETTLED, BACK)
    return time.monotonic() - since


def disk_full(show: Show, hands: Hands, visitor: Visitor) -> float:
    """No byte is left in the middle of a picture, nor for the next visit; then there is room again."""
    begun(visitor)
    show.fill()
    served(hands, time.monotonic())
    over(hands, "document.body.dataset.screen === 'attract'")
    if wait(lambda: show.state().get("able") is False, BACK, 0.5) is None:
        raise Stuck("it says that it can make pictures")
    hands.sees("document.querySelector('.attract .calm-line').textContent !== ''")
    show.free()
    since = time.monotonic()
    over(hands)
    return time.monotonic() - since


def clock_jumps(show: Show, hands: Hands, visitor: Visitor) -> float:
    """The clock jumps three hours ahead in the middle of a picture, more than a day back in the next."""
    took = 0.0
    for hours in (3, -27):
        begun(visitor)
        show.jump(3600 * hours)
        took = max(took, served(hands, time.monotonic()))
        over(hands)
    show.jump(0)
    return took


def power_cut(show: Show, hands: Hands, visitor: Visitor) -> float:
    """All of it is gone in the middle of a picture, and the machine starts again."""
    begun(visitor)
    show.cut()
    since = time.monotonic()
    show.open()
    hands.find(BACK)
    hands.sees(SETTLED, BACK)
    return time.monotonic() - since


def model_damaged(show: Show, hands: Hands, visitor: Visitor) -> float:
    """Half of the model's file is gone, and the worker starts anew; then the file is whole again."""
    weights = show.weights()
    whole = weights.read_bytes()
    begun(visitor)
    try:
        weights.write_bytes(whole[: len(whole) // 2])
        show.kill("apparatus.engine.worker")
        hands.sees("['attract', 'walk'].includes(document.body.dataset.screen)", BACK)
        if wait(lambda: show.state().get("able") is False, BACK, 0.5) is None:
            raise Stuck("it says that it can make pictures")
    finally:
        weights.write_bytes(whole)
    since = time.monotonic()
    if wait(lambda: show.state().get("able") is True, BACK, 0.3) is None:
        raise Stuck("it does not find that its model is whole again")
    took = time.monotonic() - since
    over(hands)
    return took


FAULTS: tuple[Fault, ...] = (
    worker_killed, server_killed, page_crashed, browser_killed,
    disk_full, clock_jumps, power_cut, model_damaged,
)  # fmt: skip


def possible(show: Show) -> list[Fault]:
    """Those that can be done on this machine."""
    cannot = {disk_full} if not show.mounted else set[Fault]()
    if not show.jumps:
        cannot.add(clock_jumps)
    return [fault for fault in FAULTS if fault not in cannot]
