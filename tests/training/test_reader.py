"""The text tower's first lesson: questions are asked where a thing's words end, and it learns to answer."""

import pytest
import torch
from torch import nn
from transformers import CLIPTextModel

from apparatus.training import reader, tokenizer
from apparatus.world.grammar import split
from apparatus.world.scene import Thing


@pytest.fixture(scope="module")
def words():
    return tokenizer.tokenizer()


@pytest.mark.parametrize(
    ("said", "thing", "last"),
    [
        ("a big red boat on the sea", Thing("boat", "red", "big"), "boat"),
        ("un grand bateau rouge sur la mer", Thing("boat", "red", "big"), "rouge"),
        ("deux bateaux rouges sur la mer", Thing("boat", "red", count=2), "rouges"),
        ("un bateau devant un mur rouge", Thing("boat"), "bateau"),
        ("trois appareils photo verts", Thing("camera", "green", count=3), "verts"),
    ],
)
def test_a_things_words_end_with_its_noun_or_the_colour_behind_it(said, thing, last):
    heard = split(said)
    assert heard[reader.end(thing, heard)] == last


def test_what_is_not_said_has_no_end():
    assert reader.end(Thing("boat"), split("a cat on the sea")) is None


def test_nearly_every_thing_of_every_caption_is_found(words):
    lessons = reader.Lessons(words)
    ids, scenes = lessons.captions(reader.HELD_OUT, 100)
    rows, places, things = lessons.things(ids, scenes)
    assert len(things) > 0.97 * sum(len(scene.things) for scene in scenes)
    assert all(ids[row, place] not in words.all_special_ids for row, place in zip(rows, places, strict=True))


def test_lessons_are_never_what_it_is_tried_on():
    assert reader.UNDRAWN + 10**6 < reader.HELD_OUT


def test_it_learns_to_answer(words):
    torch.manual_seed(0)
    modules = nn.ModuleDict({"text": CLIPTextModel(reader.config(words)), "questions": reader.Questions()})
    loss = reader.objective(modules, words, 16)
    optimizer = torch.optim.AdamW(modules.parameters(), lr=1e-3)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        losses.append(loss(0))
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0] / 2
