"""The file that leaves: the picture itself, or a sheet of a channel, as a PNG that is signed, or as a PDF."""

from collections.abc import Callable, Mapping
from typing import Literal

from apparatus import provenance
from apparatus.channels.compose import compose
from apparatus.channels.pdf import pdf
from apparatus.channels.png import png
from apparatus.channels.template import Channel, Paper
from apparatus.errors import BrokenRecord, NoCredentials, NoPicture, OutOfRange
from apparatus.essays import Language
from apparatus.record import Exposure

Kind = Literal["png", "pdf"]


def file(
    exposure: Exposure,
    channel: Channel | None,
    kind: Kind = "png",
    language: Language = "en",
    paper: Paper = "a4",
    texts: Mapping[str, str] | None = None,
    *,
    signed: bool | None = None,
    unsigned: Callable[[str], None] = lambda why: None,
) -> bytes:
    """An exposure's picture for a channel, or by itself; a PNG is signed where it can be, unless forbidden.

    Where it cannot be, and `signed` does not ask for it, `unsigned` is told why.

    Raises:
        What `compose` raises.
        OutOfRange: a PDF is asked for of no channel, or signed.
        NoCredentials: it is asked for signed, and cannot be.
    """
    if kind == "pdf":
        if channel is None:
            raise OutOfRange(
                "the file", "a PDF of the picture by itself", "a PDF of a channel's sheet, or a PNG"
            )
        if signed:
            raise OutOfRange("the file", "a signed PDF", "a signed PNG, or a PDF that is not")
        return pdf(compose(exposure, channel, language, paper, texts), exposure.record)
    made = _picture(exposure) if channel is None else png(
        compose(exposure, channel, language, paper, texts), exposure.record
    )  # fmt: skip
    if signed is False:
        return made
    try:
        return provenance.sign(made, exposure.record, channel=channel or "")
    except NoCredentials as error:
        if signed:
            raise
        unsigned(error.why)
        return made


def _picture(exposure: Exposure) -> bytes:
    """The picture's file as it was kept.

    Raises:
        NoPicture: the exposure was never finished.
        BrokenRecord: it was, and the file is gone.
    """
    facts = exposure.record.picture
    if facts is None or exposure.folder is None:
        raise NoPicture(exposure.id, exposure.record.state)
    try:
        return (exposure.folder / facts.file).read_bytes()
    except OSError as error:
        raise BrokenRecord(exposure.folder / facts.file, error.strerror or str(error)) from error
