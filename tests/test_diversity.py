"""How various pictures are: the number where it is known by hand, and both sets as they are really made."""

import json

import numpy as np
import pytest
import speakers
from PIL import Image

import apparatus
from apparatus import Settings, Store
from apparatus.diversity import made, measured, pairs, vectors, vendi
from apparatus.enhancements import Enhance
from apparatus.takeaway.several import several


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return str(speakers.own(tmp_path_factory.mktemp("own") / "enhancer"))


@pytest.fixture(scope="module")
def both(tiny, own, tmp_path_factory):
    asked = Settings(model=str(tiny), prompt="red boat", enhance=Enhance(by=own, longest=5, temperature=2))
    return made(apparatus.load(tiny), asked, 3, 40, store=Store(tmp_path_factory.mktemp("outputs")))


def test_the_score_is_known_where_it_can_be_reckoned_by_hand():
    assert vendi(np.ones((5, 3))) == pytest.approx(1)
    assert vendi(np.eye(4)) == pytest.approx(4)
    assert vendi(np.array([[1, 0], [1, 0], [0, 2], [0, 3.0]])) == pytest.approx(2)
    thirds = np.array([1 + 0.5, 1 - 0.5]) / 2  # of two vectors at 60 degrees
    assert vendi(np.array([[1, 0], [0.5, 3**0.5 / 2]])) == pytest.approx(np.exp(-(thirds @ np.log(thirds))))


def test_the_score_does_not_change_with_length_or_order():
    some = np.random.default_rng(0).normal(size=(6, 9))
    assert vendi(some) == pytest.approx(vendi(some[::-1] * np.arange(1, 7)[:, None]))
    assert 1 < vendi(some) < 6
    assert vendi(np.zeros((2, 3))) >= 0


def test_pictures_are_asked_for_in_pairs_of_one_seed(own):
    asked = Settings(prompt="a cat", enhance=Enhance(by=own, seed=1))
    told = pairs(asked, 3, 2**32 - 1)
    assert [one.seed for one, _ in told] == [other.seed for _, other in told] == [2**32 - 1, 0, 1]
    assert all(one.enhance is None for one, _ in told)
    assert [other.enhance.seed for _, other in told] == [2**32 - 1, 0, 1]


def test_both_sets_are_made_and_measured(both):
    raw, enhanced = both
    found = measured(raw, enhanced)
    assert (found.count, found.by) == (3, "pixels")
    assert 1 <= found.raw <= 3
    assert 1 <= found.enhanced <= 3
    assert len({one.record.enhanced.prompt for one in enhanced}) == 3
    assert not any(one.record.enhanced for one in raw)


def test_where_the_models_clip_saw_them_all_that_is_compared(both):
    raw, _ = both
    for place, one in enumerate(raw):
        one.tensors["clip/abc/image_embeds"] = np.eye(3)[place]
    try:
        by, seen = vectors(raw)
        assert by == "clip"
        assert vendi(seen) == pytest.approx(3)
        del raw[0].tensors["clip/abc/image_embeds"]
        assert vectors(raw)[0] == "pixels"
    finally:
        for one in raw:
            one.tensors.pop("clip/abc/image_embeds", None)


def test_a_sheet_shows_each_picture_and_its_words(both):
    _, enhanced = both
    sheet = several(enhanced, "red boat", "enhanced: Vendi score 1.20 of 3")
    assert sheet.width == 2480
    picture = np.array(enhanced[0].picture.resize((8, 8), Image.Resampling.BOX)).astype(int)
    inside = sheet.crop((150, 0, 150 + 1066, sheet.height))
    top = next(y for y in range(sheet.height) if inside.getpixel((500, y)) != (14, 13, 12) and y > 300)
    shown = np.array(inside.crop((0, top, 1066, top + 1066)).resize((8, 8), Image.Resampling.BOX)).astype(int)
    assert abs(shown - picture).mean() < 12
    programs = np.array([0x8E, 0xC2, 0xEA])
    assert (abs(np.array(sheet).astype(int) - programs).sum(-1) < 8).sum() > 50
    assert several(enhanced[:1], "a cat " * 400, "x").height > 0


def test_on_the_command_line_it_tells_both_numbers_and_leaves_two_sheets(run, tiny, own, tmp_path):
    code, out, _ = run(
        "diversity", "red boat", "--n", 2, "--seed", 5, "--model", tiny, "--by", own, "-o", tmp_path, "--json"
    )
    told = json.loads(out)
    assert code == 0
    assert told["count"] == 2
    assert (told["by"], len(told["exposures"]["raw"]), len(told["exposures"]["enhanced"])) == ("pixels", 2, 2)
    for file in told["sheets"].values():
        with Image.open(file) as sheet:
            assert sheet.width == 2480
    assert len(Store(tmp_path / "outputs").list()) == 4


def test_on_the_command_line_a_folder_that_is_none_is_refused(run, tiny, tmp_path):
    code, out, err = run("diversity", "red boat", "--model", tiny, "-o", tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert "is no folder" in err
