"""A kiosk in a process of its own, and a page that talks to it by real sockets."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from rooms import command, wait_for

CURATION = """\
model = {model}
languages = ["fr", "en"]
enhance = false
{more}
"""
ONE = """
[[recording]]
fr = "un chat rouge"
en = "a red cat"
seed = 7
"""


class Kiosk:
    """A kiosk that is open; it can be killed and opened again at the same port."""

    def __init__(self, folder: Path, model: Path | str, more: str = "", bind: str = "127.0.0.1") -> None:
        self.folder, self.model, self.port, self.bind = folder, model, 0, bind
        self.config = folder.with_name(f"{folder.name}.toml")
        self.process: subprocess.Popen[str] | None = None
        self.curate(more)

    def curate(self, more: str) -> None:
        said = CURATION.format(model=json.dumps(str(self.model)), more=more or ONE)
        self.config.write_text(said, encoding="utf-8")

    def open(self) -> "Kiosk":
        command = [sys.executable, "-m", "app.kiosk", "--folder", str(self.folder)]
        command += ["--config", str(self.config), "--port", str(self.port), "--bind", self.bind]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, f"it ended: {line}"
        self.port = int(found[1])
        wait_for(self.listens)
        return self

    def listens(self) -> bool:
        with suppress(OSError):
            return Page(self).get("/favicon.ico")[0] == 204
        return False

    def able(self, seconds: float = 200) -> "Kiosk":
        """Wait until pictures can be made, and all recordings are there."""
        page = Page(self)
        wait_for(lambda: self._whole(page.state()), seconds)
        return self

    def _whole(self, state: dict[str, Any]) -> bool:
        return state["able"] and len(state["recordings"]) == self.wanted()

    def wanted(self) -> int:
        return self.config.read_text("utf-8").count("[[recording]]")

    @property
    def visits(self) -> Path:
        return self.folder / "visits"

    def left(self) -> list[str]:
        """All that lies in the folder of visits."""
        return sorted(path.name for path in self.visits.iterdir()) if self.visits.is_dir() else []

    def workers(self) -> list[psutil.Process]:
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in children if "apparatus.engine.worker" in command(one)]

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self._gone()

    def close(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(30)
        self.process.stdout.close()
        return code


class Page:
    """The page of the kiosk: what it asks for, and what it is told."""

    def __init__(self, kiosk: Kiosk, host: str = "127.0.0.1") -> None:
        self.kiosk, self.host, self.visit = kiosk, host, ""

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(self.host, self.kiosk.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, said: Any = None, **headers: str) -> tuple[int, Any]:
        body = json.dumps({} if said is None else said).encode()
        status, answer, _ = self.send("POST", path, body, {"Content-Type": "application/json", **headers})
        try:
            return status, json.loads(answer)
        except ValueError:
            return status, answer

    def data(self) -> dict[str, Any]:
        """What the page is given to draw with."""
        page = self.get("/")[1].decode()
        found: dict[str, Any] = json.loads(page.split('id="data">')[1].split("</script>")[0])
        return found

    def state(self) -> dict[str, Any]:
        """How it stands with the machine, as its stream says at first."""
        found: dict[str, Any] = next(said for kind, said in self.stream("/alive") if kind == "state")
        return found

    def stream(self, path: str, **headers: str) -> Iterator[tuple[str, Any]]:
        """What a stream tells, until it ends."""
        connection = http.client.HTTPConnection(self.host, self.kiosk.port, timeout=120)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            kind = ""
            while answer.status == 200 and (line := answer.readline()):
                if line.startswith(b"event: "):
                    kind = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield kind, json.loads(line[6:])
        finally:
            connection.close()

    # ---- A visit --------------------------------------------------------------------------------------

    def begin(self, language: str = "en") -> "Page":
        status, said = self.post("/visits", {"language": language})
        assert status == 200, said
        self.visit = said["visit"]
        return self

    def say(self, what: str, said: Any = None) -> tuple[int, Any]:
        return self.post(f"/visits/{self.visit}/{what}", said)

    def ask(self, prompt: str = "a red cat", **others: Any) -> str:
        status, said = self.say("pictures", {"language": "en", "prompt": prompt} | others)
        assert status == 202, said
        return str(said["exposure"])

    def told(self, exposure: str) -> list[dict[str, Any]]:
        """All that is told of an exposure, to its end."""
        return [said for kind, said in self.stream(f"/pictures/{exposure}/events") if kind == "stage"]

    def made(self, prompt: str = "a red cat", **others: Any) -> str:
        exposure = self.ask(prompt, **others)
        last = self.told(exposure)[-1]
        assert last["kind"] == "finished", last["data"]
        return exposure

    def end(self, why: str = "farewell") -> int:
        return self.say("end", {"why": why})[0]

    def follow(self, exposure: str) -> tuple[list[dict[str, Any]], threading.Thread]:
        """The same in a thread, as it comes."""
        heard: list[dict[str, Any]] = []

        def listen() -> None:
            with suppress(OSError, http.client.HTTPException):
                for kind, said in self.stream(f"/pictures/{exposure}/events"):
                    if kind == "stage":
                        heard.append(said)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        return heard, thread


@contextmanager
def opened(folder: Path, model: Path | str, more: str = "", bind: str = "127.0.0.1") -> Iterator[Kiosk]:
    """A kiosk, until the scope is left; nothing of it runs on."""
    kiosk = Kiosk(folder, model, more, bind)
    try:
        yield kiosk.open()
    finally:
        if kiosk.process is not None and kiosk.process.poll() is None:
            kiosk.kill()
