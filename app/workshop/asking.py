"""Who asks, in which language, and what they say."""

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.gate import same, source
from app.i18n import named, preferred
from app.saying import Said
from app.workshop.room import Room
from apparatus.errors import NotInWorkshop
from apparatus.essays import Language
from apparatus.workshop.people import Person
from apparatus.workshop.queue import Ticket

YEAR = 31_536_000


def room(request: Request) -> Room:
    """The room that is asked."""
    found: Room = request.app.state.room
    return found


def person(request: Request) -> Person | None:
    """Who asks, by their cookie."""
    return room(request).queue.known(request.cookies.get(f"person-{room(request).mark}"))


def joined(request: Request) -> Person:
    """Who asks.

    Raises:
        NotInWorkshop: nobody who joined.
    """
    found = person(request)
    if found is None:
        raise NotInWorkshop("")
    return found


def is_host(request: Request) -> bool:
    """Whether the host asks."""
    return same(request.cookies.get(f"host-{room(request).mark}"), room(request).token)


def hosting(request: Request) -> Room:
    """The room, where the host asks.

    Raises:
        HTTPException: somebody else does.
    """
    if not is_host(request):
        raise HTTPException(403)
    return room(request)


def entry(request: Request) -> str:
    """By what who asks may see the wall: "host", a participant's id, a ticket that the code gave; else ""."""
    if is_host(request):
        return "host"
    if (own := person(request)) is not None:
        return own.id
    ticket = room(request).ticket
    return ticket if same(request.cookies.get(f"wall-{room(request).mark}"), ticket) else ""


def looking(request: Request) -> bool:
    """Whether who asks may see the wall."""
    return bool(entry(request))


def ticket(request: Request) -> Ticket:
    """The ticket of the address, for its maker or the host.

    Raises:
        TicketNotFound: there is none of that id.
        HTTPException: it is another's.
    """
    found = room(request).queue.ticket(request.path_params["ticket"])
    own = person(request)
    if not (is_host(request) or (own is not None and own.id == found.person)):
        raise HTTPException(403)
    return found


def asked_language(request: Request) -> Language:
    """The language of the address, else of the participant, else of the browser."""
    own = named(request.query_params.get("lang")) or named(request.cookies.get("lang"))
    return own or preferred(request.headers.get("accept-language"))


def keep(response: Response, request: Request, name: str, value: str) -> None:
    """Have a browser remember something of this workshop, where no script reads it."""
    response.set_cookie(
        f"{name}-{room(request).mark}", value, max_age=YEAR, httponly=True, samesite="lax", path="/"
    )


def caller(request: Request) -> str:
    """By what whoever asks is counted."""
    return source(request.client.host if request.client else "")


class Joining(Said):
    """Somebody at the door."""

    code: str = Field(max_length=64)
    name: str = Field("", max_length=200)


class Naming(Said):
    """Another name."""

    name: str = Field("", max_length=200)


class Wishing(Said):
    """A picture. `key` is the page's own name for the wish."""

    key: str = Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")
    prompt: str = Field(max_length=2000)
    enhance: bool = False
    seed: int | None = Field(None, ge=0, le=2**32 - 1)
    exercise: str = Field("", max_length=64)
    guess: str = Field("", max_length=2000)


class Answering(Said):
    """What somebody says of a picture."""

    text: str = Field(max_length=4000)


class Setting(Said):
    """How the room is to be; what is left out stays."""

    approve: bool | None = None
    paused: bool | None = None
    still: bool | None = None
    exercise: str | None = Field(None, max_length=64)


class Hanging(Said):
    """Where a picture is to hang."""

    wall: str | None = Field(None, pattern="^(shown|hidden|withdrawn)$")
    pinned: bool | None = None
