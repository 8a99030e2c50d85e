"""Processes that must not stay away: started again when they end, ended when they say nothing any more.

Nothing here gives up, and no clock is read that can jump.
"""

import ctypes
import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

SOONEST, LATEST = 0.5, 15.0
"""Seconds before what ended is started again: the first time, and after many times."""
STEADY = 30.0
"""Seconds after which what runs is taken for sound: if it ends then, it is started again soon."""
COURTESY = 8.0
"""Seconds that what is asked to end has to do so."""
LOOK = 0.2
"""Seconds between two looks at what runs."""
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)

Clock = Callable[[], float]


@dataclass
class Charge:
    """A process that is looked after.

    `start` starts it, by `launch`; what it raises as `OSError` counts as an end. `wanted` says whether it may
    be started now. `heard` is the monotonic time at which it was last heard of, None before the first: it has
    `slow` seconds to say something first, then `patience` from one sign of life to the next. `lost` says why
    it is beyond help although it runs, "" when it is not.
    """

    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    wanted: Callable[[], bool] = lambda: True
    heard: Callable[[], float | None] = time.monotonic
    lost: Callable[[], str] = lambda: ""
    patience: float = 20.0
    slow: float = 60.0


class Ward:
    """What is known of a charge: its process, when it was started, and when it is started again."""

    def __init__(self, charge: Charge, told: Callable[[str], None], clock: Clock) -> None:
        """`told` is said what becomes of it, in sentences."""
        self.charge = charge
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._told, self._clock = told, clock
        self._began = self._due = clock()
        self._wait = SOONEST

    def look(self) -> None:
        """Start it, see that it ended, or end it: whatever is due."""
        now = self._clock()
        if self.process is None:
            if now >= self._due and self.charge.wanted():
                self._start(now)
            return
        code = self.process.poll()
        if code is not None:
            self._ended(f"ended ({how(code)})", now)
        elif why := self.charge.lost() or self._silent(now):
            self._ended(f"{why}, and was ended", now)

    def ask_to_end(self) -> None:
        """Ask it, and all it started, to end."""
        if self.process is not None:
            sweep(self.process, signal.SIGTERM)

    def end(self, seconds: float) -> None:
        """Have it ended, at the latest in so many seconds."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, seconds))
        self._kill()

    def _start(self, now: float) -> None:
        self._began = now
        self.starts += 1
        try:
            self.process = self.charge.start()
        except OSError as error:
            self._ended(f"cannot be started ({error})", now)

    def _silent(self, now: float) -> str:
        heard = self.charge.heard()
        since, patience = heard, self.charge.patience
        if since is None or since < self._began:
            since, patience = self._began, max(self.charge.slow, self.charge.patience)
        return f"said nothing for {now - since:.0f} s" if now - since > patience else ""

    def _ended(self, what: str, now: float) -> None:
        self._kill()
        if now - self._began >= STEADY:
            self._wait = SOONEST
        self._due, self._wait = now + self._wait, min(2 * self._wait, LATEST)
        self._told(f"The {self.charge.name} {what}; it is started again in {self._due - now:.1f} s.")

    def _kill(self) -> None:
        if self.process is not None:
            sweep(self.process, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Supervisor:
    """Looks after charges, in this order, until it is stopped; then all of them are ended.

    It belongs in the main thread: what a thread started is ended by the system when that thread ends.
    """

    def __init__(
        self, charges: Iterable[Charge], told: Callable[[str], None] = print, clock: Clock = time.monotonic
    ) -> None:
        """Nothing is started yet."""
        self.wards = [Ward(charge, told, clock) for charge in charges]

    def run(self, stopped: threading.Event) -> None:
        """Look after them until `stopped` is set."""
        try:
            while not stopped.is_set():
                for ward in self.wards:
                    ward.look()
                stopped.wait(LOOK)
        finally:
            self.close()

    def close(self) -> None:
        """End them all: the last first, and together."""
        for ward in reversed(self.wards):
            ward.ask_to_end()
        until = time.monotonic() + COURTESY
        for ward in reversed(self.wards):
            ward.end(until - time.monotonic())


class Pulse:
    """Listens to a stream that never falls silent, at an http address, and comes back when it breaks off."""

    def __init__(
        self, address: str, take: Callable[[bytes], None] = lambda line: None, patience: float = 20.0
    ) -> None:
        """`take` is given each line. A stream that is silent for `patience` seconds is asked for anew."""
        self._address, self._take, self._patience = urlsplit(address), take, patience
        self._last: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def heard(self) -> float | None:
        """When a line came last, by the monotonic clock; None before the first."""
        return self._last

    @property
    def open(self) -> bool:
        """Whether something came within the patience."""
        return self._last is not None and time.monotonic() - self._last < self._patience

    def close(self) -> None:
        """Listen no more."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.is_set():
            with suppress(OSError, http.client.HTTPException):
                self._listen()
            self._over.wait(0.5)

    def _listen(self) -> None:
        host = self._address.hostname or "127.0.0.1"
        connection = http.client.HTTPConnection(host, self._address.port, timeout=self._patience)
        try:
            connection.request("GET", self._address.path or "/", headers={"Accept": "text/event-stream"})
            answer = connection.getresponse()
            while answer.status == 200 and not self._over.is_set() and (line := answer.readline()):
                self._last = time.monotonic()
                self._take(line)
        finally:
            connection.close()


class Presence:
    """When a page was last there, by what the server says that it comes from; one that cannot is believed.

    It says {"heard": seconds since the page's script said that it runs, or null, "pages": how many listen}.
    """

    def __init__(self, address: str, every: float = 5.0) -> None:
        """`address` answers that; it is asked `every` so many seconds."""
        self._address, self._every = urlsplit(address), every
        self._last = time.monotonic()
        self._over = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def heard(self) -> float:
        """By the monotonic clock."""
        return self._last

    def close(self) -> None:
        """Ask no more."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            try:
                ago = self._asked()
            except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
                ago = 0.0
            if ago is not None:
                self._last = max(self._last, time.monotonic() - ago)

    def _asked(self) -> float | None:
        host = self._address.hostname or "127.0.0.1"
        connection = http.client.HTTPConnection(host, self._address.port, timeout=self._every)
        try:
            connection.request("GET", self._address.path or "/")
            answer = connection.getresponse()
            if answer.status != 200:
                return 0.0
            said = json.loads(answer.read())
            return float(said["heard"] or 0.0) if said["pages"] else None
        finally:
            connection.close()


def launch(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    behind: int = 0,
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own, which the system ends when the one that starts it is gone.

    `behind` is its niceness, 0 to 19: a screen must answer while a picture is made.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        list(command),
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(_begin, behind),
        pass_fds=pass_fds,
    )


def _begin(behind: int) -> None:
    die_with_parent()
    with suppress(OSError):
        os.nice(behind)
    with suppress(OSError):  # one session is weighed against another, where the kernel groups by them
        Path("/proc/self/autogroup").write_text(str(behind))


def sweep(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    """Send a signal to a process that was started in a session of its own, and to all of its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, what)


def how(code: int) -> str:
    """An exit code in words: "exit code 2", "killed by SIGKILL"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def die_with_parent(what: signal.Signals = signal.SIGKILL) -> None:
    """Have the system send this process a signal when the one that started it is gone, however that ended."""
    LIBC.prctl(PR_SET_PDEATHSIG, what)
