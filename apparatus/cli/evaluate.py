"""`apparatus evaluate`: how often a model's pictures show what was asked for."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apparatus.cli import progress
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Settings
from apparatus.store import refusals

if TYPE_CHECKING:
    from apparatus.evaluation import Evaluation, Rate

TIMED = (20, 8)  # steps
ROWS = {
    "noun": "one noun",
    "colour": "its colour",
    "setting": "setting",
    "process": "print process",
    "both_nouns": "two nouns",
    "both_colours": "both colours",
    "place": "place",
}


def evaluate(
    prompts: Annotated[
        Path | None, typer.Option(help="A file of prompts, one a line. Left out: held-out ones.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(help="How many. Left out: 400, or all of the file.", min=1)
    ] = None,
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps.")] = None,
    guidance: Annotated[
        float | None, typer.Option(help="How hard the words pull. At most 1: not at all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the first picture's noise; the others follow.")] = 1_000_000,
    judge: Annotated[Path | None, typer.Option(help="The folder of another judge than the shipped.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Write the first 48 pictures to this file.")] = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="Time one picture, at 20 and at 8 steps.")
    ] = False,
    device: Annotated[
        str | None, typer.Option(help="cuda, xpu, mps, cpu. Left out: the best there is.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Ask for pictures, and have the judge say how often they show what was asked for."""
    if sheet is not None and (sheet.is_dir() or not sheet.parent.is_dir()):
        raise typer.BadParameter(f"{sheet} is no file in a folder that is there.", param_hint="--sheet")
    asked = Settings(model=model, seed=seed, num_inference_steps=steps, guidance_scale=guidance)
    with progress.bar() as bar:
        bar.say("Loading " + model)
        from apparatus import evaluation
        from apparatus.judge.network import WEIGHTS, load
        from apparatus.models import loading

        said, unread = evaluation.written(prompts) if prompts else (evaluation.held_out(count or 400), [])
        said = said[:count]
        for line, text in unread:
            print(f"Line {line} asks for nothing of the world and is left out: {text[:80]}", file=sys.stderr)
        arbiter, loaded = load(judge or WEIGHTS), loading.load(model, device=device)
        asked = asked.filled(**vars(loaded.entry))
        how: dict[str, Any] = {"steps": asked.num_inference_steps, "guidance": asked.guidance_scale}
        found = evaluation.evaluate(loaded, arbiter, said, **how, seed=seed, said=bar.say)
        if timings:
            bar.say("Timing")
        taken = {n: evaluation.seconds(loaded, n, how["guidance"]) for n in TIMED if timings}
    if sheet is not None:
        with refusals(sheet.parent):
            evaluation.sheet(found.pictures, said).save(sheet)
    facts = {
        "model": loaded.id,
        **how,
        "seed": seed,
        "judge": arbiter.version(),
        "prompts": len(said),
        "left_out": [{"line": number, "text": text} for number, text in unread],
        "seconds": taken or None,
    }
    if as_json:
        print(json.dumps(_object(found) | facts))
    else:
        _print(found, facts)


def _object(found: "Evaluation") -> dict[str, Any]:
    """The rates as a script reads them: the model's at the top, the others by name."""
    told = {
        column: {question: asdict(rate) for question, rate in getattr(found, column).items()}
        for column in ("model", "ceiling", "chance", "french", "english")
    }
    return told.pop("model") | told | {"psnr": found.psnr}


def _print(found: "Evaluation", facts: dict[str, Any]) -> None:
    """The rates as a table, and below it what else was measured."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("", no_wrap=True)
    for column in ("right", "95 %", "n", "ceiling", "chance", "French", "English"):
        table.add_column(column, justify="right", no_wrap=True)
    for question, name in ROWS.items():
        own = found.model[question]
        interval = "–" if own.rate is None else f"{own.low:.1%}–{own.high:.1%}"
        beside = (found.ceiling, found.chance, found.french, found.english)
        table.add_row(name, _share(own), interval, str(own.n), *(_share(rates[question]) for rates in beside))
    console = Console()
    console.print(table)
    console.print(
        "{model}, {prompts} prompts, {steps} steps, guidance {guidance:g}, seed {seed}, judge {judge}".format(
            **facts
        ),
        soft_wrap=True,
        highlight=False,
    )
    if found.psnr is not None:
        console.print(f"autoencoder, held-out renders: {found.psnr:.2f} dB PSNR", highlight=False)
    for steps, taken in (facts["seconds"] or {}).items():
        console.print(f"one picture, {steps} steps: {taken:.2f} s", highlight=False)


def _share(rate: "Rate") -> str:
    return "–" if rate.rate is None else f"{rate.rate:.1%}"
