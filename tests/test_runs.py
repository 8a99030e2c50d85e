"""A run is data: set back, written to a file, read in another process; and the errors on the way."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import zoo
from safetensors.torch import load_file

from apparatus import runner
from apparatus.errors import BrokenRecord, CannotStore, NothingToResume, StepNotFound
from apparatus.runner import Moment

NAME = "stable diffusion"
ELSEWHERE = """
import sys
import torch, zoo
from safetensors.torch import save_file
from apparatus import runner

folder, name, scheduler = sys.argv[1:]
pipeline = zoo.stable_diffusion(scheduler) if scheduler else zoo.ZOO[name][0]()
resumed = runner.resume(pipeline, runner.load(f"{folder}/replay.safetensors"))
save_file({"image": resumed.output.images}, f"{folder}/image.safetensors")
"""


def run(pipeline: Any, **others: Any) -> runner.Run:
    return runner.run(pipeline, zoo.kwargs_of(NAME), **others)


@pytest.mark.parametrize(
    ("name", "scheduler", "stop"),
    [
        (NAME, "Euler ancestral", Moment("step.out", 2)),
        (NAME, "UniPC", Moment("denoise.out", 3)),
        ("flux", "", Moment("decode")),
    ],
)
def test_a_run_paused_here_ends_in_the_same_picture_in_another_process(tmp_path, name, scheduler, stop):
    pipeline = zoo.stable_diffusion(scheduler) if scheduler else zoo.ZOO[name][0]()
    plain = pipeline(**zoo.kwargs_of(name)).images
    paused = runner.run(pipeline, zoo.kwargs_of(name), stop=stop)
    runner.save(paused, tmp_path / "replay.safetensors")
    command = [sys.executable, "-c", ELSEWHERE, str(tmp_path), name, scheduler]
    subprocess.run(command, check=True, cwd=Path(__file__).parent)
    assert torch.equal(load_file(tmp_path / "image.safetensors")["image"], plain)


@pytest.mark.parametrize("scheduler", zoo.SCHEDULERS)
def test_from_a_file_one_comes_back_to_every_step(tmp_path, scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    finished = run(pipeline)
    runner.save(finished, tmp_path / "replay.safetensors")
    reopened = runner.load(tmp_path / "replay.safetensors")
    assert (reopened.state, reopened.pipeline) == ("finished", "StableDiffusionPipeline")
    for step in range(len(finished.steps) + 1):
        again = runner.branch(pipeline, reopened, step)
        assert torch.equal(again.output.images, finished.output.images), step


def test_the_file_is_small(tmp_path, pipeline):
    finished = run(pipeline)
    runner.save(finished, tmp_path / "replay.safetensors")
    tensors = load_file(tmp_path / "replay.safetensors")
    latents = [each for each in tensors.values() if each.shape == finished.noise.shape]
    assert (
        len(latents) <= 2 * len(finished.steps) + 1
    )  # what each step returned, twice for DDIM, and the stub


def test_a_run_that_is_over_is_not_resumed(pipeline):
    with pytest.raises(NothingToResume, match="finished, not paused"):
        runner.resume(pipeline, run(pipeline))


@pytest.mark.parametrize("step", [-1, 5])
def test_a_step_that_was_not_made_is_refused_with_the_range(pipeline, step):
    with pytest.raises(StepNotFound, match="Choose one from 0 to 4"):
        runner.back(run(pipeline), step)


def test_before_the_first_step_there_are_no_latents_to_alter(pipeline):
    paused = run(pipeline, stop=Moment("noise"))
    with pytest.raises(StepNotFound):
        runner.altered(paused, torch.zeros(1, 4, 16, 16))


def test_altering_a_pause_leaves_the_pause_as_it_was(pipeline):
    paused = run(pipeline, stop=Moment("step.out", 1))
    plain = runner.resume(pipeline, paused).output.images
    altered = runner.altered(paused, paused.steps[-1].prev_latents + 1)
    assert not torch.equal(runner.resume(pipeline, altered).output.images, plain)
    assert torch.equal(runner.resume(pipeline, paused).output.images, plain)


def test_resuming_a_pause_leaves_the_pause_as_it_was(pipeline):
    paused = run(pipeline, stop=Moment("denoise.out", 2))
    runner.resume(pipeline, paused)
    assert (len(paused.steps), len(paused.replay.checkpoints), len(paused.replay.pending)) == (2, 2, 1)
    assert paused.state == "paused"


def test_an_input_that_cannot_be_stored_is_named(tmp_path, pipeline):
    finished = runner.run(pipeline, zoo.kwargs_of(NAME, callback_on_step_end=lambda *_: {}))
    with pytest.raises(CannotStore, match="replay/kwargs/callback_on_step_end is a function"):
        runner.save(finished, tmp_path / "replay.safetensors")


def test_a_file_of_something_else_is_no_run(tmp_path):
    from apparatus import checkpoints

    checkpoints.write(tmp_path / "replay.safetensors", {"a": 1})
    with pytest.raises(BrokenRecord, match=r"replay\.safetensors"):
        runner.load(tmp_path / "replay.safetensors")


@pytest.mark.parametrize("failing", ["watch", "pipeline"])
def test_it_lets_go_even_when_the_run_fails(pipeline, failing):
    plain = pipeline(**zoo.kwargs_of(NAME)).images

    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    kwargs, watch = zoo.kwargs_of(NAME), None
    if failing == "watch":
        watch = fail
    else:
        kwargs["callback_on_step_end"] = fail
    with pytest.raises(ZeroDivisionError):
        runner.run(pipeline, kwargs, watch=watch)
    assert "step" not in vars(pipeline.scheduler)
    assert "_compiled_call_impl" not in vars(pipeline.unet)
    assert "prepare_latents" not in vars(pipeline)
    assert torch.equal(pipeline(**zoo.kwargs_of(NAME)).images, plain)
