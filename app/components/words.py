"""The stages in words: titles, quotations and definitions, in the reader's language."""

from typing import Any

from app.i18n import language
from apparatus import essays
from apparatus.essays import Quote, Term
from apparatus.record import STAGES


def stage_words() -> list[dict[str, Any]]:
    """The eleven stages in order, each with all that is said of it."""
    return [_stage(number, stage) for number, stage in enumerate(STAGES, start=1)]


def passages(stage: str, state: str | None = None) -> dict[str, Any]:
    """What a margin needs: the passages written for a stage, or for one moment of it.

    The words of the field stand beside the stage itself only.
    """
    quotes = [quote for quote in essays.quotes(stage) if quote.stages[0] == stage and quote.state == state]
    return {
        "title": essays.stages()[stage].wording(language()).title,
        "quotes": [_quote(quote) for quote in quotes],
        "definitions": [_definition(term) for term in essays.glossary(stage)] if state is None else [],
    }


def _stage(number: int, stage: str) -> dict[str, Any]:
    words = essays.stages()[stage].wording(language())
    return {
        "id": stage,
        "number": number,
        "title": words.title,
        "plain": words.plain,
        "term": words.term,
        "quotes": [_quote(quote) for quote in essays.quotes(stage)],
        "definitions": [_definition(term) for term in essays.glossary(stage)],
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "id": quote.id,
        "text": quote.text,
        "lang": "fr",
        "reference": quote.reference,
        "through": quote.through or "",
        "quoting": quote.quoting or "",
        "translation": "" if language() == "fr" else quote.translation,
    }


def _definition(term: Term) -> dict[str, Any]:
    words = term.wording(language())
    return {"id": term.id, "plain": words.plain, "term": words.term, "definition": words.definition}
