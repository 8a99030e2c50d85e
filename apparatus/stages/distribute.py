"""A channel gives the picture its meaning: the file, and what it says of itself.

A picture's PNG carries its settings as text in the form other tools read (`parameters`), the same and more
as JSON (`apparatus`), and, as XMP, the IPTC's word for what it is: `trainedAlgorithmicMedia`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, PngImagePlugin

from apparatus.errors import BrokenRecord
from apparatus.record import Exposure, PictureFacts, Record
from apparatus.stages.event import Event

SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MADE, COMPOSED = f"{SOURCES}trainedAlgorithmicMedia", f"{SOURCES}compositeWithTrainedAlgorithmicMedia"
"""The IPTC's words for a picture that a model made, and for one that it made out of one from elsewhere."""

NEGATIVE = "Negative prompt:"
GUARD = "\u200b"  # before a prompt that begins like a negative one; no reader shows it, and none strips it

LONGEST_LINE = 4_000
"""Characters of settings that are read: what is looked for takes the square of their number."""

SAMPLERS = {
    "DDIMScheduler": "DDIM",
    "DDPMScheduler": "DDPM",
    "PNDMScheduler": "PLMS",
    "EulerDiscreteScheduler": "Euler",
    "EulerAncestralDiscreteScheduler": "Euler a",
    "FlowMatchEulerDiscreteScheduler": "Euler",
    "DPMSolverMultistepScheduler": "DPM++ 2M",
    "HeunDiscreteScheduler": "Heun",
    "LMSDiscreteScheduler": "LMS",
    "LCMScheduler": "LCM",
    "UniPCMultistepScheduler": "UniPC",
}
"""What other tools call diffusers' schedulers."""


def lay_open(exposure: Exposure) -> Event:
    """The file and its metadata."""
    facts = exposure.record.picture
    data: dict[str, Any] = {
        "parameters": parameters(exposure.record),
        "source_type": source_type(exposure.record),
    }
    if facts is not None:
        data |= facts.model_dump() | {"url": f"/exposures/{exposure.id}/{facts.file}"}
    return Event(exposure=exposure.id, stage="distribute", kind="file", data=data)


def source_type(record: Record) -> str:
    """The IPTC's word for what the picture is.

    One that was made out of another exposure's is a model's all the same, unless that one was not.
    Source: IPTC Digital Source Type NewsCodes, 2025.
    """
    retouch = record.settings.retouch
    if retouch is None:
        return MADE
    return COMPOSED if retouch.elsewhere or retouch.source.startswith("sha256:") else MADE


def parameters(record: Record) -> str:
    """The settings as text: prompt, negative prompt, and a line of `Name: value, …`.

    Source: AUTOMATIC1111 stable-diffusion-webui 1.10, modules/infotext_utils.py, which also quotes as here.
    """
    settings = record.told
    prompt = settings.prompt
    if re.match(rf"\s*{GUARD}*{NEGATIVE}", prompt):
        prompt = GUARD + prompt.lstrip()
    values = {
        "Steps": settings.num_inference_steps,
        "Sampler": SAMPLERS.get(record.model.scheduler, record.model.scheduler.removesuffix("Scheduler")),
        "CFG scale": None if settings.guidance_scale is None else f"{settings.guidance_scale:g}",
        "Seed": settings.seed,
        "Size": f"{settings.width}x{settings.height}",
        "Model": named(record.model.id),
        "Version": f"apparatus {record.software.get('apparatus', '')}".strip(),
    }
    lines = [prompt, f"{NEGATIVE} {settings.negative_prompt}"] if settings.negative_prompt else [prompt]
    last = ", ".join(f"{name}: {_quoted(value)}" for name, value in values.items() if value is not None)
    return "\n".join([*lines, last]).strip()


def named(model: str) -> str:
    """The model's name; of a folder its last part, since nobody means to publish where their files lie."""
    return Path(model).name if Path(model).is_absolute() or Path(model).exists() else model


