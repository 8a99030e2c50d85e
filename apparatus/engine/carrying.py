"""Exposures between two machines: the files of one store, as they change, into another.

changes = Changes(store.folder)                 # where they are made
parcels = [*changes.since()]                    # what is new or gone since it was asked last
copies = Copies(store)                          # where they are kept
for parcel in parcels:
    copies.take(parcel)

An exposure appears in the other store as it appeared in the first: when all of it is there, in one move.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apparatus.engine.jobs import Branch, Expose, GoOn, Job, Look, Turn
from apparatus.looping import FOLDER, Loops
from apparatus.settings import Settings
from apparatus.store import ID, PARTIAL, Draft, Store, refusals

PART = 16 * 2**20
"""Bytes that travel at once; a larger file goes in parts."""


@dataclass(frozen=True)
class Piece:
    """Some of a file of a store: where it begins, and whether it ends there."""

    path: str
    """Its folder is the exposure's id, even while that is made."""
    start: int
    data: bytes
    last: bool


@dataclass(frozen=True)
class Parcel:
    """What changed in a store: files, those that are gone, and the exposures that are now kept."""

    pieces: tuple[Piece, ...] = ()
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


Stamp = tuple[int, int, int]
"""A file's number on its disk, when it was written, its size: what a change of its folder's name leaves."""


class Changes:
    """What happens in a store's folder, from one look to the next."""

    def __init__(self, folder: Path) -> None:
        """What is there now is known."""
        self._folder = folder
        self._known = self._stamps()
        self._kept = self._whole()

    def since(self) -> Iterator[Parcel]:
        """What is new or gone since the last look, in parcels of bearable size."""
        now, kept = self._stamps(), self._whole()
        new = sorted((path for path in now if now[path] != self._known.get(path)), key=_records_last)
        gone = tuple(path for path in self._known if path not in now)
        fresh = tuple(sorted(kept - self._kept))
        self._known, self._kept = now, kept
        yield from (Parcel(part) for part in _packed(self._pieces(new)))
        if gone or fresh:
            yield Parcel((), gone, fresh)

    def _pieces(self, paths: Iterable[str]) -> Iterator[Piece]:
        for path in paths:
            yield from pieces(self._place(path), path)

    def _place(self, path: str) -> Path:
        partial = self._folder / f"{PARTIAL}{path}"
        return partial if partial.exists() else self._folder / path

    def _stamps(self) -> dict[str, Stamp]:
        """Every file of an exposure or a loop."""
        found: dict[str, Stamp] = {}
        for top in self._tops():
            name = top.name.removeprefix(PARTIAL)
            for path in top.rglob("*"):
                if path.is_file():
                    stat = path.stat()
                    key = f"{name}/{path.relative_to(top).as_posix()}"
                    found[key] = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        return found

    def _whole(self) -> set[str]:
        """The exposures that are kept."""
        return {top.name for top in self._tops() if ID.fullmatch(top.name)}

    def _tops(self) -> list[Path]:
        there = self._folder.iterdir() if self._folder.is_dir() else ()
        return [top for top in there if top.name == FOLDER or ID.fullmatch(top.name.removeprefix(PARTIAL))]


class Arrival(Draft):
    """An exposure that comes from elsewhere."""

    def leave(self) -> None:
        """Let go of it as it is: one that broke off, of which the store keeps what there is."""
        os.close(self._lock)


