"""What the commands that make pictures share."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

import apparatus
from apparatus.cli import progress
from apparatus.record import Exposure, Settings
from apparatus.store import Store


def exposed(settings: Settings, loading: dict[str, Any], store: Store, **others: Any) -> Exposure:
    """The exposure, its progress on stderr; Ctrl-C ends it after the step it is in."""
    with progress.bar() as bar, interrupts() as stopped:
        bar.say("Loading " + settings.model)
        model = apparatus.load(settings.model, **loading)  # torch comes in here
        if model.placement:
            bar.say(model.placement.told())
        return apparatus.expose(model, settings, bar, stopped, store, **others)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; pressed again, it ends the command as usual."""
    pressed = []

    def press(*_: Any) -> None:
        pressed.append(True)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def sides(asked: str | None) -> tuple[int | None, int | None]:
    """Width and height from "512" or "512x384"."""
    if asked is None:
        return None, None
    sides = asked.lower().replace("×", "x").split("x")
    if not (1 <= len(sides) <= 2 and all(side.strip().isdecimal() for side in sides)):
        raise typer.BadParameter(f"{asked!r} is no size. Say 512, or 512x384.", param_hint="--size")
    return int(sides[0]), int(sides[-1])


def summary(exposure: Exposure, folder: Path, picture: Path) -> dict[str, Any]:
    """What a script wants to know of an exposure."""
    settings = exposure.record.settings
    files = {"record": "record.json", "tensors": "tensors.safetensors", "steps": "steps"}
    return {
        "id": exposure.id,
        "image": str(picture),
        "model": settings.model,
        "seed": settings.seed,
        "num_inference_steps": settings.num_inference_steps,
        "guidance_scale": settings.guidance_scale,
        "timings": exposure.record.timings,
        "paths": {"folder": str(folder), **{name: str(folder / file) for name, file in files.items()}},
    }
