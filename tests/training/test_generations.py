"""Generations of a model that learns from its own pictures: both lines, the figures, and a run broken off."""

import json
from dataclasses import replace

import pytest
from PIL import Image

from apparatus.errors import OutOfRange
from apparatus.training import generations
from apparatus.training.effort import Effort

pytestmark = pytest.mark.timeout(900)  # a processor without bfloat16 takes its time

EFFORT = Effort(steps=2, batch=2, pictures=2)


@pytest.fixture(scope="module")
def short():
    """Two generations of pictures in two steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generations, "GENERATIONS", 2)
        patch.setattr(generations, "STEPS", 2)
        patch.setattr(generations, "SHOWN", generations.SHOWN[:2])
        yield


@pytest.fixture(scope="module")
def folder(short, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    generations.main(folder, EFFORT)
    return folder


def told(folder):
    return json.loads((folder / "generations/generations.json").read_text("utf-8"))


def test_both_lines_begin_with_the_model_and_are_measured_in_each_generation(folder) -> None:
    said = told(folder)
    lines = [(one["line"], one["generation"]) for one in said["generations"]]
    assert lines == [("own", 0), ("own", 1), ("own", 2), ("world", 1), ("world", 2)]
    assert (said["captions"], said["steps"], said["num_inference_steps"]) == (2, 2, 2)
    for one in said["generations"]:
        assert one["recall"]["n"] == 2
        assert 1 <= one["variety"] <= 2
        assert 1 <= one["colours"] <= 64
    for line, generation in lines:
        with Image.open(folder / f"generations/{line}-{generation}.webp") as strip:
            assert strip.size == (2 * generations.SIDE, generations.SIDE)


def test_what_is_learnt_from_changes_what_is_drawn(folder) -> None:
    strips = {
        (folder / f"generations/{name}.webp").read_bytes() for name in ("own-0", "own-1", "own-2", "world-1")
    }
    assert len(strips) == 4


def test_a_run_that_was_broken_off_goes_on_as_if_it_had_not_been(folder) -> None:
    whole, record = told(folder), folder / "generations/generations.json"
    drawn = (folder / "generations/world-2.webp").read_bytes()
    broken = whole | {"generations": whole["generations"][:-1]}
    record.write_text(json.dumps(broken), "utf-8")
    (folder / "generations/world-2.webp").unlink()
    generations.main(folder, EFFORT)
    assert told(folder) == whole
    assert (folder / "generations/world-2.webp").read_bytes() == drawn


@pytest.mark.parametrize("setting", ["pictures", "steps", "batch"])
def test_a_run_that_was_begun_with_another_effort_is_not_gone_on_with(folder, setting) -> None:
    whole = told(folder)
    with pytest.raises(OutOfRange, match=rf"{setting} cannot be 3\. Allowed: 2, with which .* was begun"):
        generations.main(folder, replace(EFFORT, **{setting: 3}))
    assert told(folder) == whole
