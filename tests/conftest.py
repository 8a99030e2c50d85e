"""What several rooms' tests need: a tiny pipeline, a tiny model on the disk, and no network."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
CACHE = TemporaryDirectory(prefix="apparatus-cache-")
os.environ["APPARATUS_CACHE"] = CACHE.name
os.environ.setdefault("OMP_NUM_THREADS", "1")  # pictures of one computation are compared bit for bit

ABOUT_TINY = {
    "licence": "CC0-1.0",
    "training": {"summary": "Not trained at all: random weights."},
    "num_inference_steps": 4,
    "guidance_scale": 3.0,
    "height": 64,
    "width": 64,
    "smallest": 64,
    "largest": 128,
    "multiple": 8,
}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random Stable Diffusion of a tenth of a million parameters, which knows a few words."""
    from zoo import WORDS, stable_diffusion

    folder = tmp_path_factory.mktemp("models") / "tiny"
    stable_diffusion().save_pretrained(folder)
    (folder / "apparatus.json").write_text(json.dumps(ABOUT_TINY))
    (folder / "vocabulary.json").write_text(json.dumps({"words": WORDS}))
    return folder


@pytest.fixture(scope="session")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random CLIP and the index that it made of the world's first 40 pictures."""
    import numpy as np
    from zoo import looking

    from apparatus.neighbours import Neighbours, embeddings, eye, rounded, thumbnail
    from apparatus.world.renderer import picture

    folder = tmp_path_factory.mktemp("seeing")
    for part in looking():
        part.save_pretrained(folder / "clip")
    pictures = [picture(n) for n in range(40)]
    seen = rounded(embeddings(eye(folder), pictures))
    Neighbours(folder, eye(folder).edition, seen, np.stack([thumbnail(one) for one in pictures])).save()
    return folder


@pytest.fixture
def pipeline() -> Any:
    """A tiny Stable Diffusion, with random weights and its own DDIM scheduler."""
    from zoo import stable_diffusion

    return stable_diffusion()
