"""What a file says of itself, told apart by who writes so. None of it is proof: anybody can write it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from PIL import Image
from PIL.ExifTags import IFD, Base

from apparatus.stages.distribute import parsed

Kind = Literal["parameters", "comfyui", "invokeai", "apparatus", "xmp", "exif", "text"]
LONGEST, MOST = 2_000, 40
"""Characters of a text, and texts of a claim, that are told."""


@dataclass(frozen=True)
class Claim:
    """What one kind of metadata says, by the names it uses itself; `cut` where there is more than that."""

    kind: Kind
    said: dict[str, str]
    cut: bool = False


def claims(texts: Mapping[str, str], cut: set[str], exif: Image.Exif, xmp: str) -> tuple[Claim, ...]:
    """Every claim in a file's texts, its EXIF and its XMP."""
    rest = dict(texts)
    found = [
        _parameters(rest.pop("parameters", "") or _comment(exif)),
        _apparatus(_object(rest.pop("apparatus", ""))),
        _comfyui(_object(rest.pop("prompt", "")), _object(rest.pop("workflow", ""))),
        _invokeai(_object(rest.pop("invokeai_metadata", "") or rest.pop("sd-metadata", ""))),
    ]
    rest.pop("XML:com.adobe.xmp", None)
    kinds: tuple[Kind, ...] = ("parameters", "apparatus", "comfyui", "invokeai")
    told = dict(zip(kinds, found, strict=True)) | {"xmp": _xmp(xmp), "exif": _exif(exif), "text": rest}
    source: dict[str, set[str]] = {
        "parameters": {"parameters"}, "apparatus": {"apparatus"}, "comfyui": {"prompt", "workflow"},
        "invokeai": {"invokeai_metadata", "sd-metadata"}, "xmp": {"XML:com.adobe.xmp"}, "text": set(rest),
    }  # fmt: skip
    made = (_claim(kind, said, bool(cut & source.get(kind, set()))) for kind, said in told.items())
    return tuple(claim for claim in made if claim.said)


def _claim(kind: Any, said: Mapping[str, Any], cut: bool) -> Claim:
    texts = {
        str(name)[:80]: str(value) for name, value in list(said.items())[:MOST] if value not in (None, "")
    }
    long = len(said) > MOST or any(len(text) > LONGEST for text in texts.values())
    return Claim(kind, {name: text[:LONGEST] for name, text in texts.items()}, cut or long)


def _object(text: str) -> dict[str, Any]:
    """A JSON object; an empty one where the text is none."""
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        return found if isinstance(found, dict) else {}
    return {}


def _parameters(text: str) -> dict[str, str]:
    """As AUTOMATIC1111's tool and many after it write them."""
    if not text:
        return {}
    prompt, negative, settings = parsed(text)
    return {"Prompt": prompt, "Negative prompt": negative} | settings


def _apparatus(found: dict[str, Any]) -> dict[str, Any]:
    """Ours."""
    settings = found.get("settings") if isinstance(found.get("settings"), dict) else {}
    software = found.get("software") if isinstance(found.get("software"), dict) else {}
    names = ("model", "prompt", "negative_prompt", "seed", "num_inference_steps", "guidance_scale")
    told = {name: found.get(name) for name in ("id", "created", "parent")}
    told |= {name: (settings or {}).get(name) for name in names} | {
        "apparatus": (software or {}).get("apparatus")
    }
    sheet = found.get("sheet")
    if isinstance(sheet, dict):
        told |= {f"sheet: {name}": value for name, value in sheet.items()}
    return {name: value for name, value in told.items() if value not in (None, "")}


def _comfyui(prompt: dict[str, Any], workflow: dict[str, Any]) -> dict[str, Any]:
    """A graph of nodes: how many, what they ask for in words, from which seeds and models."""
    nodes = [node for node in prompt.values() if isinstance(node, dict) and "class_type" in node]
    drawn = workflow.get("nodes")
    count = len(nodes) or (len(drawn) if isinstance(drawn, list) else 0)
    if not count:
        return {}
    inputs = [found for node in nodes if isinstance(found := node.get("inputs"), dict)]
    told: dict[str, Any] = {"nodes": count}
    for name, keys in (("text", ("text", "prompt")), ("seed", ("seed", "noise_seed")),
                       ("model", ("ckpt_name", "unet_name"))):  # fmt: skip
        values = [each[key] for each in inputs for key in keys if isinstance(each.get(key), str | int)]
        told[name] = "\n".join(dict.fromkeys(map(str, values)))
    return told


def _invokeai(found: dict[str, Any]) -> dict[str, Any]:
    model = found.get("model")
    names = ("positive_prompt", "negative_prompt", "seed", "steps", "cfg_scale", "scheduler", "app_version")
    told = {name: found.get(name) for name in names}
    if isinstance(model, dict):
        told["model"] = model.get("name") or model.get("model_name")
    return {name: value for name, value in told.items() if value not in (None, "")} or (
        {"nodes": 1} if found else {}
    )


_XMP = {
    "digital source type": "DigitalSourceType",
    "AI system": "AISystemUsed",
    "creator tool": "CreatorTool",
    "created": "CreateDate",
    "credit": "Credit",
}


def _xmp(text: str) -> dict[str, str]:
    """A few properties by their names, without reading it as XML: what comes from elsewhere may be a trap."""
    return {told: value for told, name in _XMP.items() if (value := _property(text, name))}


def _property(text: str, name: str) -> str:
    found = re.search(rf"\b\w+:{name}\s*(?:=\s*\"([^\"<]*)\"|=\s*'([^'<]*)'|>\s*([^<]*))", text)
    return unescape(next((group for group in found.groups() if group), "")).strip() if found else ""


def _exif(exif: Image.Exif) -> dict[str, str]:
    """Which camera or program, and when."""
    with suppress(Exception):  # a stranger's EXIF fails in many ways, and none of them matters
        told = {
            "camera": " ".join(_texts(exif, Base.Make, Base.Model)),
            "software": " ".join(_texts(exif, Base.Software)),
        }
        told["taken"] = " ".join(_texts(exif.get_ifd(IFD.Exif), Base.DateTimeOriginal))
        return {name: value for name, value in told.items() if value}
    return {}


def _texts(tags: Mapping[int, Any], *names: Base) -> Iterator[str]:
    for name in names:
        if value := tags.get(name):
            yield str(value).strip("\0 ")


def _comment(exif: Image.Exif) -> str:
    """The user comment of a JPEG or WebP, where `parameters` stand in those; UTF-16 as a rule."""
    with suppress(Exception):
        comment = exif.get_ifd(IFD.Exif).get(Base.UserComment, b"")
        if isinstance(comment, str):
            return comment
        kind, text = comment[:8], comment[8:]
        if kind == b"UNICODE\0":
            return text.decode("utf-16-le" if text[1:2] == b"\0" else "utf-16-be", "replace").strip("\0")
        return text.decode("utf-8", "replace").strip("\0") if kind[:5] == b"ASCII" else ""
    return ""
