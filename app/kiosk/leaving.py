"""What a visitor takes away: a code on the screen, with the picture, its recipe, or where to fetch it."""

from typing import Any

from app.kiosk.booth import Booth
from app.kiosk.visit import Visit
from apparatus.errors import NoPicture
from apparatus.essays import Language
from apparatus.kiosk import keepsake
from apparatus.kiosk.keepsake import Code
from apparatus.record import Record

NOTHING: dict[str, Any] = {"kind": "none", "svg": "", "side": None, "holds": {}}


def code(here: Booth, visit: Visit, exposure: str, language: Language) -> dict[str, Any]:
    """The code of a finished picture, of the kind that the curator chose; `kind` "none": there is none.

    Raises:
        ExposureNotFound, NoPicture: there is no such picture in the visit, or not yet.
    """
    if not visit.wish(exposure).finished:
        raise NoPicture(exposure, "running")
    if here.curation.farewell == "none":
        return NOTHING
    made = _made(here, visit, exposure, language)
    return {"kind": made.kind, "svg": made.svg, "side": made.side, "holds": made.holds}


def _made(here: Booth, visit: Visit, exposure: str, language: Language) -> Code:
    folder = here.place(exposure)
    if here.curation.farewell == "recipe":
        return keepsake.recipe_code(Record.open(folder), language)
    try:
        png = (folder / "picture.png").read_bytes()
    except OSError as error:
        raise NoPicture(exposure, "gone") from error
    if here.curation.farewell == "picture":
        return keepsake.picture_code(png)
    return keepsake.address_code(f"{here.curation.address}/taken/{visit.take(png)}.png")
