"""Pictures that stay when their visitors leave, if the curator wants that: so many, and for so long.

kept = Kept(folder / "kept", curation.keep)
kept.keep(store.path(exposure))     # moved there, record and all
kept.prune()                        # those too old or too many are gone, from the disk too
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apparatus.kiosk.curation import Keep
from apparatus.store import ID, refusals

COMING, LEAVING = ".coming-", ".leaving-"
"""How a folder is called while it is copied here, and while it is taken away: no store lists such."""


class Kept:
    """The kept pictures of a kiosk: a folder like any store's."""

    def __init__(self, folder: Path, rules: Keep) -> None:
        """Nothing is written until a picture is kept."""
        self.folder, self.rules = folder, rules

    def keep(self, exposure: Path, now: datetime | None = None) -> Path | None:
        """Move an exposure's folder here; where it is now, None where the curator keeps nothing.

        Raises:
            DiskFull, StoreUnwritable: it cannot be moved; it is then where it was.
        """
        if not self.rules.pictures:
            return None
        kept = self.folder / exposure.name
        with refusals(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                exposure.rename(kept)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._copy(exposure, kept)
                shutil.rmtree(exposure, ignore_errors=True)
        self.prune(now)
        return kept if kept.exists() else None

    def prune(self, now: datetime | None = None) -> int:
        """Take away what is too old, the oldest of what is too many, and what was left half done.

        Age is by the date in a picture's name, against the clock: one that jumps ahead by a month takes a
        month's pictures with it, and one that jumps back keeps them for longer. If nothing is to be kept any
        more, all of them go. Returns how many went.
        """
        moment = now or datetime.now(UTC)
        there = sorted(self._ids())
        many = max(0, len(there) - self.rules.number) if self.rules.pictures else len(there)
        oldest = moment - timedelta(days=self.rules.days)
        gone = [id for at, id in enumerate(there) if at < many or _made(id) < oldest]
        for id in gone:
            with suppress(OSError):
                (self.folder / id).rename(self.folder / f"{LEAVING}{id}")
        for begun in (LEAVING, COMING):
            for folder in self.folder.glob(f"{begun}*"):
                shutil.rmtree(folder, ignore_errors=True)
        return len(gone)

    def count(self) -> int:
        """How many there are."""
        return len(list(self._ids()))

    def _ids(self) -> Iterator[str]:
        with suppress(OSError):
            yield from (found.name for found in self.folder.iterdir() if ID.fullmatch(found.name))

    def _copy(self, exposure: Path, kept: Path) -> None:
        """Onto another disk: under its name only when all of it is there."""
        coming = self.folder / f"{COMING}{exposure.name}"
        shutil.rmtree(coming, ignore_errors=True)
        try:
            for path in sorted(exposure.rglob("*")):
                to = coming / path.relative_to(exposure)
                to.parent.mkdir(parents=True, exist_ok=True)
                if path.is_file():
                    shutil.copyfile(path, to)
                    _settle(to)
            coming.rename(kept)
        except OSError:
            shutil.rmtree(coming, ignore_errors=True)
            raise


def _made(id: str) -> datetime:
    """When an exposure of this id was made; one of no date is the oldest."""
    try:
        return datetime.strptime(id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _settle(file: Path) -> None:
    """Onto the disk itself."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
