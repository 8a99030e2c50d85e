"""Where exposures are kept: `outputs/`, one folder an exposure.

The folders are the truth; the SQLite index beside them only makes a long list quick, and every listing
brings it in line with the folders. A folder appears under its exposure's id when all of it is on the disk,
by one rename. Until then it is `.partial-<id>`, locked by the process that writes it: a lock that the
system drops when the process dies, so what nobody holds is a run that broke off.
"""

import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from apparatus.errors import (
    AmbiguousExposure,
    ApparatusError,
    BrokenRecord,
    DiskFull,
    ExposureNotFound,
    NoBatch,
    StoreUnwritable,
)
from apparatus.index import Entry as Entry
from apparatus.index import Index
from apparatus.keeping import Keep, keeps
from apparatus.record import Decision, Exposure, Record, Who
from apparatus.selection import KEPT
from apparatus.stages import distribute

ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
PARTIAL = ".partial-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ABANDONED = 60.0  # seconds after which a partial folder that nobody holds and nobody can read is cleared away


class Draft:
    """An exposure in the making: a folder nobody lists, held until it is kept or dropped.

    One that goes on after a pause (`again`) stays in its own folder and is listed meanwhile: until all of it
    is written, its record says that it is paused where it was.
    """

    def __init__(self, outputs: Path, exposure: str, *, again: bool = False) -> None:
        """Make the folder, unless it is there, and hold it."""
        self.outputs, self.exposure, self.again = outputs, exposure, again
        self.folder = outputs / (exposure if again else f"{PARTIAL}{exposure}")
        with refusals(outputs):
            if not again:
                outputs.mkdir(parents=True, exist_ok=True)
                self.folder.mkdir()
            self._lock = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def note(self, exposure: Exposure) -> None:
        """Write the record and the steps' pictures as they stand: what a run that breaks off leaves."""
        with refusals(self.outputs):
            exposure.save_pictures(self.folder)
            if not self.again:
                exposure.record.save(self.folder)

    def inherit(self, parent: Path, files: Iterable[str]) -> None:
        """Have some of another exposure's files here too."""
        with refusals(self.outputs):
            for file in files:
                if (parent / file).exists():
                    (self.folder / file).parent.mkdir(exist_ok=True)
                    shutil.copyfile(parent / file, self.folder / file)

    def let_go(self, keep: Keep) -> None:
        """Take away the files that are not to be kept."""
        with refusals(self.outputs):
            for path in [*self.folder.rglob("*.*")]:
                if path.is_file() and not keeps(keep, path.relative_to(self.folder).as_posix()):
                    path.unlink()

    def develop(self, exposure: Exposure) -> None:
        """Write the finished picture, with its settings in it, and put the file's facts in the record."""
        picture = exposure.picture
        if picture is not None:
            with refusals(self.outputs):
                file = self.folder / "picture.png"
                exposure.record.picture = distribute.write(exposure.record, picture, file)

    def keep(self) -> Path:
        """All of it to the disk, then under its id in one move. Returns where it is now."""
        kept = self.outputs / self.exposure
        if not self.again:
            with refusals(self.outputs):
                _settle(self.folder)
                self.folder.rename(kept)
                _sync(self.outputs)
        os.close(self._lock)
        return kept

    def drop(self) -> None:
        """Away with it, and give back its room; of one that goes on, what was there before it did stays."""
        if not self.again:
            shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


