"""What plays when nobody is here: pictures that this machine made, with all that happened on the way.

A recording is a folder: the exposure's record and picture, `events.json` with every event as it was told, and
`recording.json`, which says what was asked for. It appears under its name in one move, when all of it is on
the disk; the one that it follows goes only then. What is asked for differently, or of another model, is made
anew.
"""

import json
import logging
import os
import shutil
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import apparatus
from app.routes import with_problem
from apparatus.essays import Language
from apparatus.models.catalogue import look_up
from apparatus.stages import Event
from apparatus.store import ID

EVENTS, ABOUT = "events.json", "recording.json"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """A recording as the curator wants it; `place` is its place in the list."""

    place: int
    texts: dict[Language, str]
    language: Language
    seed: int
    model: str
    edition: str
    num_inference_steps: int | None
    enhance: bool
    version: str = apparatus.__version__

    @property
    def prompt(self) -> str:
        """Its words, in the language that it is made in."""
        return self.texts[self.language]

    @property
    def mark(self) -> str:
        """Differs when it would be another recording."""
        said = asdict(self)
        del said["place"]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Recording:
    """One that is there, whole."""

    id: str
    place: int
    mark: str
    folder: Path


def edition(model: str) -> str:
    """Differs when the files of a model do, as far as their names, sizes and times tell; "" if none."""
    entry = look_up(model)
    if entry is None or entry.folder is None:
        return ""
    told = sha256()
    for path in sorted(path for path in entry.folder.rglob("*") if path.is_file()):
        there = path.stat()
        told.update(f"{path.relative_to(entry.folder)} {there.st_size} {there.st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]


class Recordings:
    """Those in one folder."""

    def __init__(self, folder: Path, wanted: Sequence[Wanted]) -> None:
        """Throw away what a power cut left of one."""
        self.folder, self.wanted = folder, wanted
        self._there: dict[str, Recording] = {}
        self._sweep()

    @property
    def ids(self) -> list[str]:
        """The recordings that play, in the curator's order; old ones stand in for those not made yet."""
        return [recording.id for recording in self._playing()]

    def find(self, id: str) -> Path | None:
        """The folder of one; None where there is none of that id."""
        found = self._there.get(id)
        return found.folder if found else None

    def missing(self) -> Wanted | None:
        """The first that is to be made."""
        marks = {recording.mark for recording in self._there.values()}
        return next((wanted for wanted in self.wanted if wanted.mark not in marks), None)

    def add(self, wanted: Wanted, exposure: Path, events: Iterable[Event]) -> None:
        """Put a finished exposure among the recordings; what it takes the place of goes.

        Raises:
            OSError: the disk refuses, and all is as it was.
        """
        told = [json.loads(with_problem(event).as_json()) for event in events]
        texts = {"texts": wanted.texts, "language": wanted.language, "seed": wanted.seed}
        about = asdict(wanted) | {"mark": wanted.mark}
        _write(exposure / EVENTS, {"id": exposure.name, "recorded": True, **texts, "events": told})
        _write(exposure / ABOUT, about)
        self.folder.mkdir(parents=True, exist_ok=True)
        place = self.folder / exposure.name
        exposure.rename(place)
        _settle(self.folder)
        made = Recording(exposure.name, wanted.place, wanted.mark, place)
        self._there = self._there | {made.id: made}
        self._prune()

    def step(self, id: str, number: int) -> bytes | None:
        """The picture of one step of a recording; None where there is none."""
        folder = self.find(id)
        if folder is None:
            return None
        for event in json.loads((folder / EVENTS).read_text("utf-8"))["events"]:
            if event["stage"] == "denoise" and event["data"].get("index") == number:
                url = event["pictures"].get("denoised") or event["pictures"].get("thumbnail") or ","
                return b64decode(url.partition(",")[2]) or None
        return None

    def _playing(self) -> Iterator[Recording]:
        there = self._there.values()
        marks = {wanted.mark for wanted in self.wanted}
        for wanted in self.wanted:
            own = [one for one in there if one.mark == wanted.mark]
            before = [one for one in there if one.place == wanted.place and one.mark not in marks]
            yield from (own or before)[:1]
        if self.missing() is not None:
            yield from (one for one in there if one.place >= len(self.wanted))

    def _prune(self) -> None:
        """Take away those that nobody wants, and that stand in for none."""
        playing = set(self.ids)
        for recording in [one for one in self._there.values() if one.id not in playing]:
            self._there = {id: one for id, one in self._there.items() if id != recording.id}
            shutil.rmtree(recording.folder, ignore_errors=True)

    def _sweep(self) -> None:
        """Know those that are whole; take away all else."""
        there: dict[str, Recording] = {}
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            recording = _read(folder)
            if recording is not None:
                there[recording.id] = recording
            elif folder.is_dir():
                logger.warning("a recording is broken and taken away: %s", folder.name)
                shutil.rmtree(folder, ignore_errors=True)
        self._there = there
        self._prune()


def _read(folder: Path) -> Recording | None:
    """A recording, where all of it can be read."""
    if not ID.fullmatch(folder.name):
        return None
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
        told = json.loads((folder / EVENTS).read_text("utf-8"))
        whole = told["events"][-1]["kind"] == "finished" and (folder / "picture.png").stat().st_size > 0
        return Recording(folder.name, int(about["place"]), str(about["mark"]), folder) if whole else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _write(path: Path, said: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
