"""`apparatus train`: make obscura again, or train it further."""

from pathlib import Path
from typing import Annotated

import typer

from apparatus.store import refusals


def train(
    parts: Annotated[
        list[str] | None, typer.Argument(help="Which parts, in this order. Left out: all of them.")
    ] = None,
    preset: Annotated[
        str,
        typer.Option(
            help="quick: does all of it work? cpu: for two cores. gpu: for one GPU. "
            "own: what becomes of it when it learns from its own pictures?"
        ),
    ] = "cpu",
    folder: Annotated[
        Path, typer.Option(help="Checkpoints, logs, curves, sample sheets and results.")
    ] = Path(".training"),
    seed: Annotated[int | None, typer.Option(help="Draws the untrained weights and the order.")] = None,
    steps: Annotated[int | None, typer.Option(help="Instead of the preset's.")] = None,
    batch: Annotated[int | None, typer.Option(help="Instead of the preset's.")] = None,
    pictures: Annotated[int | None, typer.Option(help="Instead of the preset's.")] = None,
    device: Annotated[str | None, typer.Option(help="cuda, cpu. Left out: the best there is.")] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Begin with the parts of the model in this folder.")
    ] = None,
    ship: Annotated[
        Path | None, typer.Option(help="Write the trained model, in half precision, to this folder.")
    ] = None,
) -> None:
    """Train the parts of obscura; what was begun in the folder goes on where it stopped."""
    from apparatus.models.loading import best_device, stay_offline

    stay_offline()
    from apparatus.training import presets, shipping

    wanted = parts or presets.parts(preset)
    changes = {"seed": seed, "steps": steps, "batch": batch, "pictures": pictures}
    efforts = {part: presets.effort(preset, part, **changes) for part in wanted}
    with refusals(folder):
        if start is not None:
            shipping.take_back(start, folder)
        for part, effort in efforts.items():
            print(f"{part}: {presets.PARTS[part]}; {effort.steps} steps of {effort.batch}", flush=True)
            presets.learn(part, folder, effort, device or best_device())
    if ship is not None:
        with refusals(ship):
            shipping.ship(folder, ship)
        print(ship)
