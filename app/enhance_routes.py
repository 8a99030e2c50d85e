"""The addresses of the page Enhance: what it asks for, and what it reads."""

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from app import enhancing, live, models
from app.darkroom_routes import Asked, asking, reading
from apparatus.enhancements import Enhance
from apparatus.errors import OutOfRange
from apparatus.settings import Settings

MOST = 12
"""Pairs of pictures that one question can ask for."""


class Question(Asked):
    """A prompt to be rewritten; what is left out, the program or chance decides."""

    prompt: str
    by: str
    model: str = ""
    loras: tuple[Any, ...] = ()
    template: str = "picture"
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    longest: int = 128

    def settings(self) -> Settings:
        """What that asks of the language model, and of the model that makes the pictures.

        Raises:
            NoEnhancer, ModelNotFound, NotALora: the app does not offer one of them.
            OutOfRange: one of the settings lies outside its range.
        """
        said = self.model_dump(include=self.model_fields_set & Enhance.model_fields.keys() - {"by"})
        enhance = enhancing.enhance(self.by, **said)
        model = self.model or live.hub().model
        settings = Settings(model=model, prompt=self.prompt, loras=self.loras, enhance=enhance)
        models.offered(model)
        models.wearable(settings.loras)
        return settings


class Pairs(Question):
    """The same, for so many pairs of pictures."""

    count: int


class Turn(Asked):
    """Another token in a text."""

    text: str
    at: int = Field(ge=0, lt=1024)
    token: int | str


class Both(Asked):
    """The picture of a text; and of the prompt as it was written, unless that was made with the same seed."""

    text: str
    drawn: int | None = Field(None, ge=0, lt=2**32)
    """The seed that chance drew for another text of the prompt."""
    raw: bool = True


class Stop(Asked):
    """What is no longer wanted."""

    ids: list[str]


def write(asked: Question) -> dict[str, Any]:
    """Have a prompt rewritten; the id of its stream."""
    return {"id": enhancing.texts.write(asked.settings())}


def turn(asked: Turn) -> dict[str, Any]:
    """Have a text go on from another token."""
    return {"id": enhancing.texts.turn(asked.text, asked.at, asked.token)}


def both(asked: Both) -> dict[str, Any]:
    """Have both pictures made, or that of another text."""
    return enhancing.pictures(asked.text, asked.drawn, asked.raw)


def several(asked: Pairs) -> dict[str, Any]:
    """Have pairs of pictures made, to see how various they are."""
    if not 2 <= asked.count <= MOST:
        raise OutOfRange("count", asked.count, f"2 to {MOST}")
    return dict(enhancing.several(asked.settings(), asked.count))


def stop(asked: Stop) -> dict[str, Any]:
    """Stop texts and pictures that are on their way."""
    return {"stopped": [one for one in asked.ids if live.hub().engine.cancel(one)]}


def compared(request: Request) -> dict[str, Any]:
    """How far two sets of pictures are, and how various."""
    asked = [request.query_params.get(name, "").split(",") for name in ("raw", "enhanced")]
    raw, enhanced = ([one for one in ids if one][:MOST] for ids in asked)
    return enhancing.compared(raw, enhanced)


def routes() -> list[BaseRoute]:
    """All of them."""
    asks: dict[str, Any] = {
        "write": (write, Question),
        "turn": (turn, Turn),
        "both": (both, Both),
        "several": (several, Pairs),
        "stop": (stop, Stop),
    }
    return [
        Route("/enhance/compared.json", reading(compared)),
        *(Route(f"/enhance/{name}", asking(*asked), methods=["POST"]) for name, asked in asks.items()),
    ]
