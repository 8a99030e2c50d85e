"""Records in, figures and captions out: what a page says of an exposure, in the reader's language."""

from datetime import datetime
from typing import Any

import streamlit as st

from app.i18n import _, language, ngettext
from app.wording import moment, plain
from apparatus.store import Entry

PER_PAGE = 24
CAPTION = 200
"""Characters of a prompt that stand under its picture."""


def states() -> dict[str, str]:
    """How an exposure ended, in words; "" for one that needs no word."""
    return {
        "finished": "",
        "running": _("running"),
        "paused": _("paused"),
        "cancelled": _("cancelled"),
        "interrupted": _("interrupted"),
        "failed": _("failed"),
        "broken": _("damaged record"),
    }


def plate(entry: Entry) -> dict[str, Any]:
    """One exposure as the archive shows it: its picture, what was asked, when, by what seed, how it ended."""
    return {
        "id": entry.id,
        "address": f"/?exposure={entry.id}&lang={language()}",
        "picture": f"/exposures/{entry.id}/thumbnail.webp",
        "retouch": f"/retouch?id={entry.id}&lang={language()}" if entry.state == "finished" else "",
        "caption": shortly(entry.prompt) or _("without a word"),
        "written": bool(entry.prompt),
        "moment": entry.created,
        "when": moment(datetime.fromisoformat(entry.created), st.context.timezone),
        "seed": "" if entry.seed is None else str(entry.seed),
        "state": entry.state,
        "ended": states().get(entry.state, entry.state),
    }


def shortly(prompt: str) -> str:
    """The beginning of a prompt, as much of it as fits under a picture."""
    return prompt if len(prompt) <= CAPTION else f"{prompt[:CAPTION]}…"


def counted(count: int) -> str:
    """How many exposures there are."""
    return ngettext("{n} exposure", "{n} exposures", count).format(n=plain(count))


def pages(count: int) -> int:
    """How many pages of the archive that makes; at least one."""
    return max(1, -(-count // PER_PAGE))
