"""`apparatus read`: what can be read out of a picture from anywhere, and which of it could be checked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from apparatus import reading
from apparatus.cli.chain import shortened
from apparatus.errors import NotAPicture
from apparatus.provenance import Checked
from apparatus.reading import Findings
from apparatus.store import Store

SOURCES = {
    "parameters": "Settings, as AUTOMATIC1111's tool writes them",
    "apparatus": "An exposure of an apparatus",
    "comfyui": "A graph of ComfyUI",
    "invokeai": "Settings of InvokeAI",
    "xmp": "XMP",
    "exif": "EXIF",
    "text": "Other texts",
}
PROVEN = {
    "none": "none. Nothing in the file is signed.",
    "elsewhere": "none in the file. It says that they lie at an address; nothing was fetched from there.",
    "unchecked": "there are some, and they cannot be checked: install the extra `provenance`.",
    "own": "signed with the key of this machine, and unchanged since.",
    "valid": "unchanged since it was signed, by a key nobody here vouches for: who holds it is not proven.",
    "broken": "broken. The file was changed after it was signed, or the signature is no good.",
}
KEPT = {
    "same": "It is the picture of the exposure {id}, byte for byte (but for a signature).",
    "other": "It names the exposure {id}, which is here and has another file: composed, or changed.",
    "unknown": "It is no exposure's picture that is kept here.",
}
ODDS = {
    "size": "Its settings speak of another size than it has.",
    "camera": "It names a camera, and says that a machine computed it.",
}


def read(
    file: Annotated[Path, typer.Argument(help="A picture, from anywhere.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Tell what can be read out of a picture, and which of it could be checked."""
    try:
        with file.open("rb") as opened:
            content = opened.read(reading.MOST_BYTES + 1)
    except OSError as error:
        raise NotAPicture(str(file), error.strerror or str(error)) from error
    found = reading.read(content, file.name, Store())
    print(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else "\n".join(told(found)))


def told(found: Findings) -> Iterator[str]:
    """Everything that was found, what was checked first."""
    yield f"{found.name}  {found.format}  {found.width} x {found.height}  {found.bytes} bytes"
    yield f"sha256 {found.sha256}"
    yield "\nChecked"
    yield f"  Content Credentials: {PROVEN[found.credentials.state]}"
    yield from (f"    {line}" for line in _credentials(found.credentials))
    yield f"  {KEPT[found.kept].format(id=found.exposure)}"
    yield from (f"  {ODDS[odd]}" for odd in found.at_odds)
    yield "\nClaimed: anybody can write this" if found.claims else "\nIt says nothing else of itself."
    for claim in found.claims:
        yield f"  {SOURCES[claim.kind]}{' (the beginning)' if claim.cut else ''}"
        yield from (f"    {name}: {shortened(text, 100)}" for name, text in claim.said.items())


def _credentials(found: Checked) -> Iterator[str]:
    named = {
        "address": found.address,
        "signer, by its certificate": found.signer,
        "signed": found.signed,
        "made by": found.generator,
    }
    yield from (f"{name}: {text}" for name, text in named.items() if text)
    if found.actions:
        yield f"actions: {', '.join(found.actions)}"
    if found.faults:
        yield f"what does not hold: {', '.join(found.faults)}"
