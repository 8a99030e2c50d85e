"""The judge as a network: small, alike alone and in a batch, kept and loaded, clear where it is not there."""

import pytest
import torch
from PIL import Image

from apparatus.errors import NoJudge
from apparatus.judge import Judge, choices, load, look
from apparatus.world.renderer import picture


@pytest.fixture(scope="module")
def judge() -> Judge:
    torch.manual_seed(0)
    return Judge(choices()).eval()


def test_it_answers_every_question_and_is_small(judge):
    with torch.no_grad():
        logits = judge(torch.zeros(2, 3, 128, 128))
    dense = ("noun", "colour")
    assert {name: tuple(given.shape) for name, given in logits.items()} == {
        name: (2, len(answers), *((16, 16) if name in dense else ())) for name, answers in choices().items()
    }
    assert 1e6 < sum(weight.numel() for weight in judge.parameters()) < 3e6


def test_a_picture_is_seen_alike_alone_and_in_a_batch_and_in_any_size(judge):
    pictures = [picture(n) for n in range(3)]
    together, alone = look(judge, pictures)[1], look(judge, pictures[1:2])[0]
    assert torch.allclose(together.nouns, alone.nouns, atol=1e-5)
    larger = look(judge, [pictures[1].resize((512, 512), Image.Resampling.NEAREST)])[0]
    assert torch.allclose(larger.surround, alone.surround, atol=1e-3)


def test_what_it_sees_are_probabilities(judge):
    (seen,) = look(judge, [Image.new("L", (64, 96), 128)])
    for given in vars(seen).values():
        assert torch.allclose(given.sum(0), torch.ones(given.shape[1:]), atol=1e-4)


def test_it_is_kept_and_loaded(judge, tmp_path):
    judge.save_pretrained(tmp_path)
    again = load(tmp_path)
    assert again.version() == judge.version()
    assert torch.equal(
        look(again, [picture(0)])[0].nouns.argmax(0), look(judge, [picture(0)])[0].nouns.argmax(0)
    )


def test_without_weights_it_says_what_to_do(tmp_path):
    with pytest.raises(NoJudge, match=r"no weights.*apparatus train judge.*--judge"):
        load(tmp_path / "nowhere")


def test_weights_for_another_world_are_refused(tmp_path):
    Judge({**choices(), "noun": [None, "unicycle"]}).save_pretrained(tmp_path)
    with pytest.raises(NoJudge, match="vocabulary"):
        load(tmp_path)


def test_a_broken_file_is_a_sentence(judge, tmp_path):
    judge.save_pretrained(tmp_path)
    (tmp_path / "diffusion_pytorch_model.safetensors").write_bytes(b"torn")
    with pytest.raises(NoJudge, match="cannot be loaded"):
        load(tmp_path)
