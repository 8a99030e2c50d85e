"""The `apparatus` command: make an exposure, look into one, list and fetch models, open the app."""

import json
import shutil
import sys
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import typer

import apparatus
from apparatus.cli import chain
from apparatus.cli.distribute import distribute
from apparatus.cli.diversity import diversity
from apparatus.cli.enhance import enhance
from apparatus.cli.evaluate import evaluate
from apparatus.cli.fetch import fetch
from apparatus.cli.kiosk import kiosk
from apparatus.cli.loop import loop
from apparatus.cli.making import exposed, sides, summary
from apparatus.cli.models import models
from apparatus.cli.read import read
from apparatus.cli.retouch import retouch
from apparatus.cli.select import keep, select
from apparatus.cli.status import status
from apparatus.cli.train import train
from apparatus.cli.workshop import workshop
from apparatus.enhancements import Enhance
from apparatus.errors import ApparatusError, OutOfRange
from apparatus.keeping import Keep
from apparatus.models import lora_files
from apparatus.models.catalogue import DEFAULT
from apparatus.placement import Offload
from apparatus.record import Settings
from apparatus.store import Store, refusals

cli = typer.Typer(
    name="apparatus",
    help="A text-to-image machine made to be looked into.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def main(arguments: list[str] | None = None) -> None:
    """Run the command; whatever it refuses is one sentence on stderr, and an exit code that is not 0."""
    try:
        cli(arguments)
    except ApparatusError as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, OutOfRange) else 1)


@cli.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """A text-to-image machine made to be looked into."""
    if version:
        print(apparatus.__version__)
        raise typer.Exit


@cli.command()
def expose(
    prompt: Annotated[
        str, typer.Argument(help='What the picture is asked to show. "" lets the program play alone.')
    ],
    seed: Annotated[
        int | None, typer.Option(help="The noise it starts from. Left out: drawn by chance.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps.")] = None,
    guidance: Annotated[
        float | None, typer.Option(help="How hard the words pull. At most 1: not at all.")
    ] = None,
    negative: Annotated[str, typer.Option(help="What it is pushed away from.")] = "",
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    size: Annotated[str | None, typer.Option(help="512, or WIDTHxHEIGHT.")] = None,
    width: Annotated[int | None, typer.Option(help="In pixels.")] = None,
    height: Annotated[int | None, typer.Option(help="In pixels.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the picture to this file as well.")
    ] = None,
    no_attention: Annotated[
        bool, typer.Option("--no-attention", help="Leave the attention maps out.")
    ] = False,
    keep: Annotated[
        Keep | None,
        typer.Option(help="How much is kept. Left out: what APPARATUS_KEEP says, else all."),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="cuda, xpu, mps, cpu. Left out: the best there is.")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="float32, float16, bfloat16. Left out: what suits the device.")
    ] = None,
    offload: Annotated[
        Offload | None, typer.Option(help="What waits beside the device. Left out: as little as must.")
    ] = None,
    insist: Annotated[bool, typer.Option("--insist", help="Load it even where memory is short.")] = False,
    lora: Annotated[
        list[str] | None, typer.Option(help="FILE or FILE:WEIGHT, weights added to the model's. Repeatable.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--enhance", help='Have it rewritten first: by "obscura", or as `enhance --by`.'),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a picture, and keep everything that happened on the way to it."""
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise typer.BadParameter(f"{output} is no file in a folder that is there.", param_hint="--output")
    across, down = sides(size)
    settings = Settings(
        model=model,
        prompt=prompt,
        negative_prompt=negative,
        seed=seed,
        num_inference_steps=steps,
        guidance_scale=guidance,
        width=across if width is None else width,
        height=down if height is None else height,
        loras=lora or [],
        enhance=None if by is None else Enhance(by=by),
    )
    store = Store()
    store.recover()
    loading = {"device": device, "dtype": dtype, "offload": offload, "insist": insist or None}
    exposure = exposed(settings, loading, store, attention=not no_attention, keep=keep)
    for fit in filter(attrgetter("partly"), exposure.record.model.loras):
        print(chain.misfit(fit), file=sys.stderr)
    if exposure.record.enhanced and exposure.record.enhanced.message:
        print(exposure.record.enhanced.message, file=sys.stderr)
    folder = store.path(exposure.id)
    facts = exposure.record.picture
    if facts is None:
        print(f"{exposure.record.message} See it with: apparatus show {exposure.id}", file=sys.stderr)
        raise typer.Exit(130)
    picture = folder / facts.file
    if output is not None:
        with refusals(output.parent):
            picture = Path(shutil.copyfile(picture, output))
    print(json.dumps(summary(exposure, folder, picture)) if as_json else picture)


@cli.command()
def show(
    exposure: Annotated[str, typer.Argument(help='An id, the beginning of one, "last", or a folder.')],
    as_json: Json = False,
) -> None:
    """Print the whole chain of a recorded exposure, stage by stage."""
    opened = apparatus.reopen(exposure)
    print(opened.record.model_dump_json() if as_json else "\n".join(chain.told(opened)))


@cli.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many.", min=1)] = 20,
    offset: Annotated[int, typer.Option(help="How many of the newest to pass over.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """List the exposures that are kept, newest first."""
    store = Store()
    entries = store.list(limit, offset)
    if as_json:
        print(json.dumps({"outputs": str(store.folder), "exposures": [vars(entry) for entry in entries]}))
        return
    for entry in entries:
        print(f"{entry.id}  {entry.state:<11}  {entry.model:<8}  {chain.shortened(entry.prompt)}")
    if not entries:
        print(
            f'No exposures in {store.folder}. Make one: apparatus expose "a red boat on the sea"',
            file=sys.stderr,
        )


@cli.command()
def loras() -> None:
    """List the LoRA files of the folder APPARATUS_LORAS, by the names that `--lora` takes."""
    names = lora_files.listed()
    print(*names, sep="\n", end="\n" if names else "")
    if not names:
        print("No LoRA files: APPARATUS_LORAS names no folder that holds any.", file=sys.stderr)


@cli.command()
def app(
    port: Annotated[int, typer.Option(help="The port it listens on.", min=1, max=65535)] = 8501,
    address: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
) -> None:
    """Open the app in a browser."""
    import_module("app.main").run(address=address, port=port)


cli.command()(distribute)
cli.command()(read)
cli.command()(models)
cli.command()(fetch)
cli.command()(train)
cli.command()(evaluate)
cli.command()(enhance)
cli.command()(diversity)
cli.command()(retouch)
cli.command()(select)
cli.command()(keep)
cli.command()(loop)
cli.command()(workshop)
cli.command()(kiosk)
cli.command()(status)
