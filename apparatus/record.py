"""The record of an exposure: everything that happened while one picture was made.

    exposure = Exposure.open(Path("outputs/20261122-123456-ab12"))   # needs neither the model nor torch
    exposure.record.settings.prompt
    for step in exposure.steps:
        step.facts.timestep, step.latents.shape

What can be read as text is in the `Record` (record.json); tensors and pictures lie beside it and are read
when they are asked for. In a live run the tensors are torch CPU tensors, in a reopened one numpy arrays.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal, get_args

from PIL import Image
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, field_validator

from apparatus import tensors as files
from apparatus.alterations import Alteration
from apparatus.encodings import Branch as Branch
from apparatus.encodings import Encoding as Encoding
from apparatus.encodings import Token as Token
from apparatus.encodings import Word as Word
from apparatus.enhancements import Enhanced
from apparatus.errors import BrokenRecord
from apparatus.keeping import Keep
from apparatus.metering import Meter
from apparatus.moments import Moment
from apparatus.placement import LoraFit as LoraFit
from apparatus.placement import Placement
from apparatus.retouching import Retouched
from apparatus.selection import Batch, Score
from apparatus.settings import Settings as Settings
from apparatus.settings import Who as Who
from apparatus.tensors import Array

FORMAT = 2

Stage = Literal[
    "program", "prompt", "enhance", "encode", "noise", "denoise",
    "decode", "select", "retouch", "distribute", "loop",
]  # fmt: skip
STAGES: tuple[Stage, ...] = get_args(Stage)

State = Literal["running", "finished", "paused", "cancelled", "interrupted", "failed"]
How = Literal["decoded", "taesd", "linear"]
"""How a step's picture is made: by the model's own decoder, a small one of its kind, or a linear map."""


class Decision(BaseModel):
    """A line of the ledger: what was decided, and by whom."""

    stage: Stage
    what: str
    value: str | int | float | bool | None
    who: Who


_NUMBERS = ConfigDict(ser_json_inf_nan="strings")  # JSON lacks them; a diverged run must still be read


class Guidance(BaseModel):
    """How guidance acted in one step: root mean squares of the two predictions and of their difference."""

    model_config = _NUMBERS

    scale: float
    cond: float
    uncond: float
    delta: float


class StepFacts(BaseModel):
    """One turn of the denoising loop, in numbers."""

    model_config = _NUMBERS

    index: int
    of: int
    timestep: float
    sigma: float | None = None
    signal: float | None = None
    """Share of the clean picture in the variance of the latents, 0 to 1: ᾱ, in the DDPM family."""
    scale: float = 1.0
    """The spread (standard deviation) to expect of the latents here; they are shown divided by it."""
    seconds: float = 0.0
    moved: float = 0.0
    """Root mean square of what the step changed in the latents."""
    guidance: Guidance | None = None
    preview: How | None = None
    """How its picture was made; None where there is none, or in records of a time when all were decoded."""


class Part(BaseModel):
    """A component of the pipeline; `kind` is its class."""

    name: str
    kind: str
    parameters: int = 0


class ModelFacts(BaseModel):
    """The program: which model, of which parts, under which licence, trained on what."""

    id: str
    pipeline: str
    scheduler: str
    parts: list[Part] = []
    licence: str = ""
    training: dict[str, Any] = {}
    edition: str = ""
    """Differs when the weights do: two models of one name need not be one model."""
    alters: list[str] = []
    """The kinds of alterations it knows; nothing, where nobody asked."""
    layers: int | None = None
    """The last of its text encoder's layers that it can be told from; None where it is told from one only."""
    placement: Placement | None = None
    """Where it lay, and why; None where it was not this program that put it there."""
    loras: list[LoraFit] = []
    """How those it wears fit it; in records of a time when nobody counted, none."""
    unseen: list[str] = []
    """What cannot be shown of it: "attention", "guidance", "previews", "words"."""
    latents: str | None = None
    """The latent space, a key of `pictures.LATENT_SPACES`; None when it is not one we know."""


class PictureFacts(BaseModel):
    """The file of the finished picture."""

    file: str = "picture.png"
    width: int
    height: int
    bytes: int
    sha256: str


