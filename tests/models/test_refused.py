"""What cannot be loaded is said in a sentence of its own, before it is read; nothing is ever fetched."""

import json
import shutil
import socket
from pathlib import Path

import pytest
import torch
from zoo import stable_diffusion

import apparatus
from apparatus.errors import (
    DamagedFile,
    FileMissing,
    NotAModel,
    NotTextToImage,
    OnlyPickles,
    OwnCode,
    UnknownClass,
)
from apparatus.models.classes import pipeline_class
from apparatus.models.loading import load, plan

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tiny, tmp_path) -> Path:
    """A copy of the tiny model, to be broken."""
    return Path(shutil.copytree(tiny, tmp_path / "broken"))


def index(folder: Path, **changes: object) -> None:
    file = folder / "model_index.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def pickles(folder: Path) -> None:
    (folder / UNET).unlink()
    torch.save({}, folder / "unet" / "diffusion_pytorch_model.bin")


def missing(folder: Path) -> None:
    (folder / UNET).unlink()


def missing_part(folder: Path) -> None:
    shutil.rmtree(folder / "vae")


def missing_shard(folder: Path) -> None:
    (folder / UNET).rename(folder / "unet" / "diffusion_pytorch_model-00001-of-00002.safetensors")


def cut_short(folder: Path) -> None:
    (folder / UNET).write_bytes((folder / UNET).read_bytes()[:-1])


def too_long(folder: Path) -> None:
    (folder / UNET).write_bytes((folder / UNET).read_bytes() + b"\0")


def empty(folder: Path) -> None:
    (folder / UNET).write_bytes(b"")


def another_kind(folder: Path) -> None:
    (folder / UNET).write_bytes(b"PK\x03\x04" * 100)


def no_tensors(folder: Path) -> None:
    (folder / UNET).write_bytes((2).to_bytes(8, "little") + b"[]")


def from_a_picture(folder: Path) -> None:
    index(folder, _class_name="StableDiffusionImg2ImgPipeline")


def to_a_film(folder: Path) -> None:
    index(folder, _class_name="AnimateDiffPipeline")


def no_pipeline(folder: Path) -> None:
    index(folder, _class_name="DDIMScheduler")


def unknown_pipeline(folder: Path) -> None:
    index(folder, _class_name="PipelineOfTomorrow")


def unknown_part(folder: Path) -> None:
    index(folder, unet=["diffusers", "UNetOfTomorrow"])


def unknown_encoder(folder: Path) -> None:
    index(folder, text_encoder=["transformers", "EncoderOfTomorrow"])


def unknown_beside(folder: Path) -> None:
    index(folder, unet=["stable_diffusion", "UNetOfTomorrow"])


def own_file(folder: Path) -> None:
    index(folder, unet=["unet", "MyUNet"])
    (folder / "unet" / "unet.py").write_text("raise SystemExit('this ran')")


def own_module(folder: Path) -> None:
    index(folder, unet=["somebody", "MyUNet"])


def own_config(folder: Path) -> None:
    config = folder / "text_encoder" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"auto_map": {"AutoModel": "mine.Mine"}}))


@pytest.mark.parametrize(
    ("damage", "kind", "said"),
    [
        (pickles, OnlyPickles, "unet/diffusion_pytorch_model.bin is a pickle"),
        (missing, FileMissing, r"unet/\*.safetensors is missing"),
        (missing_part, FileMissing, "vae/ is missing"),
        (missing_shard, FileMissing, "00002-of-00002.safetensors is missing"),
        (cut_short, DamagedFile, "its header speaks of"),
        (too_long, DamagedFile, "its header speaks of"),
        (empty, DamagedFile, "its header cannot be read"),
        (another_kind, DamagedFile, "its header cannot be read"),
        (no_tensors, DamagedFile, "its header cannot be read"),
        (from_a_picture, NotTextToImage, "StableDiffusionImg2ImgPipeline makes no picture from a text alone"),
        (to_a_film, NotTextToImage, "AnimateDiffPipeline makes no picture"),
        (no_pipeline, NotTextToImage, "DDIMScheduler makes no picture"),
        (unknown_pipeline, UnknownClass, r"PipelineOfTomorrow, and diffusers 0\.\d+"),
        (unknown_part, UnknownClass, r"UNetOfTomorrow, and diffusers 0\.\d+"),
        (unknown_encoder, UnknownClass, r"EncoderOfTomorrow, and transformers \d+\."),
        (unknown_beside, UnknownClass, r"UNetOfTomorrow, and diffusers 0\.\d+"),
        (own_file, OwnCode, "its unet is made by code of its own"),
        (own_module, OwnCode, "its unet is made by code of its own"),
        (own_config, OwnCode, "its text_encoder is made by code of its own"),
    ],
)
def test_what_is_wrong_with_a_model_is_said_exactly_and_before_it_is_read(
    folder, monkeypatch, damage, kind, said
):
    damage(folder)
    monkeypatch.setattr(apparatus.models.loading, "read", pytest.fail)
    with pytest.raises(kind, match=said) as refused:
        load(folder, device="cpu")
    assert str(folder) in str(refused.value)
    assert str(refused.value).endswith(kind.advice)
    assert "\n" not in str(refused.value)


