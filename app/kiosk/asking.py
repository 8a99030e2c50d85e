"""Who asks, for what, and what they say."""

from ipaddress import ip_address
from typing import Literal

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kiosk.booth import Booth
from app.kiosk.visit import Visit
from app.saying import Said
from apparatus.essays import Language
from apparatus.kiosk.composing import Chosen

LONGEST = 400
"""Characters that can be typed."""
Exposure = Field(pattern=r"^\d{8}-\d{6}-[0-9a-f]{4}$")

Screen = Literal["attract", "compose", "watch", "walk", "inside", "meaning", "farewell", "closed"]
Why = Literal["farewell", "idle", "again", "closed", "fault"]


def booth(request: Request) -> Booth:
    """The booth that is asked."""
    found: Booth = request.app.state.booth
    return found


def visiting(request: Request) -> Visit:
    """The visit of the address.

    Raises:
        VisitOver: that is over.
    """
    return booth(request).visiting(request.path_params["visit"])


def here(scope: Scope) -> bool:
    """Whether whoever asks sits at this machine."""
    client = scope.get("client")
    try:
        address = ip_address(str(client[0]).partition("%")[0]) if client else None
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address is not None and (mapped or address).is_loopback


class Nearby:
    """Lets other machines fetch what was left for them, and see nothing else."""

    def __init__(self, app: ASGIApp, left: str) -> None:
        """`left` is how the addresses begin that they may ask for."""
        self._app, self._left = app, left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what may be served."""
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if scope["type"] == "lifespan" or here(scope) or (asked and scope["path"].startswith(self._left)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("There is nothing here.\n", 404)(scope, receive, send)


class Beginning(Said):
    """Somebody is there."""

    language: Language


class Composing(Said):
    """Words that were chosen on cards."""

    chosen: Chosen


class Wishing(Said):
    """A picture: of words that were `chosen`, some `drawn` by chance; or of a `prompt`, typed or a card's."""

    language: Language
    chosen: Chosen | None = None
    prompt: str | None = Field(None, max_length=LONGEST)
    drawn: list[str] = Field([], max_length=16)


class Letting(Said):
    """One word is let go of."""

    exposure: str = Exposure
    word: str = Field(min_length=1, max_length=200)
    occurrence: int = Field(1, ge=1, le=100)


class Pointing(Said):
    """A picture is meant."""

    exposure: str = Exposure


class Leaving(Said):
    """A picture is to be carried away."""

    exposure: str = Exposure
    language: Language


class Standing(Said):
    """The screen that is shown."""

    screen: Screen


class Ending(Said):
    """The visit is over."""

    why: Why


def missing() -> HTTPException:
    """There is nothing of that name."""
    return HTTPException(404)
