"""A kiosk for weeks, compressed: visits by touch in a real browser, and every 50 visits something breaks.

    python tests/benchmarks/kiosk_soak.py [--visits 2000] [--live 0.5] [--model obscura] [--steps 0]
    python tests/benchmarks/kiosk_soak.py --visits 60 --every 7      # a trial

Half of the visits make a picture, the others look at the recordings, choose a word and go. Printed are: who
was stuck; how soon a visitor was served after each fault; what grows, as a slope per 100 visits, within the
life of each process; how soon a touch is answered, the first picture and the whole one are shown; and what
was sent to anywhere but the loopback. Broken off with Ctrl+C, it tells all of it so far. As root it runs in
a network of its own, whose only way out leads into a hole that counts.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent))

from kiosk_faults import BACK, FAULTS, SETTLED, Fault, over, possible
from kiosk_hands import Hands, Stuck, Visitor
from kiosk_show import Show, wait
from playwright.sync_api import Error, sync_playwright

WAY_OUT = "out"
ALONE = "KIOSK_SOAK_ALONE"
WALLED = f"""
ip link set lo up
ip link add {WAY_OUT} type veth peer name hole
sysctl -qw net.ipv6.conf.{WAY_OUT}.disable_ipv6=1 net.ipv6.conf.hole.disable_ipv6=1
ip addr add 10.255.0.2/24 dev {WAY_OUT}
ip link set {WAY_OUT} up
ip link set hole up
ip neigh add 10.255.0.1 lladdr 02:00:00:00:00:01 dev {WAY_OUT}
ip route add default via 10.255.0.1
exec "$@"
"""
SAMPLES = 10
"""Visits from one look at memory, handles and disk to the next."""
FRESH = 15
"""Visits of a process's life that tell nothing of its growth: it still warms up."""


def main() -> None:
    """Print what came of it."""
    asked = options()
    wall_in()
    random.seed(asked.seed)
    with TemporaryDirectory(prefix="kiosk-soak-") as folder, sync_playwright() as playwright:
        show = Show(Path(folder), asked)
        soak = Soak(show, Hands(playwright, show), asked)
        try:
            soak.run()
        finally:
            soak.hands.let_go()
            show.close()
            if asked.log:
                asked.log.write_bytes((show.work / "log").read_bytes())
            print(json.dumps(soak.told(), indent=1))


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--every", type=int, default=50, help="Visits from one fault to the next; 0: none.")
    parser.add_argument("--live", type=float, default=0.5, help="The share of visits that make a picture.")
    parser.add_argument("--model", default="obscura")
    parser.add_argument("--steps", type=int, default=0, help="0: the model's own.")
    parser.add_argument("--enhance", action="store_true")
    parser.add_argument("--size", default="1080x1920")
    parser.add_argument("--port", type=int, default=8793)
    parser.add_argument("--debug", type=int, default=8794)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="The one fault that is tried.")
    parser.add_argument("--log", type=Path, help="Where the kiosk's own words are kept.")
    return parser.parse_args()


def wall_in() -> None:
    """Go on in a network of one's own, where that can be had."""
    if os.geteuid() != 0 or os.environ.get(ALONE):
        return
    trial = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True)
    if trial.returncode == 0:
        os.environ[ALONE] = "1"
        again = [sys.executable, *sys.argv]
        os.execvp("unshare", ["unshare", "--net", "sh", "-ec", WALLED, "sh", *again])


