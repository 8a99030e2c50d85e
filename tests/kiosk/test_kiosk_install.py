"""What a permanent installation is made of: units, users, policies, and the script that puts them there."""

import configparser
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from apparatus.cli.kiosk import PORT
from apparatus.kiosk import checks

INSTALL = Path(checks.__file__).parents[2] / "app" / "kiosk" / "install"
UNITS = sorted(INSTALL.glob("systemd/*.*"))
ANALYZE = shutil.which("systemd-analyze")
ADDRESS = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root folder in which all of it is installed, beside stand-ins for the programs that are started."""
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["sh", INSTALL / "install.sh", root], check=True)
    own = ("opt/apparatus/bin/python", "opt/apparatus/bin/apparatus")
    for program in (*own, "usr/bin/cage", "usr/bin/systemctl", "bin/sh", "usr/bin/setterm", "usr/bin/pkill"):
        file = root / program
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return root


def unit(name):
    """A unit's lines; of a key that stands there more than once, the last."""
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    read.optionxform = str
    read.read(INSTALL / "systemd" / name)
    return read


def test_everything_is_put_where_debian_looks_for_it(installed):
    for file in UNITS:
        if file.is_file():
            assert (installed / "etc/systemd/system" / file.name).read_text() == file.read_text()
    for file in (
        "etc/sysusers.d/apparatus.conf", "etc/tmpfiles.d/apparatus.conf", "etc/pam.d/apparatus-screen",
        "etc/chromium/policies/managed/apparatus.json", "etc/apparatus/kiosk.toml",
        "etc/apparatus/environment",
        "etc/systemd/system/user-871.slice.d/apparatus.conf", "etc/systemd/logind.conf.d/apparatus.conf",
    ):  # fmt: skip
        assert (installed / file).is_file(), file


def test_a_second_time_what_the_curator_wrote_stays(installed):
    mine = installed / "etc/apparatus/kiosk.toml"
    mine.write_text("pace = 12.0\n")
    subprocess.run(["sh", INSTALL / "install.sh", installed], check=True)
    assert mine.read_text() == "pace = 12.0\n"


@pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze on this machine")
def test_systemd_finds_nothing_wrong_with_the_units(installed):
    units = [f"/etc/systemd/system/{file.name}" for file in UNITS if file.is_file()]
    done = subprocess.run(
        [ANALYZE, f"--root={installed}", "--man=no", "--recursive-errors=no", "verify", *units],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "apparatus" not in done.stderr


@pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze on this machine")
@pytest.mark.parametrize(
    ("name", "most"), [("apparatus-kiosk.service", 15), ("apparatus-screen.service", 50)]
)
def test_the_services_are_exposed_to_little(name, most):
    file = INSTALL / "systemd" / name
    done = subprocess.run(
        [ANALYZE, "security", "--offline=yes", f"--threshold={most}", "--no-pager", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_the_server_heals_and_reaches_no_network():
    service = unit("apparatus-kiosk.service")["Service"]
    assert service["Type"] == "notify"
    assert service["Restart"] == "always"
    assert 5 <= int(service["WatchdogSec"]) <= 20
    assert (service["IPAddressDeny"], service["IPAddressAllow"]) == ("any", "localhost")
    assert service["User"] == "apparatus"
    assert unit("apparatus-kiosk.service")["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit("user-871.slice.d/apparatus.conf")["Slice"]["IPAddressDeny"] == "any"


@pytest.mark.parametrize("name", ["apparatus-kiosk.service", "apparatus-screen.service"])
def test_the_units_start_what_there_is_at_one_port(name):
    words = unit(name)["Service"]["ExecStart"].split()
    assert words[words.index("--port") + 1] == str(PORT)
    asked = {word for word in words if word.startswith("--")} - {"--"}
    options = {"--folder", "--config", "--port", "--screen"}
    assert asked <= options


def test_the_policies_allow_one_address_and_little_else():
    policies = json.loads((INSTALL / "policies/apparatus.json").read_text())
    assert policies["URLBlocklist"][0] == "*"
    assert policies["URLAllowlist"] == [ADDRESS]
    assert policies["DeveloperToolsAvailability"] == 2
    assert policies["DownloadRestrictions"] == 3
    off = ("PrintingEnabled", "TranslateEnabled", "PasswordManagerEnabled", "AllowFileSelectionDialogs")
    assert not any(policies[name] for name in off)


def test_nothing_is_fetched():
    lines = (INSTALL / "etc/environment").read_text().splitlines()
    assert {"HF_HUB_OFFLINE=1", "TRANSFORMERS_OFFLINE=1"} <= set(lines)


@pytest.mark.parametrize("guide", ["GUIDE.md", "GUIDE.fr.md"])
def test_the_guides_name_only_units_that_there_are(guide):
    text = (INSTALL / guide).read_text()
    names = {file.name for file in UNITS}
    for word in text.replace("`", " ").replace("\n", " ").split():
        if word.startswith("apparatus-") and word.endswith((".service", ".timer")):
            assert word in names


def test_both_guides_give_the_same_commands():
    english, french = (
        [block for n, block in enumerate((INSTALL / name).read_text().split("```")) if n % 2]
        for name in ("GUIDE.md", "GUIDE.fr.md")
    )
    assert english == french