def _quoted(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[,:\n"]', text) else text


def write(record: Record, picture: Image.Image, path: Path) -> PictureFacts:
    """Write the finished picture as a PNG that says how it was made, and give the file's facts."""
    picture.save(path, "PNG", pnginfo=inscribed(record))
    file = path.read_bytes()
    return PictureFacts(
        file=path.name,
        width=picture.width,
        height=picture.height,
        bytes=len(file),
        sha256=sha256(file).hexdigest(),
    )


def inscribed(
    record: Record, sheet: Mapping[str, Any] | None = None, description: str = ""
) -> PngImagePlugin.PngInfo:
    """What a PNG says of itself; where the picture is only a part of it, `sheet` says how it stands there."""
    told = PngImagePlugin.PngInfo()
    told.add_text("parameters", parameters(record))  # iTXt, UTF-8, when Latin-1 does not hold it
    told.add_itxt("apparatus", _as_json(record, sheet))
    told.add_itxt("XML:com.adobe.xmp", xmp(record, description))
    return told


_TOLD = {"format", "id", "created", "settings", "model", "software", "ledger", "parent", "branch_step"}


def _as_json(record: Record, sheet: Mapping[str, Any] | None) -> str:
    """Of the record, what concerns whoever finds the picture."""
    name = named(record.model.id)
    told = record.model_dump(mode="json", include=_TOLD, exclude_none=True)
    told["settings"]["model"] = told["model"]["id"] = name
    for lora in told["settings"]["loras"]:  # where it lies on this machine is nobody's business
        lora["file"] = Path(lora["file"]).name
    if "enhance" in told["settings"]:
        by = told["settings"]["enhance"]["by"]
        told["settings"]["enhance"]["by"] = by.partition("#")[2] if "://" in by else named(by)
    for decision in told["ledger"]:
        if decision["stage"] == "program" and decision["what"] == "model":
            decision["value"] = name
    if sheet is not None:
        told["sheet"] = dict(sheet)
    return json.dumps(told, ensure_ascii=False)


def xmp(record: Record, description: str = "") -> str:
    """The IPTC's word for what the picture is, with what and when it was made, as an XMP packet.

    Source: IPTC Photo Metadata Standard 2025.1, Digital Source Type and AI System Used; XMP part 1, 7.3.
    """
    system = quoteattr(named(record.model.id))
    tool = quoteattr(f"apparatus {record.software.get('apparatus', '')}".strip())
    said = (
        ""
        if not description
        else f"""
<dc:description xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Alt><rdf:li xml:lang="x-default">
{escape(description)}</rdf:li></rdf:Alt></dc:description>""".replace("\n", "")
    )
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="{source_type(record)}" Iptc4xmpExt:AISystemUsed={system}
 xmp:CreatorTool={tool} xmp:CreateDate="{record.created.isoformat(timespec="seconds")}">{said}
</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True)
class Written:
    """What a PNG says of itself, ours or another tool's; empty where it says nothing."""

    prompt: str
    negative_prompt: str
    settings: dict[str, str]
    """By the names other tools use: "Steps", "CFG scale"…"""
    record: dict[str, Any]
    """Ours alone: the settings as we spell them, model, software, ledger, parent."""
    xmp: str


def read(path: Path) -> Written:
    """What the picture file says of how it was made.

    Raises:
        BrokenRecord: it is missing, or no picture.
    """
    try:
        with Image.open(path) as picture:
            picture.load()  # text may stand after the pixels
            told = {str(name): text for name, text in picture.info.items() if isinstance(text, str)}
    except (OSError, SyntaxError, ValueError) as error:
        raise BrokenRecord(path, "it is no picture, or a damaged one") from error
    prompt, negative, settings = parsed(told.get("parameters", ""))
    return Written(prompt, negative, settings, _record(told), told.get("XML:com.adobe.xmp", ""))


def _record(told: dict[str, str]) -> dict[str, Any]:
    try:
        record = json.loads(told.get("apparatus", "{}"))
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def parsed(text: str) -> tuple[str, str, dict[str, str]]:
    """Prompt, negative prompt and settings out of a `parameters` text."""
    *lines, last = text.strip().split("\n")
    pairs = _PAIR.findall(last) if len(last) <= LONGEST_LINE else []
    if len(pairs) < 3:
        lines, pairs = [*lines, last], []
    at = next((n for n, line in enumerate(lines) if line.strip().startswith(NEGATIVE)), len(lines))
    prompt, negative = "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip().removeprefix(NEGATIVE)
    if re.match(rf"{GUARD}+{NEGATIVE}", prompt):
        prompt = prompt.removeprefix(GUARD)
    return prompt, negative.strip(), {name: _unquoted(value) for name, value in pairs}


_PAIR = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        return text
