"""How the machine stands, as far as it can be read."""

import json
import shutil
from collections import namedtuple

import psutil
import pytest

from apparatus.kiosk import health
from apparatus.kiosk.health import Health

Sensor = namedtuple("Sensor", "label current high critical")


class Clock:
    def __init__(self):
        self.seconds = 50.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


def test_what_happened_since_the_start(tmp_path, clock):
    here = Health(tmp_path, clock)
    clock.seconds += 3600
    here.made()
    here.made(3)
    here.failed("WorkerDied")
    clock.seconds += 30
    told = here.told(worker=False, statistics="wait")
    assert (told["uptime"], told["pictures"], told["errors"]) == (3630.0, 4, 1)
    assert (told["last_error"]["kind"], told["last_error"]["ago"]) == ("WorkerDied", 30.0)
    assert (told["worker"], told["statistics"]) == (False, "wait")


def test_nothing_went_wrong_yet(tmp_path):
    assert Health(tmp_path).told(worker=True)["last_error"] is None


def test_it_goes_into_json(tmp_path):
    here = Health(tmp_path)
    here.failed("DiskFull")
    assert json.loads(json.dumps(here.told(worker=True)))["last_error"]["kind"] == "DiskFull"


def test_the_disk_is_that_of_the_folder_even_before_it_is_made(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    found = health.disk(tmp_path / "kiosk" / "visits")
    assert found["all"] >= found["free"]
    assert abs(found["free"] - free) < free / 2


def test_the_memory_is_the_machines_and_our_own():
    found = health.memory()
    assert 0 < found["available"] <= found["all"]
    assert 1_000_000 < found["own"] < found["all"]


@pytest.mark.parametrize(
    ("sensors", "hottest"),
    [
        ({}, None),
        ({"chip": []}, None),
        ({"a": [Sensor("", 41.26, None, None)], "b": [Sensor("", 63.0, 90, 95)]}, 63.0),
        ({"a": [Sensor("", 0.0, None, None), Sensor("", None, None, None)]}, None),
    ],
)
def test_the_temperature_is_that_of_the_hottest_sensor(monkeypatch, sensors, hottest):
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: sensors, raising=False)
    assert health.temperature() == hottest


def test_a_machine_that_tells_no_temperature_tells_none(monkeypatch):
    monkeypatch.delattr(psutil, "sensors_temperatures", raising=False)
    assert health.temperature() is None


def test_sensors_that_cannot_be_read_are_no_fault(monkeypatch):
    def refuse():
        raise PermissionError

    monkeypatch.setattr(psutil, "sensors_temperatures", refuse, raising=False)
    assert health.temperature() is None
