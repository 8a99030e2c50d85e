"""What a machine needs to be a kiosk, and what it lacks: `apparatus kiosk --check`.

Each check looks, changes nothing, and says what is to be done. What it needs to open at all stands first;
what a permanent installation needs as well is asked for once that was begun, by installing the units.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import urlsplit

import psutil

from apparatus.errors import ApparatusError
from apparatus.kiosk.browser import found
from apparatus.kiosk.curation import Curation

State = Literal["ok", "missing", "unknown"]

SERVER, SCREEN, NIGHT = "apparatus-kiosk.service", "apparatus-screen.service", "apparatus-night.timer"
UNITS = Path("etc/systemd/system")
POLICIES = (Path("etc/chromium/policies/managed"), Path("etc/opt/chrome/policies/managed"))
DISK, MEMORY = 2e9, 3.5e9
"""Bytes that must be free on the disk; and that the machine must have."""
FAMILIES = ("newsreader", "ibm-plex-mono")
TOUCHES = 0x35
"""ABS_MT_POSITION_X: what has it has a place for every finger. Source: linux/input-event-codes.h."""
WRONG = 300.0
"""Seconds by which the battery's clock may differ from the system's."""
SECONDS = 180.0
"""In which a model must make its first picture."""


@dataclass(frozen=True)
class Finding:
    """What one check found. Without what is `needed` no kiosk opens; what `stays` is for an installation."""

    what: str
    state: State
    said: str
    do: str = ""
    needed: bool = True
    stays: bool = False

    @property
    def lacking(self) -> bool:
        """Whether it keeps the kiosk from opening."""
        return self.needed and self.state == "missing"


@dataclass(frozen=True)
class Machine:
    """The machine that is looked at. `app` is the app's folder, `root` that of the system."""

    folder: Path
    app: Path
    port: int
    config: Path | None = None
    device: str | None = None
    root: Path = field(default_factory=lambda: Path("/"))

    def findings(self) -> list[Finding]:
        """Everything, in order."""
        return [*self.to_open(), *self.to_stay()]

    def to_open(self) -> Iterator[Finding]:
        """What it takes to open at all."""
        yield python()
        yield user()
        yield self.browser()
        yield fonts(self.app / "static" / "fonts")
        yield self.curation()
        yield disk(self.folder)
        yield memory()
        yield port(self.port)
        yield from self.phones()
        yield self.model()

    def to_stay(self) -> Iterator[Finding]:
        """What it takes to stand alone for weeks."""
        begun = (self.root / UNITS / SERVER).is_file()
        found = [*self.units(), self.compositor(), self.policies(), self.screen(), self.touch(), self.clock()]
        for one in found:
            needed = begun and one.what not in ("screen", "touch", "clock")
            yield replace(one, needed=needed, stays=True)

    @property
    def guide(self) -> str:
        """What to read."""
        return f"Follow {self.app / 'kiosk/install/GUIDE.md'}"

    def browser(self) -> Finding:
        """The program that shows it."""
        program = found()
        if program is None:
            said = os.environ.get("APPARATUS_BROWSER") or "no Chromium"
            return Finding("browser", "missing", f"{said}: there is none", "apt-get install chromium")
        said = output(program, "--version")
        if not said:
            return Finding("browser", "missing", f"{program} does not start", f"Try it: {program} --version")
        return Finding("browser", "ok", f"{said.splitlines()[-1]}, {program}")

    def curation(self) -> Finding:
        """The curator's file."""
        try:
            read = Curation.load(self.config)
        except ApparatusError as error:
            return Finding("curation", "missing", str(error), "Mend that file.")
        return Finding("curation", "ok", str(read.file))

    def phones(self) -> Iterator[Finding]:
        """Whether what the code says leads here, where phones fetch the picture."""
        with suppress(ApparatusError):
            read = Curation.load(self.config)
            if read.farewell != "address":
                return
            led = urlsplit(read.address).port or 80
            said = f"phones are sent to {read.address}; let it --bind 0.0.0.0"
            if led == self.port:
                yield Finding("phones", "ok", said)
            else:
                yield Finding(
                    "phones", "missing", f"{said}, and it listens on port {self.port}", "Mend `address`."
                )

    def model(self) -> Finding:
        """Whether the model makes a picture, in a worker of its own."""
        with suppress(ApparatusError):
            return pictures(Curation.load(self.config).model, self.device)
        return Finding("model", "unknown", "the curator's file says which, and cannot be read", needed=False)

    def units(self) -> Iterator[Finding]:
        """The services that start it all with the machine."""
        booted = (self.root / "run/systemd/system").is_dir()
        for unit in (SERVER, SCREEN, NIGHT):
            name = unit.partition(".")[0].removeprefix("apparatus-") + " unit"
            if not (self.root / UNITS / unit).is_file():
                yield Finding(name, "missing", f"{unit} is not installed", self.guide)
            elif not booted:
                yield Finding(name, "unknown", f"{unit} is installed; systemd does not run here")
            elif (how := output("systemctl", "is-enabled", unit)) == "enabled":
                yield Finding(name, "ok", f"{unit} is enabled")
            else:
                said = f"{unit} is installed, and {how or 'not enabled'}"
                yield Finding(name, "missing", said, f"systemctl enable --now {unit}")

    def compositor(self) -> Finding:
        """What puts one window on the screen and nothing beside it."""
        lacking = [name for name in ("cage", "Xwayland") if not shutil.which(name)]
        if lacking:
            said = f"there is no {' and no '.join(lacking)}"
            return Finding("compositor", "missing", said, "apt-get install cage xwayland")
        return Finding("compositor", "ok", output("cage", "-v") or "cage")

    def policies(self) -> Finding:
        """What Chromium forbids to whoever stands before it."""
        asked = f"http://127.0.0.1:{self.port}"
        for folder in POLICIES:
            for file in sorted((self.root / folder).glob("*.json")):
                with suppress(OSError, ValueError):
                    said = json.loads(file.read_text())
                    if "*" in said.get("URLBlocklist", []) and asked in said.get("URLAllowlist", []):
                        return Finding("policies", "ok", f"{file} allows {asked} only")
        said = f"no file in /{POLICIES[0]} blocks everything but {asked}"
        return Finding("policies", "missing", said, self.guide)

    def screen(self) -> Finding:
        """Whether one is connected."""
        outputs = sorted((self.root / "sys/class/drm").glob("card*-*/status"))
        if not outputs:
            return Finding("screen", "unknown", "the system shows no graphics card here")
        connected = [file.parent for file in outputs if read(file).strip() == "connected"]
        if not connected:
            return Finding("screen", "missing", "none is connected", "Plug it in, and switch it on.")
        sizes = [f"{one.name.partition('-')[2]} {read(one / 'modes').split()[:1]}" for one in connected]
        return Finding(
            "screen", "ok", ", ".join(sizes).replace("['", "").replace("']", "").replace(" []", "")
        )

    def touch(self) -> Finding:
        """Whether something there feels fingers."""
        listed = read(self.root / "proc/bus/input/devices")
        if not listed:
            return Finding("touch", "unknown", "the system lists no input devices here")
        names = [name for name, places in devices(listed) if places >> TOUCHES & 1]
        if not names:
            do = "Plug in the screen's USB cable. A mouse will do for trying."
            return Finding("touch", "missing", "no device feels fingers", do)
        return Finding("touch", "ok", ", ".join(names))

    def clock(self) -> Finding:
        """Whether it knows the time, also after a power cut without a network."""
        if output("timedatectl", "show", "--property=NTPSynchronized", "--value") == "yes":
            return Finding("clock", "ok", "set by a time server")
        kept = read(self.root / "sys/class/rtc/rtc0/since_epoch").strip()
        if not kept:
            do = "Add one with a battery, or leave [hours] out of the curator's file."
            said = "no time server, and no clock that runs without power"
            return Finding("clock", "missing", said, do)
        off = abs(int(kept) - time.time())
        if off > WRONG:
            return Finding("clock", "missing", f"the battery's clock is {off:.0f} s off", "hwclock --systohc")
        return Finding("clock", "ok", "a clock with a battery keeps the time")


