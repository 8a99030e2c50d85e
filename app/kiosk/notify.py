"""What systemd is told: that the kiosk is there, and that it still is."""

import os
import socket
from contextlib import suppress


def notify(state: str) -> bool:
    """Say "READY=1", "WATCHDOG=1" or "STOPPING=1"; whether there was anybody to hear it.

    Source: sd_notify(3), systemd 252: a datagram to the socket that NOTIFY_SOCKET names; "@" is a NUL.
    """
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where.startswith(("/", "@")):
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
        told.connect("\0" + where[1:] if where.startswith("@") else where)
        told.sendall(state.encode())
        return True
    return False
