"""`apparatus loop`: the picture goes back in, round after round, with nobody between."""

import json
import secrets
import sys
from typing import Annotated, Literal

import typer

import apparatus
from apparatus.cli import progress
from apparatus.cli.making import interrupts
from apparatus.enhancements import Enhance
from apparatus.errors import OutOfRange
from apparatus.looping import Loop, LoopRecord, Loops, Round
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Settings
from apparatus.store import Store


def loop(
    prompt: Annotated[str, typer.Argument(help="What the first picture is asked to show.")] = "",
    rounds: Annotated[int, typer.Option(help="How many pictures, 1 to 1000.")] = 20,
    seed: Annotated[int | None, typer.Option(help="Left out: drawn by chance.")] = None,
    seeds: Annotated[
        Literal["fixed", "new"], typer.Option(help="The same noise in every round, or the next seed's.")
    ] = "fixed",
    captioner: Annotated[
        str, typer.Option(help="A name in APPARATUS_CAPTIONERS. Left out: the model's.")
    ] = "",
    by: Annotated[
        str | None,
        typer.Option("--enhance", help='Have each caption rewritten: by "obscura", or as `enhance --by`.'),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps.")] = None,
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    leave: Annotated[
        str | None, typer.Option(help="A loop that a person steps into, with the prompt.")
    ] = None,
    after: Annotated[int | None, typer.Option(help="After how many of its rounds.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the loops there are.")] = False,
    device: Annotated[str | None, typer.Option(help="cuda, xpu, mps, cpu.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Have a picture captioned, the caption made into a picture, and so on; and measure the drift."""
    store = Store()
    loops = Loops(store)
    if list_:
        for id in loops.ids():
            print(_listed(loops.open(id)))
        return
    if not prompt:
        raise OutOfRange("prompt", "nothing", "at least a word")
    enhance = None if by is None else Enhance(by=by)
    settings = Settings(model=model, prompt=prompt, seed=seed, num_inference_steps=steps, enhance=enhance)
    asked = Loop(settings=settings, rounds=rounds, seed=seeds, captioner=captioner)
    record = (
        loops.leave(leave, after or len(loops.open(leave).rounds), prompt)
        if leave
        else loops.begin(asked, secrets.randbelow(2**32))
    )
    with progress.bar() as bar, interrupts() as stopped:
        bar.say("Loading " + record.asked.settings.model)
        loaded = apparatus.load(record.asked.settings.model, device=device)
        from apparatus.engine.looping import turn

        while record.state == "running":
            bar.say(f"Round {len(record.rounds) + 1} of {record.asked.rounds}")
            record = turn(loaded, store, record, stopped=stopped)
            if record.rounds and not as_json:
                print(_line(record.rounds[-1]), flush=True)
    _ended(record, as_json)


def _ended(record: LoopRecord, as_json: bool) -> None:
    """How it ended, and whether it settled."""
    if as_json:
        print(record.model_dump_json())
    elif record.settled:
        print(f"From round {record.settled[0] + 1} on it repeats itself, every {record.settled[1]} rounds.")
    if record.message:
        print(record.message, file=sys.stderr)
    if record.state == "failed":
        raise typer.Exit(1)


def _listed(record: LoopRecord) -> str:
    prompt = json.dumps(record.asked.settings.prompt, ensure_ascii=False)
    return f"{record.id}  {record.state:<9}  {len(record.rounds)} of {record.asked.rounds} rounds  {prompt}"


def _line(turn: Round) -> str:
    far = "  -  " if turn.from_first is None else f"{turn.from_first:.3f}"
    left = f"{turn.vocabulary:>3} words  {turn.colours:4.1f} colours"
    return f"{turn.number + 1:>4}  {far}  {left}  {turn.caption}"
