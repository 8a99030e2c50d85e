"""An OpenAI-compatible server on the loopback, which writes a set text; and all the ways to misbehave.

The model's name says how it behaves; the address says whose server it is: /llamacpp/v1, /vllm/v1, /v1.
"""

import gzip
import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TEXT = ["un", " petit", " chat", " noir", ",", " la", " nuit"]
OTHERS = [(" gris", 0.25), (" roux", 0.125)]
WORDS = 40_000
SORRY = "I’m sorry, but I can’t help with that."


class Answers(BaseHTTPRequestHandler):
    """One request; `server.asked` keeps the bodies."""

    server: "Endpoint"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The list of models."""
        owner = self.path.split("/")[1]
        models = [{"id": "good", "object": "model", "owned_by": owner if owner != "v1" else "somebody"}]
        self._whole(json.dumps({"object": "list", "data": models}))

    def do_POST(self) -> None:
        """A chat."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers.get("Authorization", ""))
        self.server.codings.append(self.headers.get("Accept-Encoding", ""))
        if not self.path.endswith("/v1/chat/completions"):
            return self._whole("<html><body>Welcome!</body></html>", "text/html")
        getattr(self, f"_{asked['model']}", self._unknown)(asked)
        return None

    def _whole(self, text: str, kind: str = "application/json", status: int = 200, coding: str = "") -> None:
        body = gzip.compress(text.encode()) if coding else text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if coding:
            self.send_header("Content-Encoding", coding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, chunks: Iterator[Any] | list[Any], wait: float = 0, charset: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"text/event-stream{charset and f'; charset={charset}'}")
        self.end_headers()
        try:
            for chunk in chunks:
                data = chunk if isinstance(chunk, str) else json.dumps(chunk)
                self.wfile.write(f"{'' if data.startswith(':') else 'data: '}{data}\n\n".encode())
                self.wfile.flush()
                time.sleep(wait)
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:  # who asked has hung up
            self.server.hung_up.append(True)

    def _pieces(self, asked: dict[str, Any], odds: bool) -> Iterator[dict[str, Any]]:
        begun = asked["messages"][-1]
        said = begun["content"] if begun["role"] == "assistant" else ""
        rest = ["".join(TEXT)[len(said) :]] if said and "".join(TEXT).startswith(said) else TEXT
        rest = [" et", " voilà"] if said and rest is TEXT else rest
        yield {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}
        for token in rest:
            choice: dict[str, Any] = {"index": 0, "delta": {"content": token}}
            if odds and asked.get("logprobs"):
                others = [{"token": text, "logprob": math.log(share)} for text, share in OTHERS]
                own = {"token": token, "logprob": math.log(0.5)}
                choice["logprobs"] = {"content": [own | {"top_logprobs": [own, *others]}]}
            yield {"choices": [choice]}
        yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        yield {"choices": [], "usage": {"total_tokens": 7}}

    def _good(self, asked: dict[str, Any]) -> None:
        self._stream(self._pieces(asked, odds=True))

    def _plain(self, asked: dict[str, Any]) -> None:
        self._stream(self._pieces(asked, odds=False))

    def _strict(self, asked: dict[str, Any]) -> None:
        if "logprobs" in asked:
            self._whole('{"error": {"message": "logprobs is not supported"}}', status=400)
        else:
            self._plain(asked)

    def _least(self, asked: dict[str, Any]) -> None:
        if "max_tokens" in asked:
            self._whole('{"error": {"message": "max_tokens is not supported"}}', status=400)
        else:
            self._plain(asked)

    def _declining(self, asked: dict[str, Any]) -> None:
        time.sleep(0.9)
        self._whole('{"error": {"message": "no"}}', status=400)

    def _entire(self, asked: dict[str, Any]) -> None:
        message = {"role": "assistant", "content": "".join(TEXT)}
        self._whole(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "length"}]}))

    def _page(self, asked: dict[str, Any]) -> None:
        self._whole("<!doctype html><title>Sign in</title>", "text/html; charset=utf-8")

    def _nonsense(self, asked: dict[str, Any]) -> None:
        self._stream(["[1, 2", "}{"])

    def _other(self, asked: dict[str, Any]) -> None:
        self._whole('{"weather": "fine", "choices": "many"}')

    def _odd(self, asked: dict[str, Any]) -> None:
        self._stream([{"choices": [{"delta": {"content": 7}}]}])

    def _wild(self, asked: dict[str, Any]) -> None:
        top = [{"token": "a", "logprob": 1e9}, {"token": "b", "logprob": -1e400}]
        token = {"token": "un chat", "logprob": 50, "top_logprobs": top}
        content = {"delta": {"content": "un chat"}, "logprobs": {"content": [token]}, "finish_reason": "stop"}
        self._stream([json.dumps({"choices": [content]}).replace("-Infinity", "-1e400")])

    def _refuses(self, asked: dict[str, Any]) -> None:
        self._stream([{"choices": [{"delta": {"refusal": "I cannot help with that."}}]}])

    def _filtered(self, asked: dict[str, Any]) -> None:
        parts = [{"delta": {"content": "un chat"}}, {"delta": {}, "finish_reason": "content_filter"}]
        self._stream([{"choices": [part]} for part in parts])

    def _sorry(self, asked: dict[str, Any]) -> None:
        self._stream([{"choices": [{"delta": {"content": SORRY}, "finish_reason": "stop"}]}])

    def _silent(self, asked: dict[str, Any]) -> None:
        self._stream([{"choices": [{"delta": {"content": " \n"}, "finish_reason": "stop"}]}])

    def _talker(self, asked: dict[str, Any]) -> None:
        self._stream({"choices": [{"delta": {"content": f"word{n} "}}]} for n in range(WORDS))

    def _shouter(self, asked: dict[str, Any]) -> None:
        self._stream([{"choices": [{"delta": {"content": "word " * WORDS}}]}])

    def _flood(self, asked: dict[str, Any]) -> None:
        self._stream(": " + "x" * 100_000 for _ in range(1000))

    def _packed(self, asked: dict[str, Any]) -> None:
        self._whole(": " + "x" * 50_000_000, "text/event-stream", coding="gzip")

    def _hex(self, asked: dict[str, Any]) -> None:
        self._stream(self._pieces(asked, odds=False), charset="hex")

    def _idna(self, asked: dict[str, Any]) -> None:
        self._stream(self._pieces(asked, odds=False), charset="idna")

    def _coded(self, asked: dict[str, Any]) -> None:
        self._whole('{"error": {"message": "no"}}', "application/json; charset=hex", status=404)

    def _parted(self, asked: dict[str, Any]) -> None:
        said = json.dumps({"choices": [{"delta": {"content": "un chat\u2028la nuit"}}]}, ensure_ascii=False)
        self._stream([said])

    def _echo(self, asked: dict[str, Any]) -> None:
        self._whole(json.dumps({"error": {"message": f"not {self.server.keys[-1]}"}}), status=401)

    def _dripping(self, asked: dict[str, Any]) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\nX-Wait: " + b"x" * 1000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.1)
        except OSError:  # who asked has hung up
            self.server.hung_up.append(True)

    def _slow(self, asked: dict[str, Any]) -> None:
        self._stream(self._pieces(asked, odds=True), wait=0.4)

    def _mute(self, asked: dict[str, Any]) -> None:
        time.sleep(5)

    def _unknown(self, asked: dict[str, Any]) -> None:
        self._whole(json.dumps({"error": {"message": f"no model {asked['model']}"}}), status=404)


class Endpoint(ThreadingHTTPServer):
    """The server, with what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.codings: list[str] = []
        self.hung_up: list[bool] = []

    def by(self, model: str, owner: str = "") -> str:
        """What `Enhance.by` is to say for a model of this server."""
        return f"http://127.0.0.1:{self.server_port}{owner and '/'}{owner}/v1#{model}"


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A server that answers as long as the scope lasts."""
    with Endpoint() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()
