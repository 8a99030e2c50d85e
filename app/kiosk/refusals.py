"""What the kiosk does not do, said in both languages: calmly, without a word of what went wrong inside."""

from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.i18n import LANGUAGES, _, speaking
from apparatus.errors import ApparatusError

OTHER = "Other"


class KioskOpen(ApparatusError, RuntimeError):
    """Another process serves a kiosk out of the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"A kiosk in {folder} was asked for, and one is open there. Use that one, close it, or choose "
            "another --folder."
        )


class VisitOver(ApparatusError, LookupError):
    """The visit is over: all that was made in it is wiped."""

    def __init__(self) -> None:
        super().__init__("This visit is over, and all that was made in it is wiped. Begin another.")


class Resting(ApparatusError, RuntimeError):
    """No picture can be made just now."""

    def __init__(self) -> None:
        super().__init__("No picture can be made just now. Try again in a moment.")


class AfterHours(ApparatusError, RuntimeError):
    """The kiosk is closed at this hour."""

    def __init__(self) -> None:
        super().__init__("The kiosk is closed at this hour.")


class EnoughMade(ApparatusError, RuntimeError):
    """One visit has as many pictures as it may."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"This visit has made {most} pictures. Begin another.")


class NoTyping(ApparatusError, ValueError):
    """The curator lets nothing be typed here."""

    def __init__(self) -> None:
        super().__init__("Nothing can be typed here. Choose words.")


STATUS = {"VisitOver": 410, "ExposureNotFound": 404}
"""By the name of a refusal, if that is not 409."""


def sentences() -> dict[str, str]:
    """What is said of each refusal, by its name."""
    return {
        OTHER: _("That cannot be done just now. Go on with something else."),
        "VisitOver": _("This visit is over, and all that was made in it is wiped. Touch to begin anew."),
        "Resting": _("The machine rests for a moment. Try again soon."),
        "AfterHours": _("It is closed at this hour."),
        "EnoughMade": _("That is all the pictures that one visit may make. Begin again for more."),
        "NothingChosen": _("Choose something first that can be seen."),
        "NotAChoice": _("That is on no card here. Choose another word."),
        "NoTyping": _("Nothing is typed here: the words are chosen."),
        "NotWanted": _("A word in it is not wanted here. Say it another way."),
        "BrokenRules": _("Nothing can be typed just now. Choose words instead."),
        "NoPicture": _("This picture is not finished yet. Wait a moment."),
        "WordNotRead": _("The program did not read this word. Choose another."),
        "CannotAlter": _("This program cannot let go of a single word."),
        "ExposureNotFound": _("This picture is not here any more."),
    }


def said(name: str) -> dict[str, str]:
    """The sentence of a refusal, in both languages."""
    told: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            told[language] = sentences().get(name, sentences()[OTHER])
    return told


async def refused(request: Request, error: Exception) -> Response:
    """A refusal as the page reads it."""
    name = type(error).__name__
    told: dict[str, Any] = {"problem": name, "said": said(name)}
    return JSONResponse(told, STATUS.get(name, 409), {"Cache-Control": "no-store"})


async def missing(request: Request, error: Exception) -> Response:
    """What is not there, or is nobody's business."""
    assert isinstance(error, HTTPException), "it is asked for these only"
    told = {"problem": str(error.status_code), "said": said(OTHER)}
    return JSONResponse(told, error.status_code, {"Cache-Control": "no-store"} | dict(error.headers or {}))


async def broken(request: Request, error: Exception) -> Response:
    """Whatever else goes wrong: no trace of it is shown."""
    return JSONResponse({"problem": OTHER, "said": said(OTHER)}, 500, {"Cache-Control": "no-store"})