class Copies:
    """Exposures of another store as they come into this one."""

    def __init__(self, store: Store) -> None:
        """None is on its way."""
        self._store = store
        self._arrivals: dict[str, Arrival] = {}
        self._there: set[str] = set()

    def begin(self, job: Job, id: str, sent: Iterable[str] = ()) -> None:
        """A job begins there that may change these exposures, which were sent along.

        Raises:
            StoreUnwritable: one that goes on cannot be held.
        """
        self.end()
        self._there = set(sent)
        if isinstance(job, GoOn):
            self._arrivals[id] = Arrival(self._store.folder, id, again=True)

    def take(self, parcel: Parcel) -> None:
        """Have these changes here too.

        Raises:
            DiskFull, StoreUnwritable: the store takes nothing.
        """
        with refusals(self._store.folder):
            for piece in parcel.pieces:
                put(self._place(piece.path), piece)
            for path in parcel.gone:
                self._place(path).unlink(missing_ok=True)
        for exposure in parcel.kept:
            if exposure in self._arrivals:
                self._arrivals[exposure].keep()
                del self._arrivals[exposure]

    def end(self) -> None:
        """The job is over: what was not kept there is not kept here."""
        while self._arrivals:
            self._arrivals.popitem()[1].drop()

    def leave(self) -> None:
        """The job broke off: what is here of it is for the store to keep."""
        while self._arrivals:
            self._arrivals.popitem()[1].leave()

    def _place(self, path: str) -> Path:
        top, _, rest = path.partition("/")
        if top == FOLDER or top in self._there:
            return self._store.folder / path
        if top not in self._arrivals:
            self._arrivals[top] = Arrival(self._store.folder, top)
        return self._arrivals[top].folder / rest


def needed(job: Job, id: str, store: Store) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The exposures that a job begins with, and the files of a loop.

    Raises:
        ExposureNotFound, AmbiguousExposure, LoopNotFound, BrokenRecord: it is not there.
    """
    names: list[str] = []
    files: list[str] = []
    match job:
        case Expose(settings=settings, source=None):
            names += _source(settings)
        case Branch():
            names.append(job.parent)
        case GoOn():
            names.append(id)
        case Look():
            names.append(job.exposure)
        case Turn():
            record = Loops(store).open(job.loop)
            names += [record.rounds[at].exposure for at in (0, -1)] if record.rounds else []
            names += _source(record.next())
            files.append(f"{FOLDER}/{job.loop}.json")
    return tuple(dict.fromkeys(map(store.find, names))), tuple(files)


def packed(exposures: Iterable[str], files: Iterable[str], store: Store) -> Iterator[Parcel]:
    """All the files of these exposures, and these files.

    Raises:
        ExposureNotFound: one is not there any more.
        StoreUnwritable: one cannot be read.
    """
    paths = [*files]
    for exposure in exposures:
        folder = store.path(exposure)
        inside = (path for path in folder.rglob("*") if path.is_file())
        paths += sorted((path.relative_to(store.folder).as_posix() for path in inside), key=_records_last)
    with refusals(store.folder):
        parts = (piece for path in paths for piece in pieces(store.folder / path, path))
        yield from (Parcel(part) for part in _packed(parts))


def pieces(file: Path, path: str) -> Iterator[Piece]:
    """A file in pieces, in their order."""
    with file.open("rb") as open_file:
        start, data = 0, open_file.read(PART)
        while True:
            after = open_file.read(PART)
            yield Piece(path, start, data, last=not after)
            if not after:
                return
            start, data = start + len(data), after


def put(file: Path, piece: Piece) -> None:
    """Write a piece; the file is there when its last one is."""
    partial = file.with_name(f".{file.name}.part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("ab" if piece.start else "wb") as open_file:
        open_file.write(piece.data)
    if piece.last:
        partial.replace(file)


def _packed(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    """As many pieces together as make no more than a part."""
    together: list[Piece] = []
    for piece in pieces:
        if together and sum(len(one.data) for one in together) + len(piece.data) > PART:
            yield tuple(together)
            together = []
        together.append(piece)
    if together:
        yield tuple(together)


def _records_last(path: str) -> tuple[bool, str]:
    """An exposure's record says what is there, so it comes when that is."""
    return path.endswith("/record.json"), path


def _source(settings: Settings) -> list[str]:
    """The exposure that a retouch begins with."""
    source = settings.retouch.source if settings.retouch else ""
    return [source] if source and not source.startswith("sha256:") else []
