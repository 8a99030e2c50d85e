"""The engine on a real Ray cluster of this machine: side by side, in order, cancelled, killed, refused."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import apparatus
from apparatus.engine import Broadcast, Engine, LocalEngine
from apparatus.engine.cluster import SCRATCH, RayEngine
from apparatus.engine.jobs import Branch, Expose, GoOn, Look, Turn
from apparatus.engine.joining import join, share
from apparatus.errors import NoCluster, NoRay, OtherCluster, TokenRefused
from apparatus.looping import Loop, Loops
from apparatus.moments import Moment
from apparatus.record import Settings
from apparatus.stages import Event
from apparatus.store import Store

LONG = 120
"""Steps: more than can be made before the test has done what it wants to do meanwhile."""


@pytest.fixture(scope="module", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token of these tests, and everything on 127.0.0.1; the folder of the token."""
    before, folder = {**os.environ}, tmp_path_factory.mktemp("token")
    os.environ.pop("RAY_AUTH_TOKEN", None)
    os.environ |= {"RAY_AUTH_TOKEN_PATH": str(folder / "own" / "token")}
    os.environ |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    yield folder
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def cluster(surroundings: Path) -> Iterator[str]:
    """Its address."""
    assert join(None, 3)
    import ray

    yield ray.get_runtime_context().gcs_address
    ray.shutdown()


@pytest.fixture(scope="module")
def local(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    with LocalEngine(Store(tmp_path_factory.mktemp("local")), model=str(tiny)) as local:
        yield local


@pytest.fixture(scope="module")
def engine(
    local: LocalEngine, cluster: str, tiny: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RayEngine]:
    store = Store(tmp_path_factory.mktemp("outputs"))
    with RayEngine(store, model=str(tiny), workers=2) as engine:
        wait_for(lambda: all(desk.process and desk.process.ready for desk in engine._desks))
        yield engine


@pytest.fixture
def ask(tiny: Path) -> Callable[..., Settings]:
    def settings(prompt: str = "a red boat", **others: object) -> Settings:
        return Settings(**{"model": str(tiny), "prompt": prompt, "seed": 7, **others})

    return settings


def wait_for(condition: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def stepping(run: Broadcast) -> Iterator[Event]:
    """Its events after its first step."""
    events = iter(run)
    next(event for event in events if event.stage == "denoise")
    return events


def last(run: Broadcast) -> Event:
    return [*run][-1]


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NoRay, match=r'pip install "apparatus\[ray\]"'):
        RayEngine()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "127.0.0.1", "ray://127.0.0.1:10001", "127.0.0.1:99999"])
def test_an_address_where_nothing_answers_is_said(address):
    with pytest.raises(NoCluster, match=f"The Ray cluster at {address} cannot be joined"):
        join(address)


def test_a_cluster_elsewhere_is_not_joined_without_a_token(monkeypatch):
    monkeypatch.setattr("socket.create_connection", lambda *_: open(os.devnull))  # noqa: PTH123, SIM115
    with pytest.raises(TokenRefused, match="there is no token here"):
        join("10.0.0.1:6379")


JOIN = """
import sys
from apparatus.engine.joining import join
from apparatus.errors import ApparatusError
try:
    print(join(sys.argv[1]))
except ApparatusError as error:
    print(type(error).__name__, error)
"""
PLAIN = """
import ray, sys
try:
    print(ray.init(sys.argv[1], logging_level="ERROR") is None)
except ConnectionError as error:
    print("ConnectionError", error)
"""


def test_who_has_not_the_token_stays_out(cluster, surroundings):
    token = surroundings / "own" / "token"
    assert token.stat().st_mode & 0o777 == 0o600
    (surroundings / "other").write_text("0" * 64)
    trials = [
        (JOIN, {}, "True"),
        (JOIN, {"RAY_AUTH_TOKEN_PATH": str(surroundings / "other")}, "TokenRefused"),
        (PLAIN, {"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN_PATH": ""}, "ConnectionError"),
    ]
    quick = {"RAY_NUM_REDIS_GET_RETRIES": "2"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, cluster],
            env=os.environ | quick | others,
            stdout=subprocess.PIPE,
            text=True,
        )
        for code, others, _ in trials
    ]
    said = [process.communicate(timeout=100)[0] for process in started]
    assert [words.split()[0] for words in said] == [expected for *_, expected in trials]
    assert f"from {surroundings / 'other'}, is not its own" in said[1]


def test_a_process_is_part_of_one_cluster(cluster):
    import ray

    assert not join(None)
    assert not join(cluster)
    with pytest.raises(OtherCluster):
        join("10.0.0.1:6379")
    assert {node["NodeManagerAddress"] for node in ray.nodes()} == {"127.0.0.1"}
    assert share("gpu", None) == {"num_gpus": 1, "num_cpus": 0}
    assert share("cpu", 1000) == {"num_cpus": 1}


def test_a_machine_with_another_version_is_said_and_nobody_waits_for_it(
    cluster, tiny, ask, tmp_path, monkeypatch
):
    monkeypatch.setattr(apparatus, "__version__", "9.9")
    with RayEngine(Store(tmp_path), model=str(tiny), workers=1) as engine:
        told = last(engine.expose(ask()))
    assert told.kind == "failed"
    assert "it has apparatus 0." in told.data["message"]
    assert "not 9.9" in told.data["message"]


