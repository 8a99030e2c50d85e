"""What keeps a kiosk from standing as its curator wants it, or a visitor from having a picture there."""

from pathlib import Path

from apparatus.errors.error import ApparatusError


class BrokenCuration(ApparatusError, ValueError):
    """The file by which a curator sets up a kiosk cannot be used."""

    def __init__(self, file: Path | str, where: str, why: str) -> None:
        """`where` is the key in it, "" for the file as a whole; `why` says what is wrong there."""
        self.file, self.where, self.why = str(file), where, why
        place = f"at {where!r}: " if where else ""
        super().__init__(
            f"The kiosk's file {file} cannot be used, {place}{why.rstrip('.')}. "
            "Mend it; `prompts/README.md` says what may stand there."
        )


class NotAChoice(ApparatusError, ValueError):
    """What was chosen of the cards names something that no card says."""

    def __init__(self, where: str, why: str) -> None:
        """`where` is the place in the choice: "nouns.0.colour"."""
        self.where, self.why = where, why
        place = f"{where}: " if where else ""
        super().__init__(f"The choice cannot be taken: {place}{why.rstrip('.')}. Choose among the cards.")


class NothingChosen(ApparatusError, ValueError):
    """A picture was asked for, and what was chosen names nothing that can be seen."""

    def __init__(self) -> None:
        super().__init__(
            "A picture was asked for, and nothing was chosen that can be seen. "
            "Choose a thing, a setting, a wall or a light."
        )


class CodeTooSmall(ApparatusError, ValueError):
    """What a visitor is to take away is more than a code holds that a phone can read."""

    def __init__(self, length: int, room: int) -> None:
        """Both in bytes."""
        self.length, self.room = length, room
        super().__init__(
            f"A code was asked for that holds {length} bytes; one that a phone can read holds {room}. "
            "Put less into it."
        )


class NoBrowser(ApparatusError, LookupError):
    """A kiosk was to be opened, and there is no browser to show it."""

    def __init__(self, asked: str | None) -> None:
        """`asked` is what APPARATUS_BROWSER names, None where it names nothing."""
        self.asked = asked
        there = (
            f"APPARATUS_BROWSER names {asked!r}, and that is no program here" if asked else "There is none"
        )
        super().__init__(
            f"A kiosk is shown by a browser. {there}. Install Chromium (Debian: apt-get install chromium), "
            "name another in APPARATUS_BROWSER, or open the server alone with --no-browser."
        )


class NoKiosk(ApparatusError, ConnectionError):
    """The state of a kiosk was asked for, and none answers."""

    def __init__(self, where: str, why: str) -> None:
        """`where` is its address or its folder."""
        self.where, self.why = where, why
        super().__init__(
            f"No kiosk answers at {where} ({why.rstrip('.')}). Open one with `apparatus kiosk`; if one is "
            "open elsewhere, name its --port and its --folder."
        )
