"""The world's pictures, rendered when a page asks for them, and its words."""

import random
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from threading import Lock

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app import world
from apparatus.world.renderer import picture, render
from apparatus.world.scene import Scene
from apparatus.world.vocabulary import vocabulary

LAST = 10**9 - 1
"""The highest number of a picture that can be asked for; the world itself knows no last one."""

KEPT = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
_rendering = Lock()  # one at a time: a room that opens the page at once asks for the same pictures


def words(request: Request) -> Response:
    """Everything that can be asked for, in both languages."""
    return JSONResponse(world.told(), headers=KEPT)


def atlas(request: Request) -> Response:
    """Every noun's pictogram on one sheet, as it ships."""
    return _webp(files("apparatus.world").joinpath("atlas.webp").read_bytes())


def numbered(request: Request) -> Response:
    """Picture `n` of the world."""
    n = _number(request)
    with _rendering:
        return _webp(_numbered(n))


def caption(request: Request) -> Response:
    """What the grammar says of picture `n`."""
    return JSONResponse(world.numbered(_number(request)), headers=KEPT)


def varied(request: Request) -> Response:
    """The base scene with one attribute changed."""
    kind, value = request.path_params["kind"], request.path_params["value"]
    shown = world.varied(kind, value)
    if shown is None:
        raise HTTPException(404)
    with _rendering:
        return _webp(_rendered(shown, "varied"))


def view(request: Request) -> Response:
    """A noun somewhere in the world."""
    noun, k = _view(request)
    with _rendering:
        return _webp(_rendered(world.view(noun, k), f"view {noun} {k}"))


def views(request: Request) -> Response:
    """What the grammar says of each of a noun's pictures."""
    noun, _ = _view(request)
    said = [world.said(world.view(noun, k), f"view {noun} {k}") for k in range(world.VIEWS)]
    return JSONResponse(said, headers=KEPT)


def _number(request: Request) -> int:
    n: int = request.path_params["n"]
    if n > LAST:
        raise HTTPException(404)
    return n


def _view(request: Request) -> tuple[str, int]:
    noun, k = request.path_params["noun"], request.path_params.get("k", 0)
    if noun not in vocabulary().nouns or k >= world.VIEWS:
        raise HTTPException(404)
    return noun, k


@lru_cache(maxsize=512)
def _numbered(n: int) -> bytes:
    return _encoded(picture(n))


@lru_cache(maxsize=512)
def _rendered(scene: Scene, layout: str) -> bytes:
    return _encoded(render(scene, random.Random(layout)))


def _encoded(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=88)
    return file.getvalue()


def _webp(content: bytes) -> Response:
    return Response(content, media_type="image/webp", headers=KEPT)


def routes() -> list[BaseRoute]:
    """All of them: a number, a noun and an attribute are looked up, and are a path to nothing."""
    return [
        Route("/world/words.json", words),
        Route("/world/atlas.webp", atlas),
        Route("/world/pictures/{n:int}.webp", numbered),
        Route("/world/pictures/{n:int}.json", caption),
        Route("/world/nouns/{noun}/{k:int}.webp", view),
        Route("/world/nouns/{noun}.json", views),
        Route("/world/scenes/{kind}/{value}.webp", varied),
    ]
