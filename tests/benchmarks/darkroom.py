"""What the darkroom costs: a step forward against a step of an uninterrupted run, and going back.

    python tests/benchmarks/darkroom.py [--steps 20] [--rounds 3]

Both sides are measured in turns in one process, on the embedded model; the ratio is what counts.
"""

import argparse
import statistics
import tempfile
import time

from starlette.applications import Starlette
from starlette.testclient import TestClient

import apparatus
from app import live
from app.live import Hub
from app.routes import routes
from apparatus.alterations import GuidanceScale
from apparatus.engine import LocalEngine


def main() -> None:
    """Print the ratio, and the milliseconds that going back and a branch's tree take."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    model, store = apparatus.load(), apparatus.Store(tempfile.mkdtemp())
    settings = apparatus.Settings(prompt="a red boat on the sea", seed=7, num_inference_steps=asked.steps)
    exposed = apparatus.expose(model, settings, store=store)
    whole, single = [], []
    for _ in range(asked.rounds):
        timings = apparatus.expose(model, settings, store=store).record.timings
        whole.append((timings["denoise"] + timings["previews"]) / asked.steps)
        paused = apparatus.expose(model, settings, store=store, stop=apparatus.Moment("noise"))
        for step in range(asked.steps):
            begun = time.perf_counter()
            stop = apparatus.Moment("step.out", step)
            paused = apparatus.go_on(model, paused, store=store, stop=stop)
            single.append(time.perf_counter() - begun)
    ours, theirs = statistics.median(single), statistics.median(whole)
    print(f"a step forward {ours * 1e3:.0f} ms, in a whole run {theirs * 1e3:.0f} ms: {ours / theirs:.2f} ×")
    for step in (asked.steps // 4, asked.steps // 2):
        line = GuidanceScale(at=step, guidance_scale=1.5)
        exposed = apparatus.branch(model, exposed, step, [line], store=store)
    hub = Hub(LocalEngine(store), store)
    live.hub = lambda: hub
    client = TestClient(Starlette(routes=routes()))
    for place in (".json", f"/steps/{asked.steps // 2}.json", "/trajectory.json"):
        taken = []
        for _ in range(10):
            begun = time.perf_counter()
            client.get(f"/darkroom/{exposed.id}{place}").raise_for_status()
            taken.append(time.perf_counter() - begun)
        print(f"/darkroom/ID{place}: {statistics.median(taken) * 1e3:.0f} ms")
    hub.close()


if __name__ == "__main__":
    main()
