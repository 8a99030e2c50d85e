"""The custom components: what each gets, what it answers. Scripts and styles lie in the folders beside."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from app import enhancing, generations, loops, models, near, world
from app.components.darkroom_labels import darkroom_labels
from app.components.enhance_labels import enhance_labels
from app.components.labels import labels
from app.components.loop_labels import looped, looping
from app.components.meter_labels import metered
from app.components.program_labels import program_labels
from app.components.retouch_labels import retouched, retouching
from app.components.select_labels import selected, selecting
from app.components.shelf_labels import shelf_labels
from app.components.words import passages, stage_words
from app.i18n import _, language
from app.loop_routes import MOST as LONGEST
from app.refusals import sentences
from app.retouch_routes import HEAVIEST
from app.select_routes import FEWEST, MOST
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
        "retouchUrl": f"/retouch?id={exposure}&lang={language()}" if exposure else None,
        "enhanceUrl": f"/enhance?lang={language()}",
        "selectUrl": f"/select?lang={language()}",
        "loopUrl": f"/loop?exposure={exposure}&lang={language()}" if exposure else None,
        "channelsUrl": f"/channels?exposure={exposure}&lang={language()}" if exposure else None,
        "nearUrl": f"/program?exposure={exposure}&lang={language()}" if exposure and near.offered() else None,
        "labels": labels() | enhance_labels() | retouched() | selected() | looped() | metered() | problems(),
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


def darkroom(
    exposure: str | None, recent: list[dict[str, Any]], model: str, worn: Mapping[str, float]
) -> None:
    """One exposure on the bench, to be stopped, looked into, altered and grown to other ends.

    `recent` are those that can be opened where there is none yet, as the contact sheet shows them; `model`
    makes the new ones, and wears these LoRAs.
    """
    data = {
        "lang": language(),
        "model": model,
        "loras": [{"file": name, "weight": weight} for name, weight in worn.items()],
        "exposure": exposure,
        "recent": [
            {
                "id": plate["id"],
                "prompt": plate["caption"] if plate["written"] else "",
                "finished": plate["state"] == "finished",
            }
            for plate in recent
        ],
        "labels": labels() | darkroom_labels() | retouched() | problems(),
    }
    renderer("darkroom", "chain")(key="darkroom", data=data)


def retouch(recent: list[dict[str, Any]], model: str, worn: Mapping[str, float]) -> None:
    """A picture gone over again: painted, covered with noise, or told what to change; and what became of it.

    `recent` are those that can be taken, as the contact sheet shows them; `model` makes the new one, and
    wears these LoRAs.
    """
    data = asking(model, worn) | {
        "title": models.title(model),
        "heaviest": HEAVIEST,
        "recent": [
            {"id": plate["id"], "prompt": plate["caption"] if plate["written"] else ""}
            for plate in recent
            if plate["state"] == "finished"
        ],
        "labels": labels() | retouched() | retouching() | problems(),
        "stages": titles(),
        "beside": passages("retouch"),
    }
    renderer("retouch", "chain", "darkroom")(key="retouch", data=data)


def enhance(prompt: str, model: str, worn: Mapping[str, float]) -> None:
    """A prompt rewritten token by token, other roads it could have taken, and the pictures of both texts.

    `prompt` is what was written elsewhere, `model` makes the pictures, and wears these LoRAs.
    """
    data = asking(model, worn) | {
        "prompt": prompt,
        "speakers": enhancing.offered(),
        "templates": enhancing.templates(),
        "labels": labels() | enhance_labels() | problems(),
        "stage": next(stage for stage in stage_words() if stage["id"] == "enhance"),
    }
    renderer("enhance", "chain", "world")(key="enhance", data=data)


def select(model: str, worn: Mapping[str, float]) -> None:
    """Candidates of one prompt, how each is scored and why, who keeps which; and all that nobody keeps."""
    data = asking(model, worn) | {
        "fewest": FEWEST,
        "most": MOST,
        "labels": labels() | selected() | selecting() | problems(),
        "beside": passages("select"),
    }
    renderer("select", "chain", "darkroom")(key="select", data=data)


def loop(exposure: str | None, model: str, worn: Mapping[str, float]) -> None:
    """A picture that goes back in, round after round: how far it drifts, and whether it settles.

    `exposure` is the one to begin with; where there is none, `model` makes the first picture.
    """
    first = loops.first(exposure) if exposure else None
    beside = [passages("loop", state) for state in (None, "caption", "drift")]
    data = asking(model, worn) | {
        "first": first,
        **loops.choices(first["model"] if first else model),
        "most": LONGEST,
        "generations": generations.recorded(),
        "labels": labels() | looped() | looping() | problems(),
        "beside": beside[0] | {"quotes": [quote for one in beside for quote in one["quotes"]]},
    }
    renderer("loop", "chain", "darkroom")(key="loop", data=data)


def asking(model: str, worn: Mapping[str, float]) -> dict[str, Any]:
    """What a page needs that asks for pictures by itself."""
    loras = [{"file": name, "weight": weight} for name, weight in worn.items()]
    return {"lang": language(), "model": model, "loras": loras}


def titles() -> list[dict[str, Any]]:
    """What each stage is called, for a line that says how a run stands."""
    return [{name: stage[name] for name in ("id", "number", "title")} for stage in stage_words()]


def shelf(chosen: str, worn: Mapping[str, float]) -> tuple[str | None, dict[str, Any] | None]:
    """Every model there is, those on this machine first, and the LoRA files to put on them.

    Returns the model that was just chosen, and the LoRA that was just put on or taken off, if one was.
    """
    data = {
        "lang": language(),
        "labels": labels() | program_labels() | shelf_labels(),
        "models": models.shelf(chosen),
        "loras": models.wardrobe(worn),
    }
    drawn = renderer("shelf", "chain", "world")(
        key="shelf", data=data, on_use_change=lambda: None, on_wear_change=lambda: None
    )
    return drawn.use, drawn.wear


def sheet(plates: list[dict[str, Any]]) -> str | None:
    """The contact sheet of the archive; the exposure that was just chosen in it, if one was."""
    data = {"lang": language(), "labels": labels() | retouched(), "plates": plates}
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
        "Upload": _("Choose a file"),
        "Drag and drop a file here": _("Drop the file here"),
    }
    renderer("tongue")(key="tongue", data={"lang": language(), "words": words})
