"""The embedded model as shipped: its words steer its pictures, in both languages."""

import json

import numpy as np
import pytest
import torch

import apparatus
from apparatus.models.catalogue import find
from apparatus.world.grammar import words

PROMPTS = {
    "night": ("a cat at night", "un chat dans la nuit"),
    "snow": ("a cat in the snow", "un chat dans la neige"),
    "yellow": ("a cat in front of a yellow wall", "un chat devant un mur jaune"),
    "blue": ("a cat in front of a blue wall", "un chat devant un mur bleu"),
    "meadow": ("a cat in a meadow", "un chat dans un pré"),
}


@pytest.fixture(scope="module")
def colours():
    """The median colour of a picture's edges, by prompt, in 0 to 1: what stands behind the thing."""
    model = apparatus.load("obscura")
    said = [prompt for pair in PROMPTS.values() for prompt in pair]
    pictures = model.pipeline(
        said,
        num_inference_steps=12,
        guidance_scale=3.0,
        generator=[torch.Generator().manual_seed(3) for _ in said],
        output_type="np",
    ).images
    edges = np.concatenate([pictures[:, :, :40], pictures[:, :, -40:]], axis=2)
    return dict(zip(said, np.median(edges.reshape(len(said), -1, 3), axis=1), strict=True))


@pytest.mark.parametrize("language", [0, 1], ids=["en", "fr"])
def test_words_steer_the_picture(colours, language):
    seen = {name: colours[pair[language]] for name, pair in PROMPTS.items()}
    assert seen["night"].mean() < 0.25
    assert seen["snow"].mean() > 0.7
    red, green, blue = seen["yellow"]
    assert min(red, green) > blue + 0.25
    red, green, blue = seen["blue"]
    assert blue > max(red, green) + 0.25


def test_both_languages_say_the_same(colours):
    for english, french in PROMPTS.values():
        assert np.abs(colours[english] - colours[french]).max() < 0.25, english


def test_its_vocabulary_is_the_worlds():
    folder = find("obscura").folder
    said = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    assert set(said["words"]) == words()


def test_it_says_nothing_of_the_machine_that_made_it():
    said = [file.read_text("utf-8") for file in find("obscura").folder.rglob("*.json")]
    assert len(said) >= 7
    assert not any("_name_or_path" in text for text in said)
