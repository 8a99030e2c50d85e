"""The connection to an endpoint, which holds so many seconds all in all, and lets so many bytes through.

    connection = Connection(base)
    for piece in connection.heard(lambda: pieces(connection.client()), stopped):
        ...                                    # EndpointSlow as soon as its time is up

What is asked is asked in a thread of its own: whoever waits for an answer sees that the time is up, or that
somebody has stopped it, however slowly names are found, headers come or bytes drip.

Source: httpx2 2.16.2, _client.py, `_send_handling_redirects`, for the hooks; httpcore2, _trace.py, for what
`trace` is told.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

import httpx2
import openai

from apparatus.errors import EndpointNonsense, EndpointSlow, TooMuchSaid

SECONDS = 60.0
"""An endpoint has, all in all; APPARATUS_ENDPOINT_SECONDS says otherwise."""

CONNECT = 5.0
LARGEST = 8_000_000
"""Bytes of an answer: a thousand tokens with eight alternatives each are two million."""

LOOK = 0.1
"""Seconds from one look at whether somebody stopped it to the next."""

AHEAD = 64
"""Pieces that are read before they are wanted."""


T = TypeVar("T")


class Connection:
    """What is open towards an endpoint, from now on, as long as it may be."""

    def __init__(self, base: str) -> None:
        """`base` is its address."""
        self.base = base
        self.seconds = float(os.environ.get("APPARATUS_ENDPOINT_SECONDS") or SECONDS)
        self.until = monotonic() + self.seconds
        self.cancelled = False
        """Whether somebody stopped it while it was waited for."""
        self._over = False
        self._sockets: list[socket.socket] = []

    def client(self) -> openai.OpenAI:
        """Who asks over it, with the key of APPARATUS_ENDPOINT_KEY."""
        return openai.OpenAI(
            base_url=self.base,
            api_key=key() or "none",
            max_retries=0,
            http_client=httpx2.Client(
                headers={"Accept-Encoding": "identity"},
                event_hooks={"request": [self._asking], "response": [self._answering]},
            ),
        )

    def heard(self, listen: Callable[[], Iterator[T]], stopped: Callable[[], bool]) -> Iterator[T]:
        """What `listen` gives, no longer than the time lasts; less than that where somebody stopped it.

        Raises:
            EndpointSlow: the time is up.
            What `listen` raises.
        """
        found: Queue[tuple[T] | Exception | None] = Queue(AHEAD)

        def tell() -> None:
            try:
                for piece in listen():
                    if not self._kept(found, (piece,)):
                        return
                self._kept(found, None)
            except Exception as error:  # raised where it is waited for
                self._kept(found, error)

        Thread(target=tell, name="endpoint", daemon=True).start()
        try:
            while (piece := self._next(found, stopped)) is not None:
                yield piece[0]
        finally:
            self._hang_up()

    def _kept(self, found: Queue[tuple[T] | Exception | None], piece: tuple[T] | Exception | None) -> bool:
        """Whether it found room, before nobody waited for it any more."""
        while not self._over:
            with suppress(Full):
                found.put(piece, timeout=LOOK)
                return True
        return False

    def _next(
        self, found: Queue[tuple[T] | Exception | None], stopped: Callable[[], bool]
    ) -> tuple[T] | None:
        """What comes next, alone in a tuple; None where it ends."""
        while True:
            try:
                piece = found.get(timeout=max(0.0, min(LOOK, self.until - monotonic())))
            except Empty:
                self.cancelled = stopped()
                if self.cancelled:
                    return None
                if monotonic() >= self.until:
                    raise EndpointSlow(self.base, self.seconds) from None
                continue
            if isinstance(piece, Exception):
                raise piece
            return piece

    def _hang_up(self) -> None:
        """Wake whoever still reads: where a socket is closed instead, they go on, or read another's."""
        self._over = True
        for each in tuple(self._sockets):
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def _asking(self, request: httpx2.Request) -> None:
        """Each request has the time that is left."""
        left = max(0.001, self.until - monotonic())
        request.extensions["timeout"] = httpx2.Timeout(left, connect=min(CONNECT, left)).as_dict()
        request.extensions["trace"] = self._opened

    def _opened(self, event: str, told: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.append(told["return_value"].get_extra_info("socket"))
            if self._over:
                self._hang_up()

    def _answering(self, response: httpx2.Response) -> None:
        """Each answer is bounded, and taken for UTF-8, whatever it says it is.

        Raises:
            EndpointNonsense: it is compressed, which it was asked not to be: a few bytes could be any number.
        """
        packed = response.headers.get("content-encoding", "").strip().lower()
        if packed not in ("", "identity"):
            raise EndpointNonsense(self.base, f"compressed bytes ({packed[:20]!r})")
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, self)
        response.encoding = "utf-8"


class _Bounded(httpx2.SyncByteStream):
    """The bytes of an answer, as long as there are not too many, and not for too long."""

    def __init__(self, stream: httpx2.SyncByteStream, connection: Connection) -> None:
        self._stream, self._connection = stream, connection

    def __iter__(self) -> Iterator[bytes]:
        """Raises EndpointSlow, TooMuchSaid."""
        size, connection = 0, self._connection
        for piece in self._stream:
            size += len(piece)
            if monotonic() > connection.until:
                raise EndpointSlow(connection.base, connection.seconds)
            if size > LARGEST:
                raise TooMuchSaid(connection.base, LARGEST)
            yield piece

    def close(self) -> None:
        """Let go of the connection."""
        self._stream.close()


def key() -> str:
    """The key for endpoints, "" where there is none."""
    return "".join((os.environ.get("APPARATUS_ENDPOINT_KEY") or "").split())
