"""The recording of a model that learnt from its own pictures, as it lies beside obscura's parts."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from apparatus.models.catalogue import DEFAULT, look_up

FOLDER = "generations"
STRIP = re.compile(r"(own|world)-\d+\.webp")


def _folder() -> Path | None:
    entry = look_up(DEFAULT)
    return entry.folder / FOLDER if entry and entry.folder else None


@cache
def recorded() -> dict[str, Any] | None:
    """The figures, and the address of each generation's strip; None where nothing was recorded."""
    folder = _folder()
    if folder is None or not (folder / "generations.json").is_file():
        return None
    told: dict[str, Any] = json.loads((folder / "generations.json").read_text("utf-8"))
    for one in told["generations"]:
        one["strip"] = f"/generations/{one['line']}-{one['generation']}.webp"
    return told


async def strip(request: Request) -> Response:
    """The pictures of one generation, in a row."""
    folder, name = _folder(), request.path_params["name"]
    if folder is None or not STRIP.fullmatch(name) or not (folder / name).is_file():
        return Response(status_code=404)
    return FileResponse(folder / name)


def routes() -> list[BaseRoute]:
    """Where the strips are."""
    return [Route("/generations/{name}", strip)]
