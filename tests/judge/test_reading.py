"""What makes a picture right: each question by itself, on evidence made by hand and on the world's own."""

from dataclasses import replace

import pytest
import torch

from apparatus.judge import Evidence, choices, questions, verdict
from apparatus.training.labels import UNSEEN, cells
from apparatus.world.parser import parse
from apparatus.world.scene import Scene, Thing, scene

LEFT, RIGHT = (slice(8, 14), slice(1, 6)), (slice(8, 14), slice(9, 14))
RED_CAT, BLUE_DOG = Thing("cat", "red"), Thing("dog", "blue")


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("a cat", ["noun"]),
        ("un chat rouge sur la mer", ["noun", "colour", "setting"]),
        ("a red cat, in sepia", ["noun", "process"]),
        ("a negative of a red cat", ["noun", "colour", "process"]),
        ("a red cat in front of a blue wall", ["noun", "colour"]),
        ("a cat and a dog", ["both_nouns"]),
        ("a red cat and a dog", ["both_nouns"]),
        ("un chat rouge à gauche d'un chien bleu", ["both_nouns", "both_colours", "place"]),
        ("a red cat to the left of a blue cat", ["both_nouns"]),
        ("at night", []),
        ("🚤", []),
    ],
)
def test_a_question_is_raised_only_by_what_a_prompt_says(text, raised):
    assert list(questions(parse(text))) == raised


def test_a_noun_is_right_when_it_has_most_evidence(shown):
    seen = shown(Scene((RED_CAT, BLUE_DOG), wall="grey"), LEFT, (slice(9, 13), slice(9, 13)))
    assert verdict(seen, parse("a cat"))["noun"]
    assert not verdict(seen, parse("a dog"))["noun"]


def test_a_colour_is_read_where_its_noun_stands(shown):
    seen = shown(Scene((RED_CAT, BLUE_DOG), wall="grey"), LEFT, RIGHT)
    assert verdict(seen, parse("a red cat"))["colour"]
    assert not verdict(seen, parse("a blue cat"))["colour"]


def test_a_pictograms_own_colour_counts_as_the_one_it_is_nearest_to(shown):
    seen = shown(Scene((Thing("frog"),), wall="grey"), LEFT)
    seen.colours[choices()["colour"].index("green"), 8:14, 1:6] = 0.3
    assert verdict(seen, parse("a green frog"))["colour"]


def test_both_nouns_must_be_the_two_strongest(shown):
    seen = shown(Scene((RED_CAT, BLUE_DOG), wall="grey"), LEFT, RIGHT)
    assert verdict(seen, parse("a dog and a cat")) == {"both_nouns": True}
    assert verdict(seen, parse("a dog and a boat")) == {"both_nouns": False}


def test_swapped_colours_are_wrong(shown):
    seen = shown(Scene((RED_CAT, BLUE_DOG), wall="grey"), LEFT, RIGHT)
    assert verdict(seen, parse("a red cat and a blue dog"))["both_colours"]
    assert not verdict(seen, parse("a blue cat and a red dog"))["both_colours"]


def test_a_place_is_judged_only_where_both_nouns_are_right(shown):
    seen = shown(Scene((RED_CAT, BLUE_DOG), wall="grey"), LEFT, RIGHT)
    assert verdict(seen, parse("a cat to the left of a dog"))["place"]
    assert not verdict(seen, parse("a cat to the right of a dog"))["place"]
    assert not verdict(seen, parse("a cat behind a dog"))["place"]
    assert "place" not in verdict(seen, parse("a cat to the left of a boat"))


def test_what_stands_below_is_at_no_place_that_can_be_asked_for(shown):
    seen = shown(
        Scene((RED_CAT, BLUE_DOG), wall="grey"), (slice(10, 15), slice(6, 10)), (slice(2, 7), slice(6, 10))
    )
    assert verdict(seen, Scene((BLUE_DOG, RED_CAT), place="above"))["place"]
    for place in ("left", "right", "above", "behind", "front"):
        assert not verdict(seen, Scene((RED_CAT, BLUE_DOG), place=place))["place"]


def test_setting_and_process(shown):
    seen = shown(Scene((RED_CAT,), setting="sea", process="sepia"), LEFT)
    right = verdict(seen, parse("a cat on the sea, in sepia"))
    assert right["setting"]
    assert right["process"]
    wrong = verdict(seen, parse("a cat in the desert, in black and white"))
    assert not wrong["setting"]
    assert not wrong["process"]


def of_the_world(n: int) -> Evidence:
    """What a judge would see in picture `n` that makes no mistakes."""
    known, drawn = choices(), scene(n)
    nouns, colours = torch.from_numpy(cells(n)).long()
    several = {name: torch.zeros(len(answers)) for name, answers in known.items()}
    several["surround"][known["surround"].index(drawn.setting or drawn.wall)] = 1
    several["process"][known["process"].index(drawn.process)] = 1
    of_nouns = torch.nn.functional.one_hot(nouns, len(known["noun"])).permute(2, 0, 1).float()
    of_colours = torch.nn.functional.one_hot(colours.clamp(0), len(known["colour"])).permute(2, 0, 1)
    return Evidence(
        of_nouns,
        of_colours * (colours != UNSEEN).float(),
        several["surround"],
        several["light"],
        several["process"],
    )


def test_the_worlds_own_pictures_are_right_and_those_with_another_place_are_not():
    placed = [n for n in range(80) if scene(n).place]
    for n in [*placed, *range(10)]:
        right = verdict(of_the_world(n), scene(n))
        assert all(right.values()), (n, scene(n), right)
        assert right
    for n in placed:
        others = {"left", "right", "above", "behind", "front"} - {scene(n).place}
        assert not any(verdict(of_the_world(n), replace(scene(n), place=other))["place"] for other in others)
