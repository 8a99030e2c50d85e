"""The labels: what stands in each cell of a picture, in which colour, and what is round it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from apparatus.judge import choices
from apparatus.training import labels
from apparatus.world.renderer import cover, covers
from apparatus.world.scene import scene


@pytest.fixture
def right(tmp_path, monkeypatch):
    """The labels of pictures 0 to 8, written by threads in files of five."""
    monkeypatch.setattr(labels, "THOUSAND", 5)
    monkeypatch.setattr(labels, "ProcessPoolExecutor", ThreadPoolExecutor)
    return labels.labels(tmp_path / "cells", 8)


def test_what_each_thing_covers_is_what_all_cover_together():
    for n in range(12):
        apart = covers(n, 16).astype(int)
        assert len(apart) == len(scene(n).things)
        assert np.abs(apart.sum(0) - cover(n, 16)).max() <= 3


def test_what_another_hides_of_a_thing_does_not_count():
    hidden = next(n for n in range(200) if scene(n).place == "behind")
    first, second = covers(hidden, 16).astype(int)
    assert (first + second).max() <= 256
    assert first.argmax() != second.argmax()


def test_a_cell_is_the_thing_that_covers_it(right):
    for n in range(8):
        nouns = right["noun"][n]
        named = {choices()["noun"][number] for number in nouns.unique().tolist()}
        assert named == {None, *(thing.noun for thing in scene(n).things)}
        assert (cover(n, 16)[nouns != 0] > 255 * labels.COVERED).all()


def test_a_colour_is_asked_for_only_where_it_can_be_seen(right):
    for n in range(8):
        seen = set(right["colour"][n].unique().tolist())
        colours = {choices()["colour"].index(thing.colour) for thing in scene(n).things}
        expected = colours if scene(n).process in (None, "negative") else set()
        assert seen == expected | {labels.UNSEEN}


def test_what_is_round_the_things(right):
    for n in range(8):
        shown = scene(n)
        assert choices()["surround"][right["surround"][n]] == (shown.setting or shown.wall)
        assert choices()["process"][right["process"][n]] == shown.process
        assert shown.light is None or choices()["light"][right["light"][n]] == shown.light
        assert shown.setting is not None or right["light"][n] == labels.UNSEEN


def test_labels_that_broke_off_go_on_and_are_the_same(right, tmp_path):
    next((tmp_path / "cells").glob("0000005-*.npy")).unlink()
    again = labels.labels(tmp_path / "cells", 8)
    assert all(torch.equal(again[question], answers) for question, answers in right.items())
