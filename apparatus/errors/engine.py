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
    """The worker process ended in the middle of an exposure."""

    def __init__(self, exposure: str, exit_code: int | None = None) -> None:
        """`exit_code` is negative when a signal ended it: -9 is most often a lack of memory."""
        self.exposure, self.exit_code = exposure, exit_code
        super().__init__(
            f"The worker that was making {exposure} ended (exit code {exit_code}). "
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
