"""One thing that happened in an exposure, as it is told to whoever watches."""

import json
from base64 import b64encode
from math import isfinite
from typing import Any

from pydantic import BaseModel


class Event(BaseModel):
    """Facts and small pictures of one moment; `pictures` are complete PNG or WebP files by name."""

    exposure: str
    number: int = 0
    """Its place in the stream; the emitter sets it."""
    stage: str
    kind: str
    data: dict[str, Any] = {}
    pictures: dict[str, bytes] = {}

    def numbered(self, number: int) -> "Event":
        """The same at that place in the stream."""
        return self.model_copy(update={"number": number})

    def as_json(self) -> str:
        """One line of JSON; pictures are data: URLs, and what is no finite number is null."""
        pictures = {name: _url(file) for name, file in self.pictures.items()}
        told = self.model_dump(exclude={"pictures"}) | {"pictures": pictures}
        return json.dumps(_finite(told), ensure_ascii=False, separators=(",", ":"))


def _url(file: bytes) -> str:
    kind = "webp" if file[:4] == b"RIFF" else "png"
    return f"data:image/{kind};base64,{b64encode(file).decode()}"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