def test_every_advice_is_another():
    kinds = (NotAModel, OnlyPickles, DamagedFile, FileMissing, NotTextToImage, UnknownClass, OwnCode)
    assert len({kind.advice for kind in kinds}) == len(kinds)


def test_what_only_reading_can_find_is_one_sentence_too(folder):
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 32', '"cross_attention_dim": 64'))
    with pytest.raises(NotAModel) as refused:
        load(folder, device="cpu")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 800


TEXT_TO_IMAGE = [
    "StableDiffusionPipeline", "StableDiffusionXLPipeline", "StableDiffusion3Pipeline", "FluxPipeline",
    "FluxKontextPipeline", "Flux2Pipeline", "Flux2KleinPipeline", "QwenImagePipeline", "ZImagePipeline",
    "PixArtSigmaPipeline", "PixArtAlphaPipeline", "SanaPipeline", "SanaSprintPipeline", "AuraFlowPipeline",
    "ChromaPipeline", "Lumina2Pipeline", "LuminaPipeline", "HunyuanDiTPipeline", "HunyuanImagePipeline",
    "LatentConsistencyModelPipeline", "CogView4Pipeline", "HiDreamImagePipeline", "GlmImagePipeline",
    "Krea2Pipeline", "OvisImagePipeline", "LongCatImagePipeline", "ErnieImagePipeline", "PRXPipeline",
]  # fmt: skip
OTHERS = [
    "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline", "StableDiffusionUpscalePipeline",
    "StableDiffusionControlNetPipeline", "StableDiffusionInstructPix2PixPipeline", "FluxFillPipeline",
    "FluxImg2ImgPipeline", "FluxControlPipeline", "QwenImageEditPipeline", "StableVideoDiffusionPipeline",
    "WanPipeline", "LTXPipeline", "CogVideoXPipeline", "HunyuanVideoPipeline", "LattePipeline",
    "SanaVideoPipeline", "AudioLDM2Pipeline", "StableAudioPipeline", "DDPMPipeline", "ShapEPipeline",
    "KandinskyPriorPipeline", "MarigoldDepthPipeline", "StableCascadeDecoderPipeline",
]  # fmt: skip


@pytest.mark.parametrize(("name", "paints"), [*((n, 1) for n in TEXT_TO_IMAGE), *((n, 0) for n in OTHERS)])
def test_a_pipeline_that_goes_from_text_to_image_is_told_from_one_that_does_not(tmp_path, name, paints):
    entry = apparatus.models.catalogue.Entry("one", tmp_path, name)
    if paints:
        assert pipeline_class(entry).__name__ == name
        return
    with pytest.raises(NotTextToImage):
        pipeline_class(entry)


def test_half_precision_files_do_where_there_are_no_others(tmp_path):
    stable_diffusion().to(torch.float16).save_pretrained(tmp_path, variant="fp16")
    planned = plan(tmp_path, device="cpu")
    assert (planned.variant, planned.placement.dtype) == ("fp16", "float32")
    assert load(tmp_path, device="cpu").pipeline.unet.dtype == torch.float32


def test_nothing_is_fetched_whatever_the_environment_says(tiny, tmp_path, monkeypatch):
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.invalid")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)
    monkeypatch.setattr(socket.socket, "connect", pytest.fail)
    shutil.copytree(tiny, tmp_path / "hub" / "models--somebody--some-model" / "snapshots" / "0a1b2c")
    assert load("somebody/some-model", device="cpu").entry.height == 64
