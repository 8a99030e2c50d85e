"""Every error the apparatus raises. Each says what was asked, what there is, and what to do.

    ApparatusError
    ├── OutOfRange           ValueError     a setting lies outside what is allowed
    ├── SiteNotFound         LookupError    the pipeline has no such place to tap
    ├── StepNotFound         LookupError    the run has no such step
    ├── NothingToResume      RuntimeError   the run is not paused
    ├── CannotStore          TypeError      a value in a checkpoint cannot be written to a file
    ├── ModelNotFound        LookupError    no model of that name, no folder there
    ├── NotAModel            ValueError     the folder holds no diffusers pipeline
    ├── ExposureNotFound     LookupError    no exposure of that id
    ├── AmbiguousExposure    LookupError    more than one exposure's id begins so
    ├── BrokenRecord         ValueError     a record is there and cannot be read
    ├── ExposureFailed       RuntimeError   the pipeline broke down in the middle of an exposure
    ├── StoreUnwritable      OSError        the outputs folder refuses to be written
    ├── DiskFull             OSError        no room is left for an exposure
    ├── AddressTaken         OSError        the app cannot listen where it was told to
    ├── EngineClosed         RuntimeError   the engine was closed and takes nothing more
    ├── WorkerDied           RuntimeError   the worker process ended in the middle of an exposure
    ├── NoWorker             RuntimeError   no worker process can be started
    ├── OutOfMemory          MemoryError    a training's batch does not fit
    ├── CannotGoOn           ValueError     a training's checkpoint is of another network
    ├── PartMissing          LookupError    a training needs a part that was not trained yet
    ├── NoJudge              LookupError    the judge has no weights that know this world
    ├── NoNeighbours         LookupError    a model's training pictures cannot be compared with a picture
    ├── NoPrompts            ValueError     a file of prompts cannot be read, or asks for nothing
    ├── WordNotRead          LookupError    an alteration names a word that the text encoder did not read
    ├── MaskMisfit           ValueError     an alteration's region has another size than the latents
    ├── CannotAlter          ValueError     this model, or this scheduler, has nothing of that kind to alter
    ├── MovedOn              RuntimeError   an exposure does not stand where it was thought to stand
    ├── OtherModel           ValueError     an exposure was made with other weights than those that are here
    └── FilmFailed           RuntimeError   ffmpeg could not make a film of the pictures

Their message is one or a few plain sentences, fit for a terminal; their attributes hold the facts, so that
another language can say them.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any


class ApparatusError(Exception):
    """Anything the apparatus refuses or fails to do, with a sentence for a person."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way from a worker process: an error is its message and its facts."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[ApparatusError], args: tuple[Any, ...], facts: dict[str, Any]) -> ApparatusError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


def nearest(asked: str, there: Iterable[str], count: int = 3) -> str:
    """The names most like the one asked for, in a row for a message, or "none"."""
    return ", ".join(get_close_matches(asked, list(there), n=count)) or "none"


class OutOfRange(ApparatusError, ValueError):
    """A setting lies outside what is allowed."""

    def __init__(self, setting: str, asked: Any, allowed: str) -> None:
        """`allowed` is the range as a person reads it: "1 to 150", "64 to 2048, in multiples of 8"."""
        self.setting, self.asked, self.allowed = setting, asked, allowed
        super().__init__(f"{setting} cannot be {asked}. Allowed: {allowed}. Choose a value in that range.")


class SiteNotFound(ApparatusError, LookupError):
    """The pipeline has no such place to tap."""

    def __init__(self, site: str, pipeline: str, sites: Iterable[str]) -> None:
        """Name the nearest sites that do exist."""
        self.site, self.pipeline = site, pipeline
        super().__init__(
            f"{pipeline} has no site {site!r}. Nearest: {nearest(site, sites)}. "
            "List them all with `apparatus.taps.sites(pipeline)`."
        )


