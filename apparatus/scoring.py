"""How well a picture shows its prompt, by whoever on this machine can say.

    scores(model, picture, "a red boat on the sea")    # [Score(by="clip", …), Score(by="judge", …)]

The model's own CLIP says, where its folder has one; the judge, where the prompt asks for something of the
world; and every model in the folder APPARATUS_SCORERS: a CLIP or SigLIP by prompt and picture, an image
classifier by the picture alone. Nothing is fetched, and no code that comes with a folder is run.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from apparatus import judge
from apparatus.errors import NoJudge
from apparatus.judge.network import WEIGHTS
from apparatus.models.catalogue import Entry, read_json
from apparatus.models.loading import stay_offline
from apparatus.neighbours import CLIP
from apparatus.selection import Score
from apparatus.world.grammar import spoken
from apparatus.world.parser import parse

LONGEST = 40  # words that are left out in turn; of a longer prompt the others are not told apart
GRID = 8
"""Places on each side of a picture that are covered in turn."""
BATCH = 32
READERS = ("clip", "siglip", "siglip2")
T = TypeVar("T")


@dataclass(frozen=True)
class Reader:
    """One that compares pictures with texts."""

    name: str
    model: Any
    processor: Any
    words: Any


def scores(entry: Entry, picture: Image.Image, prompt: str) -> list[Score]:
    """What everyone who can says of a picture; nothing where nobody can.

    One that fails is warned of and left out: a picture is never lost to those who judge it.
    """
    able = readers(entry) if prompt.strip() else []
    heard = [_heard(one.name, partial(read, one, picture, prompt)) for one in able]
    heard.append(_heard("judge", partial(_judged, picture, prompt)))
    heard += [_heard(name, partial(_beauty, name, folder, picture)) for name, folder in _classifiers()]
    return [score for score in heard if score]


def _heard(name: str, say: Callable[[], T]) -> T | None:
    """What it says; None where it fails, be it for a damaged file or for parts that do not fit together."""
    try:
        return say()
    except Exception as error:  # a folder that somebody put there fails in as many ways as it has files
        why = " ".join(str(error).split()) or type(error).__name__
        warnings.warn(f"{name} can say nothing of a picture: {why}", stacklevel=3)
        return None


def readers(entry: Entry) -> list[Reader]:
    """The model's own CLIP, if it has one, and those among the machine's scorers; none that is damaged."""
    found = [(folder.name, folder) for folder in _folders() if _kind(folder) in READERS]
    if entry.folder and (entry.folder / CLIP / "config.json").is_file():
        found.insert(0, (CLIP, entry.folder / CLIP))
    opened = [_heard(name, partial(_reader, name, folder)) for name, folder in found]
    return [reader for reader in opened if reader]


def read(reader: Reader, picture: Image.Image, prompt: str) -> Score:
    """How near a picture is to its prompt, and what each word adds to that."""
    words = prompt.split()[:LONGEST]
    without = [" ".join(words[:n] + words[n + 1 :]) for n in range(len(words))]
    likeness = (seen(reader, [picture]) @ said(reader, [prompt, *without]).T)[0]
    added = [(word, float(likeness[0] - likeness[n + 1])) for n, word in enumerate(words)]
    return Score(by=reader.name, value=float(likeness[0]), words=added if len(words) > 1 else [])


def where(reader: Reader, picture: Image.Image, prompt: str) -> dict[str, NDArray[np.float32]]:
    """Where in a picture a score comes from: by how much it falls when a place is covered, [GRID, GRID].

    By "" for the whole prompt, then by number for each of its words: the fall of what that word adds. A
    place is covered with the mean colour of the picture (after Zeiler and Fergus 2014, arXiv 1311.2901).
    """
    words = prompt.split()[:LONGEST]
    without = [" ".join(words[:n] + words[n + 1 :]) for n in range(len(words))] if len(words) > 1 else []
    pictures = [picture, *_covered(picture)]
    likeness = seen(reader, pictures) @ said(reader, [prompt, *without]).T
    fallen = likeness[0] - likeness[1:]
    maps = {"": fallen[:, 0]} | {str(n): fallen[:, 0] - fallen[:, n + 1] for n in range(len(without))}
    return {name: values.reshape(GRID, GRID).numpy() for name, values in maps.items()}


def _covered(picture: Image.Image) -> list[Image.Image]:
    """The picture with one place after the other covered."""
    seen = picture.convert("RGB")
    mean: Any = tuple(int(level) for level in np.asarray(seen).mean((0, 1)).round())
    ends = [(n * seen.width // GRID, n * seen.height // GRID) for n in range(GRID + 1)]
    covered = []
    for row in range(GRID):
        for column in range(GRID):
            one = seen.copy()
            one.paste(mean, (ends[column][0], ends[row][1], ends[column + 1][0], ends[row + 1][1]))
            covered.append(one)
    return covered


@torch.no_grad()
def seen(reader: Reader, pictures: Sequence[Image.Image]) -> Float[Tensor, "pictures width"]:
    """What it makes of pictures, each of length 1."""
    parts = []
    for start in range(0, len(pictures), BATCH):
        some = [picture.convert("RGB") for picture in pictures[start : start + BATCH]]
        given = reader.processor(images=some, return_tensors="pt").pixel_values
        parts.append(_embeds(reader.model.get_image_features(pixel_values=given)))
    return F.normalize(torch.cat(parts), dim=-1)


@torch.no_grad()
def said(reader: Reader, texts: Sequence[str]) -> Float[Tensor, "texts width"]:
    """What it makes of texts, each of length 1; each is cut where it reads no further."""
    longest = reader.model.config.text_config.max_position_embeddings
    given = reader.words(
        list(texts), padding="max_length", max_length=longest, truncation=True, return_tensors="pt"
    )
    told = {name: given[name] for name in ("input_ids", "attention_mask") if name in given}
    return F.normalize(_embeds(reader.model.get_text_features(**told)), dim=-1)


def _embeds(found: Any) -> Tensor:
    """The embeddings themselves; transformers 5 wraps them in an output."""
    embeds: Tensor = found if isinstance(found, Tensor) else found.pooler_output
    return embeds


@cache
def _reader(name: str, folder: Path) -> Reader:
    from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

    stay_offline()
    model = AutoModel.from_pretrained(folder, dtype=torch.float32, **_SAFE)
    return Reader(
        name,
        model.eval(),
        AutoImageProcessor.from_pretrained(folder, local_files_only=True),
        AutoTokenizer.from_pretrained(folder, local_files_only=True),
    )


def _judged(picture: Image.Image, prompt: str) -> Score | None:
    """What the judge finds of what was asked for; None where it has no say."""
    asked = parse(prompt, spoken(prompt) or "en")
    if not judge.questions(asked):
        return None
    try:
        seen = judge.look(_judge(), [picture])[0]
    except NoJudge:
        return None
    answers = judge.verdict(seen, asked)
    return Score(by="judge", value=sum(answers.values()) / len(answers), answers=answers)


@cache
def _judge() -> judge.Judge:
    return judge.load(WEIGHTS)


_SAFE: dict[str, Any] = {"local_files_only": True, "use_safetensors": True, "trust_remote_code": False}


def _folders() -> list[Path]:
    """The models in the folder APPARATUS_SCORERS."""
    named = os.environ.get("APPARATUS_SCORERS")
    return sorted(config.parent for config in Path(named).glob("*/config.json")) if named else []


def _kind(folder: Path) -> str:
    config = read_json(folder / "config.json")
    return str(config.get("model_type", "")) if isinstance(config, dict) else ""


def _classifiers() -> list[tuple[str, Path]]:
    return [(folder.name, folder) for folder in _folders() if _kind(folder) not in READERS]


@torch.no_grad()
def _beauty(name: str, folder: Path, picture: Image.Image) -> Score:
    """What an image classifier says: its one number, or how probable it holds the label "aesthetic"."""
    model, processor = _classifier(folder)
    given = processor(images=[picture.convert("RGB")], return_tensors="pt").pixel_values
    logits = model(pixel_values=given).logits[0]
    if len(logits) == 1:
        return Score(by=name, value=float(logits[0]))
    labels = {label.lower(): number for number, label in model.config.id2label.items()}
    return Score(by=name, value=float(logits.softmax(0)[labels.get("aesthetic", len(logits) - 1)]))


@cache
def _classifier(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoImageProcessor, AutoModelForImageClassification

    stay_offline()
    model = AutoModelForImageClassification.from_pretrained(folder, dtype=torch.float32, **_SAFE)
    return model.eval(), AutoImageProcessor.from_pretrained(folder, local_files_only=True)
