"""What the queue of a workshop refuses."""

from pathlib import Path

from apparatus.errors.error import ApparatusError


class WorkshopOpen(ApparatusError, RuntimeError):
    """Another process has this workshop open."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the workshop's."""
        self.folder = folder
        super().__init__(
            f"The workshop in {folder} is open in another process. Use that one, close it first, "
            "or give this one another --name."
        )


class WorkshopNotFound(ApparatusError, LookupError):
    """There is no workshop of that name."""

    def __init__(self, name: str, there: list[str]) -> None:
        """`there` are the names of those there are."""
        self.name = name
        known = ", ".join(there) or "none"
        super().__init__(f"There is no workshop {name!r} here. There are: {known}.")


class NotInWorkshop(ApparatusError, LookupError):
    """Nobody of that id is in the workshop, or not any more."""

    def __init__(self, person: str) -> None:
        """`person` is the id."""
        self.person = person
        super().__init__(f"Nobody {person!r} is in this workshop. Join it, or join again, with its code.")


class TicketNotFound(ApparatusError, LookupError):
    """The workshop has no picture of that id."""

    def __init__(self, ticket: str) -> None:
        """`ticket` is the id."""
        self.ticket = ticket
        super().__init__(f"Nothing {ticket!r} was asked for in this workshop. Reload the page.")


class TooManyWaiting(ApparatusError, RuntimeError):
    """A person has as many pictures waiting as one may have."""

    def __init__(self, asked: int, waiting: int, most: int) -> None:
        """`asked` more than the `waiting` ones, of which there may be `most`."""
        self.asked, self.waiting, self.most = asked, waiting, most
        super().__init__(
            f"{asked} more cannot wait: {waiting} of your pictures wait already, and {most} may. "
            "Let one be made, or cancel one, then ask again."
        )


class TooFast(ApparatusError, RuntimeError):
    """A person asks for pictures faster than anyone can look at them."""

    def __init__(self, seconds: float) -> None:
        """After `seconds` another may be asked for."""
        self.seconds = seconds
        super().__init__(f"That was too fast. Look at what there is, and ask again in {seconds:.0f} s.")


class QueueFull(ApparatusError, RuntimeError):
    """The whole workshop has as many pictures waiting as it can serve in good time."""

    def __init__(self, waiting: int, most: int) -> None:
        """`waiting` of at most `most`."""
        self.waiting, self.most = waiting, most
        super().__init__(
            f"The queue is full: {waiting} pictures wait, and {most} may. Ask again in a moment."
        )


class NotWanted(ApparatusError, ValueError):
    """What somebody wrote has a word in it that the house rules do not want."""

    def __init__(self, text: str) -> None:
        """`text` is what was written; the sentence does not repeat it."""
        self.text = text
        super().__init__(
            "A word in it is not wanted in this workshop (prompts/rules.toml). Say it another way."
        )
