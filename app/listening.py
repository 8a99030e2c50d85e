"""Where a server of plain pages listens, and by which names it may be called."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.gate import addresses
from apparatus.errors import AddressTaken

STATIC = Path(__file__).parent / "static"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def names(bind: str, more: Sequence[str] = ()) -> list[str]:
    """Every name under which a machine that listens there may be called."""
    own = [socket.gethostname(), f"{socket.gethostname()}.local"] if bind not in LOOPBACK else []
    heard = [bind]
    if bind in ("0.0.0.0", "::"):
        with suppress(OSError):  # the system does not tell
            heard = addresses()
    return list(dict.fromkeys([*LOOPBACK, *heard, *own, *more]))


def announced(bind: str, port: int) -> str:
    """The address that is shown to the room."""
    host = bind if bind not in ("0.0.0.0", "::") else next(iter(addresses()), "127.0.0.1")
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def listen(bind: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        AddressTaken: something listens there already, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        return socket.create_server((bind, port), family=family, backlog=256)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        raise AddressTaken(bind, port, why) from error
