"""The streams that are open, counted by person and by address: nobody takes all connections there are."""

from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.routes import PING
from app.workshop.asking import caller, person, room

OWN, HERE = 12, 200
"""Streams of one participant that may be open; and of one address, which a whole class may share."""


class Stream(EventSourceResponse):
    """One stream of events, counted while it is open."""

    def __init__(self, request: Request, events: Any, **others: Any) -> None:
        """Take a place.

        Raises:
            HTTPException: whoever asks has as many open as they may.
        """
        self._open, own = room(request).streams, person(request)
        self._counted = [caller(request), *([own.id] if own else [])]
        if any(self._open[who] >= most for who, most in zip(self._counted, (HERE, OWN), strict=False)):
            raise HTTPException(429)
        super().__init__(
            events,
            ping=PING,
            ping_message_factory=lambda: ServerSentEvent(event="alive", data="1"),
            headers={"Cache-Control": "no-store"},
            **others,
        )
        self._open.update(self._counted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; after that its place is free."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._open.subtract(self._counted)
            for who in self._counted:
                if self._open[who] <= 0:
                    del self._open[who]
