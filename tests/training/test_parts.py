"""What obscura is made of, before it is trained: parts that anybody's diffusers can load."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import AutoTokenizer, CLIPModel, CLIPProcessor, CLIPTextModel

from apparatus.cli import main
from apparatus.errors import PartMissing
from apparatus.judge.network import Judge, choices
from apparatus.neighbours import Neighbours, embeddings, eye
from apparatus.training import autoencoder, captions, clip, denoiser, neighbours, shipping, tokenizer
from apparatus.world.grammar import words
from apparatus.world.renderer import picture

pytestmark = pytest.mark.timeout(900)  # a processor without bfloat16 takes its time


@pytest.fixture(scope="module")
def bpe():
    return tokenizer.tokenizer()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder in which every part was trained by the quick preset."""
    folder = tmp_path_factory.mktemp("course")
    with pytest.raises(SystemExit) as ended:
        main(["train", "--preset", "quick", "--folder", str(folder), "--device", "cpu"])
    assert ended.value.code == 0
    return folder


@pytest.fixture(scope="module")
def folder(course, tmp_path_factory):
    """The obscura of that course, which learnt next to nothing, shipped."""
    shipped = tmp_path_factory.mktemp("shipped")
    shipping.ship(course, shipped)
    return shipped


def test_every_word_of_the_world_is_one_token(bpe):
    pieces = bpe(sorted(words())).input_ids
    assert all(len(ids) == 3 for ids in pieces)  # begin, the word, end


def test_the_tokenizer_is_the_same_each_time(bpe):
    script = "from apparatus.training.tokenizer import tokenizer; print(tokenizer().get_vocab()['sun</w>'])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(ran.stdout) == bpe.get_vocab()["sun</w>"]


def test_a_shipped_model_reads_with_the_tokenizer_it_was_trained_with(folder, course):
    read = [
        AutoTokenizer.from_pretrained(place).get_vocab()
        for place in (folder / "tokenizer", course / "tokenizer")
    ]
    assert read[0] == read[1]


def test_every_part_leaves_its_log_its_curve_and_its_result(course):
    for part in ("autoencoder", "reader", "denoiser", "contrast", "enhancement", "captioning", "judging"):
        assert {"checkpoint.pt", "curve.png", "log.jsonl"} <= {
            file.name for file in (course / part).iterdir()
        }
    assert list((course / "denoiser").glob("sheet-*.png"))
    assert Judge.from_pretrained(course / "judge").config["choices"] == choices()


def test_a_part_that_needs_another_says_which(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["train", "denoiser", "--preset", "quick", "--folder", str(tmp_path)])
    assert "Training denoiser needs autoencoder" in capsys.readouterr().err
    assert "apparatus train autoencoder --folder" in PartMissing("denoiser", "autoencoder", tmp_path).args[0]


@pytest.mark.parametrize(("option", "value"), [("--preset", "slow"), ("--steps", "0"), ("--batch", "-1")])
def test_what_cannot_be_trained_is_refused_in_a_sentence(tmp_path, capsys, option, value):
    with pytest.raises(SystemExit):
        main(["train", "autoencoder", "--folder", str(tmp_path), option, value])
    assert f"cannot be {value}. Allowed: " in capsys.readouterr().err


def test_a_part_that_is_not_there_is_refused_with_those_that_are(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["train", "lens", "--folder", str(tmp_path)])
    assert "autoencoder, reader, denoiser" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["zeppelin", "日本", "🚤", "مرحبا", "‮", "\x07"])
def test_nothing_is_an_unknown_token(bpe, text):
    ids = bpe(text).input_ids[1:-1]
    assert ids
    assert bpe.eos_token_id not in ids