class Store:
    """The exposures in one folder. Any number of threads and processes may use it at once."""

    def __init__(self, folder: str | Path | None = None) -> None:
        """`folder` None: APPARATUS_OUTPUTS, else `outputs` where one stands. Made when first written."""
        self.folder = Path(folder or os.environ.get("APPARATUS_OUTPUTS") or "outputs").expanduser().resolve()
        self._index = Index(self.folder, self._ids)

    def begin(self, exposure: str) -> Draft:
        """A folder of its own for an exposure that starts.

        Raises:
            StoreUnwritable, DiskFull: the outputs folder takes nothing.
        """
        return Draft(self.folder, exposure)

    def again(self, exposure: str) -> Draft:
        """The folder of an exposure that goes on.

        Raises:
            ExposureNotFound: there is none with exactly this id.
            StoreUnwritable: its folder takes nothing.
        """
        self.path(exposure)
        return Draft(self.folder, exposure, again=True)

    def save(self, exposure: Exposure) -> Path:
        """Keep a whole exposure; the folder it has then."""
        draft = self.begin(exposure.id)
        return self.finish(draft, exposure)

    def finish(self, draft: Draft, exposure: Exposure) -> Path:
        """Write all of an exposure into its draft and keep it; when that fails, nothing of it stays."""
        try:
            with refusals(self.folder):
                if exposure.record.picture is None:
                    draft.develop(exposure)
                exposure.save(draft.folder)
            return draft.keep()
        except BaseException:
            draft.drop()
            raise

    def list(self, limit: int = 24, offset: int = 0) -> list[Entry]:
        """Exposures, newest first."""
        return self._index.page(limit, offset)

    def family(self, exposure: str) -> tuple[Entry, ...]:
        """The exposures that grew from the same first one as this, oldest first.

        Raises:
            ExposureNotFound: there is none with exactly this id.
        """
        self.path(exposure)
        return tuple(self._index.family(exposure))

    def batch(self, batch: str) -> tuple[Exposure, ...]:
        """The exposures of a batch that can be read, in the order they were asked for."""
        kept = [self.open(entry.id) for entry in self._index.batch(batch) if entry.state != "broken"]
        return tuple(sorted(kept, key=lambda one: one.record.batch.index if one.record.batch else 0))

    def choose(self, exposure: str, who: Who, by: str = "") -> None:
        """Keep this one of its batch: a line in the ledger of each candidate, in the place of one before.

        `who` chooses; the program, `by` one of the scores.

        Raises:
            ExposureNotFound: there is none with exactly this id.
            NoBatch: it was made alone.
        """
        chosen = Record.open(self.path(exposure))
        if chosen.batch is None:
            raise NoBatch(exposure)
        what = f"{KEPT} by {by}" if by else KEPT
        line = Decision(stage="select", what=what, value=exposure, who=who)
        for candidate in self.batch(chosen.batch.id):
            record = candidate.record
            before = [line for line in record.ledger if (line.who, line.what) != (who, what)]
            with refusals(self.folder):
                record.model_copy(update={"ledger": [*before, line]}).save(self.path(candidate.id))

    def rename(self, exposure: str, name: str) -> None:
        """Give an exposure a name, or take it away with "".

        Raises:
            ExposureNotFound: there is none with exactly this id.
            BrokenRecord: its record cannot be read.
        """
        folder = self.path(exposure)
        with refusals(self.folder):
            Record.open(folder).model_copy(update={"name": name}).save(folder)
        self._index.forget(exposure)

    def count(self) -> int:
        """How many there are."""
        return len(self._ids())

    def find(self, name: str) -> str:
        """The id that `name` means: an id, the beginning of only one, or "last".

        Raises:
            ExposureNotFound: none begins so.
            AmbiguousExposure: more than one does.
        """
        if name == "last":
            newest = self.list(limit=1)
            found = [newest[0].id] if newest else []
        else:
            found = sorted(exposure for exposure in self._ids() if name and exposure.startswith(name))
        if len(found) > 1:
            raise AmbiguousExposure(name, found)
        if not found:
            raise ExposureNotFound(name, self.folder, self._ids())
        return found[0]

    def path(self, exposure: str) -> Path:
        """The folder of the exposure with exactly this id.

        Raises:
            ExposureNotFound: there is none.
        """
        if not ID.fullmatch(exposure) or not (self.folder / exposure).is_dir():
            raise ExposureNotFound(exposure, self.folder, self._ids())
        return self.folder / exposure

    def open(self, name: str) -> Exposure:
        """An exposure, read from its folder as it is needed.

        Raises:
            ExposureNotFound, AmbiguousExposure: no such exposure, or more than one.
            BrokenRecord: it is there and cannot be read.
        """
        return Exposure.open(self.path(self.find(name)))

    def delete(self, name: str) -> Path:
        """Take an exposure out of the list: into `.trash`, where it can be taken back from by hand."""
        exposure = self.find(name)
        kept = self.folder / ".trash" / f"{exposure}-{time.time_ns()}"
        with refusals(self.folder):
            kept.parent.mkdir(exist_ok=True)
            return self.path(exposure).rename(kept)

    def restore(self, exposure: str) -> None:
        """Take back an exposure that was deleted, as it was when it was last.

        Raises:
            ExposureNotFound: there is none of this id in the trash.
        """
        trash = self.folder / ".trash"
        deleted = sorted(trash.glob(f"{exposure}-*")) if ID.fullmatch(exposure) else []
        if not deleted:
            there = trash.iterdir() if trash.is_dir() else ()
            raise ExposureNotFound(exposure, trash, {folder.name.rpartition("-")[0] for folder in there})
        with refusals(self.folder):
            deleted[-1].rename(self.folder / exposure)

    def recover(self) -> tuple[str, ...]:
        """Keep what is left of runs whose process died, marked as interrupted; the ids of those."""
        partials = sorted(self.folder.glob(f"{PARTIAL}*")) if self.folder.is_dir() else []
        dead = (folder.name.removeprefix(PARTIAL) for folder in partials)
        return tuple(exposure for exposure in dead if self.interrupt(exposure, "The run broke off."))

    def interrupt(self, exposure: str, message: str) -> bool:
        """Keep what is left of a run whose process died; whether there was anything.

        A run that lives holds its folder and is left alone. A folder without a record that can be read is
        cleared away after a minute.
        """
        folder = self.folder / f"{PARTIAL}{exposure}"
        with _unheld(folder) as free, refusals(self.folder):
            if not free:
                return False
            try:
                record = Record.open(folder)
            except BrokenRecord:
                with suppress(FileNotFoundError):  # kept by the process that held it until just now
                    if time.time() - folder.stat().st_mtime > ABANDONED:
                        shutil.rmtree(folder, ignore_errors=True)
                return False
            record.model_copy(update={"state": "interrupted", "message": message}).save(folder)
            _settle(folder)
            folder.rename(self.folder / exposure)
            return True

    def _ids(self) -> set[str]:
        """The exposures there are, as the folders say."""
        try:
            with os.scandir(self.folder) as found:
                return {item.name for item in found if ID.fullmatch(item.name) and item.is_dir()}
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise StoreUnwritable(self.folder, error.strerror or str(error)) from error


