"""Events reach every reader, live or from the record, from where each left off."""

import asyncio
import subprocess
import sys

import pytest

from app.live import Hub, number
from apparatus.errors import BrokenRecord, ExposureNotFound
from apparatus.record import Settings


@pytest.fixture
def later(forgetful):
    """A hub that knows exposures from the disk only."""
    return Hub(forgetful, forgetful.store)


def kinds(events):
    return [f"{event.stage}/{event.kind}" for event in events if event.kind != "waiting"]


def test_a_run_is_told_from_its_first_event_to_its_last(hub, told):
    exposure = hub.expose(Settings(prompt="a cat", seed=1, num_inference_steps=2))
    source = hub.source(exposure)
    assert not source.recorded
    events = told(source)
    assert [event.number for event in events] == list(range(len(events)))
    assert kinds(events)[0] == "program/model"
    assert kinds(events)[-1] == "exposure/finished"
    assert not hub.running(exposure)


def test_the_record_tells_what_the_run_told(engine, hub, later, told):
    exposure = hub.expose(Settings(prompt="a cat", seed=1, num_inference_steps=2))
    told(hub.source(exposure))
    live = told(hub.source(exposure, seen="live--1"))
    recorded = later.source(exposure)
    assert recorded.recorded
    assert kinds(told(recorded)) == kinds(list(engine.follow(exposure))) == kinds(live)


def test_a_reader_of_the_record_goes_on_where_it_left_off(later, exposed, told):
    whole = told(later.source(exposed))
    rest = told(later.source(exposed, seen="record-3"))
    assert [event.number for event in rest] == [event.number for event in whole][4:]


def test_a_reader_of_the_run_gets_the_whole_record_when_the_run_is_forgotten(later, exposed, told):
    events = told(later.source(exposed, seen="live-5"))
    assert events[0].number == 0


def test_a_reader_who_joins_late_gets_what_was_told_before(hub, told):
    exposure = hub.expose(Settings(prompt="a dog", seed=2, num_inference_steps=4))

    async def join_at_the_second_step():
        first = hub.source(exposure)
        async for event in first.events:
            if event.kind == "step" and event.data["index"] == 1:
                break
        assert hub.running(exposure)
        return [event async for event in hub.source(exposure).events]

    events = asyncio.run(join_at_the_second_step())
    assert [event.data["index"] for event in events if event.kind == "step"] == [0, 1, 2, 3]


def test_a_reader_who_does_not_read_holds_nobody_up(hub):
    exposure = hub.expose(Settings(prompt="a house", seed=3, num_inference_steps=3))

    async def one_sleeps():
        sleeper, reader = hub.source(exposure).events, hub.source(exposure).events
        first = await anext(sleeper)
        read = [event async for event in reader]
        assert not hub.running(exposure)
        return [first] + [event async for event in sleeper], read

    slept, read = asyncio.run(one_sleeps())
    assert slept == read


def test_a_cancelled_run_says_so_and_can_be_walked(hub, forgetful, told):
    exposure = hub.expose(Settings(prompt="a moon", seed=4, num_inference_steps=150))

    async def cancel_at_the_first_step():
        async for event in hub.source(exposure).events:
            if event.kind == "step" and event.data["index"] == 0:
                assert hub.engine.cancel(exposure)
        return event

    assert asyncio.run(cancel_at_the_first_step()).kind == "cancelled"
    steps = kinds(told(Hub(forgetful, hub.store).source(exposure))).count("denoise/step")
    assert 1 <= steps < 150


@pytest.mark.parametrize("name", ["20260101-000000-0000", "last", "2026", "", "..", "/etc/passwd", "x\0y"])
def test_only_an_exposures_whole_name_finds_it(later, exposed, name):
    with pytest.raises(ExposureNotFound):
        later.source(name)


def test_a_broken_record_is_refused(later, exposed, engine):
    path = engine.store.path(exposed) / "record.json"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:100])
        with pytest.raises(BrokenRecord):
            later.source(exposed)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("seen", "after"),
    [("live-12", 12), ("live-0", 0), ("", -1), ("record-3", -1), ("live-x", -1), ("live-²", -1), ("12", -1)],
)
def test_the_last_message_seen_is_read_with_care(seen, after):
    assert number(seen, "live") == after


def test_the_apps_process_loads_no_model_library():
    code = "import sys, app.main, app.state, app.components; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"torch", "diffusers", "transformers"} & set(loaded.split())
