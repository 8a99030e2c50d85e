"""A kiosk under test: the real command, its supervisor, its server, a real Chromium, in a folder of its own.

It runs from a copy of the packages, so that a model's file can be damaged; its folder is a small disk of its
own, where that can be mounted; its clock can jump, where there is a C compiler (libfaketime will not do: it
turns Python's own sleep into an error).
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from struct import pack

import psutil

ROOT = Path(__file__).parents[2]
CLOCK = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long *jump;

__attribute__((constructor)) static void begin(void) {
  int file = open(getenv("KIOSK_CLOCK"), O_RDONLY | O_CLOEXEC);
  void *held = file < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
  if (held != MAP_FAILED) jump = held;
  if (file >= 0) close(file);
}

int clock_gettime(clockid_t which, struct timespec *now) {
  int said = syscall(SYS_clock_gettime, which, now);
  if (!said && jump && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += *jump;
  return said;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *there) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (there) *there = exact.tv_sec;
  return exact.tv_sec;
}
"""
"""The time of day as a file says it; the clock that only goes forward is the machine's."""
DISK = 220
"""Megabytes of the kiosk's disk."""
FLAGS = "--headless=new --no-sandbox --disable-gpu --screen-info={{{side}}} --window-size={comma}"
CURATION = """\
model = {model}
languages = ["fr", "en"]
num_inference_steps = {steps}
enhance = {enhance}
pace = 3.0
still_there = 60
countdown = 20
"""


class Show:
    """A kiosk that is open; it can be broken in every way, and opened again at the same port."""

    def __init__(self, folder: Path, asked: object) -> None:
        """Nothing runs. `asked` has model, steps, enhance, size, port and debug."""
        self.work, self.asked = folder, asked
        self.port, self.debug = asked.port, asked.debug  # type: ignore[attr-defined]
        self.disk, self._clock = folder / "disk", folder / "clock"
        self.folder = self.disk / "kiosk"
        self.process: subprocess.Popen[bytes] | None = None
        self.copy = folder / "code"
        for name in ("apparatus", "app", "prompts"):
            shutil.copytree(ROOT / name, self.copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(self.disk)]
        self.mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
        self._wrap()

    def _wrap(self) -> None:
        """The curator's file, a clock, and a browser whose own clock stays as it is."""
        given = vars(self.asked)
        enhance = str(given["enhance"]).lower()
        said = CURATION.format(model=json.dumps(given["model"]), steps=given["steps"], enhance=enhance)
        (self.work / "kiosk.toml").write_text(said)
        self.jump(0)
        (self.work / "clock.c").write_text(CLOCK)
        compiler, library = shutil.which("cc"), self.work / "clock.so"
        if compiler:
            made = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(self.work / "clock.c")]
            subprocess.run(made, check=True)
        self.jumps = str(library) if compiler else ""
        wrapper = self.work / "browser"
        program = os.environ.get("APPARATUS_BROWSER") or shutil.which("chromium") or "google-chrome"
        wrapper.write_text(f'#!/bin/sh\nunset LD_PRELOAD\nexec {program} "$@"\n')
        wrapper.chmod(0o755)

    def open(self) -> None:
        """Start it."""
        width, height = vars(self.asked)["size"].split("x")
        flags = FLAGS.format(side=f"{width}x{height}", comma=f"{width},{height}")
        environment = os.environ | {
            "PYTHONPATH": str(self.copy),
            "APPARATUS_BROWSER": str(self.work / "browser"),
            "APPARATUS_BROWSER_FLAGS": f"{flags} --remote-debugging-port={self.debug}",
            "APPARATUS_OUTPUTS": str(self.disk / "outputs"),
            "HF_HUB_OFFLINE": "1",
            "XDG_RUNTIME_DIR": str(self.work),
        }
        if self.jumps:
            environment |= {"LD_PRELOAD": self.jumps, "KIOSK_CLOCK": str(self._clock)}
        command = [sys.executable, "-P", "-m", "apparatus", "kiosk", "--port", str(self.port)]
        command += ["--folder", str(self.folder), "--config", str(self.work / "kiosk.toml")]
        with (self.work / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, cwd=self.work, stdout=log, stderr=log)

    def close(self) -> None:
        """End it, and take its disk away."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        self.cut()
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.disk)], check=False)

    # ---- Its processes -------------------------------------------------------------------------------------

    def family(self, said: str = "") -> list[psutil.Process]:
        """Its processes whose command line has these words."""
        found = []
        with suppress(psutil.Error):
            assert self.process is not None
            for one in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    if said in " ".join(one.cmdline()):
                        found.append(one)
        return found

    def one(self, said: str) -> psutil.Process | None:
        """The first of them."""
        return next(iter(self.family(said)), None)

    def kill(self, said: str) -> None:
        """Kill them at once."""
        for one in self.family(said):
            with suppress(psutil.Error):
                one.kill()

    def cut(self) -> None:
        """A power cut: all of it is gone at once."""
        all_ = self.family()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for one in all_:
            with suppress(psutil.Error):
                one.kill()

    # ---- How it stands -------------------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """What it tells its page; empty where it tells nothing."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", "/alive")
            answer = connection.getresponse()
            while line := answer.readline():
                if line.startswith(b"data: {"):
                    return json.loads(line[6:])
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()
        return {}

    def use(self) -> int:
        """Bytes that its folder takes."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    # ---- What can be broken --------------------------------------------------------------------------------

    def jump(self, seconds: int) -> None:
        """Have its clock jump to so many seconds before or after the machine's."""
        if not self._clock.exists():
            self._clock.write_bytes(pack("l", 0))
        with self._clock.open("r+b") as clock:
            clock.write(pack("l", seconds))

    def fill(self) -> None:
        """Leave no byte on its disk."""
        with suppress(OSError), (self.disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 65_536)
        with suppress(OSError), (self.disk / "ballast").open("ab", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 256)

    def free(self) -> None:
        """Give the disk back."""
        (self.disk / "ballast").unlink(missing_ok=True)

    def weights(self) -> Path:
        """The largest file of its model."""
        name = vars(self.asked)["model"]
        folder = Path(name) if Path(name).is_dir() else self.copy / "apparatus" / "models" / name
        return max(folder.rglob("*.safetensors"), key=lambda file: file.stat().st_size)


def wait(condition: object, seconds: float, step: float = 0.1) -> float | None:
    """Seconds until something is true; None when it never was."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with suppress(OSError, psutil.Error):
            if condition():  # type: ignore[operator]
                return time.monotonic() - begun
        time.sleep(step)
    return None
