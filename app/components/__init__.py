"""The custom components: what each gets, what it answers. Scripts and styles lie in the folders beside."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from app import models, near, world
from app.components.darkroom_labels import darkroom_labels
from app.components.labels import labels
from app.components.program_labels import program_labels
from app.components.shelf_labels import shelf_labels
from app.components.words import passages, stage_words
from app.i18n import _, language
from app.refusals import sentences
from app.shell import PAGES
from apparatus.models.sizes import embedded, known

HERE = Path(__file__).parent
LOADER = """\
const { default: draw } = await import(new URL("/parts/%s/%s.js", location.origin))
export default draw
"""


@cache
def renderer(name: str, *wearing: str) -> ComponentRenderer:
    """One of our components; its script is fetched from `/parts/`, so that it can be made of modules.

    It gets its own style sheet after those of the components that it is `wearing`.
    """
    style = "\n".join((HERE / one / f"{one}.css").read_text("utf-8") for one in (*wearing, name))
    html = f'<div class="{" ".join((*wearing, name))}"></div>\n'
    return st.components.v2.component(name, html=html, css=style, js=LOADER % (name, name))


def chain(exposure: str | None, on_cancel: Callable[[], None]) -> str | None:
    """All eleven stages of an exposure, live or recorded; closed, when there is none yet.

    Returns the exposure whose nearest training pictures were just asked for.
    """
    place = f"/exposures/{exposure}" if exposure else None
    data = {
        "lang": language(),
        "exposure": exposure,
        "eventsUrl": place and f"{place}/events",
        "pictureUrl": place and f"{place}/picture.png",
        "darkroomUrl": f"/darkroom?exposure={exposure}&lang={language()}" if exposure else None,
        "nearUrl": f"/program?exposure={exposure}&lang={language()}" if exposure and near.offered() else None,
        "labels": labels() | problems(),
        "stages": stage_words(),
    }
    drawn = renderer("chain")(key="chain", data=data, on_cancel_change=on_cancel, on_near_change=lambda: None)
    followed: str | None = drawn.near
    return followed


def problems() -> dict[str, str]:
    """What can go wrong, a sentence each, as the scripts look it up."""
    return {f"problem_{name}": sentence for name, sentence in sentences().items()}


def program(comparable: dict[str, Any] | None, on_near: Callable[[], None]) -> str | None:
    """The world, the embedded model's size beside others', the essays; the prompt that was just asked for.

    `comparable` are the exposures that can be laid beside training pictures; None leaves that part out.
    """
    data = {
        "lang": language(),
        "edition": world.edition(),
        "extent": world.extent(),
        "learnt": world.learnt(),
        "near": comparable,
        "labels": labels() | program_labels(),
        "passages": {
            "things": passages("program"),
            "training": passages("program", "training data"),
            "sizes": passages("program", "parameters"),
        },
        "sizes": [asdict(size) | {"parameters": size.parameters} for size in (embedded(), *known())],
    }
    drawn = renderer("world", "chain")(
        key="world", data=data, on_ask_change=lambda: None, on_near_change=on_near
    )
    asked: str | None = drawn.ask
    return asked


def darkroom(exposure: str | None, recent: list[dict[str, Any]], model: str) -> None:
    """One exposure on the bench, to be stopped, looked into, altered and grown to other ends.

    `recent` are those that can be opened where there is none yet, as the contact sheet shows them; `model`
    makes the new ones.
    """
    data = {
        "lang": language(),
        "model": model,
        "exposure": exposure,
        "recent": [
            {
                "id": plate["id"],
                "prompt": plate["caption"] if plate["written"] else "",
                "finished": plate["state"] == "finished",
            }
            for plate in recent
        ],
        "labels": labels() | darkroom_labels() | problems(),
    }
    renderer("darkroom", "chain")(key="darkroom", data=data)


def shelf(chosen: str) -> str | None:
    """Every model there is, those on this machine first; the one that was just chosen, if one was."""
    data = {
        "lang": language(),
        "labels": labels() | program_labels() | shelf_labels(),
        "models": models.shelf(chosen),
    }
    drawn = renderer("shelf", "chain", "world")(key="shelf", data=data, on_use_change=lambda: None)
    used: str | None = drawn.use
    return used


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
