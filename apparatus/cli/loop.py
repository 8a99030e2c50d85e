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
from apparatus.errors import BrokenRecord, OutOfRange
from apparatus.looping import Loop, LoopRecord, Loops, Round
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Settings
from apparatus.store import Store


def loop(
    prompt: Annotated[str, typer.Argument(help="What the first picture is asked to show.")] = "",
    rounds: Annotated[
        int | None, typer.Option(help="How many pictures, 1 to 1000; 20. With --leave: how many more.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Left out: drawn by chance.")] = None,
    seeds: Annotated[
        Literal["fixed", "new"] | None,
        typer.Option(help="The same noise in every round, or the next seed's. Left out: fixed."),
    ] = None,
    captioner: Annotated[
        str, typer.Option(help="A name in APPARATUS_CAPTIONERS. Left out: the model's.")
    ] = "",
    by: Annotated[
        str | None,
        typer.Option("--enhance", help='Have each caption rewritten: by "obscura", or as `enhance --by`.'),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps.")] = None,
    model: Annotated[
        str, typer.Option(help=f"A model of the catalogue, or a folder. Left out: {DEFAULT}.")
    ] = "",
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
            print(_listed(loops, id))
        return
    if not prompt:
        raise OutOfRange("prompt", "nothing", "at least a word")
    if leave:
        _taken_over(seed=seed, seeds=seeds, captioner=captioner, enhance=by, steps=steps, model=model)
        record = loops.leave(leave, len(loops.open(leave).rounds) if after is None else after, prompt, rounds)
    else:
        enhance = None if by is None else Enhance(by=by)
        settings = Settings(
            model=model or DEFAULT, prompt=prompt, seed=seed, num_inference_steps=steps, enhance=enhance
        )
        asked = Loop(
            settings=settings,
            rounds=20 if rounds is None else rounds,
            seed=seeds or "fixed",
            captioner=captioner,
        )
        record = loops.begin(asked, secrets.randbelow(2**32))
    with progress.bar() as bar, interrupts() as stopped:
        bar.say("Loading " + record.asked.settings.model)
        loaded = apparatus.load(record.asked.settings.model, device=device)
        from apparatus.engine.looping import turn

        while record.state == "running":
            made = len(record.rounds)
            bar.say(f"Round {made + 1} of {record.asked.rounds}")
            record = turn(loaded, store, record, stopped=stopped)
            if len(record.rounds) > made and not as_json:
                print(_line(record.rounds[-1]), flush=True)
    _ended(record, as_json)


def _ended(record: LoopRecord, as_json: bool) -> None:
    """How it ended, and whether it settled."""
    if as_json:
        print(record.model_dump_json())
    elif record.settled:
        first, every = record.settled
        each = (
            "every round repeats the one before" if every == 1 else f"it repeats itself every {every} rounds"
        )
        print(f"From round {first + 1} on {each}.")
    if record.message:
        print(record.message, file=sys.stderr)
    if record.state == "failed":
        raise typer.Exit(1)


def _taken_over(**given: object) -> None:
    """Refuse what cannot be asked of a loop that leaves another: all but its words and rounds is as there."""
    for name, value in given.items():
        if value not in (None, ""):
            raise typer.BadParameter("it is that of the loop it leaves.", param_hint=f"--{name}")


def _listed(loops: Loops, id: str) -> str:
    try:
        record = loops.open(id)
    except BrokenRecord as error:
        return f"{id}  {error}"
    prompt = json.dumps(record.asked.settings.prompt, ensure_ascii=False)
    return f"{record.id}  {record.state:<9}  {len(record.rounds)} of {record.asked.rounds} rounds  {prompt}"


def _line(turn: Round) -> str:
    far = "  -  " if turn.from_first is None else f"{turn.from_first:.3f}"
    left = f"{turn.vocabulary:>3} words  {turn.colours:4.1f} colours"
    refused = f"  (not rewritten: {turn.problem})" if turn.problem else ""
    return f"{turn.number + 1:>4}  {far}  {left}  {turn.caption}{refused}"
