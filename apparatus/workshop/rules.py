"""Words that are not wanted in a workshop: `prompts/rules.toml`, a list that a curator edits.

    rules = Rules.load()
    rules.refused("une p.u.t.a.i.n de maison")    # "putain"
    rules.refused("une assiette")                 # None

A block list is a courtesy, not a safeguard. It stops the first silly idea, and tells the room what is not
done here. It does not know what words mean: whoever means to get round it will (a synonym, a third language,
a new spelling), it says nothing of what a picture will show, and now and then it refuses what is innocent.
What keeps a room safe is somebody in it who looks.
"""

import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import groupby, product
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from apparatus.errors import BrokenRules

DIGITS, MARKS = "0123456789", "@$!¡|+€"
"""What may stand for a letter, where there are letters beside it."""

ENDS = "!¡|+"
"""Those of them that mostly stand for themselves at the end of a word."""

LEET = str.maketrans(DIGITS + MARKS, "oizeasgtbg" + "asiiite")
"""The letter that each stands for."""

OTHER = str.maketrans("169!|", "lbpll")
"""Another that some of them stand for."""

ALIKE = str.maketrans("øłđðıавекмнорстухѕіјһԁԛԝєαβγεηικνορτυχ", "olddiabekmhopctyxsijhdqweabyenikvoptux")
"""Letters of other alphabets that look like ours."""

LETTERS, SIGNED = re.compile(r"[^\W_]+"), re.compile(rf"(?:[^\W_]|[{re.escape(MARKS)}])+")
"""Words of letters and digits; and of signs for letters as well."""

JOINS = re.compile(r"(?<=\w)[._*~\-\u00b7\u2022\u2010-\u2015]+(?=\w)")
"""What is put between the letters of one word to hide it."""

STARRED = re.compile(r"[^\W_]+(?:[*#]+[^\W_]+)+")
"""A word of which stars hide letters."""

ELIDED = re.compile(r"\b[cdjlmnst]['’]")
"""What a French word loses its vowel to before another."""

ALONE = "aiouy"
"""Letters that are words of their own, before a word that is spelled out."""


class Rules(BaseModel):
    """Words and phrases that are not wanted, and `allowed` ones in which such a word is innocent.

    They are found whole only, in either language, in the singular and the plural: upper case, accents, digits
    and signs for letters, letters of other alphabets, letters repeated or set apart do not hide them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @field_validator("fr", "en", "phrases", "allowed")
    @classmethod
    def _long_enough(cls, listed: tuple[str, ...]) -> tuple[str, ...]:
        for said in listed:
            if len("".join(words(said))) < 2:
                raise ValueError(f"{said!r} is too short: it takes two letters to be found")
        return listed

    @classmethod
    def load(cls) -> "Rules":
        """The curator's, from APPARATUS_PROMPTS; else those that come with the package.

        A file that was changed is read again.

        Raises:
            BrokenRules: the file cannot be read, or says what is no rule.
        """
        file = _file()
        try:
            return _read(file, file.stat().st_mtime_ns)
        except OSError as error:
            raise BrokenRules(file, error.strerror or str(error)) from error

    def refused(self, text: str) -> str | None:
        """A word or phrase of the list that a text holds, as the list has it; None where it may pass."""
        for reading in readings(text):
            if self._unwanted.search(reading) is None:
                continue
            if hit := self._unwanted.search(self._innocent.sub(" ", reading)):
                return self._named(hit[1])
        return next(self._starred(text), None)

    def _starred(self, text: str) -> Iterator[str]:
        """The listed words that a text may mean by words of which stars hide letters."""
        for hidden in STARRED.findall(fold(text)):
            may_be = re.compile(re.sub("[*#]", ".", hidden))
            yield from (said for said in self.fr + self.en if may_be.fullmatch("".join(words(said))))

    def _named(self, hit: str) -> str:
        """What was hit, as the list has it."""
        return next(said for said in self._listed if re.fullmatch(_forms(words(said)), hit))

    @property
    def _listed(self) -> tuple[str, ...]:
        return self.fr + self.en + self.phrases

    @cached_property
    def _unwanted(self) -> re.Pattern[str]:
        return _any(self._listed)

    @cached_property
    def _innocent(self) -> re.Pattern[str]:
        return _any(self.allowed)


def readings(text: str) -> Iterable[str]:
    """The ways to read a text, each once, a row of folded words with a space around every one.

    As it stands; with signs for letters; with digits for letters; with what was set apart put together.
    """
    plain = fold(text)
    signed = SIGNED.findall(plain)
    joined = [LETTERS.findall(JOINS.sub("", part)) for part in plain.split() if JOINS.search(part)]
    spelled = [[word] for row in (signed, SIGNED.findall(ELIDED.sub("", plain))) for word in _spelled(row)]
    together = [word for row in dict.fromkeys(map(tuple, joined + spelled)) for word in (*row, "/")]
    found: dict[str, None] = {}
    for row in (LETTERS.findall(plain), signed, together):
        for bare in ("\0", ENDS, MARKS, MARKS + DIGITS):
            for table in (LEET, LEET | OTHER):
                found[f" {' '.join(_letters(word.strip(bare), table) for word in row)} "] = None
    return found


def words(said: str) -> list[str]:
    """The words of a listed phrase, folded, signs and digits read as letters."""
    row = SIGNED.findall(fold(said))
    return [_letters(word.strip(MARKS), LEET) for word in row if word.strip(MARKS)]


def fold(text: str) -> str:
    """Small letters without accents, nothing that cannot be seen, look-alikes of other alphabets as ours."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("œ", "oe").replace("æ", "ae")
    parts = unicodedata.normalize("NFKD", text)
    seen = (letter for letter in parts if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))
    return "".join(seen).translate(ALIKE)


