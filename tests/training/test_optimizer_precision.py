"""Where a processor has no bfloat16, the optimizer computes in float32, to the same end."""

import torch
from torch import nn

from apparatus.training import optimizer
from apparatus.training.optimizer import Optimizer


def moved(monkeypatch, able):
    monkeypatch.setattr(optimizer, "halves", lambda device: able)
    torch.manual_seed(1)
    layer = nn.Linear(48, 24)
    before = layer.weight.detach().clone()
    steps = Optimizer(layer, decay=0.0)
    for seed in range(3):
        layer.weight.grad = torch.randn(24, 48, generator=torch.Generator().manual_seed(seed))
        given = layer.weight.grad.clone()
        steps.step(1e-3)
        assert torch.equal(layer.weight.grad, given)
    return layer.weight.detach() - before


def test_the_weights_go_where_they_would_have_gone(monkeypatch):
    half, whole = moved(monkeypatch, True), moved(monkeypatch, False)
    assert not torch.equal(half, whole)
    assert (half - whole).norm() < 0.03 * half.norm()
