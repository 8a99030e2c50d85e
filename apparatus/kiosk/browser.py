"""The kiosk's browser: where it is, how it is told to show one address only, and whether it does."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from apparatus.kiosk.supervising import launch

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Of programs that take Chromium's flags, the likeliest first; APPARATUS_BROWSER names another."""
FLAGS = (
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--disable-infobars",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-translate",
    "--disable-pinch",
    "--disable-print-preview",
    "--disable-features=Translate,MediaRouter,OptimizationHints,OptimizationGuideModelDownloading,"
    "AutofillServerCommunication,CertificateTransparencyComponentUpdater,GlobalMediaControls,"
    "OptimizationGuideOnDeviceModel,InterestFeedContentSuggestions,OverscrollHistoryNavigation,TouchpadOverscrollHistoryNavigation",
    "--no-pings",
    "--metrics-recording-only",
    "--simulate-outdated-no-au=Tue, 31 Dec 2099 23:59:59 GMT",
    "--overscroll-history-navigation=0",
    "--touch-events=enabled",
    "--autoplay-policy=no-user-gesture-required",
    "--password-store=basic",
    "--disk-cache-size=33554432",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
"""What keeps it silent, at its place, and off every network."""
PREFIX = "apparatus-kiosk-"
HANDED_ON = (
    "import os, sys; read, write, *command = sys.argv[1:]; os.dup2(int(read), 3); os.dup2(int(write), 4); "
    "os.execvp(command[0], command)"
)
"""Chromium's pipe has to be its descriptors 3 and 4."""
HIGH = 10


def found() -> str | None:
    """The browser's program, or None."""
    chosen = os.environ.get("APPARATUS_BROWSER")
    return shutil.which(chosen) if chosen else next(filter(None, map(shutil.which, NAMES)), None)


def flags(address: str, profile: Path, language: str, *, window: bool = False) -> list[str]:
    """What it is told: full screen, or in a window. APPARATUS_BROWSER_FLAGS has more, with spaces between.

    It is never told `--kiosk` and `--app` at once: Chromium 156 ends at that in cage 0.1.4, Debian 12's.
    """
    place = [f"--app={address}", "--window-size=540,960"] if window else ["--kiosk", address]
    wayland = ["--ozone-platform=wayland"] if os.environ.get("WAYLAND_DISPLAY") else []
    own = os.environ.get("APPARATUS_BROWSER_FLAGS", "").split()
    return [f"--user-data-dir={profile}", f"--lang={language}", *FLAGS, *wayland, *own, *place]


class Browser:
    """A browser that shows one address; begun anew each time, with nothing of the time before."""

    def __init__(self, program: str, address: str, language: str = "fr", *, window: bool = False) -> None:
        """It is not started. Its files lie in a folder of this process, which is gone when it is closed."""
        self._program, self._address, self._language, self._window = program, address, language, window
        self._profile: Path | None = None
        self._watch: Watch | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it.

        Raises:
            OSError: it cannot be started.
        """
        self.close()
        self._profile = profile = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_runtime()))
        theirs, ours = _pipes()
        command = [self._program, "--remote-debugging-pipe"]
        command += flags(self._address, profile, self._language, window=self._window)
        homes = {"XDG_CONFIG_HOME": str(profile / "config"), "XDG_CACHE_HOME": str(profile / "cache")}
        homes |= {"LANGUAGE": self._language}
        handing = [sys.executable, "-I", "-S", "-c", HANDED_ON, *map(str, theirs)]
        try:
            process = launch([*handing, *command], homes, theirs)
        except OSError:
            _shut(ours)
            raise
        finally:
            _shut(theirs)
        self._watch = Watch(*ours)
        return process

    def lost(self) -> str:
        """Why it shows nothing although it runs, "" when it does."""
        return self._watch.lost if self._watch else ""

    def close(self) -> None:
        """Take its files away."""
        if self._watch is not None:
            self._watch.close()
        if self._profile is not None:
            shutil.rmtree(self._profile, ignore_errors=True)
        self._watch = self._profile = None
        for left in _runtime().glob(f"{PREFIX}*-*"):
            if not Path(f"/proc/{left.name.removeprefix(PREFIX).partition('-')[0]}").exists():
                shutil.rmtree(left, ignore_errors=True)


class Watch:
    """Chromium's own word on its pages, by its pipe: that one has crashed or was closed. It works where the
    policies forbid the developer tools: nothing is looked into, and only its parent has the pipe.
    """

    def __init__(self, read: int, write: int) -> None:
        """`read` and `write` are the descriptors of this end."""
        self.lost = ""
        self._read, self._write = read, write
        self._pages: set[str] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Say nothing more; what listens ends with the browser."""
        if self._write >= 0:
            _shut([self._write])
            self._write = -1

    def _listen(self) -> None:
        asked = {"id": 1, "method": "Target.setDiscoverTargets", "params": {"discover": True}}
        with suppress(OSError):
            os.write(self._write, json.dumps(asked).encode() + b"\0")
        with os.fdopen(self._read, "rb", buffering=0) as pipe:
            for said in _messages(pipe):
                self._hear(said.get("method", ""), said.get("params", {}))

    def _hear(self, method: str, facts: dict[str, Any]) -> None:
        about = facts.get("targetInfo", {})
        if method == "Target.targetCreated" and about.get("type") == "page":
            self._pages.add(about["targetId"])
        if method == "Target.targetCrashed" and facts["targetId"] in self._pages:
            self.lost = f"has lost its page ({facts.get('status') or 'crashed'})"
        if method == "Target.targetDestroyed" and facts["targetId"] in self._pages:
            self._pages.discard(facts["targetId"])
            if not self._pages:
                self.lost = "has no page any more"


def _messages(pipe: Any) -> Iterator[dict[str, Any]]:
    held = b""
    with suppress(OSError, ValueError):
        while said := pipe.read(65_536):
            *whole, held = (held + said).split(b"\0")
            yield from map(json.loads, whole)


def _runtime() -> Path:
    """Where files may lie that nobody needs after this."""
    for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
        folder = os.environ.get(name, "").partition(":")[0]
        if folder and os.access(folder, os.W_OK):
            return Path(folder)
    return Path(tempfile.gettempdir())


def _pipes() -> tuple[list[int], list[int]]:
    """Their ends, then ours: each to read from and to write to."""
    (they_read, we_write), (we_read, they_write) = os.pipe(), os.pipe()
    theirs = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, HIGH) for one in (they_read, they_write)]
    _shut([they_read, they_write])
    return theirs, [we_read, we_write]


def _shut(descriptors: Sequence[int]) -> None:
    for one in descriptors:
        with suppress(OSError):
            os.close(one)