def _letters(word: str, table: dict[int, int]) -> str:
    """A word with digits and signs read as letters; a number stays one."""
    return word.translate(table) if word.strip(DIGITS + MARKS) else word


def _spelled(row: list[str]) -> Iterator[str]:
    """Words that are spelled letter by letter, of three letters at least."""
    bare = [word.strip(ENDS) or word for word in row]
    for single, letters in groupby(bare, lambda word: len(word) == 1):
        word = "".join(letters)
        if single and len(word) > 2:
            yield word
            if len(word) > 3 and word[0] in ALONE:
                yield word[1:]


def _any(listed: Iterable[str]) -> re.Pattern[str]:
    """What finds any of the listed words and phrases.

    Each way to write one begins with its letter, as such, so that the search tries few of them at any place.
    """
    found = "|".join(_forms(words(said)) for said in listed)
    return re.compile(f" ({found})(?= )" if found else r"(?!)")


def _forms(folded: list[str]) -> str:
    """What finds folded words in a row, each in the singular or the plural."""
    return "|".join(" ".join(row) for row in product(*map(_plurals, folded)))


def _plurals(word: str) -> list[str]:
    """A folded word and its simple plurals, each letter as often as it is there or more often."""
    forms = [word, word + "s", word + "x"]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        forms.append(word + "es")
    if word.endswith("y"):
        forms.append(word[:-1] + "ies")
    if word.endswith("al"):
        forms.append(word[:-2] + "aux")
    runs = [[(letter, len(list(run))) for letter, run in groupby(form)] for form in forms]
    return ["".join(f"{re.escape(c) * n}{re.escape(c)}*" for c, n in form) for form in runs]


def _file() -> Path:
    own = Path(os.environ.get("APPARATUS_PROMPTS") or "/dev/null") / "rules.toml"
    return own if own.is_file() else Path(str(files("apparatus"))) / "prompts" / "rules.toml"


@lru_cache(maxsize=16)
def _read(file: Path, changed: int) -> Rules:
    try:
        return Rules.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BrokenRules(file, f"{where}: {first['msg'].removeprefix('Value error, ')}") from error
    except ValueError as error:
        raise BrokenRules(file, str(error)) from error