class StepNotFound(ApparatusError, LookupError):
    """The run has no such step."""

    def __init__(self, step: int, steps: int) -> None:
        """`steps` is how many the run has recorded."""
        self.step, self.steps = step, steps
        super().__init__(f"There is no step {step}. The run recorded {steps}. Choose one from 0 to {steps}.")


class NothingToResume(ApparatusError, RuntimeError):
    """The run is not paused."""

    def __init__(self, state: str) -> None:
        """`state` is what the run is instead: finished or failed."""
        self.state = state
        super().__init__(f"This run is {state}, not paused. Branch from one of its steps instead.")


class CannotStore(ApparatusError, TypeError):
    """A value in a checkpoint cannot be written to a file."""

    def __init__(self, path: str, kind: str) -> None:
        """`path` is where in the checkpoint the value stands: "scheduler/noise_sampler"."""
        self.path, self.kind = path, kind
        super().__init__(
            f"A checkpoint cannot be stored: {path} is a {kind}, and only numbers, text, tensors, "
            "arrays and lists or dictionaries of them can be. It can still be resumed in this process."
        )


class ModelNotFound(ApparatusError, LookupError):
    """No model of that name in the catalogue, and no folder there."""

    def __init__(self, asked: str, models: Iterable[str]) -> None:
        """`models` are the names in the catalogue."""
        self.asked, self.models = asked, list(models)
        super().__init__(
            f"There is no model {asked!r}. The catalogue has: {', '.join(self.models) or 'none'}. "
            "Choose one of them, or give the path of a folder saved by diffusers."
        )


class NotAModel(ApparatusError, ValueError):
    """The folder holds no text-to-image pipeline that can be loaded."""

    def __init__(self, folder: Path | str, why: str) -> None:
        """`why` says what is missing or wrong in it."""
        self.folder, self.why = str(folder), why
        super().__init__(
            f"{folder} cannot be loaded as a model: {why}. "
            "Give a folder saved by a diffusers pipeline, with its model_index.json."
        )


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


class AddressTaken(ApparatusError, OSError):
    """The app cannot listen where it was told to."""

    def __init__(self, address: str, port: int, why: str) -> None:
        """`why` is the system's reason."""
        self.address, self.port, self.why = address, port, why
        super().__init__(
            f"The app cannot listen on {address}, port {port}: {why}. "
            "If an apparatus is open there already, use that one; else choose another address or --port."
        )


class EngineClosed(ApparatusError, RuntimeError):
    """The engine was closed and takes nothing more."""

    def __init__(self) -> None:
        """Nothing to say but that."""
        super().__init__("The engine is closed and takes no more exposures. Start a new one.")


class WorkerDied(ApparatusError, RuntimeError):
    """The worker process ended in the middle of an exposure."""

    def __init__(self, exposure: str, exit_code: int | None = None) -> None:
        """`exit_code` is negative when a signal ended it: -9 is most often a lack of memory."""
        self.exposure, self.exit_code = exposure, exit_code
        super().__init__(
            f"The worker that was making {exposure} ended (exit code {exit_code}). "
            "A new one has taken its place; the record and the pictures of its steps are kept. "
            "Make the picture again."
        )


class NoWorker(ApparatusError, RuntimeError):
    """No worker process can be started."""

    def __init__(self, error: OSError) -> None:
        """`error` is what the system said."""
        super().__init__(
            f"No worker process can be started ({error.strerror or error}). "
            "Close other programs, or restart the machine, then make the picture again."
        )


class OutOfMemory(ApparatusError, MemoryError):
    """A training's batch does not fit; its last checkpoint stands."""

    def __init__(self, part: str, step: int) -> None:
        """`step` is the one that did not fit."""
        self.part, self.step = part, step
        super().__init__(
            f"Out of memory in step {step} of training {part}. The last checkpoint is kept: "
            "run the same command again with a smaller --batch, and it goes on from there."
        )


class CannotGoOn(ApparatusError, ValueError):
    """A training's checkpoint is of another network than the one to be trained."""

    def __init__(self, checkpoint: Path) -> None:
        """`checkpoint` is the file."""
        self.checkpoint = checkpoint
        super().__init__(
            f"{checkpoint} was written by a training of another network than this one. "
            "Give another --folder, or move the checkpoint away to begin anew."
        )


