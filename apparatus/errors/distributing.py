"""What keeps a picture from being sent into the world, or one that comes from there from being read."""

from pathlib import Path

from apparatus.errors.error import ApparatusError


class NoPicture(ApparatusError, LookupError):
    """The exposure has no finished picture."""

    def __init__(self, exposure: str, state: str) -> None:
        """`state` is what the exposure is instead of finished."""
        self.exposure, self.state = exposure, state
        super().__init__(
            f"The exposure {exposure} has no finished picture: it is {state}. Finish it, or choose another."
        )


class BrokenTemplate(ApparatusError, ValueError):
    """The template of a channel's sheet cannot be read, or asks for what cannot be set."""

    def __init__(self, file: Path | str, why: str) -> None:
        """`why` says what is wrong with it."""
        self.file, self.why = str(file), why
        super().__init__(
            f"The template {file} cannot be used: {why.rstrip('.')}. Mend it, or take it away: "
            "the one that comes with the package is used then."
        )


class NotAPicture(ApparatusError, ValueError):
    """The file is no picture that can be read."""

    def __init__(self, file: str, why: str) -> None:
        """`file` is its name, `why` what is wrong with it."""
        self.file, self.why = file, why
        super().__init__(
            f"{file} cannot be read as a picture: {why.rstrip('.')}. "
            "Give a PNG, JPEG, WebP, AVIF, TIFF or GIF."
        )


class PictureTooLarge(ApparatusError, ValueError):
    """The picture is larger than what is read of a stranger's."""

    def __init__(self, file: str, asked: str, most: str) -> None:
        """Both with their unit: "100 megapixels", "64 megapixels"."""
        self.file, self.asked, self.most = file, asked, most
        super().__init__(
            f"{file} has {asked}, and at most {most} are read of a picture from elsewhere. "
            "Nothing of it was decoded. Give a smaller one."
        )


class NoCredentials(ApparatusError, RuntimeError):
    """Content Credentials cannot be made or checked here."""

    def __init__(self, why: str) -> None:
        """`why` says what is missing, or what was refused."""
        self.why = " ".join(why.split())
        super().__init__(
            f"Content Credentials cannot be written: {self.why.rstrip('.')}. "
            "Install the extra (pip install 'apparatus[provenance]'), mend the key, or go on without signing."
        )
