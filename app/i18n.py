"""The reader's language, and every sentence of the app in it.

The catalogues are gettext's (`locale/<language>/LC_MESSAGES/app.po`). They are read as they are written:
nothing has to be compiled, so a clone, an installed package and an edited catalogue all speak at once.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from apparatus.essays import Language

LANGUAGES: tuple[Language, ...] = ("fr", "en")
LOCALE = Path(__file__).parent / "locale"
_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


def catalogue_file(language: str) -> Path:
    """Where the sentences of one language are written."""
    return LOCALE / language / "LC_MESSAGES" / "app.po"


@cache
def catalogue(language: str) -> GNUTranslations:
    """The sentences of one language, ready to be asked for."""
    compiled = BytesIO()
    with catalogue_file(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language() -> Language:
    """The language of this page: chosen on it, else named in its address, else preferred by the browser."""
    return (
        _spoken.get()
        or named(st.session_state.get("lang"))
        or named(st.query_params.get("lang"))
        or preferred(st.context.locale)
    )


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak this language, where there is no page: in a route."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def named(name: str | None) -> Language | None:
    """The language of that name, if it is one of ours."""
    return next((language for language in LANGUAGES if language == name), None)


def preferred(locale: str | None) -> Language:
    """The nearest language we have to a browser's: French for any French, English for all others."""
    return "fr" if re.match(r"fr\b", locale or "", re.IGNORECASE) else "en"


def _(message: str) -> str:
    """A sentence in the language of this page."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, other: str, count: int) -> str:
    """A sentence in the language of this page, in the form its number asks for."""
    return catalogue(language()).ngettext(one, other, count)
