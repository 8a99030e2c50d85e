"""Evidence made by hand: what a judge would see that makes no mistakes."""

from collections.abc import Callable

import pytest
import torch

from apparatus.judge import Evidence, choices
from apparatus.world.scene import Scene


@pytest.fixture
def shown() -> Callable[..., Evidence]:
    """Evidence of a scene's things, each over the rows and columns given, in the order of the things."""

    def shown(scene: Scene, *boxes: tuple[slice, slice]) -> Evidence:
        known = choices()
        empty = {name: torch.zeros(len(answers)) for name, answers in known.items()}
        nouns, colours = (empty[name][:, None, None].repeat(1, 16, 16) for name in ("noun", "colour"))
        nouns[0] = 1
        for thing, (rows, columns) in zip(scene.things, boxes, strict=True):
            nouns[:, rows, columns] = colours[:, rows, columns] = 0
            nouns[known["noun"].index(thing.noun), rows, columns] = 1
            colours[known["colour"].index(thing.colour), rows, columns] = 1
        for name, answer in (
            ("surround", scene.setting or scene.wall),
            ("light", scene.light),
            ("process", scene.process),
        ):
            empty[name][known[name].index(answer)] = 1
        return Evidence(nouns, colours, empty["surround"], empty["light"], empty["process"])

    return shown
