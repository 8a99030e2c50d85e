"""What a person alters in a run on its way: each alteration is a line in the record, from a step on.

    alterations = [GuidanceScale(at=5, guidance_scale=1.5), WordWeight(at=8, word="boat", weight=0)]
    apparatus.branch(model, exposure, 5, alterations)

An alteration acts from the step `at` on: the steps before it are not touched by it. One that acts on the
latents acts once, on those that step `at` begins with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from apparatus.errors import OutOfRange
from apparatus.masks import Mask
from apparatus.settings import LONGEST_PROMPT

Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Part = Annotated[float, Field(ge=0, le=1)]


class Line(BaseModel):
    """An alteration of some kind.

    Raises:
        OutOfRange: something in it lies outside its range, or does not belong to it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: int = Field(0, ge=0, le=10_000)
    """The first step that it acts in."""

    def __init__(self, **asked: Any) -> None:
        try:
            super().__init__(**asked)
        except ValidationError as error:
            raise _refused(error) from error


class Prompt(Line):
    """Another prompt. Words that were altered before are forgotten with the old one."""

    kind: Literal["prompt"] = "prompt"
    prompt: str = Field(max_length=LONGEST_PROMPT)


class NegativePrompt(Line):
    """Another negative prompt."""

    kind: Literal["negative_prompt"] = "negative_prompt"
    negative_prompt: str = Field(max_length=LONGEST_PROMPT)


class GuidanceScale(Line):
    """Another guidance scale."""

    kind: Literal["guidance_scale"] = "guidance_scale"
    guidance_scale: float = Field(ge=0, le=30)


class EncoderLayer(Line):
    """The prompt as a hidden layer of the text encoder has it, 0 being the embedding."""

    kind: Literal["encoder_layer"] = "encoder_layer"
    layer: int = Field(ge=0, le=1000)


class WordWeight(Line):
    """How many times as much a word is attended to: 1 changes nothing, 0 takes it out of sight.

    `occurrence` says which, where the word stands more than once.
    """

    kind: Literal["word_weight"] = "word_weight"
    word: str
    occurrence: int = Field(1, ge=1, le=1000)
    weight: float = Field(ge=0, le=10)


class WordVector(Line):
    """Another vector for a word, as the text encoder gave it to the denoiser.

    "toward": the part `amount` of the way to where `other` would lie in its place. "average": the same way to
    the middle between it and the prompt's word `other`, which comes to meet it. "noise": that part of the way
    to noise of its own length, drawn from `seed`.
    """

    kind: Literal["word_vector"] = "word_vector"
    word: str
    occurrence: int = Field(1, ge=1, le=1000)
    how: Literal["toward", "average", "noise"] = "toward"
    other: str = Field("", max_length=200)
    amount: Part = 1.0
    seed: Seed = 0


class Noise(Line):
    """In a region, the initial noise of another seed; `amount` is that noise's share of the variance."""

    kind: Literal["noise"] = "noise"
    at: Literal[0] = 0
    mask: Mask
    seed: Seed = 0
    amount: Part = 1.0


class Latents(Line):
    """In a region, other latents at the beginning of step `at`.

    "erase": zeros. "shift": what lies there moves `rows` down and `columns` to the right, and leaves noise of
    this step's strength behind. "scale": `factor` times as large. "renoise": noise of this step's strength
    instead, `amount` being its share of the variance. Noise is drawn from `seed`.
    """

    kind: Literal["latents"] = "latents"
    how: Literal["erase", "shift", "scale", "renoise"]
    mask: Mask
    rows: int = Field(0, ge=-512, le=512)
    columns: int = Field(0, ge=-512, le=512)
    factor: float = Field(1.0, ge=-4, le=4)
    amount: Part = 1.0
    seed: Seed = 0


class Steps(Line):
    """Another number of steps for the rest of the way, `remaining`, over the same range of noise."""

    kind: Literal["steps"] = "steps"
    remaining: int = Field(ge=1, le=150)


Alteration = Annotated[
    Prompt
    | NegativePrompt
    | GuidanceScale
    | EncoderLayer
    | WordWeight
    | WordVector
    | Noise
    | Latents
    | Steps,
    Field(discriminator="kind"),
]
Painted = Noise | Latents
OfWords = WordWeight | WordVector
_LINES: TypeAdapter[tuple[Alteration, ...]] = TypeAdapter(tuple[Alteration, ...])


@dataclass(frozen=True)
class Standing:
    """What stands at a step: the last word on each thing, None where it is as the settings have it."""

    prompt: str | None = None
    negative_prompt: str | None = None
    guidance_scale: float | None = None
    layer: int | None = None
    words: tuple[OfWords, ...] = ()
    noise: tuple[Painted, ...] = ()
    steps: tuple[Steps, ...] = ()


def read(lines: Any) -> tuple[Alteration, ...]:
    """Alterations from what JSON holds of them.

    Raises:
        OutOfRange: one of them is none.
    """
    try:
        return _LINES.validate_python(lines)
    except ValidationError as error:
        raise _refused(error) from error


def ordered(alterations: Iterable[Alteration]) -> tuple[Alteration, ...]:
    """In the order they act in."""
    return tuple(sorted(alterations, key=lambda line: line.at))


def until(alterations: Iterable[Alteration], step: int) -> tuple[Alteration, ...]:
    """Those that have acted once a run stands before `step`."""
    return tuple(line for line in alterations if line.at <= step)


def standing(alterations: Sequence[Alteration], step: int) -> Standing:
    """What stands at a step."""
    last: dict[str, Any] = {}
    words: tuple[OfWords, ...] = ()
    acting = until(ordered(alterations), step)
    for line in acting:
        match line:
            case Prompt():
                last["prompt"], words = line.prompt, ()
            case NegativePrompt():
                last["negative_prompt"] = line.negative_prompt
            case GuidanceScale():
                last["guidance_scale"] = line.guidance_scale
            case EncoderLayer():
                last["layer"] = line.layer
            case WordWeight() | WordVector():
                words = (*words, line)
            case _:
                pass
    noise = tuple(line for line in acting if isinstance(line, Noise | Latents) and line.at == 0)
    steps = tuple(line for line in acting if isinstance(line, Steps))
    return Standing(**last, words=words, noise=noise, steps=steps)


def _refused(error: ValidationError) -> OutOfRange:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "alteration"
    return OutOfRange(place, repr(first.get("input"))[:80], first["msg"])