class Place(BaseModel):
    """Which round of a loop a picture is; `number` counts from 0."""

    loop: str
    number: int
    of: int


class Record(BaseModel):
    """What record.json holds."""

    model_config = _NUMBERS

    format: int = FORMAT
    id: str
    state: State = "running"
    created: AwareDatetime
    settings: Settings
    model: ModelFacts
    software: dict[str, str] = {}
    encodings: list[Encoding] = []
    steps: list[StepFacts] = []
    ledger: list[Decision] = []
    timings: dict[str, float] = {}
    meter: Meter | None = None
    """What else it took; None in records of a time when nobody counted."""
    picture: PictureFacts | None = None
    enhanced: Enhanced | None = None
    """What a language model made of the prompt; None where none was asked, or not yet."""
    batch: Batch | None = None
    """The batch it was made in, to be chosen from; None where it was made alone."""
    place: Place | None = None
    """The round of a loop that it is; None where it is none."""
    scores: list[Score] = []
    """How well its picture does, by all that can say on the machine that made it."""
    retouched: Retouched | None = None
    """What became of the picture it began with; None where it began with noise alone."""
    parent: str | None = None
    """The exposure this one branched from, and the step it left it at."""
    branch_step: int | None = None
    alterations: tuple[Alteration, ...] = ()
    """What a person altered on its way, its parents' included: settings and these make the picture again."""
    inherited: int = 0
    """How many of them, from the first on, are its parent's."""
    stopped: Moment | None = None
    """Where it stands, if it is paused."""
    name: str = ""
    """What a person calls it."""
    keep: Keep = "all"
    """How much of it is kept."""
    message: str = ""

    @property
    def seconds(self) -> float:
        """How long all its stages took together."""
        return sum(self.timings.values(), 0.0)

    @property
    def told(self) -> Settings:
        """The settings as the pipeline gets them: with the prompt as it was rewritten, where it was."""
        written = self.enhanced.prompt if self.enhanced else ""
        update = {"enhance": None} | ({"prompt": written} if written else {})
        return self.settings.model_copy(update=update)

    def save(self, folder: Path) -> None:
        """Write record.json whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / ".record.json"
        partial.write_text(self.model_dump_json(indent=1), encoding="utf-8")
        partial.replace(folder / "record.json")

    @staticmethod
    def open(folder: Path) -> "Record":
        """The record of the exposure in `folder`.

        Raises:
            BrokenRecord: it is missing, damaged, of a later format, or no record of ours.
        """
        path = folder / "record.json"
        try:
            return Record.model_validate_json(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BrokenRecord(path, error.strerror or str(error)) from error
        except (ValidationError, UnicodeDecodeError) as error:
            raise BrokenRecord(path, _what_is_wrong(error)) from error

    @field_validator("format")
    @classmethod
    def _readable(cls, version: int) -> int:
        if not 1 <= version <= FORMAT:
            raise ValueError(f"its format is {version}, and this version reads 1 to {FORMAT}")
        return version


def _what_is_wrong(error: ValidationError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8 text"
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]


def hidden_states(encoding: Encoding) -> str:
    """The key of the hidden states of the call that an encoding is a row of."""
    told = f"/from/{encoding.from_step:03d}" if encoding.from_step else ""
    return f"{encoding.encoder}/{encoding.call}{told}/hidden_states"


def new_id(created: datetime) -> str:
    """A name for an exposure, unique and in order of time: "20261122-123456-ab12"."""
    return f"{created.astimezone(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}"


@dataclass
class Exposure:
    """One picture's whole record, with its tensors and pictures.

    Tensors by their key ("noise", "steps/000/latents"), pictures by their file ("steps/000.webp").
    """

    record: Record
    tensors: Mapping[str, Array] = field(default_factory=dict)
    pictures: MutableMapping[str, Image.Image] = field(default_factory=dict)
    folder: Path | None = None
    run: Any = field(default=None, repr=False, compare=False)
    """In a live one the `runs.Run`, from which it can be gone on without the disk."""

    @property
    def id(self) -> str:
        """Its name, `YYYYMMDD-HHMMSS-xxxx`, in UTC."""
        return self.record.id

    @property
    def steps(self) -> list["Step"]:
        """Every turn of the denoising loop."""
        return [Step(facts, self) for facts in self.record.steps]

    @property
    def ledger(self) -> list[Decision]:
        """Who decided what."""
        return self.record.ledger

    @property
    def noise(self) -> Array | None:
        """The initial latents."""
        return self.tensors.get("noise")

    @property
    def latents(self) -> Array | None:
        """The latents after the last step."""
        return self.tensors.get("latents")

    @property
    def prompt_embeds(self) -> Array | None:
        """The text as the denoiser gets it in the first step."""
        return self.tensors.get("prompt_embeds")

    def hidden_states(self, encoding: Encoding) -> Array | None:
        """[layer, token, dim] of one encoding, embedding layer first."""
        states = self.tensors.get(hidden_states(encoding))
        return None if states is None else states[:, encoding.row]

    @property
    def picture(self) -> Image.Image | None:
        """The finished picture; None when it was never finished.

        Raises:
            BrokenRecord: it was finished, and its file is gone or is no picture.
        """
        seen = self.picture_of("picture.png")
        if seen is None and self.record.picture is not None and self.folder is not None:
            raise BrokenRecord(self.folder / "picture.png", "it is missing")
        return seen

    def picture_of(self, file: str) -> Image.Image | None:
        """One of its pictures, read when first asked for; None when there is none.

        Raises:
            BrokenRecord: the file is there and is no picture.
        """
        if file not in self.pictures and self.folder is not None and (self.folder / file).exists():
            try:
                with Image.open(self.folder / file) as picture:
                    self.pictures[file] = picture.copy()
            except (OSError, SyntaxError, ValueError) as error:
                raise BrokenRecord(self.folder / file, "it is no picture, or a damaged one") from error
        return self.pictures.get(file)

    def save(self, folder: Path) -> None:
        """Write everything to `folder`, the record last; a picture that is already there stays as it is."""
        self.save_pictures(folder)
        files.write(folder / ".tensors.safetensors", self.tensors)
        (folder / ".tensors.safetensors").replace(folder / "tensors.safetensors")
        self.record.save(folder)

    def save_pictures(self, folder: Path) -> None:
        """Write the pictures that are not in `folder` yet."""
        (folder / "steps").mkdir(parents=True, exist_ok=True)
        for file, picture in self.pictures.items():
            if not (folder / file).exists():  # WebP at its fastest; PNG has no such options
                picture.save(folder / file, lossless=True, quality=0, method=0)

    @staticmethod
    def open(folder: Path) -> "Exposure":
        """Reopen an exposure; tensors and pictures are read when asked for.

        Raises:
            BrokenRecord: a file is missing, damaged or not ours; the error names it.
        """
        record = Record.open(folder)
        path = folder / "tensors.safetensors"
        kept = path.exists() or record.state == "finished"
        return Exposure(record, files.Tensors(path) if kept else {}, folder=folder)


@dataclass(frozen=True)
class Step:
    """One turn of the denoising loop: its facts, and its arrays, each None when it was not recorded."""

    facts: StepFacts
    exposure: Exposure = field(repr=False)

    def _tensor(self, name: str) -> Array | None:
        return self.exposure.tensors.get(f"steps/{self.facts.index:03d}/{name}")

    @property
    def latents(self) -> Array | None:
        """What went in, [channel, height, width]."""
        return self._tensor("latents")

    @property
    def model_output(self) -> Array | None:
        """What `scheduler.step` was given, guidance applied."""
        return self._tensor("model_output")

    @property
    def cond(self) -> Array | None:
        """The prediction with the prompt."""
        return self._tensor("cond")

    @property
    def uncond(self) -> Array | None:
        """The prediction without it; None without guidance."""
        return self._tensor("uncond")

    @property
    def denoised(self) -> Array | None:
        """The estimate of the clean latents."""
        return self._tensor("denoised")

    @property
    def attention(self) -> Array | None:
        """Where each vector that it is told was attended to, [column, height, width]; they sum to 1."""
        return self._tensor("attention")

    @property
    def picture(self) -> Image.Image | None:
        """`denoised`, decoded: the picture as the model would end it now."""
        return self.exposure.picture_of(f"steps/{self.facts.index:03d}.webp")
