"""What a person may ask of a model, and in which ranges."""

import unicodedata
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from apparatus.enhancements import Enhance
from apparatus.errors import OutOfRange
from apparatus.retouching import Retouch

LONGEST_PROMPT = 10_000

Who = Literal["person", "program", "chance"]
"""Who decides what is asked, and whatever else is decided."""

_CONTROLS = ("Cc", "Cs", "Zl", "Zp")  # controls, halves of surrogate pairs, line and paragraph separators


class Lora(BaseModel):
    """A small file of weights that are added to a model's own; or, as text, "FILE" or "FILE:WEIGHT".

    `file` is a path, or a name in the folder APPARATUS_LORAS. `sha256` is of the file, once it was used:
    another file of that name is then refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(min_length=1, max_length=4096)
    weight: float = Field(1.0, ge=-4, le=4)
    """0: it does nothing."""
    sha256: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, said: Any) -> Any:
        if not isinstance(said, str):
            return said
        file, _, weight = said.rpartition(":")
        try:
            return {"file": file, "weight": float(weight)} if file else {"file": said}
        except ValueError:
            return {"file": said}


class Settings(BaseModel):
    """What was asked of the model. A setting left at None takes the model's own default.

    Raises:
        OutOfRange: a setting lies outside its range, is of the wrong kind, or there is no such setting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = "obscura"
    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = Field(None, ge=0, le=2**32 - 1)
    num_inference_steps: int | None = Field(None, ge=1, le=150)
    guidance_scale: float | None = Field(None, ge=0, le=30)
    """At most 1 means no guidance: one branch only."""
    height: int | None = Field(None, ge=64, le=2048, multiple_of=8)
    width: int | None = Field(None, ge=64, le=2048, multiple_of=8)
    loras: tuple[Lora, ...] = ()
    """Added to the model in this order; of one file that is named twice, the last counts."""
    enhance: Enhance | None = None
    """A language model rewrites the prompt; None where it goes in as it was written."""
    retouch: Retouch | None = None
    """Another picture that it begins with; None where it begins with noise alone."""
    language: Literal["fr", "en"] | None = None
    """Of the prompt; at None it is told by the prompt's words, and stays None where they do not tell."""

    def __init__(self, **asked: Any) -> None:
        try:
            super().__init__(**asked)
        except ValidationError as error:
            first = error.errors()[0]
            cause = first.get("ctx", {}).get("error")
            if isinstance(cause, OutOfRange):
                raise cause from error
            setting = str(first["loc"][0])
            raise OutOfRange(setting, _shortly(first["input"]), allowed(setting)) from error

    @field_validator("prompt", "negative_prompt")
    @classmethod
    def _clean(cls, text: str) -> str:
        if len(text) > LONGEST_PROMPT:
            raise ValueError(len(text))
        return "".join(" " if unicodedata.category(c) in _CONTROLS else c for c in text)

    def filled(self, **defaults: Any) -> "Settings":
        """The same, with what was left at None taken from `defaults`."""
        asked = self.model_dump(exclude_none=True)
        return Settings(**{k: v for k, v in defaults.items() if k in type(self).model_fields} | asked)


def bounds(setting: str) -> tuple[int | float, int | float]:
    """The least and the greatest value of a numeric setting, for a slider."""
    limits = Settings.model_fields[setting].metadata
    return next(m.ge for m in limits if hasattr(m, "ge")), next(m.le for m in limits if hasattr(m, "le"))


def allowed(setting: str) -> str:
    """The range of a setting as a person reads it: "64 to 2048, in multiples of 8"."""
    if setting in ("prompt", "negative_prompt"):
        return f"0 to {LONGEST_PROMPT} characters"
    if setting == "language":
        return "fr or en"
    if setting == "loras":
        return "FILE or FILE:WEIGHT, with a weight from -4 to 4"
    if setting == "model":
        return "a name in the catalogue, or a folder"
    if setting == "enhance":
        return "a language model, an instruction, a temperature, a top-p, a seed, a length, chosen tokens"
    if setting == "retouch":
        return "a picture to begin with, a way, a strength over 0 and up to 1, and a mask"
    if setting not in Settings.model_fields:
        return "nothing; the settings are " + ", ".join(Settings.model_fields)
    low, high = bounds(setting)
    steps = [m.multiple_of for m in Settings.model_fields[setting].metadata if hasattr(m, "multiple_of")]
    return f"{low:g} to {high:.10g}" + "".join(f", in multiples of {step}" for step in steps)


def _shortly(asked: Any) -> Any:
    text = asked if isinstance(asked, str) else repr(asked)
    return asked if len(text) <= 80 else f"{len(text)} characters"
