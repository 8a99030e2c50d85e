"""`apparatus select` and `apparatus keep`: one of several pictures is kept, and the ledger says by whom."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

import apparatus
from apparatus.cli import progress
from apparatus.cli.making import interrupts
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Exposure, Settings, new_id
from apparatus.selection import candidates, ranked, whose
from apparatus.store import Store


def select(
    prompt: Annotated[str, typer.Argument(help="What the pictures are asked to show.")],
    count: Annotated[int, typer.Option(help="How many candidates.")] = 6,
    by: Annotated[
        str | None,
        typer.Option(help="Which score keeps one: clip, judge, or a scorer's name. Left out: the first."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of the first; the others follow. Left out: chance.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps.")] = None,
    guidance: Annotated[float | None, typer.Option(help="How hard the words pull.")] = None,
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    device: Annotated[str | None, typer.Option(help="cuda, xpu, mps, cpu.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Make candidates from one prompt, have them scored, and have the program keep one."""
    store, made = Store(), list[Exposure]()
    store.recover()
    asked = Settings(
        model=model, prompt=prompt, seed=seed, num_inference_steps=steps, guidance_scale=guidance
    )
    several = candidates(asked, count, new_id(datetime.now(UTC)))
    with progress.bar() as bar, interrupts() as stopped:
        bar.say("Loading " + model)
        loaded = apparatus.load(model, device=device)
        for settings, batch in several:
            if stopped():
                break
            bar.say(f"Candidate {batch.index + 1} of {batch.of}")
            who = whose(asked, batch)
            made.append(apparatus.expose(loaded, settings, bar, stopped, store, batch=batch, who=who))
    finished = {each.id: each.record.scores for each in made if each.record.picture}
    known = sorted({score.by for scores in finished.values() for score in scores})
    chosen = by or next((score.by for scores in finished.values() for score in scores), None)
    order = ranked(finished, chosen) if chosen in known else list(finished)
    kept = order[0] if order and chosen in known else None
    if kept and chosen:
        store.choose(kept, "program", chosen)
    if as_json:
        scores = {id: {score.by: score.value for score in finished[id]} for id in order}
        print(json.dumps({"batch": several[0][1].id, "by": chosen, "kept": kept, "candidates": scores}))
        return
    for id in order:
        values = "  ".join(f"{score.by} {score.value:.3f}" for score in finished[id])
        print(f"{'*' if id == kept else ' '} {id}  {values or 'nobody here scores it'}")
    if by and by not in known:
        there = ", ".join(known) or "nobody"
        print(f"Nobody named {by} scores pictures here; there is: {there}. None was kept.", file=sys.stderr)


def keep(
    exposure: Annotated[
        str, typer.Argument(help="One candidate of a batch: an id, or the beginning of one.")
    ],
) -> None:
    """Keep one candidate of its batch, as a person; the program's choice stays beside it in the ledger."""
    store = Store()
    store.choose(store.find(exposure), "person")
    print(store.path(store.find(exposure)) / "picture.png")
