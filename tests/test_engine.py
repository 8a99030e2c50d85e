"""The engine, with a real worker process: events in order, one line, cancelling, dying, closing."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apparatus import stages
from apparatus.engine import Broadcast, Engine, LocalEngine
from apparatus.errors import EngineClosed
from apparatus.record import Settings
from apparatus.stages import Event
from apparatus.store import Store

LONG = 120
"""Steps: more than can be made before the test has done what it wants to do meanwhile."""


@pytest.fixture(scope="module")
def engine(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    with LocalEngine(Store(tmp_path_factory.mktemp("outputs")), model=str(tiny)) as engine:
        yield engine


@pytest.fixture
def ask(tiny: Path) -> Callable[..., Settings]:
    def settings(prompt: str = "a red boat", **others: object) -> Settings:
        return Settings(**{"model": str(tiny), "prompt": prompt, "seed": 7, **others})

    return settings


def worker_of(engine: LocalEngine) -> int:
    process = engine._desks[0].process
    assert process is not None
    return process.pid


def until(stage: str, events: Iterator[Event]) -> Event:
    return next(event for event in events if event.stage == stage)


def kinds(broadcast: Broadcast) -> list[str]:
    return [event.kind for event in broadcast]


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_it_is_an_engine(engine):
    assert isinstance(engine, Engine)


def test_the_chain_is_told_in_order_and_the_last_word_comes_when_it_is_kept(engine, ask):
    run = engine.expose(ask())
    events = list(run)
    told = [(event.stage, event.kind) for event in events if event.kind != "waiting"]
    assert told == [
        ("program", "model"),
        ("prompt", "prompt"),
        ("enhance", "off"),
        ("encode", "encoding"),
        ("encode", "encoding"),
        ("noise", "noise"),
        *[("denoise", "step")] * 4,
        ("decode", "picture"),
        ("select", "one"),
        ("distribute", "file"),
        ("exposure", "finished"),
    ]
    assert [event.number for event in events] == list(range(len(events)))
    assert engine.store.open(run.id).record.state == "finished"
    assert run.over


def test_a_reopened_exposure_tells_what_the_live_one_told(engine, ask):
    run = engine.expose(ask("a blue cat on the zeppelin", negative_prompt="night"))
    live = [event for event in run if event.kind != "waiting"]
    again = list(stages.replay(engine.store.open(run.id)))
    for now, then in zip(live, again, strict=True):
        assert now.numbered(0).as_json() == then.numbered(0).as_json()


def test_requests_are_served_in_the_order_they_came(engine, ask):
    runs = [engine.expose(ask(seed=seed)) for seed in range(4)]
    positions = [[event.data["position"] for event in run if event.kind == "waiting"] for run in runs]
    assert positions[1:] == [[1], [2, 1], [3, 2, 1]]
    assert [entry.seed for entry in engine.store.list(4)] == [3, 2, 1, 0]


def test_a_waiting_request_is_cancelled_and_leaves_nothing(engine, ask):
    first, second, third = (engine.expose(ask(num_inference_steps=LONG)) for _ in range(3))
    assert engine.cancel(second.id)
    assert kinds(second)[-1] == "cancelled"
    assert engine.cancel(third.id)
    assert engine.cancel(first.id)
    assert kinds(first)[-1] == "cancelled"
    assert second.id not in [entry.id for entry in engine.store.list()]
    assert not engine.cancel(second.id)
    assert not engine.cancel("20260101-000000-abcd")


def test_a_running_exposure_is_cancelled_between_two_steps_and_kept(engine, ask):
    run = engine.expose(ask(num_inference_steps=LONG))
    events = iter(run)
    until("denoise", events)
    assert engine.cancel(run.id)
    last = list(events)[-1]
    kept = engine.store.open(run.id)
    assert (last.kind, kept.record.state) == ("cancelled", "cancelled")
    assert 0 < len(kept.steps) < LONG
    assert last.data["message"] == kept.record.message == f"Stopped after {len(kept.steps)} of {LONG} steps."
    assert kept.steps[-1].latents.shape == (1, 4, 32, 32)
    assert kept.picture is None


def test_a_worker_that_is_killed_interrupts_its_exposure_and_is_replaced(engine, ask):
    run, after = engine.expose(ask(num_inference_steps=LONG)), engine.expose(ask())
    events, killed = iter(run), worker_of(engine)
    until("denoise", events)
    os.kill(killed, signal.SIGKILL)
    last = list(events)[-1]
    assert last.kind == "interrupted"
    assert "exit code -9" in last.data["message"]
    kept = engine.store.open(run.id)
    assert kept.record.state == "interrupted"
    assert kept.record.message == last.data["message"]
    assert len(kept.steps) > 0
    assert all(step.picture is not None for step in kept.steps)
    assert [event.stage for event in stages.replay(kept)][:3] == ["program", "prompt", "enhance"]
    assert kinds(after)[-1] == "finished"
    assert worker_of(engine) != killed
    assert not list(engine.store.folder.glob(".partial-*"))


def test_a_worker_that_dies_idle_is_replaced_at_once(engine, ask):
    list(engine.expose(ask()))
    killed = worker_of(engine)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: engine.ready and worker_of(engine) != killed)
    assert kinds(engine.expose(ask()))[-1] == "finished"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"model": "nothing"}, "There is no model 'nothing'"),
        ({"width": 256}, "64 to 128"),
        ({"height": 96, "width": 72, "num_inference_steps": 1}, None),
    ],
)
def test_what_the_model_refuses_is_the_last_word(engine, ask, asked, said):
    last = list(engine.expose(ask(**asked)))[-1]
    assert last.kind == ("failed" if said else "finished")
    assert (said or "") in last.data["message"]


def test_many_may_follow_and_join_when_they_like(engine, ask):
    run = engine.expose(ask())

    async def follow(after: int) -> list[int]:
        return [event.number async for event in run.follow(after)]

    async def all_of_them() -> list[list[int]]:
        return await asyncio.gather(follow(-1), follow(-1), follow(5))

    whole, other, rest = asyncio.run(all_of_them())
    assert whole == other == list(range(len(whole)))
    assert rest == whole[6:]
    assert asyncio.run(follow(-1)) == whole
    assert engine.follow(run.id) is run


def test_only_the_last_few_are_remembered(engine, ask):
    runs = [engine.expose(ask(num_inference_steps=1)) for _ in range(10)]
    list(runs[-1])
    assert engine.follow(runs[0].id) is None
    assert engine.follow(runs[-1].id) is runs[-1]
    assert engine.store.open(runs[0].id).record.state == "finished"


def test_a_silent_worker_is_taken_for_dead_and_a_closed_engine_takes_nothing(tiny, ask, tmp_path):
    engine = LocalEngine(Store(tmp_path), model=str(tiny), patience=10.0)
    run, waiting = engine.expose(ask(num_inference_steps=LONG)), engine.expose(ask())
    events = iter(run)
    until("denoise", events)
    os.kill(worker_of(engine), signal.SIGSTOP)
    assert list(events)[-1].kind == "interrupted"
    engine.close()
    assert list(waiting)[-1].kind in ("cancelled", "interrupted")
    with pytest.raises(EngineClosed):
        engine.expose(ask())
    assert not engine.cancel(waiting.id)
    engine.close()


def test_a_worker_that_cannot_be_started_is_said_and_the_next_request_tries_again(
    tiny, ask, tmp_path, monkeypatch
):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", refuse)
        engine = LocalEngine(Store(tmp_path), model=str(tiny))
        last = list(engine.expose(ask()))[-1]
        assert last.kind == "failed"
        assert "Cannot allocate memory" in last.data["message"]
    with engine:
        assert kinds(engine.expose(ask()))[-1] == "finished"


ALONE = """
import sys
sys.path[:] = {path!r}
from apparatus import LocalEngine, Settings, Store
engine = LocalEngine(Store({outputs!r}), model={model!r})
events = list(engine.expose(Settings(model={model!r}, prompt="a cat")))
print(events[-1].kind, engine._desks[0].process.pid, "torch" in sys.modules, flush=True)
list(engine.expose(Settings(model={model!r}, num_inference_steps=150)))
"""


def test_a_parent_never_imports_torch_and_takes_its_worker_along_when_it_dies(tiny, tmp_path):
    code = ALONE.format(path=sys.path, outputs=str(tmp_path), model=str(tiny))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        last, worker, torch_there = parent.stdout.readline().split()
        assert (last, torch_there) == ("finished", "False")
        wait_for(lambda: any(tmp_path.glob(".partial-*/record.json")))
        parent.kill()
    wait_for(lambda: not alive(int(worker)))
    wait_for(lambda: len(Store(tmp_path).recover()) == 1)
    assert [entry.state for entry in Store(tmp_path).list()] == ["interrupted", "finished"]


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