class PartMissing(ApparatusError, LookupError):
    """A training needs a part that was not trained yet."""

    def __init__(self, part: str, needed: str, folder: Path) -> None:
        """`part` cannot be trained in `folder` before `needed`."""
        self.part, self.needed, self.folder = part, needed, folder
        super().__init__(
            f"Training {part} needs {needed}, and {folder} holds none. "
            f"Train it first: apparatus train {needed} --folder {folder}"
        )


class NoJudge(ApparatusError, LookupError):
    """The judge has no weights that know this world."""

    def __init__(self, folder: Path, why: str) -> None:
        """`folder` is where they should be, `why` what is wrong there."""
        self.folder, self.why = str(folder), why
        super().__init__(
            f"The judge cannot be loaded from {folder}: {why}. Train one with `apparatus train judge`, "
            "then give its folder with --judge."
        )


class NoNeighbours(ApparatusError, LookupError):
    """A model's training pictures cannot be compared with a picture."""

    def __init__(self, folder: Path, why: str) -> None:
        """`folder` is the model's, `why` what is missing or wrong in it."""
        self.folder, self.why = str(folder), why
        super().__init__(
            f"The training pictures nearest to a picture cannot be found for {folder}: {why}. "
            "Make what is missing with `apparatus train clip neighbours`, then write the model with --ship."
        )


class NoPrompts(ApparatusError, ValueError):
    """A file of prompts cannot be read, or asks for nothing."""

    def __init__(self, file: Path, why: str) -> None:
        """`why` says what is wrong with it."""
        self.file, self.why = str(file), why
        super().__init__(
            f"No prompts in {file}: {why}. Give a file in UTF-8: one prompt a line, in words of the world."
        )


class WordNotRead(ApparatusError, LookupError):
    """An alteration names a word that the text encoder did not read."""

    def __init__(self, word: str, occurrence: int, words: Iterable[str], truncated: str = "") -> None:
        """`words` are those that it read, `truncated` the end of the prompt that it did not."""
        self.word, self.occurrence, self.words, self.truncated = word, occurrence, list(words), truncated
        which = f"{word!r}" if occurrence == 1 else f"{word!r} a {occurrence}th time"
        cut = f" The end of the prompt was too long to be read: {truncated.strip()!r}." if truncated else ""
        super().__init__(
            f"The text encoder did not read {which}. It read: {', '.join(self.words) or 'nothing'}.{cut} "
            "Alter one of these words, or write another prompt."
        )


class MaskMisfit(ApparatusError, ValueError):
    """An alteration's region has another size than the latents."""

    def __init__(self, asked: tuple[int, int], there: tuple[int, int]) -> None:
        """Both are rows and columns."""
        self.asked, self.there = asked, there
        super().__init__(
            f"The region has {asked[0]} rows of {asked[1]} cells, and the latents have {there[0]} of "
            f"{there[1]}. Paint it again on this picture."
        )


class CannotAlter(ApparatusError, ValueError):
    """This model, or this scheduler, has nothing of that kind to alter."""

    def __init__(self, kind: str, where: str, why: str) -> None:
        """`kind` is the alteration's, `where` the pipeline or the scheduler."""
        self.kind, self.where, self.why = kind, where, why
        super().__init__(f"{kind} cannot be altered in {where}: {why}. Alter something else.")


class MovedOn(ApparatusError, RuntimeError):
    """An exposure does not stand where it was thought to stand."""

    def __init__(self, exposure: str, asked: int, stands: int) -> None:
        """`asked` is after how many steps it was thought to stand, `stands` after how many it does."""
        self.exposure, self.asked, self.stands = exposure, asked, stands
        super().__init__(
            f"The exposure {exposure} does not stand after {asked} steps any more: someone took it on, "
            f"and it stands after {stands}. Nothing is lost: go on from there, or branch from step {asked}."
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
