"""What the files of a diffusers pipeline say by their names alone, on this machine or on a hub.

Names are paths inside the pipeline's folder, "unet/config.json". Source: diffusers 0.42.1,
pipelines/pipeline_loading_utils.py (`variant_compatible_siblings`), for how weights are named.
"""

import re
from collections.abc import Collection
from typing import Any

from apparatus.errors import FileMissing, NotTextToImage, OnlyPickles

VARIANTS = ("", "fp16", "bf16", "fp32")
"""What may stand in a weight file's name before its ending, the one that is taken first."""
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".msgpack", ".h5")
SHARD = r"(?:-\d{5}-of-(\d{5}))?"
WEIGHTS = re.compile(rf"(model|diffusion_pytorch_model){SHARD}(?:\.(\w+))?{SHARD}\.safetensors")
WEIGHTLESS = re.compile(r"Tokenizer|Processor|Scheduler|FeatureExtractor")
"""What the classes are called that have files but no weights."""
BESIDE = (".json", ".txt", ".model", ".jinja", ".tiktoken")
"""How the files end that diffusers and transformers load beside the weights."""


def parts(index: dict[str, Any]) -> dict[str, str]:
    """The parts that a model_index.json names, each with its class; those left empty are left out."""
    return {
        name: kind[1]
        for name, kind in index.items()
        if isinstance(kind, list) and len(kind) == 2 and all(isinstance(word, str) for word in kind)
    }


def weights(names: Collection[str], part: str) -> list[str]:
    """The weight files of a part that loading reads: safetensors, of the first variant there is."""
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        folder, _, file = name.rpartition("/")
        if folder == part and (told := WEIGHTS.fullmatch(file)):
            found.setdefault(told[3] or "", []).append(name)
    first = next((found[variant] for variant in VARIANTS if variant in found), [])
    return [name for name in first if "-of-" not in name] or first  # in one file, if there is one


def loaded(index: dict[str, Any], names: Collection[str]) -> list[str]:
    """The files that loading reads: the index, what describes the parts, one variant of their weights."""
    read = [name for name in ("model_index.json", "apparatus.json", "vocabulary.json") if name in names]
    for part in parts(index):
        read += weights(names, part)
        read += [name for name in names if name.rpartition("/")[0] == part and name.endswith(BESIDE)]
    return sorted(read)


def check(where: object, index: dict[str, Any], names: Collection[str]) -> None:
    """Refuse a pipeline that cannot be loaded, as far as the names of its files tell.

    `where` is its folder, or its name on a hub.

    Raises:
        NotTextToImage: no part of it reads text.
        FileMissing: a part is missing, or its weights, or some of them.
        OnlyPickles: its weights are pickles.
    """
    named = parts(index)
    if not any("text" in part or "token" in part for part in named):
        raise NotTextToImage(str(where), str(index["_class_name"]))
    for part, kind in named.items():
        held = [name for name in names if name.startswith(f"{part}/")]
        if not held:
            raise FileMissing(str(where), f"{part}/")
        if not WEIGHTLESS.search(kind):
            _check_weights(str(where), part, held)


def _check_weights(where: str, part: str, held: Collection[str]) -> None:
    found = weights(held, part)
    pickles = sorted(name for name in held if name.endswith(PICKLES))
    if not found and pickles:
        raise OnlyPickles(where, pickles[0])
    if not found:
        raise FileMissing(where, f"{part}/*.safetensors")
    last = re.search(r"-\d{5}-of-(\d{5})", found[-1])
    shards = (
        [re.sub(r"-\d{5}-of-", f"-{n:05}-of-", found[0]) for n in range(1, int(last[1]) + 1)] if last else []
    )
    missing = [shard for shard in shards if shard not in found]
    if missing:
        raise FileMissing(where, missing[0])
