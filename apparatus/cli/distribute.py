"""`apparatus distribute`: an exposure's picture as a file that says what it is, alone or for a channel."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from apparatus import channels
from apparatus.channels import Channel, Kind, Paper
from apparatus.errors import OutOfRange
from apparatus.essays import Language
from apparatus.store import refusals, reopen


def distribute(
    exposure: Annotated[str, typer.Argument(help='An id, the beginning of one, "last", or a folder.')],
    channel: Annotated[
        Channel | None, typer.Option(help="The channel it is composed for. Left out: the picture by itself.")
    ] = None,
    paper: Annotated[
        Paper | None, typer.Option(help="Write a PDF for this paper. Left out: a PNG for a screen.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of what is written on the sheet.")] = "en",
    caption: Annotated[str, typer.Option(help="Of the press picture, instead of the template's.")] = "",
    credit: Annotated[str, typer.Option(help="Of the press picture.")] = "",
    slogan: Annotated[str, typer.Option(help="Of the advertisement.")] = "",
    call: Annotated[str, typer.Option(help="Of the advertisement: what is to be done.")] = "",
    title: Annotated[str, typer.Option(help="Of the gallery print.")] = "",
    to: Annotated[
        Path | None, typer.Option(help="The file, .png or .pdf. Left out: named after the exposure, here.")
    ] = None,
    sign: Annotated[
        bool | None,
        typer.Option(
            "--sign/--no-sign", help="Put Content Credentials in a PNG. Left out: where that can be."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Write an exposure's picture as a file: by itself, or as a sheet for one of Flusser's three channels."""
    opened = reopen(exposure)
    kind = _kind(to, paper)
    texts = {"caption": caption, "credit": credit, "slogan": slogan, "call": call, "title": title}
    given = {line: text for line, text in texts.items() if text}
    if given and channel is None:
        raise OutOfRange("channel", "left out where a text is given", ", ".join(channels.CHANNELS))
    lacking: list[str] = []
    made = channels.file(
        opened, channel, kind, language, paper or "a4", given, signed=sign, unsigned=lacking.append
    )
    path = to or Path(f"{opened.id}-{channel or 'picture'}.{kind}")
    with refusals(path.parent):
        path.write_bytes(made)
    signed = kind == "png" and sign is not False and not lacking
    if lacking:
        print(
            f"It carries no Content Credentials: {lacking[0].rstrip('.')}. Install the extra `provenance`, "
            "mend the key, or say --no-sign.",
            file=sys.stderr,
        )
    told = {"id": opened.id, "file": str(path), "channel": channel, "bytes": len(made), "signed": signed}
    print(json.dumps(told) if as_json else path)


def _kind(to: Path | None, paper: Paper | None) -> Kind:
    """PDF or PNG, as the file's name or the paper says.

    Raises:
        OutOfRange: the name is of neither, or a PNG is asked for on paper.
    """
    named = "" if to is None else to.suffix.lower()
    if named not in ("", ".png", ".pdf") or (to is not None and not named):
        raise OutOfRange("to", to, "a file whose name ends in .png or .pdf")
    if named == ".png" and paper is not None:
        raise OutOfRange("paper", f"{paper} for a PNG", "left out, or with a file that ends in .pdf")
    return "pdf" if paper is not None or named == ".pdf" else "png"