def python() -> Finding:
    """The Python that runs this."""
    said = f"{platform.python_version()}, {sys.executable}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("python", "ok", said)
    return Finding("python", "missing", said, "Python 3.11, 3.12 or 3.13 is needed.")


def user() -> Finding:
    """Who runs it."""
    if os.geteuid() == 0:
        do = "Run it as a user without rights, as the units do: sudo -u apparatus apparatus kiosk --check"
        return Finding("user", "missing", "this is root, and no browser is safe as root", do)
    return Finding("user", "ok", f"number {os.geteuid()}, not root")


def fonts(folder: Path) -> Finding:
    """The typefaces, which come with the package."""
    lacking = [name for name in FAMILIES if not list(folder.glob(f"{name}-*.woff2"))]
    if lacking:
        return Finding(
            "fonts", "missing", f"{' and '.join(lacking)} not in {folder}", "Install the package anew."
        )
    return Finding("fonts", "ok", f"{len(list(folder.glob('*.woff2')))} files come with the package")


def disk(folder: Path) -> Finding:
    """Where visits, recordings and statistics lie."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding("disk", "unknown", f"{there}: {error.strerror}", needed=False)
    said = f"{free / 1e9:.1f} GB free for {folder}"
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            "disk", "missing", f"{there} cannot be written", f"Give it to the user: chown … {there}"
        )
    return Finding("disk", "ok", said) if free >= DISK else Finding("disk", "missing", said, "Free 2 GB.")


def memory() -> Finding:
    """The machine's memory."""
    total = psutil.virtual_memory().total
    said = f"{total / 1e9:.1f} GB in all"
    return (
        Finding("memory", "ok", said)
        if total >= MEMORY
        else Finding("memory", "missing", said, "4 GB are needed.")
    )


