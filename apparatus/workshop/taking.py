"""What people take home of a workshop: their pictures with all that happened, and a sheet to print.

with open("workshop.zip", "wb") as file:
    file.writelines(picture_zip(taken, "Workshop at the library", "en"))
Path("workshop.pdf").write_bytes(contact_sheet(taken, "Workshop at the library", "en"))
"""

import csv
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from apparatus.essays import Language
from apparatus.workshop.album import album
from apparatus.workshop.contact import contact_sheet as contact_sheet
from apparatus.workshop.taken import WORDS, clean
from apparatus.workshop.taken import Taken as Taken

PIECE = 1 << 16
"""Bytes that are read of a file at once; about as many are held in memory."""

KEPT = re.compile(r"picture\.png|record\.json|steps/\d+\.webp")
"""What is taken of an exposure, unless the whole is."""

FORMULA = "=+-@＝＋－＠"
"""With what a cell begins that a spreadsheet would reckon."""

RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows has for devices."""

Files = dict[str, Path]
"""What is taken of one exposure, by its name in the ZIP."""


class _Stream:
    """What has been written since it was last taken away."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, piece: bytes) -> int:
        """Hold it."""
        self.held += piece
        return len(piece)

    def flush(self) -> None:
        """Do nothing: whoever takes it away says when."""

    def taken(self) -> bytes:
        """All that is held, and hold it no more."""
        piece = bytes(self.held)
        self.held.clear()
        return piece


def picture_zip(
    taken: Iterable[Taken], about: str, language: Language = "en", *, whole: bool = False
) -> Iterator[bytes]:
    """A ZIP, piece by piece: `index.html`, `prompts.csv`, and a folder with each picture.

    In a folder lie the picture, the record and the steps; with `whole` all of the exposure's files. `about`
    is the page's title; on further lines, what it says beneath. What the disk does not have is left out.
    """
    pictures = list(taken)
    folders = [one.folder(number, len(pictures)) for number, one in enumerate(pictures, start=1)]
    found = [_files(one.exposure, folder, whole) for one, folder in zip(pictures, folders, strict=True)]
    stream = _Stream()
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]
        page = album(about, language, [(one, list(kept)) for one, kept in zip(pictures, found, strict=True)])
        for name, text in (("index.html", page), ("prompts.csv", table(pictures, folders, language))):
            archive.writestr(_entry(name, time.time()), text.encode("utf-8", "replace"))
            yield stream.taken()
        for kept in found:
            for name, file in kept.items():
                yield from _packed(archive, stream, name, file)
    yield stream.taken()


def table(taken: Sequence[Taken], folders: Sequence[str], language: Language) -> str:
    """A CSV that opens in a spreadsheet of that language: with a mark for UTF-8, in French with semicolons.

    No cell is ever a formula: one that would be begins with an apostrophe.
    """
    file = StringIO()
    file.write("\ufeff")
    rows = csv.writer(file, delimiter=";" if language == "fr" else ",", quoting=csv.QUOTE_ALL)
    names = ("number", "name", "exercise", "prompt", "guess", "answer", "picture", "id")
    rows.writerow([WORDS[language][name] for name in names])
    for number, (one, folder) in enumerate(zip(taken, folders, strict=True), start=1):
        said = (one.name, one.exercise, one.prompt, one.guess, one.answer, f"{folder}/picture.png", one.id)
        rows.writerow([str(number), *map(_cell, said)])
    return file.getvalue()


def _cell(text: str) -> str:
    said = clean(text)
    return f"'{said}" if said.startswith(tuple(FORMULA)) else said


def _files(exposure: Path, folder: str, whole: bool) -> Files:
    """What is there to be taken, the picture first."""
    try:
        home = exposure.resolve()
        there = [file for file in sorted(exposure.rglob("*")) if file.is_file() and not file.is_symlink()]
    except OSError:
        return {}
    inside = {file.relative_to(exposure).as_posix(): file for file in there if home in file.resolve().parents}
    names = [name for name in inside if KEPT.fullmatch(name) or (whole and not re.search(r"(^|/)\.", name))]
    ordered = sorted(names, key=lambda name: (name != "picture.png", name != "record.json", name))
    return {"/".join([folder, *map(_safe, name.split("/"))]): inside[name] for name in ordered}


def _safe(part: str) -> str:
    """A name that every system takes for a file's."""
    plain = re.sub(r"[^\w.-]", "-", part).rstrip(".") or "-"
    return f"_{plain}" if RESERVED.fullmatch(plain) else plain


def _packed(archive: ZipFile, stream: _Stream, name: str, file: Path) -> Iterator[bytes]:
    """A file, in pieces; nothing of one that went away meanwhile."""
    try:
        opened, facts = file.open("rb"), file.stat()
    except OSError:
        return
    entry = _entry(name, facts.st_mtime)
    entry.file_size = facts.st_size
    with opened, archive.open(entry, "w") as written:
        while piece := opened.read(PIECE):
            written.write(piece)
            if len(stream.held) >= PIECE:
                yield stream.taken()
    yield stream.taken()


def _entry(name: str, changed: float) -> ZipInfo:
    moment = time.localtime(changed)[:6]
    entry = ZipInfo(name, moment if 1980 <= moment[0] <= 2107 else (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    return entry
