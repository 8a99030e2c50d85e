"""The captioner: it learns to say what it sees in the language asked for, and anybody can load it."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from transformers import CLIPConfig, CLIPModel, CLIPVisionConfig, CLIPVisionModel

from apparatus.errors import PartMissing
from apparatus.training import captioner, labels, spelling
from apparatus.training.captioner import MARKS
from apparatus.training.effort import Effort
from apparatus.training.loop import SEEDS_APART
from apparatus.world.grammar import spoken, words
from apparatus.world.parser import parse
from apparatus.world.renderer import picture
from apparatus.world.scene import Scene, Thing, scene

SIDE = 64
VISION = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": 16,
}


@pytest.fixture(scope="module")
def bpe():
    return spelling.tokenizer(words(), *MARKS.values())


@pytest.fixture(scope="module")
def pictures():
    return np.stack([np.asarray(picture(n)) for n in range(4)])


@pytest.fixture(scope="module")
def stands():
    """Which noun stands in each cell of these pictures."""
    return torch.from_numpy(np.stack([labels.cells(n)[0] for n in range(4)]).astype(np.int64))


@pytest.fixture
def model(bpe):
    """An untrained one behind a tower that sees little."""
    torch.manual_seed(0)
    return captioner.captioner(bpe, CLIPVisionModel(CLIPVisionConfig(**VISION)))


def test_captions_say_the_whole_picture_in_either_language():
    for n in range(60):
        for language in ("fr", "en"):
            text = captioner.said(n, language, random.Random(n))
            assert parse(text, language) == scene(n)
            assert spoken(text) in (language, None)


def test_a_picture_that_no_caption_tells_whole_is_said_as_it_can_be(monkeypatch):
    mountains = Scene((Thing("mountain", count=3),), setting="beach")
    monkeypatch.setattr(captioner, "scene", lambda n: mountains)
    assert "trois montagnes" in captioner.said(0, "fr", random.Random(0))


def test_captions_begin_with_their_language_and_end(bpe):
    ids = captioner.batch(bpe, [("fr", "l'œil d'un chat"), ("en", "a cat")])
    assert bpe.decode(ids[0]) == "<|fr|>l'œil d'un chat<|endoftext|>"
    assert bpe.decode(ids[1, :4]) == "<|en|>a cat<|endoftext|>"
    assert set(ids[1, 4:].tolist()) == {-1}


def test_the_longest_caption_fits(bpe):
    lengths = [len(bpe(captioner.said(n, "fr", random.Random(n))).input_ids) for n in range(300)]
    assert max(lengths) + 2 <= captioner.CONTEXT


def test_pictures_move_by_a_few_pixels(pictures):
    pixels = captioner.seen(pictures, SIDE)
    assert torch.equal(captioner.moved(pixels, 0, 0), pixels)
    right = captioner.moved(pixels, 3, 0)
    assert torch.equal(right[..., 3:], pixels[..., :-3])
    up = captioner.moved(pixels, 0, -2)
    assert torch.equal(up[..., :-2, :], pixels[..., 2:, :])


def test_the_processor_sees_what_the_training_saw(pictures):
    given = captioner.processor(SIDE)(images=[picture(0)], return_tensors="pt").pixel_values
    assert (given - captioner.seen(pictures[:1], SIDE)).abs().mean() < 0.04


def test_it_learns_what_stands_in_pictures(bpe, model, pictures, stands, monkeypatch):
    monkeypatch.setattr(captioner, "READING", 5)
    monkeypatch.setattr(captioner, "SHIFT", 0)
    captions = {n: captioner.said(n, ("fr", "en")[n % 2], random.Random(n)) for n in range(4)}
    monkeypatch.setattr(captioner, "said", lambda n, language, rng: captions[n])
    loss = captioner.objective(model.eval(), bpe, pictures, stands, 4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(70):
        optimizer.zero_grad()
        loss(step).backward()
        optimizer.step()
    pixels = captioner.seen(pictures, SIDE)
    assert captioner.captioned(model, bpe, pixels[::2], "fr") == [captions[0], captions[2]]
    assert captioner.captioned(model, bpe, pixels[1::2], "en") == [captions[1], captions[3]]
    right = captioner.rates(model, bpe, pictures, 0)
    assert right["nouns"] == right["setting"] == right["process"] == 1.0


def test_what_it_gets_of_a_patch_becomes_like_the_word_for_what_stands_there(bpe, model, pictures, stands):
    named = [captioner.nouns(bpe, language, torch.device("cpu")) for language in ("fr", "en")]
    pixels = captioner.seen(pictures, SIDE)
    optimizer, wrong = torch.optim.AdamW(model.parameters(), lr=3e-3), []
    for _ in range(40):
        optimizer.zero_grad()
        wrong.append(captioner.misnamed(model, model.encoder(pixels).last_hidden_state, named, stands))
        wrong[-1].backward()
        optimizer.step()
    assert wrong[-1] < wrong[0] / 2


def test_the_tower_waits_until_the_decoder_can_read_it(bpe, model, pictures, stands):
    loss = captioner.objective(model, bpe, pictures, stands, 2)
    for number, learns in ((0, False), (SEEDS_APART, False), (captioner.READING, True)):
        model.zero_grad()
        loss(number).backward()
        assert all((weight.grad is not None) is learns for weight in model.encoder.encoder.parameters())
        assert model.decoder.lm_head.weight.grad is not None


def test_what_is_told_is_judged_by_kind():
    shown = Scene((Thing("cat", "red"), Thing("dog", "blue")), setting="sea", light="night")
    swapped = Scene((Thing("dog", "red"), Thing("cat", "red")), setting="sea", process="sepia")
    assert list(captioner.judged(swapped, shown)) == [
        ("nouns", True),
        ("colour", True),
        ("colour", False),
        ("setting", True),
        ("light", False),
        ("process", False),
    ]
    walled = Scene((Thing("cat", "red"),), wall="red")
    assert ("nouns", False) in captioner.judged(walled, shown)
    assert ("setting", False) in captioner.judged(walled, shown)


def test_without_a_clip_it_says_what_is_missing(tmp_path):
    with pytest.raises(PartMissing, match="clip"):
        captioner.main(tmp_path, Effort(steps=1, batch=1, pictures=4))


def test_it_trains_goes_on_and_loads_with_nothing_of_ours(tmp_path, monkeypatch, pictures, capsys):
    torch.manual_seed(0)
    text = {**VISION, "vocab_size": 10, "bos_token_id": 8, "eos_token_id": 9}
    CLIPModel(CLIPConfig(text_config=text, vision_config=VISION)).save_pretrained(tmp_path / "clip")
    monkeypatch.setattr(captioner, "rendered", lambda folder, count: pictures)
    captioner.main(tmp_path, Effort(steps=1, batch=2, pictures=4))
    captioner.main(tmp_path, Effort(steps=2, batch=2, pictures=4))
    assert "right of 1 held-out pictures" in capsys.readouterr().out
    picture(0).save(tmp_path / "captioner.png")
    trained = captioner.VisionEncoderDecoderModel.from_pretrained(tmp_path / "captioner")
    assert trained.decoder.lm_head.weight is trained.decoder.transformer.wte.weight
    script = (
        "import sys; from PIL import Image; "
        "from transformers import AutoImageProcessor, AutoTokenizer, VisionEncoderDecoderModel as M; "
        f"trained = {str(tmp_path / 'captioner')!r}; "
        "words, model = AutoTokenizer.from_pretrained(trained), M.from_pretrained(trained); "
        "see = AutoImageProcessor.from_pretrained(trained); "
        "pixels = see(Image.open(trained + '.png'), return_tensors='pt').pixel_values; "
        "start = words.convert_tokens_to_ids('<|fr|>'); "
        "assert model.generate(pixels, decoder_start_token_id=start)[0, 0] == start; "
        "assert words.decode(model.generate(pixels)[0]).startswith('<|en|>'); "
        "assert not any(m.startswith('apparatus') for m in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_its_decoder_is_small(bpe, model):
    weights = sum(weight.numel() for weight in model.decoder.parameters())
    assert 2 * weights < 4e6
