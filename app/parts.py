"""Pieces of a page that depend on whether there is something to say."""

import re
from html import escape

import streamlit as st

from app import enhancing, state, world
from app.cards import prompts
from app.i18n import _

MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def unmarked(text: str) -> str:
    """Text with its Markdown taken literally, for a label."""
    return MARKS.sub(r"\\\1", text)


def paragraph(kind: str, text: str) -> None:
    """Plain text as a paragraph of its own kind, which the style sheet knows; no mark-up in it is obeyed."""
    st.html(f'<p class="{kind}">{escape(text)}</p>')


def young() -> None:
    """How much of its world the model in the package was shown, while that is not all."""
    met, there = world.met(), world.extent()["nouns"]
    if met < there:
        said = _(
            "The model in this package is younger than this world: "
            "so far it was shown {met} of its {all} things."
        )
        paragraph("introduction", said.format(met=met, all=there))


def cards() -> None:
    """The prompt cards, where a curator has written any."""
    texts = prompts()
    if texts:
        with st.container(key="cards"):
            name = _("Cards to start from")
            st.pills(name, texts, format_func=unmarked, key="card", on_change=state.take_card)


def enhance() -> None:
    """Whether the prompt is rewritten first, where somebody is there to do it."""
    if enhancing.speakers():
        st.toggle(_("Enhance: rewrite it first"), key=state.ENHANCE, persist_state="session")


def pages(count: int) -> int:
    """Which page is shown; a choice between them only where there are several."""
    return st.pagination(count, key="page", bind="query-params") if count > 1 else 1


def refusal() -> None:
    """The sentence a refusal left, where there is one."""
    sentence = state.refused()
    if sentence is not None:
        st.error(sentence, icon=":material/block:")