def port(number: int) -> Finding:
    """Whether it can listen where it is to."""
    try:
        socket.create_server(("127.0.0.1", number)).close()
    except OSError as error:
        if opened(number):
            return Finding("port", "ok", f"{number}: a kiosk is open there now")
        said = f"{number}: {(error.strerror or str(error)).partition(' (while')[0]}"
        return Finding("port", "missing", said, "End what listens there, or choose another --port.")
    return Finding("port", "ok", f"{number} is free")


def opened(number: int) -> bool:
    """Whether a kiosk answers there."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", number, timeout=5)
    try:
        connection.request("GET", "/alive")
        answer = connection.getresponse()
        return answer.status == 200 and b"state" in answer.readline()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def pictures(model: str, device: str | None) -> Finding:
    """Whether a model makes a picture here, of two steps, in a worker; and how soon."""
    from apparatus.engine import LocalEngine
    from apparatus.record import Settings
    from apparatus.store import Store

    begun = time.monotonic()
    with (
        TemporaryDirectory(prefix="apparatus-check-") as folder,
        LocalEngine(Store(Path(folder)), model=model, devices=[device], patience=SECONDS) as engine,
    ):
        last = list(engine.expose(Settings(model=model, prompt="", seed=0, num_inference_steps=2)))[-1]
    took = time.monotonic() - begun
    if last.kind == "finished":
        return Finding("model", "ok", f"{model} loads and makes a picture; that took {took:.0f} s")
    return Finding(
        "model", "missing", str(last.data.get("message", last.kind)), "Mend that, or name another model."
    )


def devices(listed: str) -> Iterator[tuple[str, int]]:
    """The input devices by name, each with the bits of what it can say of places.

    Source: the kernel's /proc/bus/input/devices; words of 64 bits in hexadecimal, the highest first.
    """
    for block in listed.split("\n\n"):
        lines = dict(line[3:].split("=", 1) for line in block.splitlines() if "=" in line)
        bits = 0
        for word in lines.get("ABS", "0").split():
            bits = bits << 64 | int(word, 16)
        if "Name" in lines:
            yield lines["Name"].strip('"'), bits


def read(file: Path) -> str:
    """What a file of the system says, "" where it says nothing."""
    with suppress(OSError):
        return file.read_text()
    return ""


def output(*command: str) -> str:
    """What a command prints, stripped; "" where there is none."""
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout.strip()
    return ""
