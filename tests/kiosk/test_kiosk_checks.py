"""What `apparatus kiosk --check` says of a machine: this one, and the folders of others."""

import json
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from apparatus.kiosk import checks
from apparatus.kiosk.checks import SCREEN, SERVER, UNITS, Machine, devices

APP = Path(checks.__file__).parents[2] / "app"
TOUCH = """\
I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="Logitech USB Keyboard"
B: PROP=0
B: EV=120013

I: Bus=0003 Vendor=222a Product=0001 Version=0110
N: Name="ILITEK ILITEK-TP"
H: Handlers=mouse1 event5
B: PROP=2
B: EV=1b
B: KEY=400 0 0 0 0 0
B: ABS=3273800000000003

"""


@pytest.fixture
def machine(tmp_path):
    """One whose system lies in a folder, which is empty at first."""
    return Machine(folder=tmp_path / "kiosk", app=APP, port=8530, root=tmp_path / "root")


def put(machine, name, text=""):
    file = machine.root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_touch_screen_is_told_from_a_keyboard(machine):
    assert machine.touch().state == "unknown"
    put(machine, "proc/bus/input/devices", TOUCH)
    assert machine.touch().said == "ILITEK ILITEK-TP"
    put(machine, "proc/bus/input/devices", TOUCH.partition("\n\n")[0])
    assert machine.touch().state == "missing"


@pytest.mark.parametrize(("port", "state"), [(8530, "ok"), (8765, "missing")])
def test_a_code_must_lead_phones_here(machine, tmp_path, port, state):
    config = tmp_path / "kiosk.toml"
    config.write_text(f'farewell = "address"\naddress = "http://192.168.1.20:{port}"\n')
    [found] = replace(machine, config=config).phones()
    assert found.state == state
    assert list(machine.phones()) == []


def test_places_are_read_from_several_words():
    (found,) = devices('N: Name="two words"\nB: ABS=1 0\n')
    assert found == ("two words", 1 << 64)


def test_a_screen_is_connected_or_not(machine):
    assert machine.screen().state == "unknown"
    put(machine, "sys/class/drm/card0-HDMI-A-1/status", "disconnected\n")
    assert machine.screen().state == "missing"
    put(machine, "sys/class/drm/card0-HDMI-A-2/status", "connected\n")
    put(machine, "sys/class/drm/card0-HDMI-A-2/modes", "1080x1920\n720x1280\n")
    assert machine.screen().said == "HDMI-A-2 1080x1920"


def test_policies_count_when_they_allow_this_address_only(machine):
    put(machine, "etc/chromium/policies/managed/broken.json", "{")
    assert machine.policies().state == "missing"
    put(
        machine,
        "etc/chromium/policies/managed/a.json",
        json.dumps({"URLBlocklist": ["*"], "URLAllowlist": []}),
    )
    assert machine.policies().state == "missing"
    theirs = (APP / "kiosk/install/policies/apparatus.json").read_text()
    put(machine, "etc/chromium/policies/managed/apparatus.json", theirs)
    assert machine.policies().state == "ok"


def test_an_installation_that_was_begun_has_to_be_complete(machine):
    assert not any(one.lacking for one in machine.to_stay())
    put(machine, UNITS / SERVER)
    lacking = {one.what for one in machine.to_stay() if one.lacking}
    assert {"screen unit", "night unit", "policies"} <= lacking
    assert "touch" not in lacking
    put(machine, UNITS / SCREEN)
    said = {one.what: one.state for one in machine.to_stay()}
    assert said["screen unit"] == "unknown"


def test_a_battery_clock_is_believed_when_it_is_right(machine, monkeypatch):
    monkeypatch.setattr(checks, "output", lambda *_: "")
    assert machine.clock().state == "missing"
    put(machine, "sys/class/rtc/rtc0/since_epoch", "1000\n")
    assert "off" in machine.clock().said
    put(machine, "sys/class/rtc/rtc0/since_epoch", f"{int(checks.time.time())}\n")
    assert machine.clock().state == "ok"


def test_a_port_that_is_taken_is_told_from_one_that_is_free():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        said = checks.port(number)
        assert (said.state, said.needed) == ("missing", True)
    assert checks.port(number).state == "ok"


def test_a_broken_file_of_the_curator_is_found(machine, tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text("pase = 9\n")
    found = Machine(folder=machine.folder, app=APP, port=8530, config=file).curation()
    assert found.state == "missing"
    assert "pase" in found.said or "pace" in found.said


def test_a_model_that_cannot_be_loaded_is_found(tmp_path):
    (tmp_path / "model").mkdir()
    assert checks.pictures(str(tmp_path / "model"), "cpu").state == "missing"


def test_the_whole_check_of_this_machine(run, tiny, tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text(f'model = "{tiny}"\n')
    code, out, _ = run("kiosk", "--check", "--json", "--config", config, "--folder", tmp_path / "kiosk")
    told = json.loads(out)
    states = {one["what"]: one["state"] for one in told["findings"]}
    assert code == (0 if told["ready"] else 1)
    assert told["ready"] == (not any(one["state"] == "missing" and one["needed"] for one in told["findings"]))
    assert (states["python"], states["fonts"], states["curation"], states["model"]) == ("ok",) * 4
    assert set(states.values()) <= {"ok", "missing", "unknown"}
    assert {
        "browser",
        "disk",
        "memory",
        "port",
        "user",
        "compositor",
        "policies",
        "screen",
        "touch",
        "clock",
    } <= set(states)
    assert not (tmp_path / "kiosk").exists()


def test_what_is_missing_comes_with_what_to_do(run, tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("APPARATUS_BROWSER", "/nowhere/chromium")
    config = tmp_path / "kiosk.toml"
    config.write_text(f'model = "{tiny}"\n')
    code, out, _ = run("kiosk", "--check", "--config", config, "--folder", tmp_path / "kiosk")
    assert code == 1
    lines = out.splitlines()
    place = next(
        n for n, line in enumerate(lines) if line.startswith("missing") and line.split()[1] == "browser"
    )
    assert lines[place + 1].strip() == "apt-get install chromium"
    assert "To stand alone for weeks:" in lines


def test_checks_need_no_torch():
    code = "import sys, apparatus.kiosk.checks, apparatus.kiosk.supervising; print('torch' in sys.modules)"
    done = subprocess.run([checks.sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