def test_two_are_made_side_by_side_and_told_while_they_are(engine, ask):
    assert isinstance(engine, Engine)
    runs = [engine.expose(ask(seed=seed, num_inference_steps=12)) for seed in range(3)]
    for run in runs[:2]:
        stepping(run)
    assert not any(run.over for run in runs)
    assert len({desk.process.pid for desk in engine._desks if desk.serves}) == 2
    for run in runs:
        events = [*run]
        told = [event.stage for event in events if event.kind != "waiting"]
        assert told == [
            *["program", "prompt", "enhance", "encode", "encode", "noise"],
            *["denoise"] * 12,
            *["decode", "select", "distribute", "exposure"],
        ]
        assert [event.number for event in events] == list(range(len(events)))
    assert {entry.id for entry in engine.store.list()} == {run.id for run in runs}
    assert {entry.state for entry in engine.store.list()} == {"finished"}


def test_a_picture_is_the_same_wherever_it_is_made(engine, local, ask):
    one, other = (where.store.open(last(where.expose(ask())).exposure) for where in (engine, local))
    assert np.array_equal(np.asarray(one.picture), np.asarray(other.picture))
    assert set(one.tensors) == set(other.tensors)
    for name in one.tensors:
        assert np.array_equal(np.asarray(one.tensors[name]), np.asarray(other.tensors[name])), name
    inside = [{path.relative_to(e.folder) for path in e.folder.rglob("*")} for e in (one, other)]
    assert inside[0] == inside[1]


def test_it_is_cancelled_between_two_steps_and_kept(engine, ask):
    run = engine.expose(ask(num_inference_steps=LONG))
    events = stepping(run)
    asked = time.monotonic()
    assert engine.cancel(run.id)
    *_, told = events
    kept = engine.store.open(run.id)
    assert (told.kind, kept.record.state) == ("cancelled", "cancelled")
    assert 0 < len(kept.steps) < LONG
    assert time.monotonic() - asked < 10


def test_an_actor_that_is_killed_costs_its_exposure_alone(engine, ask):
    runs = [engine.expose(ask(num_inference_steps=steps)) for steps in (LONG, 12)]
    waiting = engine.expose(ask(seed=8))
    events = stepping(runs[0])
    desk = next(desk for desk in engine._desks if desk.serves and desk.serves.broadcast is runs[0])
    killed = desk.process.pid
    os.kill(killed, signal.SIGKILL)
    *_, told = events
    kept = engine.store.open(runs[0].id)
    assert (told.kind, kept.record.state) == ("interrupted", "interrupted")
    assert f"process {killed} on 127.0.0.1" in kept.record.message == told.data["message"]
    assert len(kept.steps) > 0
    assert all(step.picture is not None for step in kept.steps)
    assert [last(run).kind for run in (runs[1], waiting)] == ["finished", "finished"]
    wait_for(lambda: desk.process is not None and desk.process.here)
    assert desk.process.pid != killed
    after = [engine.expose(ask(seed=seed)) for seed in (9, 10)]
    assert [last(run).kind for run in after] == ["finished", "finished"]
    assert not [*engine.store.folder.glob(".partial-*")]


def test_what_is_there_already_is_gone_on_with(engine, ask):
    paused = engine.ask(Expose(ask(seed=11), stop=Moment("step.out", 1)))
    assert last(paused).kind == "paused"
    assert last(engine.ask(GoOn(after=2), paused.id)).kind == "finished"
    assert len(engine.store.open(paused.id).steps) == 4
    branch = engine.ask(Branch(paused.id, at=2))
    assert last(branch).kind == "finished"
    pictures = [np.asarray(engine.store.open(id).picture) for id in (paused.id, branch.id)]
    assert np.array_equal(*pictures)
    assert last(engine.ask(Look("decoded", paused.id, 1))).kind == "finished"
    assert (engine.store.path(paused.id) / "looks/decoded-001.json").exists()
    refused = last(engine.ask(Branch("20260101-000000-abcd", at=1)))
    assert (refused.kind, refused.data["problem"]) == ("failed", "ExposureNotFound")
    assert str(engine.store.folder) in refused.data["message"]


def test_a_loop_is_kept_here(engine, ask):
    loops = Loops(engine.store)
    loop = loops.begin(Loop(settings=ask(), rounds=2), seed=7)
    assert last(engine.ask(Turn(loop.id), loop.id)).kind == "failed"
    assert loops.open(loop.id).problem == "NoCaptioner"


def test_a_store_that_takes_nothing_fails_that_exposure_alone(engine, ask):
    (engine.store.folder / ".partial-20260101-000000-abcd").touch()
    told = last(engine.expose(ask(num_inference_steps=LONG), "20260101-000000-abcd"))
    assert (told.kind, told.data["problem"]) == ("failed", "StoreUnwritable")
    (engine.store.folder / ".partial-20260101-000000-abcd").unlink()
    assert last(engine.expose(ask())).kind == "finished"


def test_nothing_is_left_when_it_is_closed(engine, ask):
    running, pids = engine.expose(ask(num_inference_steps=LONG)), [d.process.pid for d in engine._desks]
    stepping(running)
    open_there = [one.readlink() for pid in pids for one in Path(f"/proc/{pid}/fd").iterdir()]
    scratch = {one for one in open_there if SCRATCH in one.name}
    assert len(scratch) == 2
    engine.close()
    assert not [one for one in scratch if one.exists()]
    assert last(running).kind == "interrupted"
    assert engine.store.open(running.id).record.state == "interrupted"
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 20)
