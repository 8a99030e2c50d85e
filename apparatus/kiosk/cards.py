"""Whole sentences on cards, for a model whose words nobody knows: `prompts/cards.toml`."""

import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from apparatus.errors import BrokenCuration
from apparatus.essays import Language

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Card(BaseModel):
    """A prompt to choose, the same in French and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    fr: Text
    en: Text

    def said(self, language: Language) -> str:
        """What it says in that language."""
        return self.fr if language == "fr" else self.en


class _Cards(BaseModel):
    card: tuple[Card, ...] = ()


def cards() -> tuple[Card, ...]:
    """All of them, in the file's order; none where there is no such file.

    Raises:
        BrokenCuration: the file cannot be read, or one of them is not whole.
    """
    own = os.environ.get("APPARATUS_PROMPTS")
    file = (Path(own) if own else Path(str(files("apparatus"))) / "prompts") / "cards.toml"
    try:
        return _Cards.model_validate(tomllib.loads(file.read_text("utf-8"))).card
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BrokenCuration(file, "", error.strerror or str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BrokenCuration(file, ".".join(map(str, first["loc"])), first["msg"]) from error
    except ValueError as error:
        raise BrokenCuration(file, "", str(error)) from error
