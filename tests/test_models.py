"""The catalogue and loading: what is here loads, what is not is said, and nothing is ever fetched."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from apparatus.errors import ModelNotFound, NotAModel, OutOfRange
from apparatus.models.catalogue import catalogue, find, vocabulary
from apparatus.models.loading import load
from apparatus.pictures import LATENT_SPACES


@pytest.fixture
def no_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def broken(tiny, tmp_path):
    """A copy of the tiny model, to be broken."""
    return Path(shutil.copytree(tiny, tmp_path / "broken"))


def test_the_embedded_model_is_there_and_comes_first(no_cache):
    first = catalogue()[0]
    assert first.id == "obscura"
    assert first.folder is not None
    assert first.pipeline == "StableDiffusionPipeline"
    assert first.num_inference_steps == 20
    assert first.latents in LATENT_SPACES


def test_a_folder_loads_by_its_path(tiny):
    model = load(tiny)
    assert model.id == str(tiny)
    assert type(model.pipeline).__name__ == "StableDiffusionPipeline"
    assert (model.entry.height, model.entry.licence) == (64, "CC0-1.0")


def test_what_a_folder_does_not_say_its_pipeline_does(broken):
    (broken / "apparatus.json").unlink()
    entry = load(broken).entry
    assert (entry.num_inference_steps, entry.guidance_scale) == (50, 7.5)
    assert (entry.height, entry.width) == (32, 32)  # 16 latents, each of 2 pixels


def test_a_model_of_the_hub_cache_loads_by_its_name(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    shutil.copytree(tiny, tmp_path / "models--somebody--some-model" / "snapshots" / "0a1b2c")
    assert "somebody/some-model" in [entry.id for entry in catalogue()]
    assert load("somebody/some-model").entry.height == 64


def test_a_model_that_is_not_here_is_never_fetched(no_cache):
    with pytest.raises(ModelNotFound, match="There is no model 'stable-diffusion-v1-5'"):
        load("stable-diffusion-v1-5")


@pytest.mark.parametrize("name", ["", "nothing", "no/such/folder", "../..\x00"])
def test_what_is_no_model_at_all_is_said(no_cache, name):
    with pytest.raises((ModelNotFound, NotAModel)) as refused:
        load(name)
    assert "\n" not in str(refused.value)


def test_a_folder_of_something_else_is_said(tmp_path):
    with pytest.raises(NotAModel, match=r"model_index\.json"):
        load(tmp_path)


def corrupt_index(folder: Path) -> None:
    (folder / "model_index.json").write_text("{")


def unknown_class(folder: Path) -> None:
    change_index(folder, _class_name="PipelineOfSomebody")


def class_of_its_own(folder: Path) -> None:
    change_index(folder, _class_name=["pipeline", "PipelineOfSomebody"])


def no_pipeline(folder: Path) -> None:
    change_index(folder, _class_name="DDIMScheduler")


def remote_code(folder: Path) -> None:
    change_index(folder, unet=["unet", "MyUNet"])
    (folder / "unet" / "unet.py").write_text("raise SystemExit('this ran')")


def no_weights(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()


def pickled_weights(folder: Path) -> None:
    no_weights(folder)
    torch.save({}, folder / "unet" / "diffusion_pytorch_model.bin")


def cut_short(folder: Path) -> None:
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])


def other_shapes(folder: Path) -> None:
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 32', '"cross_attention_dim": 64'))


def change_index(folder: Path, **changes: object) -> None:
    index = folder / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | changes))


@pytest.mark.parametrize(
    "damage",
    [
        corrupt_index,
        unknown_class,
        class_of_its_own,
        no_pipeline,
        remote_code,
        no_weights,
        pickled_weights,
        cut_short,
        other_shapes,
    ],
)
def test_a_damaged_folder_is_one_sentence(broken, damage):
    damage(broken)
    with pytest.raises(NotAModel) as refused:
        load(broken)
    assert str(broken) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize(
    ("file", "holds", "said"),
    [
        ("apparatus.json", "{", "apparatus.json is no JSON object"),
        ("apparatus.json", "[]", "apparatus.json is no JSON object"),
        ("apparatus.json", '{"height": "tall"}', "height"),
        ("apparatus.json", '{"dtype": "Tensor"}', "dtype"),
        ("apparatus.json", '{"training": 3}', "training"),
        ("vocabulary.json", "{", "vocabulary.json is no list of words"),
        ("vocabulary.json", '{"words": 3}', "vocabulary.json is no list of words"),
        ("vocabulary.json", '["a", 3]', "vocabulary.json is no list of words"),
    ],
)
def test_what_a_folder_says_wrongly_is_one_sentence_and_the_others_are_still_listed(
    broken, monkeypatch, file, holds, said
):
    (broken / file).write_text(holds)
    with pytest.raises(NotAModel, match=said) as refused:
        load(broken)
    assert "\n" not in str(refused.value)
    cache = broken.parent / "cache"
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    shutil.copytree(broken, cache / "models--somebody--some-model" / "snapshots" / "0a1b2c")
    assert {"obscura", "somebody/some-model"} <= {entry.id for entry in catalogue()}


def test_a_size_between_the_steps_is_refused_with_the_range(tiny):
    entry = find(tiny)
    entry.allow(64, 128)
    with pytest.raises(OutOfRange, match="64 to 128") as refused:
        entry.allow(64, 136)
    assert refused.value.setting == "width"


def test_a_model_knows_its_words_or_says_that_nobody_does(tiny, tmp_path):
    known = vocabulary(find(tiny))
    assert known is not None
    assert "boat" in known
    assert "zeppelin" not in known
    mute = shutil.copytree(tiny, tmp_path / "mute", ignore=shutil.ignore_patterns("vocabulary.json"))
    assert vocabulary(find(mute)) is None


def test_weights_are_float32_on_a_cpu_whatever_they_were_saved_in(tiny):
    assert load(tiny, device="cpu").pipeline.unet.dtype == torch.float32
    assert load(tiny, device="cpu", dtype=torch.bfloat16).pipeline.unet.dtype == torch.bfloat16