class Soak:
    """All of the visits, and what was measured."""

    def __init__(self, show: Show, hands: Hands, asked: argparse.Namespace) -> None:
        """Nobody was there yet."""
        self.show, self.hands, self.asked = show, hands, asked
        self.stuck: list[dict[str, Any]] = []
        self.back: dict[str, list[float]] = defaultdict(list)
        self.touches: list[float] = []
        self.shown: dict[str, list[float]] = defaultdict(list)
        self.samples: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
        self.lives: dict[int, int] = {}
        self.visits = self.live = 0
        self.opening, self.begun = 0.0, time.monotonic()

    def run(self) -> None:
        """Open it, and let them come."""
        begun = time.monotonic()
        self.show.open()
        self.hands.find(180)
        self.opening = time.monotonic() - begun
        self.hands.sees(SETTLED, 300)
        wait(lambda: len(self.show.state().get("recordings", ())) >= 2, 300, 1)  # type: ignore[arg-type]
        self.begun, faults = time.monotonic(), possible(self.show)
        if self.asked.only:
            faults = [fault for fault in faults if fault.__name__ == self.asked.only]
        for number in range(1, self.asked.visits + 1):
            self.visits = number
            visitor = Visitor(self.hands, random.choice(("fr", "en")))
            if self.asked.every and number % self.asked.every == 0:
                self._hit(faults[(number // self.asked.every - 1) % len(faults)], visitor)
            else:
                self._visit(visitor)
            if number % SAMPLES == 0:
                self._sample(number)

    def _visit(self, visitor: Visitor) -> None:
        live = random.random() < self.asked.live
        self.live += live
        try:
            visitor.whole() if live else visitor.glance()
        except (Stuck, Error) as error:
            self._freed("live" if live else "recorded", error)
        noted = self.hands.noted()
        self.touches += noted["touches"]
        for name, took in noted["shown"].items():
            self.shown[name].append(took)

    def _hit(self, fault: Fault, visitor: Visitor) -> None:
        try:
            self.back[fault.__name__].append(round(fault(self.show, self.hands, visitor), 1))
        except (Stuck, Error) as error:
            self._freed(fault.__name__, error)
        self.hands.noted()
        print(
            f"{self.visits}: {fault.__name__} {self.back[fault.__name__][-1:]}", file=sys.stderr, flush=True
        )

    def _freed(self, what: str, error: Exception) -> None:
        """Somebody was stuck: that is noted, and the kiosk may come back by itself; else it is begun anew."""
        self.stuck.append({"visit": self.visits, "what": what, "why": str(error)[:200]})
        print(f"{self.visits}: STUCK {self.stuck[-1]}", file=sys.stderr, flush=True)
        self.show.free()
        try:
            self.hands.find(BACK)
            over(self.hands)
        except (Stuck, Error):
            self.stuck[-1]["lost"] = True
            self.show.cut()
            self.show.open()
            self.hands.find(BACK)
            self.hands.sees(SETTLED, 300)

    def _sample(self, number: int) -> None:
        """How large everything is now."""
        for name, said in (("server", "-m app.kiosk"), ("worker", "apparatus.engine.worker")):
            with suppress(psutil.Error, AssertionError):
                one = self.show.one(said)
                assert one is not None
                self._note(f"{name}_memory", number, one.pid, one.memory_info().rss)
                self._note(f"{name}_handles", number, one.pid, one.num_fds())
                self._note(f"{name}_threads", number, one.pid, one.num_threads())
        with suppress(Error, AssertionError):
            browser = self.show.one(f"--remote-debugging-port={self.show.debug}")
            for name, value in self.hands.heap().items():
                self._note(f"browser_{name}", number, browser.pid if browser else 0, value)
            family = self.show.family(f"{self.show.work}/apparatus-kiosk-")
            self._note("browser_memory", number, browser.pid if browser else 0, sum(map(_rss, family)))
        self._note("disk", number, 0, self.show.use())

    def _note(self, what: str, number: int, life: int, value: float) -> None:
        begun = self.lives.setdefault(life, number)
        if number - begun >= FRESH or life == 0:
            self.samples[what].append((life, number, value))

    def told(self) -> dict[str, Any]:
        """All of it."""
        return {
            "visits": self.visits,
            "with_a_picture": self.live,
            "minutes": round((time.monotonic() - self.begun) / 60, 1),
            "model": self.asked.model,
            "num_inference_steps": self.asked.steps or "the model's own",
            "page_after_start_in_s": round(self.opening, 1),
            "stuck": self.stuck,
            "served_again_in_s": {name: spread(all_) for name, all_ in self.back.items()},
            "not_tried": [one.__name__ for one in FAULTS if one not in possible(self.show)],
            "touch_answered_in_ms": quantiles(self.touches),
            "after_the_last_card_in_ms": {name: quantiles(all_) for name, all_ in self.shown.items()},
            "requests_elsewhere": self.hands.elsewhere,
            "packets_elsewhere": sent(),
            "growth": {name: growth(points) for name, points in self.samples.items()},
        }


def growth(points: list[tuple[int, int, float]]) -> dict[str, Any]:
    """The slope per 100 visits by least squares, each process's life about its own mean; and its size."""
    lives: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for life, number, value in points:
        lives[life].append((number, value))
    above = below = 0.0
    for all_ in lives.values():
        x, y = statistics.fmean(n for n, _ in all_), statistics.fmean(v for _, v in all_)
        above += sum((n - x) * (v - y) for n, v in all_)
        below += sum((n - x) ** 2 for n, _ in all_)
    values = [value for *_, value in points]
    return {
        "a_hundred_visits": round(100 * above / below, 1) if below else None,
        "mean": round(statistics.fmean(values)) if values else None,
        "most": round(max(values)) if values else None,
        "lives": len(lives),
        "samples": len(points),
    }


def quantiles(values: list[float]) -> dict[str, float]:
    """The median, the 95th percentile, the longest."""
    if not values:
        return {}
    ordered = sorted(values)
    at = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {
        "median": round(statistics.median(ordered)), "p95": round(at), "longest": round(ordered[-1]),
        "count": len(ordered),
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, Any]:
    """Each of them, and the longest."""
    return {"each": values, "longest": max(values, default=None)}


def sent() -> int | None:
    """Packets that went into the hole; None where there is none."""
    if not os.environ.get(ALONE):
        return None
    return int(psutil.net_io_counters(pernic=True)[WAY_OUT].packets_sent)


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


if __name__ == "__main__":
    main()
