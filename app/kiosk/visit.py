"""One visitor's visit: what was made in it. Nothing of it is anywhere else, but the pictures' folders."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from secrets import token_hex, token_urlsafe

from app.kiosk.line import Wish
from apparatus.errors import ExposureNotFound
from apparatus.essays import Language

MOST = 40
"""Pictures that one visit may make."""
SHEETS = 9
"""Composed sheets that are remembered: three of three pictures."""


@dataclass(eq=False)
class Visit:
    """Who is here now, as far as that is known: by what they touched."""

    language: Language
    id: str = field(default_factory=lambda: token_hex(8))
    began: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.monotonic)
    screen: str = "compose"
    wishes: dict[str, Wish] = field(default_factory=dict)
    """All that was asked for, by exposure."""
    own: list[str] = field(default_factory=list)
    """Of these, the pictures that the visitor asked for: no comparisons."""
    others: dict[str, list[str]] = field(default_factory=dict)
    """By exposure, those that were made of the same words."""
    over: bool = False
    chosen: str = ""
    """The exposure that the visitor chose among others."""
    sheets: OrderedDict[tuple[str, str, str], bytes] = field(default_factory=OrderedDict)
    taken: dict[str, bytes] = field(default_factory=dict)
    """Pictures that a phone may fetch as long as the visit goes on, each under a name that nobody guesses."""

    def touch(self) -> None:
        """Somebody is here."""
        self.touched = time.monotonic()

    @property
    def idle(self) -> float:
        """Seconds since anybody was."""
        return time.monotonic() - self.touched

    def wish(self, exposure: str) -> Wish:
        """What was asked for under that id.

        Raises:
            ExposureNotFound: nothing was, in this visit.
        """
        if exposure not in self.wishes:
            raise ExposureNotFound(exposure, "this visit", self.wishes)
        return self.wishes[exposure]

    def take(self, png: bytes) -> str:
        """Let a phone fetch a picture; under which name."""
        secret = next((name for name, held in self.taken.items() if held == png), None) or token_urlsafe(9)
        self.taken[secret] = png
        return secret

    def remember(self, key: tuple[str, str, str], sheet: bytes) -> None:
        """Keep a sheet for when it is asked for again, and the latest few only."""
        self.sheets[key] = sheet
        while len(self.sheets) > SHEETS:
            self.sheets.popitem(last=False)

    def forget(self) -> None:
        """Hold nothing any more, whoever may still hold this."""
        for held in (self.wishes, self.own, self.others, self.sheets, self.taken):
            held.clear()
        self.chosen = ""
