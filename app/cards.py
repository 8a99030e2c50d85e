"""Prompt cards: texts to start from, in a file that a curator edits (`prompts/cards.toml`)."""

import os
import tomllib
from functools import cache
from pathlib import Path

from app.i18n import LANGUAGES, language
from apparatus.essays import Language

HERE = Path(__file__).parents[1] / "prompts"


@cache
def cards() -> tuple[dict[str, str], ...]:
    """Every card: `id`, `fr`, `en`. None when there is no such file: cards are an offer, not a need."""
    file = Path(os.environ.get("APPARATUS_PROMPTS") or HERE) / "cards.toml"
    return tuple(tomllib.loads(file.read_text("utf-8"))["card"]) if file.is_file() else ()


def spoken(prompt: str) -> Language | None:
    """The language of a prompt that was taken from a card as it stands; None of any other."""
    return next((one for one in LANGUAGES for card in cards() if card[one] == prompt), None)


def prompts() -> list[str]:
    """The cards' texts in the reader's language."""
    return [card[language()] for card in cards()]
