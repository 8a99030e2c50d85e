"""What a picture shows, said by a captioner: the model's own, or any on this machine.

    caption(captioner(entry), picture, "fr")       # "un bateau rouge en mer"

The model's own lies in its folder as `captioner/`. Others lie in the folder APPARATUS_CAPTIONERS: whatever
transformers' AutoModelForImageTextToText loads (BLIP, GIT, Florence…). Nothing is fetched.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from apparatus.errors import NoCaptioner
from apparatus.models.captioners import OWN, captioners
from apparatus.models.catalogue import Entry, read_json
from apparatus.models.loading import stay_offline
from apparatus.world.vocabulary import Language

TOKENS = 64
"""Of the longest caption."""


@dataclass(frozen=True)
class Captioner:
    """One that says what it sees; `begin` are the tokens that choose a language, where it knows any."""

    name: str
    model: Any
    processor: Any
    words: Any
    begin: dict[str, int]


def captioner(entry: Entry, name: str = "") -> Captioner:
    """The model's own captioner, or the one of that name on this machine.

    Raises:
        NoCaptioner: there is none, or it cannot be loaded.
    """
    there = captioners(entry)
    others = sorted(filter(None, there))
    if name not in there:
        raise NoCaptioner(name or entry.id, others)
    try:
        return _load(there[name], name or OWN)
    except Exception as error:  # a broken folder fails in as many ways as it has files
        raise NoCaptioner(name or entry.id, others, " ".join(str(error).split())[:200]) from error


@torch.no_grad()
def caption(captioner: Captioner, picture: Image.Image, language: Language) -> str:
    """What it says of a picture, the likeliest token each time; in the language, where it knows languages."""
    given = captioner.processor(images=[picture.convert("RGB")], return_tensors="pt").pixel_values
    first = captioner.begin.get(language)
    chosen = {} if first is None else {"decoder_start_token_id": first}
    ids = captioner.model.generate(pixel_values=given, do_sample=False, max_new_tokens=TOKENS - 1, **chosen)
    said: str = captioner.words.batch_decode(ids, skip_special_tokens=True)[0]
    return " ".join(said.split())


@cache
def _load(folder: Path, name: str) -> Captioner:
    from transformers import (
        AutoImageProcessor,
        AutoModelForImageTextToText,
        AutoTokenizer,
        VisionEncoderDecoderModel,
    )

    stay_offline()
    config = read_json(folder / "config.json")
    joined = isinstance(config, dict) and config.get("model_type") == "vision-encoder-decoder"
    kind = VisionEncoderDecoderModel if joined else AutoModelForImageTextToText
    model = kind.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, use_safetensors=True, trust_remote_code=False
    )
    words = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    marks = {language: words.convert_tokens_to_ids(f"<|{language}|>") for language in ("fr", "en")}
    known = {language: mark for language, mark in marks.items() if mark not in (None, words.unk_token_id)}
    processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    return Captioner(name, model.eval(), processor, words, known if joined else {})
