"""`apparatus kiosk` and `apparatus status`: a real server under its supervisor, asked and killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import datetime

import psutil
import pytest
from rooms import command

from apparatus.cli.status import may_go_dark, span, told

FACTS = {
    "uptime": 90_061.0, "open": True, "able": False, "visit": False, "pictures": 12, "errors": 3,
    "recordings": 2, "wanted": 6, "last_error": {"kind": "WorkerDied", "at": "2026-11-23", "ago": 75.0},
    "disk": None, "memory": {"available": 2_000_000_000, "all": 4_000_000_000, "own": 700_000_000},
    "temperature": 61.5, "statistics": "DiskFull", "starts": 3, "shown": False,
    "curation": "kiosk.toml: pace",
}  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


@contextmanager
def opened(tmp_path, tiny, *options):
    """A kiosk without a browser, and its port; nothing of it is left at the end."""
    config, port = tmp_path / "kiosk.toml", free_port()
    config.write_text(f'model = "{tiny}"\nenhance = false\nnum_inference_steps = 2\n')
    command = [sys.executable, "-m", "apparatus", "kiosk", "--no-browser", "--config", str(config)]
    command += ["--folder", str(tmp_path / "kiosk"), "--port", str(port), *options]
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, env=dict(os.environ))
    try:
        yield process, port
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        for one in (process, *family):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        log.close()


def server(process):
    """The process that serves."""
    found = [one for one in psutil.Process(process.pid).children() if "app.kiosk" in command(one)]
    return found[0] if found else None


def test_it_opens_tells_how_it_is_heals_and_ends(run, tiny, tmp_path):
    with opened(tmp_path, tiny) as (process, port):
        asked = ("status", "--folder", tmp_path / "kiosk", "--port", port)
        until(lambda: run(*asked)[0] == 0)
        facts = json.loads(run(*asked, "--json")[1])
        assert facts["uptime"] < 60
        assert {"pictures", "last_error", "disk", "memory", "temperature"} <= facts.keys()
        assert re.search(r"^pictures made +0, today 0$", run(*asked)[1], re.MULTILINE)
        assert run(*asked, "--dark")[:2] == (1, "")

        first = server(process)
        first.kill()
        until(lambda: server(process) not in (None, first))
        until(lambda: run(*asked)[0] == 0, 30)
        family = psutil.Process(process.pid).children(recursive=True)

        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        until(lambda: not any(one.is_running() for one in family), 10)
    said = (tmp_path / "log").read_text()
    assert f"The kiosk opens at http://127.0.0.1:{port}/" in said
    assert "The server ended (killed by SIGKILL); it is started again in 0.5 s." in said
    assert "Traceback" not in said


def test_where_no_kiosk_runs_that_is_said(run, tmp_path):
    code, out, err = run("status", "--folder", tmp_path / "kiosk")
    assert (code, out) == (1, "")
    assert err.startswith("No kiosk answers at http://127.0.0.1:8530 (")
    assert err.count("\n") == 1
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "token").write_text("abc")
    code, _, err = run("status", "--folder", tmp_path / "kiosk", "--port", free_port())
    assert code == 1
    assert "Connection refused" in err


@pytest.mark.parametrize(
    ("said", "why"), [("pace = 1.0", "pace"), ("colour = 3", "colour"), ("pace =", "no TOML")]
)
def test_a_broken_file_is_one_sentence(run, tmp_path, said, why):
    config = tmp_path / "kiosk.toml"
    config.write_text(said)
    code, out, err = run("kiosk", "--no-browser", "--config", config)
    assert (code, out) == (1, "")
    assert str(config) in err
    assert why in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_one_sentence(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = run("kiosk", "--no-browser", "--folder", tmp_path, "--port", port)
    assert code == 1
    assert f"port {port}" in err
    assert err.count("\n") == 1


def test_without_a_browser_that_is_one_sentence(run, monkeypatch):
    monkeypatch.setenv("APPARATUS_BROWSER", "/nowhere/chromium")
    code, _, err = run("kiosk")
    assert code == 1
    assert "'/nowhere/chromium'" in err
    assert "--no-browser" in err


def test_what_is_told_is_read_by_a_person():
    lines = dict(re.split(r"  +", line, maxsplit=1) for line in told(FACTS))
    assert lines["runs for"] == "1 d 1 h, started 3 times within a day"
    assert lines["a screen"].startswith("shows nothing")
    assert lines["curation"] == "kiosk.toml: pace"
    assert lines["makes pictures"] == "no: the recordings play"
    assert lines["last error"] == "WorkerDied, 1 min ago (3 in all)"
    assert lines["disk"] == "not readable"
    assert lines["memory"] == "2.0 GB free of 4.0 GB"
    assert lines["temperature"] == "61.5 °C"
    assert lines["statistics"] == "DiskFull"


@pytest.mark.parametrize(
    ("facts", "dark"),
    [
        ({"open": False, "visit": False, "changes": "2026-11-24T10:00:00+01:00"}, True),
        ({"open": False, "visit": False, "changes": None}, True),
        ({"open": False, "visit": False, "changes": "2026-11-24T08:14:00+01:00"}, False),
        ({"open": False, "visit": True, "changes": "2026-11-24T10:00:00+01:00"}, False),
        ({"open": True, "visit": False, "changes": "2026-11-24T18:00:00+01:00"}, False),
    ],
)
def test_the_screen_goes_dark_where_nobody_misses_it(facts, dark):
    assert may_go_dark(facts, datetime.fromisoformat("2026-11-24T08:00:00+01:00")) is dark


@pytest.mark.parametrize(
    ("seconds", "said"), [(8.9, "8 s"), (750.0, "12 min"), (7500.0, "2 h 5 min"), (1e5, "1 d 3 h")]
)
def test_a_time_is_told_in_two_units_at_most(seconds, said):
    assert span(seconds) == said
