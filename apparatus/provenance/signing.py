"""A signed manifest in the picture's file: the stages of its exposure, as actions."""

from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from PIL import Image

from apparatus.errors import NoCredentials
from apparatus.provenance.keys import Key, own_key
from apparatus.record import Record
from apparatus.stages.distribute import MADE, named, source_type

NAMESPACE = "org.apparatus"
"""Of actions that C2PA has no name for."""

FORMATS = ("image/png", "image/jpeg", "image/webp", "image/tiff")


def available() -> bool:
    """Whether the extra that signs and checks is installed."""
    return find_spec("c2pa") is not None


def sign(
    file: bytes, record: Record, key: Key | None = None, channel: str = "", kind: str = "image/png"
) -> bytes:
    """The same file with a signed manifest in it; of a sheet, `channel` says of which.

    Without a `key` it is this machine's own, made now if there is none.

    Raises:
        NoCredentials: the extra is not installed, there is no key, or it or its certificates are refused.
    """
    return _signed(file, manifest(record, channel), key, kind)


def fault() -> str:
    """What keeps pictures from being signed here; "" where nothing does. It signs a pixel to find out."""
    made = {"action": "c2pa.created", "digitalSourceType": MADE}
    claimed = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}]}
    Image.new("L", (1, 1)).save(pixel := BytesIO(), "PNG")
    try:
        _signed(pixel.getvalue(), claimed, None, "image/png")
    except NoCredentials as error:
        return error.why
    return ""


def _signed(file: bytes, claimed: dict[str, Any], key: Key | None, kind: str) -> bytes:
    if not available():
        raise NoCredentials("the package c2pa-python is missing")
    import c2pa

    key, signed = key or own_key(), BytesIO()
    try:
        told = c2pa.C2paSignerInfo(key.algorithm, key.chain.encode(), key.private.encode(), None)
        settings = c2pa.Settings.from_dict(SETTINGS)
        with (
            c2pa.Context(settings) as context,
            c2pa.Signer.from_info(told) as signer,
            c2pa.Builder(claimed, context=context) as builder,
        ):
            builder.sign(signer, kind, BytesIO(file), signed)
    except c2pa.C2paError as error:
        raise NoCredentials(f"the key was refused ({error})") from error
    return signed.getvalue()


SETTINGS: dict[str, Any] = {
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
"""Nothing is fetched, and no thumbnail is put in: the picture stands beside it."""


def manifest(record: Record, channel: str = "") -> dict[str, Any]:
    """What is claimed of a picture: by which program, from which source, in which stages."""
    version = record.software.get("apparatus", "") or "0"
    return {
        "claim_generator_info": [{"name": "apparatus", "version": version}],
        "title": record.name or record.id,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": list(_actions(record, channel))}}],
    }


def _actions(record: Record, channel: str) -> Iterator[dict[str, Any]]:
    """One an exposure's stage that took place; the first, as C2PA asks, says that the picture is new."""
    settings, model = record.settings, record.model
    agent = {"name": "apparatus", "version": record.software.get("apparatus", "") or "0"}
    when = record.created.isoformat(timespec="seconds")
    yield {
        "action": "c2pa.created",
        "digitalSourceType": source_type(record),
        "softwareAgent": agent,
        "when": when,
        "description": "A picture computed by a trained algorithm.",
        "parameters": {"model": named(model.id), "pipeline": model.pipeline, "exposure": record.id},
    }
    stages: dict[str, dict[str, Any]] = {
        "prompt": {"prompt": settings.prompt, "negative_prompt": settings.negative_prompt},
        "enhance": {"prompt": record.enhanced.prompt} if record.enhanced else {},
        "encode": {"texts": len(record.encodings)},
        "noise": {"seed": settings.seed},
        "denoise": {
            "steps": len(record.steps),
            "scheduler": model.scheduler,
            "guidance_scale": settings.guidance_scale,
            "alterations": len(record.alterations),
        },
        "decode": {"width": settings.width, "height": settings.height},
        "retouch": settings.retouch.model_dump(include={"way", "source", "strength"})
        if settings.retouch
        else {},
    }
    if channel:
        stages["distribute"] = {"channel": channel}
    for stage, said in stages.items():
        if stage in ("enhance", "retouch") and not said:
            continue
        known = {name: value for name, value in said.items() if value not in (None, "")}
        seconds = record.timings.get(stage)
        if seconds is not None:
            known["seconds"] = round(seconds, 3)
        yield {"action": f"{NAMESPACE}.{stage}", "softwareAgent": agent, "parameters": known}
