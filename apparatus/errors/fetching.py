"""What keeps a model from being fetched."""

from pathlib import Path

from apparatus.errors.error import ApparatusError


class NotOnHub(ApparatusError, LookupError):
    """There is nothing of that name to be fetched."""

    def __init__(self, asked: str, why: str) -> None:
        """`why` says what is not there."""
        self.asked, self.why = asked, why
        super().__init__(
            f"{asked} cannot be fetched: {why}. `apparatus models` lists what the catalogue knows; "
            "anything else goes by its name on the hub, owner/name."
        )


class Gated(ApparatusError, PermissionError):
    """The hub gives the model only to those who accepted its terms there."""

    def __init__(self, repository: str, page: str, *, token: bool) -> None:
        """`page` is where the terms are accepted; `token` whether there is one that was not enough."""
        self.repository, self.page, self.token = repository, page, token
        advice = (
            "The token that is here has no access to it: accept the terms there with the account that the "
            "token is of, and where its authors answer by hand, wait for their answer."
            if token
            else "Accept them there, make a token that can read in your settings, and put it in HF_TOKEN."
        )
        super().__init__(f"{repository} is given only to those who accepted its terms at {page}. {advice}")


class HubUnreachable(ApparatusError, ConnectionError):
    """The hub cannot be reached, or the connection broke."""

    def __init__(self, repository: str, why: str) -> None:
        """`why` is what was found, or what the network said."""
        self.repository, self.why = repository, " ".join(why.split())[:300].rstrip(".")
        super().__init__(
            f"{repository} cannot be fetched now: {self.why}. Files that came whole are kept; "
            "give the same command again, and it goes on with the others."
        )


class FetchingIsOff(ApparatusError, ConnectionError):
    """Somebody switched off that anything is fetched."""

    def __init__(self, repository: str) -> None:
        """`repository` is what was asked for."""
        self.repository = repository
        super().__init__(
            f"{repository} cannot be fetched: HF_HUB_OFFLINE is set, or TRANSFORMERS_OFFLINE. "
            "Unset it for this command, or copy the model's folder here by other means and give its path."
        )


class NoRoom(ApparatusError, OSError):
    """The disk has no room for the model."""

    def __init__(self, folder: Path | str, needed: int, free: int) -> None:
        """Both in bytes."""
        self.folder, self.needed, self.free = str(folder), needed, free
        super().__init__(
            f"{needed / 1e9:.2f} GB are to go to {folder}, and its disk has {free / 1e9:.2f} GB left. "
            "Make room, or set HF_HOME to a folder on another disk."
        )


class LicenceNotAccepted(ApparatusError, PermissionError):
    """Nobody accepted the model's licence."""

    def __init__(self, model: str, licence: str, link: str) -> None:
        """`licence` as its authors name it."""
        self.model, self.licence, self.link = model, licence, link
        super().__init__(
            f"Nothing was fetched: nobody accepted the licence of {model} ({licence}, {link}). "
            "Read it, then answer yes in a terminal, or give --accept-licence."
        )
