"""`apparatus enhance`: have a prompt rewritten, and see word by word what was added."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from apparatus.enhancements import OWN, Choice, Enhance, Enhanced, Written
from apparatus.errors import OutOfRange
from apparatus.settings import Settings

By = Annotated[
    str,
    typer.Option(help='"obscura", a folder, a repository in the hub\'s cache, or http://machine/v1#model.'),
]
Template = Annotated[
    str, typer.Option(help="An instruction of prompts/enhance, or its own text. Not for obscura's enhancer.")
]
Temperature = Annotated[float, typer.Option(help="0: the likeliest token each time. 1: as the model has it.")]
TopP = Annotated[float, typer.Option(help="Only the likeliest tokens that have this much together.")]
WriterSeed = Annotated[int | None, typer.Option(help="Of the words. Left out: drawn by chance.")]


def enhance(
    prompt: Annotated[str, typer.Argument(help="What a person wrote.")],
    by: By = OWN,
    template: Template = "picture",
    temperature: Temperature = 1.0,
    top_p: TopP = 1.0,
    seed: WriterSeed = None,
    longest: Annotated[int, typer.Option(help="In tokens.")] = 128,
    choose: Annotated[
        list[str] | None,
        typer.Option(help="PLACE:TOKEN, another token (its id or its text) there. Repeatable."),
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Every token, its odds, the others.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Have a language model rewrite a prompt; stdout gets the text, stderr what was added to it."""
    asked = Enhance(
        by=by,
        template=template,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        longest=longest,
        chosen=tuple(map(choice, choose or ())),
    )
    settings = Settings(prompt=prompt, enhance=asked)
    from apparatus.engine import enhancing  # torch comes in here, where a language model runs on this machine

    settings = settings.model_copy(update={"enhance": enhancing.settled(asked)})
    enhanced = enhancing.enhance(settings, "", lambda event: None, lambda: False)
    if as_json:
        print(enhanced.model_dump_json())
    elif enhanced.prompt:
        print(enhanced.prompt)
        print("\n".join(told(enhanced)), file=sys.stderr)
    if enhanced.message:
        print(enhanced.message, file=sys.stderr)
    if table and not as_json:
        print("\n".join(rows(enhanced)))
    if enhanced.problem:
        raise typer.Exit(1)


def choice(said: str) -> Choice:
    """A token chosen as "3:512" or "3: dog".

    Raises:
        OutOfRange: it is neither.
    """
    place, colon, token = said.partition(":")
    if not (colon and token and place.isdecimal() and int(place) < 1024):
        raise OutOfRange("--choose", repr(said), "PLACE:TOKEN, as 3:512 or '3: dog'")
    return Choice(at=int(place), token=int(token) if token.isdecimal() else token)


def told(enhanced: Enhanced) -> Iterator[str]:
    """What was added, mended and left out, a line each; what it was drawn with, and what it was not."""
    added = [word.text for word in enhanced.words if word.whose == "added" and word.word]
    mended = [f"{word.was} -> {word.text}" for word in enhanced.words if word.whose == "mended"]
    for what, words in (("added", added), ("mended", mended), ("left out", enhanced.dropped)):
        if words:
            yield f"{what}: {', '.join(words)}"
    asked = enhanced.asked
    drawn = {"temperature": f"temperature {asked.temperature:g}", "top_p": f"top-p {asked.top_p:g}"}
    drawn |= {} if asked.seed is None else {"seed": f"seed {asked.seed}"}
    given = ", ".join(said for name, said in drawn.items() if name not in enhanced.declined)
    yield f"by {enhanced.model}: {given or 'as its endpoint has it'}"
    if enhanced.declined:
        yield f"declined by the endpoint: {', '.join(enhanced.declined).replace('_', '-')}"


def rows(enhanced: Enhanced) -> Iterator[str]:
    """A line a token: its place, whose it is, its odds, its entropy, and the likeliest others."""
    known = {
        "vocabulary": "",
        "given": " (of the tokens that the endpoint gave, the rest taken for one)",
        "nothing": ": the endpoint gave no probabilities",
    }
    yield f"{'place':>5} {'token':<16} {'id':>6} {'whose':<7} {'odds':>7} {'bits':>6}{known[enhanced.known]}"
    for place, token in enumerate(enhanced.tokens):
        whose = "chosen" if token.chosen else "mark" if token.mark else token.whose
        number = "-" if token.id is None else token.id
        others = "  ".join(f"{other.text!r} {other.probability:.1%}" for other in token.alternatives[:3])
        yield f"{place:>5} {token.text!r:<16} {number:>6} {whose:<7} {_odds(token)}  {others}"


def _odds(token: Written) -> str:
    if token.probability is None or token.entropy is None:
        return f"{'-':>7} {'-':>6}"
    return f"{token.probability:>7.1%} {token.entropy:>6.2f}"
