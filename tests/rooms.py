"""A workshop in a process of its own, and people who talk to it by real sockets."""

import http.client
import json
import os
import queue
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil


class Room:
    """A workshop that is open; it can be killed and opened again at the same port."""

    def __init__(self, folder: Path, model: str, *options: str) -> None:
        self.folder, self.name = folder, "room"
        self.port, self.code, self.token = 0, "", ""
        self._command = [
            sys.executable, "-m", "apparatus", "workshop", "--name", self.name, "--model", model, *options
        ]  # fmt: skip
        self.process: subprocess.Popen[str] | None = None

    def open(self) -> None:
        environment = {**os.environ, "APPARATUS_OUTPUTS": str(self.folder)}
        self.process = subprocess.Popen(
            [*self._command, "--port", str(self.port)], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        said = ""
        while "beamer" not in said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {said}"
            said += line
        self.port = int(re.search(r"http://[\d.]+:(\d+)  with", said)[1])  # type: ignore[index]
        self.code = re.search(r"with the code (\w+)", said)[1]  # type: ignore[index]
        self.token = re.search(r"token=(\S+)", said)[1]  # type: ignore[index]
        wait_for(lambda: self.listens())

    def listens(self) -> bool:
        with suppress(OSError):
            return Guest(self).get("/app/static/icon.svg")[0] == 200
        return False

    def workers(self) -> list[psutil.Process]:
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in children if "apparatus.engine.worker" in command(one)]

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.gone()

    def gone(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(20)
        self.process.stdout.close()
        return code

    def close(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.gone()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    @property
    def workshop(self) -> Path:
        return self.folder / "workshops" / self.name


class Guest:
    """Somebody with a browser: a cookie jar, requests, and a stream that comes back by itself."""

    def __init__(self, room: Room) -> None:
        self.room, self.cookies = room, dict[str, str]()
        self.heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.state: dict[str, Any] = {}
        self.steps = self.bytes = self.lines = 0
        self._line: http.client.HTTPConnection | None = None
        self._left = threading.Event()

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.room.port, timeout=30)
        try:
            connection.request(method, path, body, self._headers() | (headers or {}))
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _, said = value.partition(";")[0].partition("=")
                    self.cookies[cookie] = said
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies} if cookies else {}

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, said: Any = None, **headers: str) -> tuple[int, Any]:
        body = json.dumps({} if said is None else said).encode()
        status, answer, _ = self.send("POST", path, body, {"Content-Type": "application/json", **headers})
        try:
            return status, json.loads(answer)
        except ValueError:
            return status, answer

    def join(self, name: str = "") -> "Guest":
        status, said = self.post("/join", {"code": self.room.code, "name": name})
        assert status == 200, said
        self.name = said["name"]
        return self

    def lead(self) -> "Guest":
        assert self.get(f"/host?token={self.room.token}")[0] == 303
        return self

    def wish(self, prompt: str = "a red boat", **others: Any) -> tuple[int, Any]:
        said = {"key": secrets.token_hex(8), "prompt": prompt} | others
        return self.post("/pictures", said)

    def follow(self, page: str = "guest") -> "Guest":
        threading.Thread(target=self._follow, args=(page,), daemon=True).start()
        return self

    def leave(self) -> None:
        self._left.set()

    def cut(self) -> None:
        """The network is gone under the stream."""
        assert self._line is not None
        assert self._line.sock is not None
        self._line.sock.shutdown(socket.SHUT_RDWR)

    def _follow(self, page: str) -> None:
        while not self._left.is_set():
            with suppress(OSError, http.client.HTTPException):
                self._listen(page)
            self._left.wait(0.3)

    def _listen(self, page: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.room.port, timeout=60)
        try:
            connection.request("GET", f"/stream/{page}", headers=self._headers())
            answer = connection.getresponse()
            self._line, kind = connection, ""
            self.lines += answer.status == 200
            while answer.status == 200 and not self._left.is_set() and (line := answer.readline()):
                self.bytes += len(line)
                if line.startswith(b"event: "):
                    kind = line[7:].strip().decode()
                elif line.startswith(b"data: ") and kind in ("state", "step", "over"):
                    self._take(kind, json.loads(line[6:]))
        finally:
            connection.close()

    def _take(self, kind: str, said: Any) -> None:
        if kind == "state":
            self.state = said
        self.steps += kind == "step"
        self.heard.put((kind, said))

    def mine(self) -> dict[str, str]:
        return {one["id"]: one["state"] for one in self.state.get("mine", [])}


@contextmanager
def opened(folder: Path, model: str, *options: str) -> Iterator[Room]:
    """A room, until the scope is left; nothing of it runs on."""
    room = Room(folder, model, *options)
    try:
        room.open()
        yield room
    finally:
        if room.process is not None:
            room.kill()


def command(process: psutil.Process) -> str:
    """The words that it was started with; "" where it has just ended."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def wait_for(condition: Callable[[], Any], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.03)


def made(guest: Guest, prompt: str = "a red boat") -> str:
    """Have a picture made; its ticket, when it is there."""
    status, said = guest.wish(prompt)
    assert status == 202, said
    id = said["tickets"][0]
    wait_for(lambda: guest.mine().get(id) == "finished")
    return str(id)
