"""What an exposure took: words, multiply-adds by stage, and energy by stage where this machine measures it.

    gauges = Gauges(device="GPU-…")
    before = gauges.joules()
    gauges.joules() - before            # what the whole device used meanwhile; None: nothing here measures it

Seconds by stage stand in `record.timings`. Nothing here is estimated: what is not measured is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel

POWERCAP = Path("/sys/class/powercap")
"""Where Linux shows the energy counters (RAPL) of Intel's and AMD's processors; often to root alone."""

Number = TypeVar("Number", int, float)


class Meter(BaseModel):
    """What an exposure took, by the names of `record.timings`."""

    words: dict[Literal["person", "program"], int] = {}
    """Whose the words are that ask for the picture: captions and what an enhancer added are the program's."""
    multiply_adds: dict[str, int] = {}
    """Of matrix products, convolutions and attention, counted on the model's own classes for what really ran;
    one is a multiplication and an addition. Norms, activations and sums of tensors are left out."""
    uncounted: list[str] = []
    """Parts that ran and could not be counted."""
    joules: dict[str, float] = {}
    """What the `gauges` measured meanwhile, whoever used it: a whole processor, with all that it did."""
    gauges: list[str] = []
    """What measured: "package-0 (RAPL)", "NVIDIA H200 (NVML)". Empty: no energy was measured."""

    def plus(self, other: "Meter") -> "Meter":
        """This and what another took, for a run that was gone on with; the words are the other's."""
        return Meter(
            words=other.words,
            multiply_adds=_sum(self.multiply_adds, other.multiply_adds),
            uncounted=sorted({*self.uncounted, *other.uncounted}),
            joules=_sum(self.joules, other.joules),
            gauges=sorted({*self.gauges, *other.gauges}),
        )


def _sum(one: dict[str, Number], other: dict[str, Number]) -> dict[str, Number]:
    return one | {name: amount + one[name] if name in one else amount for name, amount in other.items()}


@dataclass
class Gauge:
    """A counter of energy: `read` gives joules since some moment, and begins anew at `range`, if not 0."""

    name: str
    read: Callable[[], float]
    range: float = 0.0
    last: float = 0.0
    total: float = 0.0

    def joules(self) -> float:
        """What it has counted since it was first read here."""
        now = self.read()
        self.total += now - self.last + (self.range if now < self.last else 0.0)
        self.last = now
        return self.total


class Gauges:
    """All the energy counters that this machine lets us read.

    If one fails later, none measures from then on: a sum of which a part is missing would be a wrong one.
    """

    def __init__(self, device: str = "", powercap: Path = POWERCAP) -> None:
        """`device` is the UUID of the NVIDIA device that works, "" for none."""
        self._gauges = [*_rapl(powercap), *_nvml(device)]
        self.joules()
        for gauge in self._gauges:
            gauge.total = 0.0

    @property
    def names(self) -> list[str]:
        """What measures."""
        return [gauge.name for gauge in self._gauges]

    def joules(self) -> float | None:
        """What all of them counted since the first time; None where there is none."""
        try:
            return sum(gauge.joules() for gauge in self._gauges) if self._gauges else None
        except Exception:  # the driver's own errors, or the file's
            self._gauges.clear()
            return None


def _rapl(powercap: Path) -> list[Gauge]:
    """A processor's packages, and its memory where that has a counter of its own.

    Source: Linux, Documentation/power/powercap/powercap.rst. "psys" is left out, which holds the packages,
    and so are "core" and "uncore", which the packages hold.
    """
    found = []
    for zone in sorted(powercap.glob("intel-rapl:*")):  # AMD's, too, are called so
        try:
            name = (zone / "name").read_text().strip()
            if not name.startswith(("package", "dram")):
                continue
            file, most = zone / "energy_uj", float((zone / "max_energy_range_uj").read_text()) / 1e6
            _joules(file)
        except (OSError, ValueError):
            continue
        found.append(Gauge(f"{name} (RAPL)", partial(_joules, file), most))
    return found


def _joules(file: Path) -> float:
    return float(file.read_text()) / 1e6


def _nvml(device: str) -> list[Gauge]:
    """The NVIDIA device of that UUID, if nvidia-ml-py is here and the device counts (Volta and later do)."""
    if not device:
        return []
    try:
        import pynvml

        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByUUID(device)
        pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)
        name = pynvml.nvmlDeviceGetName(handle)
    except Exception:  # none installed, no driver, or a device that does not count
        return []
    return [Gauge(f"{name} (NVML)", lambda: pynvml.nvmlDeviceGetTotalEnergyConsumption(handle) / 1e3)]
