"""How far a training is: a bar in a terminal, the log's lines, and the curve of the loss as a picture."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

SIZE = 9.0, 5.0  # of the curve, in inches
SMOOTHED = 9  # lines of the log that one point of the thick curve is the mean of


@contextmanager
def bar(name: str, step: int, steps: int) -> Iterator[Callable[[int, float], None]]:
    """In a terminal, a bar that fills as it is called with a step and its loss; elsewhere, nothing."""
    if not sys.stdout.isatty():
        yield lambda step, loss: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, refresh_per_second=4) as progress:
        task = progress.add_task(name, total=steps, completed=step, loss=float("nan"))
        yield lambda step, loss: progress.update(task, completed=step, loss=loss)


def curve(folder: Path) -> None:
    """Draw `folder/log.jsonl` as `folder/curve.png`; without matplotlib (the extra "train"), leave it out."""
    if find_spec("matplotlib") is None:
        return
    from matplotlib.figure import Figure

    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    steps, losses = [line["step"] for line in lines], [line["loss"] for line in lines]
    smooth = [_mean(losses[max(0, n - SMOOTHED + 1) : n + 1]) for n in range(len(losses))]
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot(title=folder.name, xlabel="step", ylabel="loss", yscale="log")
    axes.plot(steps, losses, color="#b9b9b9", linewidth=0.8)
    axes.plot(steps, smooth, color="#b3261e", linewidth=1.6)
    axes.grid(alpha=0.3, which="both")
    figure.savefig(folder / "curve.png", dpi=120)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
