"""What the essays say of each stage: quotations, glossary, and the stages in plain words.

    from apparatus import essays

    essays.quotes("encode")[0].text            # French, word for word
    essays.quotes("encode")[0].reference       # author, work, edition, page
    essays.glossary("denoise")[0].fr.definition
    essays.stages()["noise"].en.title

Three TOML files beside this one hold the words; a curator edits those. Nothing here imports torch.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["fr", "en"]

SHORT = 180
"""Characters that a kiosk's screen takes at a glance."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quote(_Frozen):
    """One passage, verbatim in French, with our English translation and its source.

    `stages` names the stages it speaks of, the best-fitting first; `state` the moment within that
    first stage, where there is one. `through` is the essay that quotes the author, `quoting` whom
    the author's own sentence quotes. `page` is the page of `work`, `source` the essay's file.
    """

    id: str
    stages: tuple[str, ...]
    text: str
    translation: str
    author: str
    work: str
    source: str
    edition: str | None = None
    page: str | None = None
    through: str | None = None
    quoting: str | None = None
    state: str | None = None

    @property
    def short(self) -> bool:
        """Whether it fits a kiosk's screen: at most 180 characters."""
        return len(self.text) <= SHORT

    @property
    def reference(self) -> str:
        """Author, work, edition and page, as a caption gives them in either language."""
        page = f"p.\N{NO-BREAK SPACE}{self.page}" if self.page else None
        return ", ".join(part for part in (self.author, self.work, self.edition, page) if part)


class Wording(_Frozen):
    """A term in one language: its everyday name, the field's term, what it means."""

    plain: str
    term: str
    definition: str


class Term(_Frozen):
    """One entry of the glossary, in both languages, with the stages that show it."""

    id: str
    stages: tuple[str, ...]
    en: Wording
    fr: Wording

    def wording(self, language: Language) -> Wording:
        """The entry in that language."""
        return self.fr if language == "fr" else self.en


class StageWording(_Frozen):
    """A stage in one language: its title, the field's term, one sentence that says what it does."""

    title: str
    term: str
    plain: str


class StageText(_Frozen):
    """What a stage is called and does, in both languages."""

    id: str
    en: StageWording
    fr: StageWording

    def wording(self, language: Language) -> StageWording:
        """The stage in that language."""
        return self.fr if language == "fr" else self.en


def quotes(stage: str | None = None, state: str | None = None) -> tuple[Quote, ...]:
    """The quotations in the file's order; of one stage, those it fits best come first.

    With a `state` ("first step", "off"), those written for that moment of the stage come before all.
    """
    if stage is None:
        return _quotes()
    speaking = [quote for quote in _quotes() if stage in quote.stages]
    return tuple(sorted(speaking, key=lambda quote: _distance(quote, stage, state)))


def glossary(stage: str | None = None) -> tuple[Term, ...]:
    """The glossary in the file's order, whole or for one stage."""
    return tuple(term for term in _terms() if stage is None or stage in term.stages)


@cache
def stages() -> dict[str, StageText]:
    """The eleven stages by id, in the chain's order."""
    entries = _read("stages.toml")["stage"]
    return {id: StageText.model_validate({"id": id} | entry) for id, entry in entries.items()}


def _distance(quote: Quote, stage: str, state: str | None) -> int:
    place = quote.stages.index(stage)
    return -1 if state and place == 0 and quote.state == state else place


@cache
def _quotes() -> tuple[Quote, ...]:
    return tuple(Quote.model_validate(entry) for entry in _read("quotes.toml")["quote"])


@cache
def _terms() -> tuple[Term, ...]:
    return tuple(Term.model_validate(entry) for entry in _read("glossary.toml")["term"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(name).read_text("utf-8"))
