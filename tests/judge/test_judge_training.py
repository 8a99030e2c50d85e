"""How the judge is trained: damage that is the same each time, and a network that learns."""

import numpy as np
import pytest
import torch

from apparatus.judge import Judge, choices, load, look
from apparatus.training import judge as training
from apparatus.training.effort import Effort
from apparatus.training.labels import labels
from apparatus.world.renderer import picture


@pytest.fixture(scope="module")
def pictures():
    return training.reduced(np.stack([np.asarray(picture(n)) for n in range(8)]))


@pytest.fixture
def right(tmp_path):
    return labels(tmp_path / "cells", 8)


def test_damage_is_drawn_by_its_number_and_leaves_some_as_they_are(pictures):
    twice = [[training.damaged(pictures[0], np.random.default_rng(n)) for n in range(40)] for _ in range(2)]
    assert all(np.array_equal(one, other) for one, other in zip(*twice, strict=True))
    off = np.array([np.abs(one.astype(int) - pictures[0]).mean() for one in twice[0]])
    assert 2 <= (off == 0).sum() <= 20
    assert 1 < off[off > 0].mean() < 40


def test_it_learns(pictures, right):
    torch.manual_seed(0)
    judge = Judge(choices(), widths=(8, 16, 32, 64))
    loss = training.objective(judge, pictures, right, 8)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=3e-3)
    losses = []
    for step in range(40):
        losses.append(loss(step))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert sum(losses[-5:]) < sum(losses[:5]) / 2


def test_nothing_to_answer_is_no_loss(right):
    answers = {name: torch.zeros(1, len(known)) for name, known in choices().items()}
    answers |= {name: answers[name][..., None, None].expand(-1, -1, 16, 16) for name in ("noun", "colour")}
    nothing = {name: torch.full_like(given[:1], training.UNSEEN) for name, given in right.items()}
    nothing["noun"] = torch.zeros_like(nothing["noun"])
    assert torch.isfinite(training.wrongness(answers, nothing))


def test_a_training_leaves_a_judge_that_can_be_shipped(tmp_path, capsys):
    training.main(tmp_path, Effort(steps=2, batch=2, pictures=24))
    assert "noun" in capsys.readouterr().out
    training.ship(tmp_path / "judge", tmp_path / "shipped")
    weights = tmp_path / "shipped" / "diffusion_pytorch_model.safetensors"
    assert weights.stat().st_size < 4e6
    assert str(tmp_path) not in (tmp_path / "shipped" / "config.json").read_text("utf-8")
    before, after = (look(load(tmp_path / name), [picture(0)])[0] for name in ("judge", "shipped"))
    assert torch.allclose(before.surround, after.surround, atol=1e-2)
