"""One picture that somebody takes home of a workshop, and what is said of it, as plain data."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from apparatus.essays import Language

SLUG = 40
"""Letters of a prompt in a folder's name."""

WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "silent": "sans un mot",
        "missing": "image absente",
        "nothing": "aucune image",
        "one": "1 image",
        "many": "{count} images",
        "page": "page {page} sur {pages}",
        "number": "numéro",
        "id": "identifiant",
        "name": "nom",
        "exercise": "exercice",
        "prompt": "prompt",
        "guess": "prévu avant",
        "answer": "dit après",
        "picture": "fichier",
        "steps": "les étapes",
        "record": "tout ce qui s’est passé",
    },
    "en": {
        "silent": "without a word",
        "missing": "no picture",
        "nothing": "no pictures",
        "one": "1 picture",
        "many": "{count} pictures",
        "page": "page {page} of {pages}",
        "number": "number",
        "id": "id",
        "name": "name",
        "exercise": "exercise",
        "prompt": "prompt",
        "guess": "predicted",
        "answer": "said afterwards",
        "picture": "file",
        "steps": "the steps",
        "record": "all that happened",
    },
}


@dataclass(frozen=True)
class Taken:
    """One picture: whose, what was asked, its exposure's folder, and what was said before and after."""

    id: str
    name: str
    prompt: str
    exposure: Path
    exercise: str = ""
    guess: str = ""
    answer: str = ""

    def seen(self) -> Image.Image | None:
        """Its picture, RGB; None where there is none, or one that cannot be read."""
        try:
            with Image.open(self.exposure / "picture.png") as picture:
                return picture.convert("RGB")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None

    def said(self, language: Language) -> str:
        """Its prompt, or that there was none."""
        return clean(self.prompt) or WORDS[language]["silent"]

    def folder(self, number: int, of: int) -> str:
        """The name of its folder among so many: "07-un-bateau-rouge"; letters, digits and hyphens only."""
        return f"{number:0{max(2, len(str(of)))}}-{slug(self.prompt) or slug(self.id) or 'picture'}"


def clean(text: str) -> str:
    """A text in one line, without what no file can hold."""
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text)
    return re.sub("[^\\S\u00a0\u202f]+", " ", kept).strip()


def slug(text: str) -> str:
    """A text as a file may be named: its first words in small letters without accents, hyphens between."""
    plain = unicodedata.normalize("NFKD", text[:400].casefold().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall("[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
    name = "-".join(words)
    return name if len(name) <= SLUG else name[: SLUG + 1].rpartition("-")[0] or name[:SLUG]


def counted(count: int, language: Language) -> str:
    """How many pictures, in words."""
    words = WORDS[language]
    return (
        words["nothing"] if not count else words["one"] if count == 1 else words["many"].format(count=count)
    )
