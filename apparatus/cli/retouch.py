"""`apparatus retouch`: another picture out of one that is there."""

import json
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from apparatus import retouching
from apparatus.cli.making import exposed, summary
from apparatus.errors import ApparatusError, NotAPicture
from apparatus.masks import BARE, PAINTED, Mask
from apparatus.models.catalogue import DEFAULT, Entry, cell, find
from apparatus.record import Settings
from apparatus.retouching import Retouch, Way
from apparatus.store import Store

CELL = 8
"""Pixels that a cell of the latents is wide, in nearly every family."""


def retouch(
    picture: Annotated[
        str,
        typer.Argument(help='An exposure: an id, the beginning of one, "last". Or the file of a picture.'),
    ],
    prompt: Annotated[
        str, typer.Argument(help="What the new picture is asked to show, or what is to change.")
    ],
    way: Annotated[
        Way | None, typer.Option(help="Left out: inpaint where there is a mask, else image_to_image.")
    ] = None,
    strength: Annotated[
        float, typer.Option(help="How much of the way is gone again: over 0, up to 1, where nothing is left.")
    ] = 0.6,
    mask: Annotated[
        Path | None, typer.Option(help="A picture of the same shape: what is light in it is painted anew.")
    ] = None,
    paste: Annotated[
        bool, typer.Option("--paste", help="Put the old pixels back where nothing is painted.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Left out: drawn by chance.")] = None,
    steps: Annotated[int | None, typer.Option(help="How many denoising steps, before strength.")] = None,
    guidance: Annotated[float | None, typer.Option(help="How hard the words pull.")] = None,
    model: Annotated[str, typer.Option(help="A model of the catalogue, or a folder.")] = DEFAULT,
    device: Annotated[str | None, typer.Option(help="cuda, xpu, mps, cpu.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Make another picture out of one, and say what it touched and what it left alone."""
    store = Store()
    store.recover()
    before = _opened(Path(picture)) if Path(picture).is_file() else None
    source = "" if before is not None else store.find(picture)
    asked = Retouch(
        way=way or ("inpaint" if mask else "image_to_image"),
        source=source,
        strength=strength,
        mask=_cells(mask, before.size if before else _size(store, source), find(model)) if mask else (),
        paste=paste,
    )
    settings = Settings(
        model=model,
        prompt=prompt,
        seed=seed,
        num_inference_steps=steps,
        guidance_scale=guidance,
        retouch=asked,
    )
    exposure = exposed(settings, {"device": device}, store, source=before)
    folder = store.path(exposure.id)
    facts, found = exposure.record.picture, exposure.record.retouched
    if facts is None or found is None:
        print(f"{exposure.record.message} See it with: apparatus show {exposure.id}", file=sys.stderr)
        raise typer.Exit(130)
    told = summary(exposure, folder, folder / facts.file) | {"retouched": found.model_dump()}
    print(json.dumps(told) if as_json else "\n".join([str(folder / facts.file), *sentences(found)]))


def sentences(found: retouching.Retouched) -> list[str]:
    """What a retouch did, in plain lines."""
    said = [f"Where it was painted, a level changed by {found.inside:.1f} of 255, in the mean."]
    if found.outside is not None and found.untouched is not None:
        said.append(
            f"Where it was not, by {found.outside:.1f}, at most by {found.greatest:.0f}; "
            f"{found.untouched:.0%} of the pixels there are the same."
        )
    if found.own is not None:
        said.append(f"The autoencoder alone, there and back, changes a level by {found.own:.1f}.")
    return said


def _opened(path: Path) -> Image.Image:
    try:
        return retouching.opened(path.read_bytes(), path.name)
    except OSError as error:
        raise NotAPicture(path.name, error.strerror or str(error)) from error


def _size(store: Store, exposure: str) -> tuple[int, int]:
    try:
        picture = store.open(exposure).picture
    except ApparatusError:
        picture = None
    return (CELL, CELL) if picture is None else picture.size


def _cells(mask: Path, size: tuple[int, int], entry: Entry) -> Mask:
    """A mask's picture as cells of one of `size` as the model takes it: painted, where a cell is light."""
    taken = retouching.room(size, entry.smallest, entry.largest, entry.multiple)
    side = cell(entry) or CELL
    cut = retouching.framed(_opened(mask), taken).convert("L")
    small = cut.resize((taken[0] // side, taken[1] // side), Image.Resampling.BOX)
    return tuple("".join(PAINTED if light >= 128 else BARE for light in row) for row in np.asarray(small))
