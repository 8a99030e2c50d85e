"""What a language model is told to do with a prompt: files that a curator edits, `prompts/enhance/*.toml`.

    instructions.names()                             # ["picture", "rewrite"]
    instructions.text("picture", "fr")               # the instruction, with {prompt} where the prompt goes
    instructions.filled("Say more: {prompt}", "a cat")

A file says the same thing in French and in English: `fr = "…"`, `en = "…"`.
"""

import os
import re
import tomllib
from pathlib import Path

from apparatus.errors import NoInstruction
from apparatus.world.vocabulary import Language

HERE = Path(__file__).parent / "prompts"
NAME = re.compile(r"[a-z0-9-]{1,64}")
PLACE = "{prompt}"


def folder() -> Path:
    """Where the instructions lie: in APPARATUS_PROMPTS, if that holds any, else with the house's prompts."""
    chosen = os.environ.get("APPARATUS_PROMPTS")
    own = Path(chosen) / "enhance" if chosen else HERE / "enhance"
    return own if own.is_dir() else HERE / "enhance"


def names() -> list[str]:
    """The instructions there are."""
    return sorted(file.stem for file in folder().glob("*.toml") if NAME.fullmatch(file.stem))


def text(template: str, language: Language | None) -> str:
    """The instruction of that name in a language (English where it is not known); or the text itself.

    A text that could be a name is taken for one: a name is of small letters, digits and hyphens only.

    Raises:
        NoInstruction: there is none of that name, or its file cannot be read.
    """
    if not NAME.fullmatch(template):
        return template
    file = folder() / f"{template}.toml"
    try:
        said = tomllib.loads(file.read_text("utf-8"))[language or "en"]
    except FileNotFoundError as error:
        raise NoInstruction(template, "there is no such file", names()) from error
    except (OSError, ValueError, LookupError) as error:
        raise NoInstruction(template, f"{file.name} cannot be read ({error})", names()) from error
    return str(said).strip()


def filled(instruction: str, prompt: str) -> str:
    """The instruction with the prompt in its place; behind it, where it names no place."""
    if PLACE in instruction:
        return instruction.replace(PLACE, prompt)
    return f"{instruction}\n\n{prompt}"
