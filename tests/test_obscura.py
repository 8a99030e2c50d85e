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


SIZES = {
    "big": ("a big red apple in the snow", "une grande pomme rouge dans la neige"),
    "small": ("a small red apple in the snow", "une petite pomme rouge dans la neige"),
    "blue": ("a big blue apple in the snow", "une grande pomme bleue dans la neige"),
}
SEEDS = (3, 4, 5)


def drawn(said):
    """The pictures of these prompts, one for each seed: (prompts, seeds, height, width, 3) in 0 to 1."""
    pictures = (
        apparatus.load("obscura")
        .pipeline(
            [prompt for prompt in said for _ in SEEDS],
            num_inference_steps=12,
            guidance_scale=3.0,
            generator=[torch.Generator().manual_seed(seed) for _ in said for seed in SEEDS],
            output_type="np",
        )
        .images
    )
    return pictures.reshape(len(said), len(SEEDS), *pictures.shape[1:])


@pytest.fixture(scope="module")
def colours():
    """The median colour of a picture's edges, by prompt, in 0 to 1: what stands behind the thing."""
    said = [prompt for pair in PROMPTS.values() for prompt in pair]
    pictures = drawn(said)
    edges = np.concatenate([pictures[:, :, :, :40], pictures[:, :, :, -40:]], axis=3)
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


@pytest.mark.parametrize("language", [0, 1], ids=["en", "fr"])
def test_a_big_red_thing_is_big_and_red(language):
    pictures = dict(zip(SIZES, drawn([pair[language] for pair in SIZES.values()]), strict=True))

    def share(name, channel):
        """How much of the pictures is of that colour: red 0, blue 2."""
        others = [other for other in (0, 1, 2) if other != channel]
        return (pictures[name][..., channel] > pictures[name][..., others].max(-1) + 0.2).mean()

    assert share("big", 0) > 0.1
    assert share("big", 0) > 2 * share("small", 0) > 0.01
    assert share("blue", 2) > 5 * share("blue", 0)


def test_both_languages_say_the_same(colours):
    for english, french in PROMPTS.values():
        assert np.abs(colours[english] - colours[french]).max() < 0.25, english


def test_the_words_it_knows_are_words_of_the_world():
    folder = find("obscura").folder
    said = json.loads((folder / "vocabulary.json").read_text("utf-8"))
    assert len(said["words"]) > 300
    assert set(said["words"]) <= words()


def test_it_says_nothing_of_the_machine_that_made_it():
    said = [file.read_text("utf-8") for file in find("obscura").folder.rglob("*.json")]
    assert len(said) >= 7
    assert not any("_name_or_path" in text for text in said)


ROWS = ("noun", "colour", "setting", "process", "both_nouns", "both_colours", "place")
COLUMNS = ("ceiling", "chance", "french", "english")


def share(rate):
    return "–" if rate["rate"] is None else f"{100 * rate['rate']:.0f} %"


@pytest.mark.parametrize("card", ["README.md", "README.fr.md"])
def test_its_card_states_what_the_evaluation_found(card):
    folder = find("obscura").folder
    found = json.loads((folder / "evaluation.json").read_text("utf-8"))
    text = (folder / card).read_text("utf-8")
    table = [line for line in text.partition("<!-- table -->")[2].splitlines() if line.startswith("| ")][2:]
    assert len(table) == len(ROWS)
    for row, line in zip(ROWS, table, strict=True):
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        model = found[row]
        stated = [share(model), str(model["n"]), *(share(found[column][row]) for column in COLUMNS)]
        assert [cells[1], cells[3], *cells[5:]] == stated, row
    assert f"{found['psnr']:.1f}".replace(".", "," if card.endswith("fr.md") else ".") in text


def test_the_evaluation_is_of_these_weights_by_this_judge():
    from apparatus.judge.network import load

    found = json.loads((find("obscura").folder / "evaluation.json").read_text("utf-8"))
    assert found["prompts"] == 400
    assert found["judge"] == load().version()
    assert found["steps"] == find("obscura").num_inference_steps
    assert found["guidance"] == find("obscura").guidance_scale
