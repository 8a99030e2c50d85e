"""What is written on a channel's sheet: `prompts/channels/*.toml`, which a curator edits.

    template("artistic").said("title", "fr", fields)     # "un bateau rouge sur la mer, 2026"

A file of that name in the folder APPARATUS_PROMPTS goes before the one that comes with the package.
"""

import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from apparatus.errors import BrokenTemplate, OutOfRange
from apparatus.essays import Language

Channel = Literal["indicative", "imperative", "artistic"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Paper = Literal["a4", "a3"]
PAPERS: tuple[Paper, ...] = get_args(Paper)

Moment = Literal["retouched", "silent", "enhanced"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)

LINES: dict[Channel, tuple[str, ...]] = {
    "indicative": ("slug", "lead", "caption", "credit", "facts"),
    "imperative": ("slogan", "call", "print"),
    "artistic": ("author", "title", "year", "technique", "dimensions"),
}
"""The lines that each sheet has a place for."""

OPEN: dict[Channel, tuple[str, ...]] = {
    "indicative": ("caption", "credit"),
    "imperative": ("slogan", "call"),
    "artistic": ("title",),
}
"""Those that anybody may write. What says that a machine made the picture is not among them."""

EXAMPLE: dict[str, str | int | float] = {
    "prompt": "a boat", "title": "a boat", "date": "22 November 2026", "year": 2026, "model": "obscura",
    "seed": 7, "steps": 50, "guidance": 7.5, "width": 512, "height": 512, "width_mm": 130, "height_mm": 130,
    "ppi": 100, "id": "20261122-123456-ab12",
}  # fmt: skip
"""A value of each field that a text may name, of its own kind."""

FIELDS = frozenset(EXAMPLE)
LONGEST = {"caption": 400, "credit": 80, "slogan": 100, "call": 40, "title": 160}
"""Characters that a person may write on a line."""


class Texts(BaseModel):
    """A template in one language: each line, or several to choose from; and other words for some of them.

    `retouched` where the picture began with another one, `silent` where nothing was asked, `enhanced` where a
    language model wrote further what was.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, str | list[str]]

    retouched: dict[str, str] = {}
    silent: dict[str, str] = {}
    enhanced: dict[str, str] = {}

    def variants(self, line: str, moment: Moment | None = None) -> list[str]:
        """The texts for a line; for such a moment, where it has words of its own."""
        said = (getattr(self, moment) if moment else {}).get(line) or (self.model_extra or {}).get(line, [])
        return [said] if isinstance(said, str) else said

    def all(self, line: str) -> list[str]:
        """Every text that may come to stand on a line."""
        return [text for moment in (None, *MOMENTS) for text in self.variants(line, moment)]


class Template(BaseModel):
    """One channel's sheet: which passage stands beside it, on which papers, which lines, and their texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quote: str
    papers: tuple[Paper, ...]
    lines: tuple[str, ...]
    fr: Texts
    en: Texts

    def said(
        self, line: str, language: Language, fields: Mapping[str, Any], moment: Moment | None = None
    ) -> str:
        """The text of a line, its fields filled in; "" where the template leaves the line out.

        Of several, the seed picks one.
        """
        if line not in self.lines:
            return ""
        texts: Texts = getattr(self, language)
        variants = texts.variants(line, moment)
        return variants[int(fields.get("seed") or 0) % len(variants)].format_map(fields)


def template(channel: Channel) -> Template:
    """A channel's template.

    Raises:
        BrokenTemplate: its file is missing, or says what cannot be set.
    """
    file = _file(f"channels/{channel}.toml")
    try:
        return _read(file, file.stat().st_mtime_ns, channel)
    except OSError as error:
        raise BrokenTemplate(file, error.strerror or str(error)) from error


def _file(name: str) -> Path:
    own = Path(os.environ.get("APPARATUS_PROMPTS") or "/dev/null") / name
    return own if own.is_file() else Path(str(files("apparatus"))) / "prompts" / name


@lru_cache(maxsize=16)
def _read(file: Path, changed: int, channel: Channel) -> Template:
    try:
        read = Template.model_validate(tomllib.loads(file.read_text("utf-8")))
        _check(read, channel)
    except ValidationError as error:
        first = error.errors()[0]
        raise BrokenTemplate(file, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except ValueError as error:
        raise BrokenTemplate(file, str(error)) from error
    return read


def _check(read: Template, channel: Channel) -> None:
    """Raises:
    ValueError: a line has no place on the sheet or no text, or a text names what is not known, or
        sets it in a way that it cannot be.
    """
    if unknown := set(read.lines) - set(LINES[channel]):
        raise ValueError(f"{', '.join(sorted(unknown))}: no line of this sheet, which has {LINES[channel]}")
    for name, texts in (("fr", read.fr), ("en", read.en)):
        for line in read.lines:
            if not texts.variants(line):
                raise ValueError(f"{name}.{line}: there is no text")
            for text in texts.all(line):
                _known(f"{name}.{line}", text)


def _known(where: str, text: str) -> None:
    named = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    if unknown := named - FIELDS:
        raise ValueError(
            f"{where}: no field {', '.join(sorted(unknown))}; there are {', '.join(sorted(FIELDS))}"
        )
    try:
        text.format_map(EXAMPLE)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def written(channel: Channel, texts: Mapping[str, str]) -> dict[str, str]:
    """What a person wrote for lines of a sheet, without what was left empty.

    Raises:
        OutOfRange: nobody may write that line, or the text is too long.
    """
    kept = {line: " ".join(text.split(" ")).strip() for line, text in texts.items()}
    kept = {line: text for line, text in kept.items() if text}
    for line, text in kept.items():
        if line not in OPEN[channel]:
            raise OutOfRange(line, f"written on a sheet of the {channel} channel", ", ".join(OPEN[channel]))
        if len(text) > LONGEST[line]:
            raise OutOfRange(line, f"{len(text)} characters long", f"up to {LONGEST[line]} characters")
    return kept
