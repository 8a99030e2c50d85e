"""A workshop under load: forty people, each with a page open, until four hundred pictures are made.

    python tests/benchmarks/workshop.py [--people 40] [--pictures 400] [--model obscura]
    python tests/benchmarks/workshop.py --pictures 120 --worker-deaths 10 --app-deaths 3

Everybody asks for a picture, looks at it as long as it takes to ask for the next, and asks again; pages,
requests and streams are real sockets on the loopback. Printed are what became of every picture, how long
people waited beside their fair share, what the server took for it, and how soon the host's cancel acted.
"""

import argparse
import json
import random
import secrets
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from bisect import bisect
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from rooms import Guest, Room, opened, wait_for

PROMPTS = (
    "a red boat on the sea",
    "un chat bleu dans la neige",
    "a skull, sepia",
    "une pomme verte",
    "a robot",
)


class Crowd:
    """People who ask for pictures until enough were asked for, whatever dies meanwhile."""

    def __init__(self, room: Room, people: int, pictures: int) -> None:
        self.room, self.left, self.lock = room, pictures, threading.Lock()
        self.keys: set[str] = set()
        self.guests = [Guest(room).join().follow() for _ in range(people)]
        self.threads = [threading.Thread(target=self.ask, args=(one,), daemon=True) for one in self.guests]

    def ask(self, guest: Guest) -> None:
        while (key := self.next()) is not None:
            said = {"key": key, "prompt": random.choice(PROMPTS)}
            ticket = None
            while ticket is None:
                with suppress(OSError, Exception):
                    status, answer = guest.post("/pictures", said)
                    if status == 202:
                        ticket = answer["tickets"][0]
                        break
                time.sleep(1)
            while guest.mine().get(ticket) not in ("finished", "failed", "cancelled", "interrupted"):
                time.sleep(0.05)

    def next(self) -> str | None:
        with self.lock:
            if not self.left:
                return None
            self.left -= 1
            key = secrets.token_hex(8)
            self.keys.add(key)
            return key

    def run(self) -> None:
        for one in self.threads:
            one.start()


def rows(room: Room) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{room.workshop}/workshop.sqlite?mode=ro", uri=True)) as file:
        file.row_factory = sqlite3.Row
        return file.execute("SELECT * FROM tickets WHERE number > 1 ORDER BY number").fetchall()


def warm(room: Room) -> None:
    """Have the model loaded before anybody waits for it: this first picture is not counted."""
    guest = Guest(room).join().follow()
    id = guest.wish()[1]["tickets"][0]
    wait_for(lambda: guest.mine().get(id) == "finished", 300)
    guest.leave()


def made(room: Room) -> int:
    return sum(row["state"] not in ("waiting", "running") for row in rows(room))


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--model", default="obscura")
    parser.add_argument("--worker-deaths", type=int, default=0)
    parser.add_argument("--app-deaths", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), asked.model) as room:
        warm(room)
        told = measured(room, asked)
        told |= outcome(room, asked)
        told["cancel_seconds"] = cancelled(room)
    print(json.dumps(told, indent=1))


def measured(room: Room, asked: argparse.Namespace) -> dict[str, object]:
    """Run the crowd; the server's own time and memory, and what died."""
    crowd = Crowd(room, asked.people, asked.pictures)
    deaths = deadly(asked)
    begun, memory, took = time.monotonic(), {}, 0.0
    process = psutil.Process(room.process.pid)  # type: ignore[union-attr]
    idle = sum(process.cpu_times()[:2])
    crowd.run()
    while (count := made(room)) < asked.pictures:
        with suppress(psutil.Error):
            took = sum(process.cpu_times()[:2])
            if count >= 40 and "after_40" not in memory:
                memory["after_40"] = process.memory_info().rss / 1e6
        if deaths and count >= deaths[0][0]:
            print(f"{count}: the {deaths[0][1]} is killed", flush=True)
            die(room, deaths.pop(0)[1])
            process = psutil.Process(room.process.pid)  # type: ignore[union-attr]
        time.sleep(0.25)
    seconds = time.monotonic() - begun
    memory["at_the_end"] = process.memory_info().rss / 1e6
    for one in crowd.threads:
        one.join(30)
    for one in crowd.guests:
        one.leave()
    steps, sent = sum(one.steps for one in crowd.guests), sum(one.bytes for one in crowd.guests)
    server = {"server_share_of_one_core": round((took - idle) / seconds, 3)} if not asked.app_deaths else {}
    return server | {
        "seconds": round(seconds),
        "pictures_a_minute": round(60 * asked.pictures / seconds, 1),
        "memory_in_MB": {name: round(size) for name, size in memory.items()},
        "memory_grew_by": round(memory["at_the_end"] / memory.get("after_40", memory["at_the_end"]), 3),
        "steps_streamed": steps,
        "megabytes_streamed": round(sent / 1e6, 1),
    }


def deadly(asked: argparse.Namespace) -> list[tuple[int, str]]:
    """After how many pictures what is killed."""
    times = asked.worker_deaths + asked.app_deaths
    after = [round((n + 1) * asked.pictures / (times + 1)) for n in range(times)]
    whom = ["app" if n % 4 == 3 and n // 4 < asked.app_deaths else "worker" for n in range(times)]
    return list(zip(after, whom, strict=True))


def die(room: Room, whom: str) -> None:
    """Kill it in the middle of something."""
    time.sleep(random.random())
    if whom == "worker":
        for one in room.workers():
            one.kill()
    else:
        room.kill()
        room.open()


def outcome(room: Room, asked: argparse.Namespace) -> dict[str, object]:
    """What became of every picture, and how long each was waited for beside a fair share."""
    found = rows(room)
    finished = [row for row in found if row["state"] == "finished"]
    exposures = [path.parent.name for path in room.workshop.glob("*/picture.png")]
    kept = {row["exposure"] for row in finished}
    waited = [row["ended"] - row["asked"] for row in finished]
    pace = statistics.median(row["seconds"] for row in finished)
    fair = asked.people * pace
    people = Counter(row["person"] for row in finished)
    begun = sorted(row["began"] for row in finished)
    turns = [bisect(begun, row["began"]) - bisect(begun, row["asked"]) for row in finished]
    return {
        "asked": len(found),
        "states": dict(Counter(row["state"] for row in found)),
        "lost": len([row for row in finished if row["exposure"] not in exposures]),
        "doubled": len(exposures) - 1 - len(kept & set(exposures)),
        "tried_again": sum(row["attempts"] > 1 for row in found),
        "a_picture_takes": round(pace, 2),
        "fair_share": round(fair, 1),
        "waited": {"median": round(statistics.median(waited), 1), "longest": round(max(waited), 1)},
        "longest_over_fair": round(max(waited) / fair, 2),
        "turns_of_others_waited_for": {"median": statistics.median(turns), "most": max(turns)},
        "pictures_a_person": [min(people.values()), max(people.values())],
    }


def cancelled(room: Room) -> float:
    """Seconds from the host's cancel of what runs until it is cancelled."""
    guest, host = Guest(room).join(), Guest(room).lead()
    id = guest.wish("a cat")[1]["tickets"][0]
    state = lambda: next(row["state"] for row in rows(room) if row["id"] == id)  # noqa: E731
    wait_for(lambda: state() == "running")
    time.sleep(0.2)
    begun = time.monotonic()
    host.post(f"/pictures/{id}/cancel")
    wait_for(lambda: state() != "running")
    assert state() == "cancelled", state()
    return round(time.monotonic() - begun, 2)


if __name__ == "__main__":
    main()
