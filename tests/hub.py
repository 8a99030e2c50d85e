"""A hub on this machine: the few questions that huggingface_hub asks of one, answered from folders.

Source: huggingface_hub 2.4.0, `HfApi.model_info`, `auth_check`, `list_repo_tree`, `get_hf_file_metadata`,
`http_get`.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

SHA = "0123456789abcdef0123456789abcdef01234567"
GOOD, NEW = "hf_of_somebody_with_access", "hf_of_somebody_without"


@dataclass
class Repository:
    """What one holds, by path, and how it is kept."""

    files: dict[str, bytes]
    gated: bool = False
    card: dict[str, str] = field(default_factory=lambda: {"license": "cc0-1.0"})
    claims: dict[str, int] = field(default_factory=dict)
    """Other sizes than the real ones, by path: for a disk that is too small."""
    cut: dict[str, int] = field(default_factory=dict)
    """After how many bytes a file's first answer breaks off."""
    stall: set[str] = field(default_factory=set)
    """Files that never come whole, until `go_on` is set."""
    revisions: set[str] = field(default_factory=lambda: {SHA, "main"})


class Hub:
    """Its address, its repositories, and what it was asked for so far: (method, path, range)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.repositories: dict[str, Repository] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.go_on, self.stalled = threading.Event(), threading.Event()

    def add(self, name: str, folder: Path, **others: object) -> Repository:
        """A repository of the files in a folder, and of `others`, by path, as bytes."""
        found = {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
        self.repositories[name] = Repository(found, **others)  # type: ignore[arg-type]
        return self.repositories[name]

    def got(self, name: str) -> list[str]:
        """The files of a repository whose bytes were asked for."""
        start = f"/{name}/resolve/{SHA}/"
        return [
            path.removeprefix(start) for method, path, _ in self.asked if method == "GET" and start in path
        ]


class Answering(BaseHTTPRequestHandler):
    """One question."""

    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> Hub:
        return self.server.hub  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None: ...

    def do_HEAD(self) -> None:
        self.answer(False)

    def do_GET(self) -> None:
        self.answer(True)

    def answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path, self.headers.get("Range", "")))
        if told := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(auth-check|revision/.+|tree/.+))?", path):
            self.about(told[1], told[2] or "")
        elif told := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self.file(told[1], told[2], told[3], body)
        else:
            self.refuse(404, "EntryNotFound")

    def about(self, name: str, what: str) -> object:
        held = self.hub.repositories.get(name)
        if held is None:
            return self.refuse(401, "RepoNotFound")
        if what == "auth-check":
            return self.refuse(403, "GatedRepo") if self.shut(held) else self.say({})
        revision = what.partition("/")[2]
        if revision and revision not in held.revisions:
            return self.refuse(404, "RevisionNotFound")
        sizes = {path: held.claims.get(path, len(data)) for path, data in held.files.items()}
        if what.startswith("tree/"):
            return self.say(
                [
                    {"type": "file", "path": path, "size": size, "oid": self.etag(held.files[path])}
                    for path, size in sizes.items()
                ]
            )
        siblings = [{"rfilename": path, "size": size} for path, size in sizes.items()]
        sha = revision if revision not in ("", "main") else SHA
        gated = "auto" if held.gated else False
        return self.say({"id": name, "sha": sha, "gated": gated, "cardData": held.card, "siblings": siblings})

    def file(self, name: str, revision: str, path: str, body: bool) -> object:
        held = self.hub.repositories.get(name)
        if held is None or path not in held.files:
            return self.refuse(404, "EntryNotFound" if held else "RepoNotFound")
        if self.shut(held):
            return self.refuse(403 if self.token() else 401, "GatedRepo")
        data = held.files[path]
        start = int((self.headers.get("Range") or "bytes=0-")[6:].partition("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{self.etag(data)}"')
        self.send_header("X-Repo-Commit", revision)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        return self.send_bytes(held, path, data[start:]) if body else None

    def send_bytes(self, held: Repository, path: str, data: bytes) -> None:
        if path in held.stall and not self.hub.go_on.is_set():
            self.wfile.write(data[: len(data) // 2])
            self.hub.stalled.set()
            self.hub.go_on.wait(60)
            self.close_connection = True
        elif path in held.cut:
            self.wfile.write(data[: held.cut.pop(path)])
            self.close_connection = True
        else:
            self.wfile.write(data)

    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def shut(self, held: Repository) -> bool:
        return held.gated and self.token() != GOOD

    def etag(self, data: bytes) -> str:
        return hashlib.sha1(data).hexdigest()

    def say(self, said: object) -> None:
        data = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub that answers until the scope is left."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that was killed
    here = server.hub = Hub(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield here
    finally:
        here.go_on.set()
        server.shutdown()
        server.server_close()
