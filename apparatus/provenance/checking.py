"""What a picture's Content Credentials prove, and what they do not."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

from apparatus.errors import NoCredentials
from apparatus.provenance.keys import kept_key
from apparatus.provenance.signing import SETTINGS, available

State = Literal["none", "elsewhere", "unchecked", "own", "valid", "broken"]
"""none: no manifest. elsewhere: it lies at an address that the file names, and is not fetched.
unchecked: the extra is missing. own: signed with this machine's key, unchanged since.
valid: unchanged since somebody signed it, and nobody here vouches for whom.
broken: changed, or badly signed."""

UNTRUSTED = "signingCredential.untrusted"
REMOTE = "Remote: must fetch remote manifests from url "
"""What c2pa-python 0.38.1 says of a file that holds none, and whose XMP names an address for them."""

LONGEST = 400


@dataclass(frozen=True)
class Checked:
    """A manifest as it was found: what it claims, and how far that holds."""

    state: State
    signer: str = ""
    """As the certificate names it; anybody can make one that says so, unless the state is "own"."""
    signed: str = ""
    """When, by a time authority; "" where only the signer's own word is there for it, or none."""
    generator: str = ""
    source_type: str = ""
    actions: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=())
    """C2PA's names for what does not hold."""
    address: str = ""
    """Where they lie, by the file's own word, if the state is "elsewhere"."""


def check(file: bytes, kind: str) -> Checked:
    """The credentials in a picture's file of that media type. Nothing is fetched.

    Source: c2pa-python 0.38.1, `Reader`: "Trusted" means a chain that ends at one of the given anchors.
    """
    if not available():
        return Checked("unchecked" if b"jumb" in file and b"c2pa" in file else "none")
    import c2pa

    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(SETTINGS | {"trust": _trust()})) as context,
            c2pa.Reader(kind, BytesIO(file), context=context) as reader,
        ):
            return _told(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return Checked("none")
    except c2pa.C2paError.NotSupported:
        return Checked("none")
    except c2pa.C2paError as error:
        if str(error).startswith(REMOTE):
            return Checked("elsewhere", address=_short(str(error).removeprefix(REMOTE)))
        return Checked("broken", faults=(str(error)[:LONGEST],))


def _trust() -> dict[str, Any]:
    """Whom this machine vouches for: the authority of its own key, and nobody else."""
    try:
        own = kept_key()
    except NoCredentials:
        own = None
    return {"user_anchors": own.anchor} if own else {}


def _told(found: dict[str, Any]) -> Checked:
    manifest = found.get("manifests", {}).get(found.get("active_manifest"), {})
    signature = manifest.get("signature_info") or {}
    actions = [
        action
        for assertion in manifest.get("assertions", ())
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", ())
    ]
    codes = [status.get("code", "") for status in found.get("validation_status") or ()]
    faults = tuple(code for code in codes if code != UNTRUSTED)
    made = (manifest.get("claim_generator_info") or [{}])[0]
    return Checked(
        state=_state(found.get("validation_state")),
        signer=_short(signature.get("common_name") or signature.get("issuer")),
        signed=_short(signature.get("time")),
        generator=_short(f"{made.get('name', '')} {made.get('version', '')}".strip()),
        source_type=next(
            (_short(each["digitalSourceType"]) for each in actions if each.get("digitalSourceType")), ""
        ),
        actions=tuple(_short(each.get("action")) for each in actions[:50]),
        faults=faults[:20],
    )


def _state(found: str | None) -> State:
    if found == "Trusted":
        return "own"
    return "valid" if found == "Valid" else "broken"


def _short(text: Any) -> str:
    return str(text or "")[:LONGEST]
