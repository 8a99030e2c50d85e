"""The training loop: it learns, and a run that was cut off ends as one that was not."""

import pytest
import torch
from PIL import Image
from torch import nn

from apparatus.errors import CannotGoOn, OutOfMemory
from apparatus.training.loop import Plan, pace, train

PLAN = Plan(steps=30, rate=0.1, warmup=3, keep=10, milestone=30)


def fitting(fails_at=None):
    """A line to fit, and the loss of a step; the loss raises once at step `fails_at`."""
    modules = nn.ModuleDict({"line": nn.Linear(1, 1)})
    with torch.no_grad():
        modules["line"].weight.fill_(0.0)
        modules["line"].bias.fill_(0.0)

    def loss(step):
        if step == fails_at:
            raise KeyboardInterrupt
        x = torch.randn(16, 1)
        return (modules["line"](x) - (3 * x + 1)).pow(2).mean()

    return modules, loss


def test_it_learns(tmp_path):
    modules, loss = fitting()
    before = loss(0).item()
    train(modules, loss, PLAN, tmp_path)
    assert loss(0).item() < before / 10


def test_a_run_that_was_cut_off_ends_like_one_that_was_not(tmp_path):
    whole, loss = fitting()
    expected = train(whole, loss, PLAN, tmp_path / "whole")
    cut, loss = fitting(fails_at=17)
    with pytest.raises(KeyboardInterrupt):
        train(cut, loss, PLAN, tmp_path / "cut")
    again, loss = fitting()
    resumed = train(again, loss, PLAN, tmp_path / "cut")
    assert torch.equal(whole["line"].weight, again["line"].weight)
    assert torch.equal(expected["line"].weight, resumed["line"].weight)


def test_the_pace_rises_holds_and_falls():
    paces = [pace(step, PLAN) for step in range(PLAN.steps)]
    assert paces[0] < paces[2] == 1.0
    assert paces[15] == 1.0
    assert paces[-1] < 0.15


def test_samples_are_drawn_on_the_way(tmp_path):
    modules, loss = fitting()
    seen = []
    plan = Plan(steps=30, rate=0.1, keep=30, milestone=10)
    train(modules, loss, plan, tmp_path, lambda shadow, step: seen.append(step))
    assert seen == [10, 20, 30]


def test_a_seed_draws_another_course(tmp_path):
    ends = []
    for seed in (0, 0, 1):
        modules, loss = fitting()
        plan = Plan(steps=5, rate=0.1, warmup=3, seed=seed)
        train(modules, loss, plan, tmp_path / f"{len(ends)}")
        ends.append(modules["line"].weight.item())
    assert ends[0] == ends[1] != ends[2]


def test_out_of_memory_is_a_sentence_and_the_checkpoint_stands(tmp_path):
    modules, loss = fitting()

    def too_large(number):
        if number == 25:
            raise torch.OutOfMemoryError
        return loss(number)

    with pytest.raises(OutOfMemory, match=r"step 26 of training line.*--batch"):
        train(modules, too_large, PLAN, tmp_path / "line")
    assert torch.load(tmp_path / "line/checkpoint.pt", weights_only=True)["step"] == 20


def test_the_checkpoint_of_another_network_is_refused(tmp_path):
    modules, loss = fitting()
    train(modules, loss, PLAN, tmp_path)
    with pytest.raises(CannotGoOn, match=r"checkpoint\.pt was written by a training of another network"):
        train(nn.ModuleDict({"line": nn.Linear(2, 1)}), loss, PLAN, tmp_path)


def test_the_loss_is_drawn_as_a_curve(tmp_path):
    modules, loss = fitting()
    train(modules, loss, PLAN, tmp_path)
    with Image.open(tmp_path / "curve.png") as curve:
        assert len(curve.convert("RGB").getcolors(1 << 20)) > 10


def test_a_terminal_shows_a_bar(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    modules, loss = fitting()
    train(modules, loss, PLAN, tmp_path / "line")
    assert "30/30" in capsys.readouterr().out
