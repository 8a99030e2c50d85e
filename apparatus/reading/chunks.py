"""The texts of a PNG, read from its chunks: no pixel is decoded, and nothing is unpacked beyond a limit.

Source: PNG Specification, Third Edition (W3C, 2025), 11.3.3 (tEXt, zTXt, iTXt) and 11.3.5.6 (eXIf).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LONGEST = 256 * 1024
"""Bytes that are read of one text."""

MOST = 64
"""Texts that are read of one file."""

MOST_CHUNKS = 50_000
"""Of the file that are looked at."""

MANIFEST = b"caBX"
"""The chunk that Content Credentials lie in."""


@dataclass
class Chunks:
    """What a PNG carries beside its pixels."""

    size: tuple[int, int] = (0, 0)
    """Width and height, as its header says; 0 where it has none, or no pixels."""
    texts: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    """Names of the texts that are longer than what was read."""
    exif: bytes = b""
    unsigned: str = ""
    """SHA-256 of the file without its Content Credentials; what stands behind its chunks counts too."""


def chunks(file: bytes) -> Chunks:
    """Every text of a PNG, of one name the first; what is malformed is passed over."""
    found, plain, pixels, size = Chunks(), sha256(SIGNATURE), False, (0, 0)
    at = len(SIGNATURE)
    for kind, content, whole in islice(_walk(file), MOST_CHUNKS):
        at += len(whole)
        pixels |= kind == b"IDAT"
        if kind == b"IHDR" and len(content) == 13:
            size = int.from_bytes(content[:4]), int.from_bytes(content[4:8])
        if kind != MANIFEST:
            plain.update(whole)
        if kind == b"eXIf" and len(content) <= LONGEST:
            found.exif = found.exif or bytes(content)
        elif kind in _READ and len(found.texts) < MOST:
            _take(found, *_READ[kind](bytes(content[: 2 * LONGEST])))
    plain.update(memoryview(file)[at:])  # behind the last chunk that could be read, or was
    found.unsigned, found.size = plain.hexdigest(), size if pixels else (0, 0)
    return found


def _take(found: Chunks, name: str, text: str, whole: bool) -> None:
    if name and name not in found.texts:
        found.texts[name] = text[:LONGEST]
        if not whole or len(text) > LONGEST:
            found.cut.add(name)


def _walk(file: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Each chunk's kind, its content, and all of its bytes."""
    view, at = memoryview(file), len(SIGNATURE)
    while at + 12 <= len(view):
        length = int.from_bytes(view[at : at + 4])
        end = at + 12 + length
        if end > len(view):
            return
        yield bytes(view[at + 4 : at + 8]), view[at + 8 : end - 4], view[at:end]
        at = end


Text = tuple[str, str, bool]
"""A name, a text, and whether that is all of it."""


def _plain(content: bytes) -> Text:
    name, _, text = content.partition(b"\0")
    return _named(name), text.decode("latin-1"), True


def _packed(content: bytes) -> Text:
    name, _, rest = content.partition(b"\0")
    text, whole = _unpacked(rest[1:])
    return _named(name), text.decode("latin-1"), whole


def _international(content: bytes) -> Text:
    name, _, rest = content.partition(b"\0")
    packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    text, whole = _unpacked(rest) if packed else (rest, True)
    return _named(name), text.decode("utf-8", "replace"), whole


def _unpacked(packed: bytes) -> tuple[bytes, bool]:
    """The beginning of what was compressed, and whether it is all."""
    unpacking = zlib.decompressobj()
    try:
        return unpacking.decompress(packed, LONGEST), not unpacking.unconsumed_tail
    except zlib.error:
        return b"", False


def _named(name: bytes) -> str:
    return name[:79].decode("latin-1")


_READ = {b"tEXt": _plain, b"zTXt": _packed, b"iTXt": _international}
