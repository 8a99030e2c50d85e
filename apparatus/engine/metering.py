"""The meter of one exposure: it watches which parts run and what energy is used, and changes nothing.

    metering = Metering(model)
    with metering.watching():
        ...                              # the pipeline runs
        metering.at("denoise")           # what was used and computed since the last look was denoising
    metering.at("distribute")            # and what comes after the pipeline, as it happens
    record.meter = metering.meter(record)

Multiply-adds are counted afterwards, on a copy of each part without a weight (torch's meta device) that is
given inputs of the sizes that were seen: there attention is made of products, while the counter of torch 2.13
overlooks the one that runs on a CPU. One size of one model is counted once in a process.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from apparatus import taps
from apparatus.alignment import words_in
from apparatus.checkpoints import mapped
from apparatus.metering import Gauges, Meter
from apparatus.models.loading import Model
from apparatus.record import Record

SIDES = ("vae.encoder", "vae.decoder")
"""Of an autoencoder; the first runs where a picture was there before."""

Call = tuple[str, str]
"""One call of a part: which, and the sizes of what it was given, as text."""

_counted: dict[tuple[str, str, str], int | None] = {}


class Metering:
    """What one exposure takes, as it is taken."""

    def __init__(self, model: Model) -> None:
        """From here on."""
        self.model = model
        self._cuda = _cuda(model)
        self._gauges = Gauges(_uuid(self._cuda))
        self._before = self._gauges.joules()
        self._pending: list[Call] = []
        self._given: dict[Call, tuple[Any, Any]] = {}
        self._calls: Counter[tuple[str, Call]] = Counter()
        self._joules: dict[str, float] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """A scope in which it sees every call of a text encoder, of the denoiser and of the autoencoder."""
        with ExitStack() as scope:
            for name, part in _parts(self.model).items():
                hook = part.register_forward_pre_hook(partial(self._called, name), with_kwargs=True)
                scope.callback(hook.remove)
            yield

    def _called(self, name: str, part: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = mapped(_emptied, args), mapped(_emptied, kwargs)
        call = name, repr(given)
        self._given.setdefault(call, given)
        self._pending.append(call)

    def at(self, stage: str) -> None:
        """Put what was used and computed since the last look down to a stage."""
        self._calls.update((stage, call) for call in self._pending)
        self._pending.clear()
        if self._before is None:
            return
        if self._cuda is not None:
            torch.cuda.synchronize(self._cuda)  # what was asked of it is done only then
        now = self._gauges.joules()
        if now is not None:
            self._joules[stage] = self._joules.get(stage, 0.0) + now - self._before
        self._before = now

    def meter(self, record: Record) -> Meter:
        """All of it, with what the exposure had taken before it was gone on with."""
        counted: Counter[str] = Counter()
        uncounted: set[str] = set()
        for (stage, call), times in self._calls.items():
            if stage == "previews":
                continue
            amount = self._multiply_adds(call)
            counted[stage] += times * (amount or 0)
            uncounted |= {call[0]} if amount is None else set()
        measured = self._before is not None
        meter = Meter(
            words=words(record),
            multiply_adds={stage: amount for stage, amount in counted.items() if amount},
            uncounted=sorted(uncounted),
            joules=dict(self._joules) if measured else {},
            gauges=self._gauges.names if measured else [],
        )
        self._calls.clear()
        self._joules.clear()
        return record.meter.plus(meter) if record.meter else meter

    def _multiply_adds(self, call: Call) -> int | None:
        """Those of one call; None where a copy of the part cannot be run."""
        key = self.model.edition, *call
        if key not in _counted:
            try:
                _counted[key] = count(_hollow(self.model, call[0]), *self._given[call])
            except Exception:  # a class that reads values, which a copy without a weight has none of
                _counted[key] = None
        return _counted[key]


def count(part: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """The multiply-adds of one call: matrix products, convolutions, attention; nothing else."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        part(*args, **kwargs)
    return int(counter.get_total_flops()) // 2  # torch counts a multiplication and an addition as two


def words(record: Record) -> dict[Any, int]:
    """Words that a person wrote, and words that the program did."""
    settings, who = record.settings, {line.what: line.who for line in record.ledger}
    counted = {"person": 0, "program": record.enhanced.added if record.enhanced else 0}
    for name in ("prompt", "negative_prompt"):
        counted["person" if who.get(name) == "person" else "program"] += words_in(getattr(settings, name))
    for line in record.alterations:
        if line.kind in ("prompt", "negative_prompt"):
            counted["person"] += words_in(getattr(line, line.kind))
    return counted


def _parts(model: Model) -> dict[str, nn.Module]:
    """The parts whose work is counted, by their names in the pipeline."""
    parts = {name: p for name, p in model.pipeline.components.items() if isinstance(p, nn.Module)}
    found = {name: p for name, p in parts.items() if "text_encoder" in name or name in taps.DENOISERS}
    sides = {side: getattr(parts.get("vae"), side.partition(".")[2], None) for side in SIDES}
    return found | {side: part for side, part in sides.items() if isinstance(part, nn.Module)}


def _hollow(model: Model, name: str) -> nn.Module:
    """A copy of a part that has sizes and no values."""
    part = model.pipeline.components[name.partition(".")[0]]
    with torch.device("meta"):
        built: Any = type(part)
        hollow = built(part.config) if hasattr(part, "config_class") else built.from_config(_config(part))
    return (getattr(hollow, name.partition(".")[2]) if name in SIDES else hollow).eval()


def _config(part: Any) -> dict[str, Any]:
    """How it is built; a UNet that is taken for a plain one says otherwise while it is (see `retouching`)."""
    channels = getattr(getattr(part, "conv_in", None), "in_channels", None)
    return dict(part.config) | ({} if channels is None else {"in_channels": channels})


def _emptied(leaf: Any) -> Any:
    """A tensor's size without its values; fractions as those that the copy computes with."""
    if isinstance(leaf, Tensor):
        kind = torch.float32 if leaf.is_floating_point() else leaf.dtype
        return torch.empty(leaf.shape, dtype=kind, device="meta")
    return leaf


def _cuda(model: Model) -> torch.device | None:
    """The NVIDIA device on which it works; None where it works elsewhere."""
    device = torch.device(model.placement.device if model.placement else "cpu")
    return device if device.type == "cuda" else None


def _uuid(device: torch.device | None) -> str:
    """The name of a device that NVML knows it by."""
    return "" if device is None else f"GPU-{torch.cuda.get_device_properties(device).uuid}"
