"""How a kiosk is: what its curator may want to know, and nothing of any visitor.

health = Health(folder)
health.made()
health.failed("WorkerDied")
health.told(worker=True)        # a dict for a page or a command
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil


class Health:
    """What happened since the kiosk was started, and how the machine stands; for any number of threads."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Of the kiosk whose files lie in `folder`; `clock` never jumps."""
        self.folder = folder
        self._clock, self._began = clock, clock()
        self._pictures = 0
        self._last: tuple[str, str, float] | None = None
        self._errors = 0
        self._changing = threading.Lock()

    def made(self, number: int = 1) -> None:
        """Pictures were made."""
        with self._changing:
            self._pictures += number

    def failed(self, kind: str) -> None:
        """Something went wrong; `kind` is the error's name alone: its message may hold what was typed."""
        with self._changing:
            self._errors += 1
            self._last = (kind, datetime.now(UTC).isoformat(timespec="seconds"), self._clock())

    def recall(self, kind: str, at: float) -> None:
        """What went wrong last before the start, at a time of the wall clock, in seconds since 1970."""
        when = datetime.fromtimestamp(at, UTC)
        ago = max(0.0, (datetime.now(UTC) - when).total_seconds())
        with self._changing:
            self._last = (kind, when.isoformat(timespec="seconds"), self._clock() - ago)

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._began

    def told(self, worker: bool, statistics: str = "") -> dict[str, Any]:
        """All of it: seconds, bytes, degrees Celsius; None where this machine does not tell.

        `worker` is whether what makes the pictures is alive, `statistics` what troubles the counts.
        """
        with self._changing:
            last, pictures, errors = self._last, self._pictures, self._errors
        return {
            "uptime": round(self.uptime, 1),
            "pictures": pictures,
            "errors": errors,
            "last_error": last and {"kind": last[0], "at": last[1], "ago": round(self._clock() - last[2], 1)},
            "worker": worker,
            "statistics": statistics,
            "disk": disk(self.folder),
            "memory": memory(),
            "temperature": temperature(),
        }


def disk(folder: Path) -> dict[str, int] | None:
    """Bytes `free` and in `all` on the disk of a folder that may not be there yet."""
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        usage = psutil.disk_usage(str(there))
    except (OSError, StopIteration):
        return None
    return {"free": usage.free, "all": usage.total}


def memory() -> dict[str, int] | None:
    """Bytes `available` and in `all` of the machine; `own` are those of this process and what it started."""
    try:
        whole = psutil.virtual_memory()
    except (OSError, RuntimeError):
        return None
    return {"available": whole.available, "all": whole.total, "own": _own()}


def temperature() -> float | None:
    """Degrees Celsius of the hottest part that has a sensor; None where none can be read."""
    try:
        sensors = psutil.sensors_temperatures()
    except (AttributeError, OSError, RuntimeError, ValueError):
        return None
    seen = [one.current for part in sensors.values() for one in part if one.current and one.current > 0]
    return round(max(seen), 1) if seen else None


def _own() -> int:
    """Bytes that this process and its children hold in memory; what they share counts for each."""
    here = psutil.Process()
    try:
        family = [here, *here.children(recursive=True)]
    except psutil.Error:
        family = [here]
    held = 0
    for process in family:
        try:
            held += process.memory_info().rss
        except psutil.Error:  # it ended just now
            continue
    return held
