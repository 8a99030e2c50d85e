"""The key that signs: one that the user gives, or one made here on first use.

APPARATUS_SIGN_KEY and APPARATUS_SIGN_CERT name the user's: a private key, and its chain of certificates, both
in PEM. Otherwise it lies in the user's data folder, in files that nobody else may read, with a certificate
from an authority that was made for it alone: it proves that two files come from the same machine, not whose.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from platformdirs import user_data_path

from apparatus.errors import NoCredentials

YEARS = 10
ALGORITHMS = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True)
class Key:
    """A private key and its chain of certificates in PEM, the signer's first; `anchor` is their root."""

    private: str
    chain: str
    algorithm: str
    anchor: str = ""
    made_here: bool = True


def folder() -> Path:
    """Where the key that was made here lies."""
    return user_data_path("apparatus") / "provenance"


def own_key() -> Key:
    """The key to sign with, made now if there is none.

    Raises:
        NoCredentials: the user's key cannot be read, or none can be made or kept.
    """
    key, chain = os.environ.get("APPARATUS_SIGN_KEY"), os.environ.get("APPARATUS_SIGN_CERT")
    if key or chain:
        return _given(key, chain)
    kept = kept_key()
    if kept is not None:
        return kept
    try:
        _keep(_made())
    except ImportError as error:
        raise NoCredentials("the package cryptography is missing") from error
    except OSError as error:
        raise NoCredentials(f"no key can be kept in {folder()}: {error.strerror or error}") from error
    kept = kept_key()
    assert kept is not None, "it was kept, by this process or by one that was quicker"
    return kept


def kept_key() -> Key | None:
    """The key that was made here, if one was.

    Raises:
        NoCredentials: it is there and cannot be read.
    """
    here = folder()
    try:
        if not here.is_dir():
            return None
        private, chain, anchor = ((here / f"{part}.pem").read_text() for part in ("key", "chain", "anchor"))
    except (OSError, ValueError) as error:
        raise NoCredentials(f"the key in {here} cannot be read: {error}") from error
    return Key(private, chain, "es256", anchor)


def _given(key: str | None, chain: str | None) -> Key:
    if not (key and chain):
        raise NoCredentials("APPARATUS_SIGN_KEY and APPARATUS_SIGN_CERT must both be set")
    try:
        private, certificates = Path(key).expanduser().read_text(), Path(chain).expanduser().read_text()
        return Key(private, certificates, _algorithm(private), made_here=False)
    except ImportError as error:
        raise NoCredentials("the package cryptography is missing") from error
    except (OSError, ValueError, TypeError) as error:  # TypeError: it is locked by a password
        raise NoCredentials(f"the key in {key} or the chain in {chain} cannot be read: {error}") from error


def _algorithm(private: str) -> str:
    """How a key signs, as C2PA names it.

    Raises:
        ValueError: it is of a kind that C2PA does not take.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(private.encode(), None)
    match key:
        case ec.EllipticCurvePrivateKey() if key.curve.name in ALGORITHMS:
            return ALGORITHMS[key.curve.name]
        case rsa.RSAPrivateKey():
            return "ps256"
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
    raise ValueError("it is of a kind that C2PA does not take")


def _made() -> dict[str, bytes]:
    """A new key, the chain of its certificate, and the authority's, whose own key is forgotten."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    authority, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("apparatus, self-made authority", authority, None, authority)
    leaf = _certificate("apparatus, self-made key", signer, root, authority)
    pem = {"chain": leaf, "anchor": root}
    return {name: each.public_bytes(Encoding.PEM) for name, each in pem.items()} | {
        "key": signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    }


def _certificate(name: str, key: Any, root: Any, authority: Any) -> Any:
    """A certificate as C2PA asks for it (14.5.1 of the specification); without a `root`, the root itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "apparatus"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    is_root, now = root is None, datetime.now(UTC)
    usage = {
        "digital_signature": not is_root, "key_cert_sign": is_root, "crl_sign": is_root,
        "content_commitment": False, "key_encipherment": False, "data_encipherment": False,
        "key_agreement": False, "encipher_only": False, "decipher_only": False,
    }  # fmt: skip
    whose = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if is_root else root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(whose, critical=False)
    )
    if not is_root:
        built = built.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    return built.sign(authority, hashes.SHA256())


def _keep(made: dict[str, bytes]) -> None:
    """All of it at once, readable by this user alone; if another process was quicker, its own is kept."""
    here = folder()
    here.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=here.parent, ignore_cleanup_errors=True) as new:  # mkdtemp: mode 700
        filled = Path(new) / "provenance"
        filled.mkdir(mode=0o700)
        for name, text in made.items():
            handle = os.open(filled / f"{name}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(text)
        with suppress(FileExistsError, NotADirectoryError):
            try:
                filled.rename(here)
            except OSError as error:  # ENOTEMPTY, where one stands already
                if not here.is_dir():
                    raise error
