"""`apparatus diversity`: how various the pictures of a prompt are, as written and rewritten."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import apparatus
from apparatus.cli import progress
from apparatus.cli.enhance import By, Temperature, Template, TopP
from apparatus.diversity import SIDE, made, measured
from apparatus.enhancements import OWN, Enhance
from apparatus.models.catalogue import DEFAULT
from apparatus.settings import Settings
from apparatus.store import Store, refusals
from apparatus.takeaway.several import several

MEASURED = {"clip": "as the model's own CLIP sees them", "pixels": f"by {SIDE} x {SIDE} thumbnails"}


def diversity(
    prompt: Annotated[str, typer.Argument(help="What a person wrote.")],
    n: Annotated[int, typer.Option("--n", help="How many of each.", min=2, max=256)] = 12,
    seed: Annotated[int | None, typer.Option(help="The first. Left out: drawn by chance.", min=0)] = None,
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    by: By = OWN,
    template: Template = "picture",
    temperature: Temperature = 1.0,
    top_p: TopP = 1.0,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for the two sheets.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Make N pictures of a prompt and N of it rewritten, with the same seeds; tell how various they are."""
    if not output.is_dir():
        raise typer.BadParameter(f"{output} is no folder.", param_hint="--output")
    enhance = Enhance(by=by, template=template, temperature=temperature, top_p=top_p)
    settings = Settings(model=model, prompt=prompt, num_inference_steps=steps, enhance=enhance)
    store = Store()
    with progress.bar() as bar:
        bar.say("Loading " + model)
        loaded = apparatus.load(model)
        raw, enhanced = made(loaded, settings, n, seed, bar, store=store)
    written = [one.record.enhanced for one in enhanced if one.record.enhanced]
    refused = [one.message for one in written if one.problem]
    if refused:
        print(f"{len(refused)} of {n} were not rewritten. {refused[0]}", file=sys.stderr)
    found = measured(raw, enhanced)
    sheets = {"raw": output / "diversity-raw.png", "enhanced": output / "diversity-enhanced.png"}
    with refusals(output):
        for name, exposures in (("raw", raw), ("enhanced", enhanced)):
            note = f"{name}: Vendi score {getattr(found, name):.2f} of {found.count}, {MEASURED[found.by]}"
            several(exposures, prompt, note).save(sheets[name])
    if as_json:
        told = asdict(found) | {"sheets": {name: str(file) for name, file in sheets.items()}}
        told["exposures"] = {"raw": [one.id for one in raw], "enhanced": [one.id for one in enhanced]}
        print(json.dumps(told))
        return
    print(f"Vendi score of {found.count} pictures (1: all alike), {MEASURED[found.by]}")
    print(f"as it was written  {found.raw:6.2f}  {sheets['raw']}")
    print(f"rewritten          {found.enhanced:6.2f}  {sheets['enhanced']}")
