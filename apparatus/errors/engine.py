"""What keeps the engine and the app from serving."""

from apparatus.errors.error import ApparatusError


class AddressTaken(ApparatusError, OSError):
    """The app cannot listen where it was told to."""

    def __init__(self, address: str, port: int, why: str) -> None:
        """`why` is the system's reason."""
        self.address, self.port, self.why = address, port, why
        super().__init__(
            f"The app cannot listen on {address}, port {port}: {why}. "
            "If an apparatus is open there already, use that one; else choose another address or --port."
        )


class EngineClosed(ApparatusError, RuntimeError):
    """The engine was closed and takes nothing more."""

    def __init__(self) -> None:
        """Nothing to say but that."""
        super().__init__("The engine is closed and takes no more exposures. Start a new one.")


class WorkerDied(ApparatusError, RuntimeError):
    """The worker ended in the middle of an exposure."""

    def __init__(self, exposure: str, how: str | int = "without a word") -> None:
        """`how` it ended; an exit code below 0 is a signal's: -9 is most often a lack of memory."""
        self.exposure, self.how = exposure, f"exit code {how}" if isinstance(how, int) else how
        super().__init__(
            f"The worker that was making {exposure} ended ({self.how}). "
            "A new one has taken its place; the record and the pictures of its steps are kept. "
            "Make the picture again."
        )


class NoWorker(ApparatusError, RuntimeError):
    """No worker process can be started."""

    def __init__(self, error: OSError) -> None:
        """`error` is what the system said."""
        super().__init__(
            f"No worker process can be started ({error.strerror or error}). "
            "Close other programs, or restart the machine, then make the picture again."
        )


class WorkerLost(ApparatusError, RuntimeError):
    """A worker was sent for, and ended before it took any work."""

    def __init__(self, how: str) -> None:
        """`how` it ended."""
        self.how = how
        super().__init__(
            f"A worker was sent for and never came ({how}). "
            "Put that right on its machine: another is sent for every few seconds. "
            "Then make the picture again."
        )


class NoRay(ApparatusError, ImportError):
    """More than one machine was asked for, and Ray is not installed."""

    def __init__(self) -> None:
        """Nothing to say but that."""
        super().__init__(
            "Workers on more than one machine were asked for, and the package ray is not installed here. "
            'Install it with: pip install "apparatus[ray]", on every machine in the same version; '
            "or do without it."
        )


class NoCluster(ApparatusError, ConnectionError):
    """There is no Ray cluster where one was asked for, or it takes nobody in."""

    def __init__(self, address: str, why: str) -> None:
        """`address` is where it was looked for, `why` what was found there."""
        self.address, self.why = address, why
        super().__init__(
            f"The Ray cluster at {address} cannot be joined: {why}. "
            "Start it on its first machine with `ray start --head`, and on this one with "
            "`ray start --address`; or give no address, for one on this machine alone."
        )


class TokenRefused(ApparatusError, PermissionError):
    """A Ray cluster does not know the token of who wants to join it, or there is none."""

    def __init__(self, address: str, token: str) -> None:
        """`token` is where the token was taken from; "" where there is none."""
        self.address, self.token = address, token
        there = f"the token here, from {token}, is not its own" if token else "there is no token here"
        super().__init__(
            f"The Ray cluster at {address} lets in who has its token, and {there}. "
            "Copy the file ~/.ray/auth_token from its first machine to the same place on this one."
        )


class OtherCluster(ApparatusError, RuntimeError):
    """This process is part of a Ray cluster already, and another was asked for."""

    def __init__(self, address: str, joined: str) -> None:
        """The one that was asked for, and the one that it is part of."""
        self.address, self.joined = address, joined
        super().__init__(
            f"The Ray cluster at {address} was asked for, and this process is part of the one at {joined}. "
            "Close the engine that joined it first, or use another process."
        )


class CannotServe(ApparatusError, RuntimeError):
    """A machine of the cluster is not one to work on."""

    def __init__(self, machine: str, why: str) -> None:
        """`why` says what it lacks."""
        self.machine, self.why = machine, why
        super().__init__(
            f"The machine {machine} cannot serve: {why}. Put that right there, and start its Ray anew."
        )
