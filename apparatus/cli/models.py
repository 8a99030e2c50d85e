"""`apparatus models`: what the catalogue knows, what is here, and one model in full."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from apparatus.cli.chain import count
from apparatus.errors import ModelNotFound
from apparatus.models import sizes
from apparatus.models.catalogue import Entry, catalogue, look_up

WIDE = 200
"""Columns where nobody looks: in a pipe nothing is folded."""


def models(
    model: Annotated[
        str | None,
        typer.Argument(help="A name in the catalogue, a repository or a folder: that one in full."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """List the models: those the catalogue knows, and those that are on this machine."""
    entries = catalogue() if model is None else [_one(model)]
    if as_json:
        print(json.dumps({"models": [_told(entry) for entry in entries]}))
    elif model is None:
        console = Console(markup=False, highlight=False)
        console.width = console.width if console.is_terminal else WIDE
        console.print(_table(entries))
    else:
        print("\n".join(_in_full(entries[0])))


def _one(name: str) -> Entry:
    entry = look_up(name)
    if entry is None:
        raise ModelNotFound(name, [known.id for known in catalogue()])
    return entry


def _told(entry: Entry) -> dict[str, Any]:
    """Everything there is to say of a model, for a script. The weights' `memory` is in bytes."""
    size = sizes.of(entry)
    return {
        **vars(entry),
        "folder": str(entry.folder) if entry.folder else None,
        "parts": [asdict(part) for part in size.parts] if size else None,
        "parameters": size.parameters if size else None,
        "memory": size.memory if size else None,
    }


def _table(entries: list[Entry]) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in ("model", "family", "parameters", "in bfloat16", "licence", "here"):
        table.add_column(heading, justify="right" if heading in ("parameters", "in bfloat16") else "left")
    for entry in entries:
        size = sizes.of(entry)
        table.add_row(
            entry.id,
            entry.pipeline.removesuffix("Pipeline") or "-",
            count(size.parameters) if size else "-",
            _gigabytes(size.memory["bfloat16"]) if size else "-",
            entry.licence or "unknown",
            "broken" if entry.fault else "yes" if entry.folder else "no",
        )
    return table


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f} GB"


def _in_full(entry: Entry) -> Iterator[str]:
    size = sizes.of(entry)
    yield f"{entry.id}: {size.title if size else entry.repository or entry.folder}"
    yield f"family      {entry.pipeline or 'unknown'}"
    if entry.repository:
        revision = entry.revision or "no revision pinned: the newest is fetched"
        yield f"on the hub  {entry.repository} ({revision}{', gated' if entry.gated else ''})"
    yield f"here        {entry.folder or f'no; `apparatus fetch {entry.id}` fetches it'}"
    if entry.fault:
        yield f"broken      {entry.fault}"
    yield f"licence     {' '.join(filter(None, (entry.licence or 'unknown', entry.licence_link)))}"
    if entry.forbids:
        yield f"            {entry.forbids}"
    for heading, lines in (
        ("parts", _parts(size)),
        ("weights", _weights(size)),
        ("left out", _left_out(entry)),
    ):
        for number, line in enumerate(lines):
            yield f"{heading if number == 0 else '':<10}  {line}"


def _parts(size: sizes.Size | None) -> list[str]:
    if size is None:
        return ["nobody has counted them"]
    return [f"{part.name}: {part.kind}, {count(part.parameters)}" for part in size.parts if part.parameters]


def _weights(size: sizes.Size | None) -> list[str]:
    """What they take by themselves; a run takes more."""
    if size is None:
        return []
    return [
        f"{count(size.parameters)} parameters",
        *(f"{_gigabytes(taken)} in {precision}" for precision, taken in size.memory.items()),
    ]


def _left_out(entry: Entry) -> list[str]:
    """What it is run with where nobody says otherwise."""
    said = {
        "steps": entry.num_inference_steps,
        "guidance": entry.guidance_scale,
        "pixels": f"{entry.width} x {entry.height}" if entry.width else None,
        "multiples of": entry.multiple,
        "loaded in": entry.dtype,
    }
    return [f"{name} {value}" for name, value in said.items() if value is not None]
