"""What several rooms' tests need: a tiny pipeline, a tiny model on the disk, and no network."""

import json
import os
from collections.abc import Callable
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


@pytest.fixture(scope="session")
def scorers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP of obscura's form, and an image classifier of two labels: real, small, and untrained."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    from apparatus.training import clip as training
    from apparatus.training import tokenizer as bpe

    folder = tmp_path_factory.mktemp("scorers")
    words = bpe.kept(folder / "bpe")
    torch.manual_seed(1)
    for part in (training.clip(words).eval(), words, training.processor()):
        part.save_pretrained(folder / "small-clip")
    config = ViTConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=32,
        patch_size=8, id2label={0: "plain", 1: "aesthetic"}, label2id={"plain": 0, "aesthetic": 1},
    )  # fmt: skip
    ViTForImageClassification(config).save_pretrained(folder / "taste")
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder / "taste")
    return folder


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the command; its exit code, and what it printed on stdout and stderr."""
    from apparatus.cli import main

    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path / "outputs"))

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as exit:
            code = int(exit.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def pipeline() -> Any:
    """A tiny Stable Diffusion, with random weights and its own DDIM scheduler."""
    from zoo import stable_diffusion

    return stable_diffusion()
