"""The app as a server, before it serves."""

import socket

import pytest

from app.main import run
from apparatus.errors import AddressTaken


def test_a_port_that_is_taken_is_refused_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressTaken, match=f"port {port}.*already in use.*--port"):
            run(port=port, headless=True)


def test_an_address_that_is_not_here_is_refused_in_a_sentence():
    with pytest.raises(AddressTaken, match=r"192\.0\.2\.1.*Cannot assign"):
        run(address="192.0.2.1", headless=True)
