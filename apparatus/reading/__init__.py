"""What can be read out of a picture that comes from elsewhere, and which of it could be checked.

from apparatus import reading

found = reading.read(Path("found.png").read_bytes(), "found.png", store)
found.claims                   # what it says of itself; anybody can write that
found.credentials.state        # what its signature proves
found.kept                     # whether it is an exposure's picture here, byte for byte
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any, Literal

from PIL import Image

from apparatus.errors import ApparatusError, NotAPicture, PictureTooLarge
from apparatus.provenance import Checked, check
from apparatus.reading.chunks import LONGEST, SIGNATURE, Chunks, chunks
from apparatus.reading.claims import Claim as Claim
from apparatus.reading.claims import claims
from apparatus.record import Record
from apparatus.store import Store

FORMATS = ("JPEG", "WEBP", "AVIF", "TIFF", "GIF")
MOST_BYTES, MOST_PIXELS = 64_000_000, 64_000_000

Kept = Literal["same", "other", "unknown"]
"""same: an exposure here has exactly this picture. other: it names an exposure that is here and has another
file, since it was composed, signed elsewhere or changed. unknown: it names none that is here."""


@dataclass(frozen=True)
class Findings:
    """Everything found in one file. Only `credentials` and `kept` were checked."""

    name: str
    format: str
    width: int
    height: int
    bytes: int
    sha256: str
    claims: tuple[Claim, ...]
    credentials: Checked
    kept: Kept
    exposure: str
    """The exposure that it names, or is the picture of."""
    at_odds: tuple[str, ...]
    """What cannot all be true: "size", "camera"."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read(file: bytes, name: str = "the file", store: Store | None = None) -> Findings:
    """Read a picture's metadata and check what can be checked. None of its pixels is decoded.

    Raises:
        NotAPicture: it is none, or a damaged one.
        PictureTooLarge: it has more bytes or more pixels than are read.
    """
    if len(file) > MOST_BYTES:
        raise PictureTooLarge(name, f"{len(file) / 1e6:.0f} megabytes", f"{MOST_BYTES / 1e6:.0f} megabytes")
    if file.startswith(SIGNATURE):
        kind, found = "PNG", chunks(file)
        size, exif = _fitting(name, found.size), _exif(found.exif)
        xmp = found.texts.get("XML:com.adobe.xmp", "")
    else:
        kind, size, info, exif = _opened(file, name)
        found, xmp = Chunks(texts=_commented(info)), _text(info.get("xmp"))
    told = claims(found.texts, found.cut, exif, xmp)
    digest = sha256(file).hexdigest()
    exposure, kept = _kept(told, {digest, found.unsigned}, store)
    credentials = check(file, str(Image.MIME[kind]))
    return Findings(
        name, kind, *size, len(file), digest, told, credentials, kept, exposure, _at_odds(told, size)
    )


def _fitting(name: str, size: tuple[int, int]) -> tuple[int, int]:
    """A size that is read.

    Raises:
        NotAPicture, PictureTooLarge: it is not.
    """
    if not all(size):
        raise NotAPicture(name, "it is damaged")
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large(name, size[0] * size[1])
    return size


def _opened(file: bytes, name: str) -> tuple[str, tuple[int, int], dict[str, Any], Image.Exif]:
    """Format, size, and what the header of another format than PNG carries."""
    try:
        with Image.open(BytesIO(file), formats=FORMATS) as picture:
            size = _fitting(name, picture.size)
            exif = picture.getexif() if picture.format == "TIFF" else _exif(picture.info.get("exif", b""))
            carried = {str(name): value for name, value in picture.info.items()}
            return str(picture.format), size, carried, exif
    except ApparatusError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(name, 2 * (Image.MAX_IMAGE_PIXELS or MOST_PIXELS), "more than ") from error
    except Exception as error:  # decoders of strangers' files fail in every way there is
        raise NotAPicture(name, _why(file)) from error


def _exif(content: bytes) -> Image.Exif:
    """What is readable of a stranger's EXIF."""
    exif = Image.Exif()
    with suppress(Exception):  # it fails in as many ways as there are programs that write it
        exif.load(content)
    return exif


def _too_large(name: str, pixels: int, more: str = "") -> PictureTooLarge:
    return PictureTooLarge(
        name, f"{more}{pixels / 1e6:.0f} megapixels", f"{MOST_PIXELS / 1e6:.0f} megapixels"
    )


def _why(file: bytes) -> str:
    if not file:
        return "it is empty"
    known = (
        file[:4] == SIGNATURE[:4]
        or file.startswith((b"\xff\xd8", b"GIF8", b"II*\0", b"MM\0*"))
        or file[8:12] == b"WEBP"
    )
    return "it is damaged" if known else "it is no picture of a kind that is known here"


def _commented(info: dict[str, Any]) -> dict[str, str]:
    """The comment of a GIF or JPEG, as the `parameters` it may be."""
    comment = _text(info.get("comment"))
    return {"parameters": comment} if "Steps: " in comment else {}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value[:LONGEST].decode("utf-8", "replace")
    return value[:LONGEST] if isinstance(value, str) else ""


def _kept(told: tuple[Claim, ...], digests: set[str], store: Store | None) -> tuple[str, Kept]:
    """The exposure a file names, and whether it is that one's picture."""
    exposure = next((claim.said.get("id", "") for claim in told if claim.kind == "apparatus"), "")
    if store is None or not exposure:
        return exposure, "unknown"
    try:
        picture = Record.open(store.path(exposure)).picture
    except ApparatusError:
        return exposure, "unknown"
    return exposure, "same" if picture is not None and picture.sha256 in digests else "other"


def _at_odds(told: tuple[Claim, ...], size: tuple[int, int]) -> tuple[str, ...]:
    """Where a file contradicts itself."""
    by_kind = {claim.kind: claim.said for claim in told}
    odd = []
    asked = by_kind.get("parameters", {}).get("Size", "")
    if asked and asked != f"{size[0]}x{size[1]}" and "sheet: channel" not in by_kind.get("apparatus", {}):
        odd.append("size")
    machine = "trainedAlgorithmicMedia" in by_kind.get("xmp", {}).get("digital source type", "")
    if by_kind.get("exif", {}).get("camera") and (
        machine or by_kind.keys() & {"parameters", "comfyui", "invokeai"}
    ):
        odd.append("camera")
    return tuple(odd)