def test_stock_diffusers_loads_it_with_nothing_of_ours(folder):
    script = (
        "import sys, torch; from diffusers import StableDiffusionPipeline as P; "
        f"p = P.from_pretrained({str(folder)!r}); "
        "i = p('a cat', num_inference_steps=2, generator=torch.Generator().manual_seed(0)).images[0]; "
        "assert i.size == (256, 256); assert not any(m.startswith('apparatus') for m in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_shipped_model_is_trained_on_from_its_weights(folder, tmp_path):
    given = ["--preset", "quick", "--steps", "1", "--from", str(folder), "--folder", str(tmp_path)]
    with pytest.raises(SystemExit) as ended:
        main(["train", "denoiser", *given, "--device", "cpu"])
    assert ended.value.code == 0
    then, now = (
        load_file(place / "unet/diffusion_pytorch_model.safetensors")
        for place in (folder, tmp_path / "obscura")
    )
    assert all(torch.allclose(then[name].float(), now[name], atol=2e-2) for name in then)
    assert any((then[name].float() != now[name]).any() for name in then)
    assert load_file(tmp_path / "text/model.safetensors").keys()


def test_what_is_shipped_is_half_precision_and_says_nothing_of_this_machine(folder):
    files = list(folder.glob("*/*.safetensors"))
    assert {file.parent.name for file in files} >= {"unet", "vae", "text_encoder", *shipping.COMPANIONS}
    assert sum(file.stat().st_size for file in files) < 95e6
    assert {weight.dtype for file in files for weight in load_file(file).values()} <= {torch.float16}
    said = [file.read_text("utf-8") for file in folder.rglob("*.json")]
    assert not any(str(folder.parent) in text or "_name_or_path" in text for text in said)
    assert (folder / "vocabulary.json").is_file()


def test_the_autoencoder_learns_and_its_latents_hold_the_thumbnail():
    torch.manual_seed(0)
    model = autoencoder.autoencoder()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    x = torch.rand(2, 3, 2, 2).mul(2).sub(1).repeat_interleave(32, -1).repeat_interleave(32, -2)
    losses = []
    for _ in range(40):
        loss = autoencoder.loss(model, x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 3


class Silent(nn.Module):
    """A denoiser that says nothing."""

    def forward(self, noisy, t, prompt_embeds):
        return type("Output", (), {"sample": torch.zeros_like(noisy)})


class Words(nn.Module):
    def forward(self, tokens):
        assert tokens.shape == (32, tokenizer.LENGTH)
        return type("Output", (), {"last_hidden_state": tokens.float()})


@pytest.fixture
def lost(bpe):
    """What is lost by saying nothing, by latents and what covers them."""
    modules, ids = nn.ModuleDict({"unet": Silent()}), captions.said(bpe, 4)
    empty = bpe("", padding="max_length", return_tensors="pt").input_ids

    def lost(latents, covers):
        lessons = denoiser.Lessons(latents, covers, ids, empty, single=torch.arange(0))
        return denoiser.objective(modules, Words(), lessons, 32)(0).item()

    return lost


def test_velocities_have_unit_variance_and_the_schedule_ends_in_noise(lost):
    latents, nothing = torch.randn(4, denoiser.CHANNELS, 32, 32), torch.zeros(4, 1, 32, 32)
    assert 0.7 < lost(latents, nothing) < 1.4
    assert denoiser.scheduler().alphas_cumprod[-1] < 1e-6


def test_an_error_in_a_thing_weighs_more_than_one_beside_it(lost):
    nothing, thing = torch.zeros(4, 1, 32, 32), torch.zeros(4, 1, 32, 32)
    thing[..., :8] = 1
    latents = 5 * thing.expand(-1, denoiser.CHANNELS, -1, -1)
    beside = thing.flip(-1)
    assert lost(latents, thing) > lost(latents, nothing) > lost(latents, beside)


def test_close_ups_are_of_one_thing_alone_and_show_it_whole(bpe):
    torch.manual_seed(0)
    covers, single = torch.zeros(6, 1, 32, 32), torch.tensor([1, 4])
    covers[1, 0, 3:9, 20:28] = covers[4, 0, 22:31, 5:12] = 1
    marks = torch.arange(6.0).view(6, 1, 1, 1).expand(6, denoiser.CHANNELS, 32, 32)
    empty = bpe("", padding="max_length", return_tensors="pt").input_ids
    lessons = denoiser.Lessons(marks, covers, captions.said(bpe, 6), empty, single)
    close, whole = denoiser.drawn(lessons, 0, 8), denoiser.drawn(lessons, 3, 8)
    assert close.latents.shape == (32, denoiser.CHANNELS, 16, 16)
    assert set(close.latents[:, 0, 0, 0].tolist()) == {1.0, 4.0}
    seen = close.covers.sum((1, 2, 3)) / covers.sum((1, 2, 3))[close.latents[:, 0, 0, 0].long()]
    assert seen.median() == 1
    assert whole.latents.shape == (8, denoiser.CHANNELS, 32, 32)
    again = denoiser.drawn(lessons, 0, 8)
    assert torch.equal(close.covers, again.covers)
    assert torch.equal(close.tokens, again.tokens)


def test_the_latents_of_another_encoder_are_kept_apart():
    torch.manual_seed(0)
    one, other = autoencoder.autoencoder(), autoencoder.autoencoder()
    assert denoiser.edition(one) != denoiser.edition(other)
    other.encoder.load_state_dict(one.encoder.state_dict())
    assert denoiser.edition(one) == denoiser.edition(other)


def test_a_broken_off_encoding_goes_on_and_gives_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(denoiser, "THOUSAND", 40)
    monkeypatch.setattr(denoiser, "ProcessPoolExecutor", ThreadPoolExecutor)
    torch.manual_seed(0)
    vae = autoencoder.autoencoder().eval()
    latents, covers = denoiser.encoded(vae, tmp_path, 80)
    assert latents.shape == (80, denoiser.CHANNELS, 32, 32)
    assert covers.shape == (80, 1, 32, 32)
    (tmp_path / "0000040-0000080.npz").unlink()
    again = denoiser.encoded(vae, tmp_path, 80)
    assert torch.equal(latents, again[0])
    assert torch.equal(covers, again[1])
    assert torch.equal(latents[:40], denoiser.encoded(vae, tmp_path, 40)[0])


def test_the_image_tower_learns_which_caption_is_whose(bpe):
    torch.manual_seed(0)
    modules = nn.ModuleDict(
        {"clip": clip.clip(bpe), "patches": nn.Linear(clip.WIDTH, len(choices()["noun"]))}
    )
    modules["clip"].text_model.requires_grad_(False)
    before = modules["clip"].text_model.final_layer_norm.weight.clone()
    pictures = np.stack([np.asarray(picture(n)) for n in range(8)])
    ids, nouns = captions.said(bpe, 8), torch.zeros(8, 16, 16, dtype=torch.long)
    loss = clip.objective(modules, pictures, ids, nouns, 8)
    optimizer = torch.optim.AdamW([w for w in modules.parameters() if w.requires_grad], lr=1e-3)
    for step in range(25):
        optimizer.zero_grad()
        loss(step).backward()
        optimizer.step()
    assert clip.found(modules["clip"].eval(), clip.seen(pictures), ids[:, 0].long()) > 0.8
    assert torch.equal(modules["clip"].text_model.final_layer_norm.weight, before)


def test_the_clip_loads_with_nothing_of_ours(folder):
    model, processor = (
        CLIPModel.from_pretrained(folder / "clip"),
        CLIPProcessor.from_pretrained(folder / "clip"),
    )
    given = processor(text=["a cat"], images=[picture(0)], return_tensors="pt")
    assert model(**given).logits_per_image.shape == (1, 1)
    ours = clip.seen(np.asarray(picture(0))[None].copy())
    assert (given.pixel_values - ours).abs().mean() < 0.03


def test_the_clip_has_the_text_tower_that_conditions_the_denoiser(folder):
    tower = CLIPTextModel.from_pretrained(folder / "text_encoder").state_dict()
    whole = CLIPModel.from_pretrained(folder / "clip").text_model.state_dict()
    assert all(torch.equal(weight, whole[name]) for name, weight in tower.items())


def test_its_pictures_are_found_again_in_the_course_and_as_shipped(course, folder):
    for place in (course, folder):
        known = Neighbours.load(place)
        assert known.embeddings.shape == (80, clip.WIDTH)
        assert known.thumbnails.shape == (80, 12, 12, 3)
        seen = embeddings(eye(folder), [picture(11)])[0]
        assert known.by_clip(seen)[0][1] == pytest.approx(1, abs=2e-3)
        assert known.by_pixels(picture(11))[0] == (11, 0)
    seen = embeddings(eye(course), [picture(11)])[0]
    assert Neighbours.load(course).by_clip(seen)[0][0] == 11


def test_the_pictures_cannot_be_looked_at_before_there_is_a_clip(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["train", "neighbours", "--preset", "quick", "--folder", str(tmp_path)])
    assert "Training neighbours needs clip" in capsys.readouterr().err


def test_a_look_that_broke_off_goes_on_and_gives_the_same(course, tmp_path, monkeypatch):
    monkeypatch.setattr(neighbours, "THOUSAND", 20)
    monkeypatch.setattr(neighbours, "ProcessPoolExecutor", ThreadPoolExecutor)
    whole = neighbours.looked(eye(course), tmp_path, 50, 8)
    assert [len(part) for part in whole] == [50, 50]
    (tmp_path / "0000020-0000040.npz").unlink()
    again = neighbours.looked(eye(course), tmp_path, 50, 8)
    assert all(np.array_equal(one, other) for one, other in zip(whole, again, strict=True))
    assert np.array_equal(whole[1], Neighbours.load(course).thumbnails[:50])
