"""The custom components: what each gets, what it answers. Scripts and styles lie in the folders beside."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from app.components.labels import labels
from app.components.words import stage_words
from app.i18n import _, language
from app.refusals import sentences
from app.shell import PAGES

HERE = Path(__file__).parent
LOADER = """\
const { default: draw } = await import(new URL("/parts/%s/%s.js", location.origin))
export default draw
"""


@cache
def renderer(name: str) -> ComponentRenderer:
    """One of our components; its script is fetched from `/parts/`, so that it can be made of modules."""
    style = (HERE / name / f"{name}.css").read_text("utf-8")
    html = f'<div class="{name}"></div>\n'
    return st.components.v2.component(name, html=html, css=style, js=LOADER % (name, name))


def chain(exposure: str | None, on_cancel: Callable[[], None]) -> None:
    """All eleven stages of an exposure, live or recorded; closed, when there is none yet."""
    place = f"/exposures/{exposure}" if exposure else None
    data = {
        "lang": language(),
        "exposure": exposure,
        "eventsUrl": place and f"{place}/events",
        "pictureUrl": place and f"{place}/picture.png",
        "labels": labels() | {f"problem_{name}": sentence for name, sentence in sentences().items()},
        "stages": stage_words(),
    }
    renderer("chain")(key="chain", data=data, on_cancel_change=on_cancel)


def sheet(plates: list[dict[str, Any]]) -> str | None:
    """The contact sheet of the archive; the exposure that was just chosen in it, if one was."""
    data = {"lang": language(), "labels": labels(), "plates": plates}
    chosen: str | None = renderer("sheet")(key="sheet", data=data, on_open_change=lambda: None).open
    return chosen


def lamp() -> None:
    """The switch between darkroom and bright room."""
    labels = {"dark": _("Darkroom"), "light": _("Bright room")}
    renderer("lamp")(key="lamp", data={"labels": labels, "pages": PAGES}, width="content")


def tongue() -> None:
    """Say in the reader's language what Streamlit says in English; nothing is drawn."""
    words = {
        "Skip to main content": _("Skip to the page"),
        "Link to heading": _("Link to this heading"),
        "Increment": _("More"),
        "Decrement": _("Less"),
    }
    renderer("tongue")(key="tongue", data={"lang": language(), "words": words})