def reopen(name: str | Path, store: Store | None = None) -> Exposure:
    """An exposure from disk: by its folder, or by its id, the beginning of it, or "last".

    Raises:
        ExposureNotFound, AmbiguousExposure: no such exposure, or more than one.
        BrokenRecord: it is there and cannot be read.
    """
    with suppress(OSError):  # a name too long for a path, or a folder that is closed to us
        if (Path(name) / "record.json").is_file():
            return Exposure.open(Path(name))
    return (store or Store()).open(str(name))


@contextmanager
def refusals(outputs: Path) -> Iterator[None]:
    """Say in a sentence why the disk refuses.

    Raises:
        DiskFull, StoreUnwritable: it does.
    """
    try:
        yield
    except ApparatusError:
        raise
    except Exception as error:
        refused = error.errno if isinstance(error, OSError) else None
        said = re.search(r"os error (\d+)", str(error))  # safetensors has an exception of its own
        if refused in FULL or (said and int(said[1]) in FULL):
            disk = next(folder for folder in (outputs, *outputs.parents) if folder.exists())
            raise DiskFull(outputs, shutil.disk_usage(disk).free) from error
        if isinstance(error, OSError):
            raise StoreUnwritable(outputs, error.strerror or str(error)) from error
        raise


@contextmanager
def _unheld(folder: Path) -> Iterator[bool]:
    """Whether no process holds this partial folder; if so, it is held meanwhile."""
    try:
        lock = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)


def _settle(folder: Path) -> None:
    """Every file of a folder, and the folder itself, onto the disk."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
