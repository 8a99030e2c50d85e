"""What is wrong with an exposure, or with the place where it is kept."""

from collections.abc import Iterable
from pathlib import Path

from apparatus.errors.error import ApparatusError, nearest


class ExposureNotFound(ApparatusError, LookupError):
    """No exposure of that id in the store."""

    def __init__(self, exposure: str, outputs: Path | str, ids: Iterable[str] = ()) -> None:
        """`ids` are the exposures there are; the nearest are named."""
        self.exposure, self.outputs = exposure, str(outputs)
        super().__init__(
            f"There is no exposure {exposure!r} in {outputs}. Nearest: {nearest(exposure, ids)}. "
            "The folders in it are the ids."
        )


class AmbiguousExposure(ApparatusError, LookupError):
    """More than one exposure's id begins with what was asked for."""

    def __init__(self, prefix: str, ids: Iterable[str]) -> None:
        """`ids` are the exposures that begin so."""
        self.prefix, self.ids = prefix, list(ids)
        some = ", ".join(self.ids[:3])
        super().__init__(
            f"{prefix!r} is the beginning of {len(self.ids)} exposures: {some}… Give more of the id."
        )


class LoopNotFound(ApparatusError, LookupError):
    """No loop of that id in the store."""

    def __init__(self, loop: str, ids: Iterable[str] = ()) -> None:
        """`ids` are the loops there are; the nearest are named."""
        self.loop = loop
        super().__init__(
            f"There is no loop {loop!r}. Nearest: {nearest(loop, ids)}. List them with: apparatus loop --list"
        )


class NoBatch(ApparatusError, ValueError):
    """An exposure that was made alone, so that there is nothing to choose."""

    def __init__(self, exposure: str) -> None:
        """`exposure` is its id."""
        self.exposure = exposure
        super().__init__(
            f"The exposure {exposure} was made alone: there is nothing to choose it from. "
            "Make a batch of candidates first."
        )


class BatchNotFound(ApparatusError, LookupError):
    """No candidates of that batch in the store."""

    def __init__(self, batch: str) -> None:
        """`batch` is what was asked for."""
        self.batch = batch
        super().__init__(f"There is no batch {batch!r} here. Make one with: apparatus select PROMPT")


class BrokenRecord(ApparatusError, ValueError):
    """A record is there and cannot be read."""

    def __init__(self, path: Path | str, why: str) -> None:
        """`path` is the file that is wrong, `why` what is wrong with it."""
        self.path, self.why = str(path), why
        super().__init__(
            f"{path} is not a readable record: {why}. It was left as it is; the others still open."
        )


class ExposureFailed(ApparatusError, RuntimeError):
    """The pipeline broke down in the middle of an exposure."""

    def __init__(self, exposure: str, error: Exception) -> None:
        """`error` is what the pipeline raised."""
        self.exposure, self.why = exposure, " ".join(str(error).split()) or type(error).__name__
        super().__init__(
            f"The exposure {exposure} failed: {self.why.rstrip('.')}. "
            "What was recorded until then is kept. Try other settings, or another model."
        )


class StoreUnwritable(ApparatusError, OSError):
    """The outputs folder refuses to be written."""

    def __init__(self, folder: Path | str, why: str) -> None:
        """`why` is the system's reason."""
        self.folder, self.why = str(folder), why
        super().__init__(
            f"Exposures cannot be written to {folder}: {why}. "
            "Give its rights back, or set APPARATUS_OUTPUTS to a folder that can be written."
        )


class DiskFull(ApparatusError, OSError):
    """No room is left for an exposure."""

    def __init__(self, folder: Path | str, free: int) -> None:
        """`free` is in bytes."""
        self.folder, self.free = str(folder), free
        super().__init__(
            f"The disk of {folder} is full ({free / 1e6:.0f} MB left), so this exposure was not kept. "
            "What was there is untouched. Make room, or set APPARATUS_OUTPUTS to another disk."
        )


class MovedOn(ApparatusError, RuntimeError):
    """An exposure does not stand where it was thought to stand."""

    def __init__(self, exposure: str, asked: int, stands: int) -> None:
        """`asked` is after how many steps it was thought to stand, `stands` after how many it does."""
        self.exposure, self.asked, self.stands = exposure, asked, stands
        super().__init__(
            f"The exposure {exposure} does not stand after {asked} steps any more: someone took it on, "
            f"and it stands after {stands}. Nothing is lost: go on from there, or branch from step {asked}."
        )


class NotKept(ApparatusError, LookupError):
    """What an answer takes was not kept of an exposure."""

    def __init__(self, exposure: str, keep: str) -> None:
        """`keep` is how much of it was kept."""
        self.exposure, self.keep = exposure, keep
        super().__init__(
            f"That cannot be shown of the exposure {exposure}: of it only {keep!r} was kept. "
            'Make it again from its record, with `repeat` and keep="all".'
        )


class OtherModel(ApparatusError, ValueError):
    """An exposure was made with other weights than those that are here."""

    def __init__(self, exposure: str, model: str) -> None:
        """`model` is the name they share."""
        self.exposure, self.model = exposure, model
        super().__init__(
            f"The exposure {exposure} was made with other weights of {model} than those that are here, so it "
            "cannot be gone on with. It can be looked at; make it again with `repeat` to go on from there."
        )


class FilmFailed(ApparatusError, RuntimeError):
    """The program ffmpeg could not make a film of the pictures."""

    def __init__(self, why: str) -> None:
        """`why` is what it said."""
        self.why = " ".join(why.split())[-300:] or "it did not say why"
        super().__init__(
            f"ffmpeg could not make a film: {self.why.rstrip('.')}. "
            "Make a GIF or an animated PNG, which need no ffmpeg."
        )
