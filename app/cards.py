"""Prompt cards: texts to start from, in a file that a curator edits (`prompts/cards.toml`)."""

import logging
import os
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from app.i18n import LANGUAGES, language

logger = logging.getLogger(__name__)
HERE = Path(str(files("apparatus"))) / "prompts"


@cache
def cards() -> tuple[dict[str, str], ...]:
    """Every card, in `fr` and `en`; none when the file is missing or broken, for they are an offer."""
    file = Path(os.environ.get("APPARATUS_PROMPTS") or HERE) / "cards.toml"
    try:
        listed = tomllib.loads(file.read_text("utf-8"))["card"]
        return tuple({one: str(card[one]) for one in LANGUAGES} for card in listed)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, LookupError, TypeError) as error:
        logger.warning("%s holds no prompt cards that can be read (%r); the page shows none.", file, error)
        return ()


def prompts() -> list[str]:
    """The cards' texts in the reader's language."""
    return [card[language()] for card in cards()]
