"""What the program learnt from, to be looked at: every training picture on one sheet, each with its words."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import renders
from app.kiosk.asking import booth
from apparatus.errors import NoNeighbours
from apparatus.models.catalogue import DEFAULT, find
from apparatus.neighbours import SIDE, Neighbours

COLUMNS = 160
"""Thumbnails in a row of the sheet; each is `SIDE` pixels wide and high."""
LASTING = {"Cache-Control": "private, max-age=604800", "X-Content-Type-Options": "nosniff"}


def sheet(request: Request) -> Response:
    """All of them, a few pixels each, the first at the top left."""
    if booth(request).curation.model != DEFAULT:
        raise HTTPException(404)
    folder = find(DEFAULT).folder
    assert folder is not None, "it is in the package"
    try:
        return Response(composed(folder), media_type="image/webp", headers=LASTING)
    except NoNeighbours as error:
        raise HTTPException(404) from error


@lru_cache(maxsize=1)
def composed(folder: Path) -> bytes:
    """The sheet of the model in `folder`, as a WebP file; where its last row is not full, the rest is black.

    Raises:
        NoNeighbours: it has no index of what it learnt from.
    """
    known = Neighbours.load(folder).thumbnails
    rows = -(-len(known) // COLUMNS)
    full = np.zeros((rows * COLUMNS, SIDE, SIDE, 3), np.uint8)
    full[: len(known)] = known
    tiles = full.reshape(rows, COLUMNS, SIDE, SIDE, 3).transpose(0, 2, 1, 3, 4)
    file = BytesIO()
    Image.fromarray(tiles.reshape(rows * SIDE, COLUMNS * SIDE, 3)).save(file, "WEBP", quality=85)
    return file.getvalue()


def routes() -> list[Route]:
    """All of them; a number is looked up, and is a path to nothing."""
    return [
        Route("/learnt/all.webp", sheet),
        Route("/learnt/{n:int}.webp", renders.numbered),
        Route("/learnt/{n:int}.json", renders.caption),
    ]
