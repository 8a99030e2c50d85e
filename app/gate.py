"""Who may come in: the join code, the host's token, names of this machine, and how fast anyone may ask."""

import secrets
import time
from collections.abc import Callable, Iterable
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from threading import Lock
from urllib.parse import SplitResult, urlsplit

import psutil
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of a join code: none that is taken for another on a beamer."""
LENGTH = 6
HEAVIEST = 65_536
"""Bytes of what a page may send."""
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; script-src 'self'; style-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
GUARDED = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def drawn() -> str:
    """A new join code."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def same(said: str | None, true: str) -> bool:
    """Whether a code or a token is the true one; letters of either case, blanks and hyphens left out."""
    read = "".join((said or "").split()).replace("-", "").encode()
    return compare_digest(read.upper(), true.replace("-", "").encode().upper())


class Throttle:
    """So many at once, and then so many a minute, for each name; a clock that jumps changes nothing."""

    def __init__(
        self, at_once: float, a_minute: float, clock: Callable[[], float] = time.monotonic, most: int = 4096
    ) -> None:
        """`most` names are remembered; the one that was heard of longest ago is forgotten first."""
        self._at_once, self._rate, self._clock, self._most = at_once, a_minute / 60, clock, most
        self._left: dict[str, tuple[float, float]] = {}
        self._one_at_a_time = Lock()

    def wait(self, name: str, *, take: bool = True) -> float:
        """Take one; 0, or how many seconds are missing, and then nothing is taken. Or only look."""
        with self._one_at_a_time:
            now = self._clock()
            left, then = self._left.pop(name, (self._at_once, now))
            left = min(self._at_once, left + max(0.0, now - then) * self._rate)
            missing = max(0.0, 1 - left) / self._rate
            self._left[name] = (left if missing or not take else left - 1, now)
            while len(self._left) > self._most:
                del self._left[next(iter(self._left))]
            return missing


def source(host: str) -> str:
    """By what an address is counted: itself, or its network of 64 bits, of which one device has many."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host


def addresses() -> list[str]:
    """The IPv4 addresses by which others in the room may reach this machine, likely ones first."""
    found = [
        one.address
        for name, ones in sorted(psutil.net_if_addrs().items())
        for one in ones
        if one.family.name == "AF_INET" and not name.startswith(("docker", "br-", "veth", "virbr"))
    ]
    reached = [one for one in found if not ip_address(one).is_loopback]
    return sorted(reached, key=lambda one: (ip_address(one).is_link_local, not ip_address(one).is_private))


def split(address: str) -> SplitResult:
    """The parts of an address; all of them empty where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


class Guard:
    """Refuses hosts of other names, forms of other sites, and what is too long; adds headers to the rest."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """`hosts` are the names under which this machine may be called."""
        self._app, self._hosts = app, {host.casefold() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what may be served."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal:
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)
            return

        async def headed(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                there = message.setdefault("headers", [])
                assert isinstance(there, list), "ASGI says so"
                there += [(name.lower().encode(), said.encode()) for name, said in GUARDED.items()]
            await send(message)

        await self._app(scope, receive, headed)  # type: ignore[arg-type]

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if (split(f"//{host}").hostname or "").casefold() not in self._hosts:
            return 421, "This machine has no such name.\n"
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if origin is not None and split(origin).netloc != host:
            return 403, "Another site may not ask for this.\n"
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            return 415, "Only JSON is read here.\n"
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return 411, "How long is it?\n"
        return (413, "That is too long.\n") if int(length) > HEAVIEST else None
