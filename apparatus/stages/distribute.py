"""A channel gives the picture its meaning: the file, and what it says of itself.

A picture's PNG carries its settings as text in the form other tools read (`parameters`), the same and more
as JSON (`apparatus`), and, as XMP, the IPTC's word for what it is: `trainedAlgorithmicMedia`.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from PIL import Image, PngImagePlugin

from apparatus.errors import BrokenRecord
from apparatus.record import Exposure, PictureFacts, Record
from apparatus.stages.event import Event

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
NEGATIVE = "Negative prompt:"
GUARD = "\u200b"  # before a prompt that begins like a negative one; no reader shows it, and none strips it

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
        "source_type": SOURCE_TYPE,
    }
    if facts is not None:
        data |= facts.model_dump() | {"url": f"/exposures/{exposure.id}/{facts.file}"}
    return Event(exposure=exposure.id, stage="distribute", kind="file", data=data)


def parameters(record: Record) -> str:
    """The settings as text: prompt, negative prompt, and a line of `Name: value, …`.

    Source: AUTOMATIC1111 stable-diffusion-webui 1.10, modules/infotext_utils.py, which also quotes as here.
    """
    settings = record.settings
    prompt = settings.prompt
    if re.match(rf"\s*{GUARD}*{NEGATIVE}", prompt):
        prompt = GUARD + prompt.lstrip()
    values = {
        "Steps": settings.num_inference_steps,
        "Sampler": SAMPLERS.get(record.model.scheduler, record.model.scheduler.removesuffix("Scheduler")),
        "CFG scale": None if settings.guidance_scale is None else f"{settings.guidance_scale:g}",
        "Seed": settings.seed,
        "Size": f"{settings.width}x{settings.height}",
        "Model": _named(record.model.id),
        "Version": f"apparatus {record.software.get('apparatus', '')}".strip(),
    }
    lines = [prompt, f"{NEGATIVE} {settings.negative_prompt}"] if settings.negative_prompt else [prompt]
    last = ", ".join(f"{name}: {_quoted(value)}" for name, value in values.items() if value is not None)
    return "\n".join([*lines, last]).strip()


def _named(model: str) -> str:
    """The model's name; of a folder its last part, since nobody means to publish where their files lie."""
    return Path(model).name if Path(model).is_absolute() or Path(model).exists() else model


def _quoted(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[,:\n"]', text) else text


def write(record: Record, picture: Image.Image, path: Path) -> PictureFacts:
    """Write the finished picture as a PNG that says how it was made, and give the file's facts."""
    told = PngImagePlugin.PngInfo()
    told.add_text("parameters", parameters(record))  # iTXt, UTF-8, when Latin-1 does not hold it
    told.add_itxt("apparatus", _as_json(record))
    told.add_itxt("XML:com.adobe.xmp", _xmp(record))
    picture.save(path, "PNG", pnginfo=told)
    file = path.read_bytes()
    return PictureFacts(
        file=path.name,
        width=picture.width,
        height=picture.height,
        bytes=len(file),
        sha256=sha256(file).hexdigest(),
    )


_TOLD = {"format", "id", "created", "settings", "model", "software", "ledger", "parent", "branch_step"}


def _as_json(record: Record) -> str:
    """Of the record, what concerns whoever finds the picture."""
    name = _named(record.model.id)
    told = record.model_dump(mode="json", include=_TOLD, exclude_none=True)
    told["settings"]["model"] = told["model"]["id"] = name
    for lora in told["settings"]["loras"]:  # where it lies on this machine is nobody's business
        lora["file"] = Path(lora["file"]).name
    for decision in told["ledger"]:
        if decision["stage"] == "program" and decision["what"] == "model":
            decision["value"] = name
    return json.dumps(told, ensure_ascii=False)


def _xmp(record: Record) -> str:
    system = quoteattr(_named(record.model.id))
    tool = quoteattr(f"apparatus {record.software.get('apparatus', '')}".strip())
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}" Iptc4xmpExt:AISystemUsed={system}
 xmp:CreatorTool={tool} xmp:CreateDate="{record.created.isoformat(timespec="seconds")}"/>
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
    pairs = _PAIR.findall(last)
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
