"""The optimizer: every kind of weight is moved, the very one that the network reads."""

import torch
from torch import nn

from apparatus.training.optimizer import Optimizer


def learner():
    """A network with every kind of weight: kernels in either memory format, matrices, words, small ones."""
    torch.manual_seed(0)
    return nn.ModuleDict(
        {
            "kernel": nn.Conv2d(12, 16, 3),
            "channels_last": nn.Conv2d(12, 16, 3).to(memory_format=torch.channels_last),
            "pointwise": nn.Conv2d(16, 12, 1),
            "matrix": nn.Linear(16, 24),
            "words": nn.Embedding(10, 16),
            "narrow": nn.Linear(24, 2),
            "norm": nn.GroupNorm(4, 16),
        }
    )


def loss(network):
    x = torch.linspace(-1, 1, 2 * 12 * 25).view(2, 12, 5, 5)
    x = network["channels_last"](
        network["pointwise"](network["norm"](network["kernel"](x)).repeat(1, 1, 2, 2))
    )
    states = network["matrix"](x.mean((2, 3)) + network["words"](torch.tensor([3, 4])))
    return (network["narrow"](states) - 1).pow(2).mean()


def test_every_weight_moves_and_the_loss_falls():
    network = learner()
    optimizer, before = Optimizer(network, decay=0.0), loss(network).item()
    begun = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    for _ in range(10):
        network.zero_grad()
        loss(network).backward()
        optimizer.step(0.01)
    assert loss(network).item() < before / 2
    assert all(not torch.equal(weight, begun[name]) for name, weight in network.named_parameters())


def test_a_matrix_moves_alike_in_all_directions():
    """Muon's step is near orthogonal, however much stronger the gradient is in some directions."""
    torch.manual_seed(0)
    network = nn.ModuleDict({"matrix": nn.Linear(16, 24, bias=False)})
    weight = network["matrix"].weight
    begun = weight.detach().clone()
    (weight * (torch.randn(24, 16) * torch.logspace(0, -1, 16))).sum().backward()
    Optimizer(network, decay=0.0).step(0.01)
    gradient, moved = (torch.linalg.svdvals(change) for change in (weight.grad, weight.detach() - begun))
    assert gradient.max() > 10 * gradient.min()
    assert moved.max() < 2 * moved.min()


def test_what_does_not_learn_stays():
    network = learner()
    network["matrix"].requires_grad_(False)
    before = network["matrix"].weight.clone()
    loss(network).backward()
    Optimizer(network, decay=0.1).step(0.1)
    assert torch.equal(network["matrix"].weight, before)


def test_it_goes_on_from_its_state():
    ends = []
    for broken_off in (False, True):
        network = learner()
        optimizer = Optimizer(network, decay=0.01)
        for step in range(4):
            if broken_off and step == 2:
                state, optimizer = optimizer.state_dict(), Optimizer(network, decay=0.01)
                optimizer.load_state_dict(state)
            network.zero_grad()
            loss(network).backward()
            optimizer.step(0.01)
        ends.append(network["kernel"].weight.detach().clone())
    assert torch.equal(*ends)
