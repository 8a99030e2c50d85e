"""The catalogue: what it says of each model, and what the files of any folder say."""

import re
import shutil
from pathlib import Path

import diffusers
import pytest

from apparatus.errors import FileMissing, ModelNotFound, NotAModel, NotTextToImage, OnlyPickles
from apparatus.models.catalogue import catalogue, find
from apparatus.models.sizes import of

UNET = "unet/diffusion_pytorch_model"


@pytest.fixture
def nothing_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def folder(tiny, tmp_path):
    """A copy of the tiny model, to be changed."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


def test_every_entry_says_its_class_its_licence_and_what_that_forbids_in_both_languages(nothing_fetched):
    for entry in catalogue():
        assert issubclass(getattr(diffusers, entry.pipeline), diffusers.DiffusionPipeline), entry.id
        assert entry.licence, entry.id
        assert entry.licence_link.startswith("https://"), entry.id
        for sentence in (entry.forbids, entry.forbids_fr):
            assert re.fullmatch(r"[A-Z][^.]+(\.[^.\s]+)*.*\.", sentence), entry.id
        assert not re.search(r" [:;?!»]", entry.forbids_fr), entry.id
        assert entry.repository or entry.folder, entry.id
        assert re.fullmatch(r"[0-9a-f]{40}|", entry.revision), entry.id


def test_every_entry_can_make_a_picture_of_its_own_size(nothing_fetched):
    for entry in catalogue():
        entry.allow(entry.height, entry.width)
        assert entry.num_inference_steps >= 1, entry.id
        assert entry.guidance_scale >= 0, entry.id


def test_a_model_that_is_known_and_not_here_is_to_be_fetched(nothing_fetched):
    with pytest.raises(ModelNotFound, match="`apparatus fetch flux-1-dev`"):
        find("black-forest-labs/FLUX.1-dev")
    with pytest.raises(ModelNotFound, match="The catalogue has: obscura"):
        find("flux-1-de")


def test_a_folder_is_counted_from_its_files(tiny, nothing_fetched):
    entry = find(tiny)
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(tiny)
    counted = {part.name: part.parameters for part in of(entry).parts if part.parameters}
    assert counted == {
        name: sum(weight.numel() for weight in getattr(pipeline, name).parameters()) for name in counted
    }
    assert set(counted) == {"text_encoder", "unet", "vae"}


def test_a_folder_without_an_index_or_with_a_broken_one_is_said(folder):
    (folder / "model_index.json").write_text("{")
    with pytest.raises(NotAModel, match="is broken"):
        find(folder)
    (folder / "model_index.json").unlink()
    with pytest.raises(NotAModel, match="it has no model_index"):
        find(folder)


def test_a_pipeline_that_reads_no_text_is_said_with_its_class(tmp_path):
    (tmp_path / "model_index.json").write_text(
        '{"_class_name": "DDPMPipeline", "unet": ["diffusers", "UNet2DModel"]}'
    )
    with pytest.raises(NotTextToImage, match="DDPMPipeline"):
        find(tmp_path)


def test_pickles_only_are_said(folder):
    (folder / f"{UNET}.safetensors").rename(folder / f"{UNET}.bin")
    with pytest.raises(OnlyPickles, match=r"unet/diffusion_pytorch_model\.bin"):
        find(folder)


def test_a_missing_shard_is_named(folder):
    (folder / f"{UNET}.safetensors").rename(folder / f"{UNET}-00001-of-00003.safetensors")
    shutil.copy(folder / f"{UNET}-00001-of-00003.safetensors", folder / f"{UNET}-00003-of-00003.safetensors")
    with pytest.raises(FileMissing, match="00002-of-00003"):
        find(folder)


def test_a_missing_part_is_named_and_a_link_to_nothing_is_no_file(folder):
    shutil.rmtree(folder / "tokenizer")
    with pytest.raises(FileMissing, match="tokenizer/"):
        find(folder)
    (folder / "tokenizer").mkdir()
    (folder / "tokenizer" / "vocab.json").symlink_to(folder / "nowhere")
    with pytest.raises(FileMissing, match="tokenizer/"):
        find(folder)


def test_a_variant_is_enough_and_counted_once_beside_the_plain_weights(folder):
    count = of(find(folder)).parameters
    shutil.copy(folder / f"{UNET}.safetensors", folder / f"{UNET}.fp16.safetensors")
    assert of(find(folder)).parameters == count
    (folder / f"{UNET}.safetensors").unlink()
    assert of(find(folder)).parameters == count
