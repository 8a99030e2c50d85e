"""Another model: the one before is freed, unless the new one cannot be had."""

import json
import shutil
import weakref
from pathlib import Path

import pytest
import torch
from zoo import stable_diffusion, stable_diffusion_xl

from apparatus.engine import LocalEngine
from apparatus.engine.jobs import Expose
from apparatus.engine.worker import Models, carry_out
from apparatus.errors import ApparatusError, NotAModel, TooLarge
from apparatus.models import memory
from apparatus.record import Settings
from apparatus.store import Store


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    """The folder of a model of another family."""
    folder = tmp_path_factory.mktemp("models") / "xl"
    stable_diffusion_xl().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bad(tiny, tmp_path_factory) -> dict[str, str]:
    """Folders that cannot be loaded, by what is wrong with them."""
    folders = {
        why: Path(shutil.copytree(tiny, tmp_path_factory.mktemp("bad") / why))
        for why in ("shapes", "cut", "pickles", "code", "nothing")
    }
    weights = {why: folder / "unet/diffusion_pytorch_model.safetensors" for why, folder in folders.items()}
    config = folders["shapes"] / "unet/config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 32', '"cross_attention_dim": 64'))
    weights["cut"].write_bytes(weights["cut"].read_bytes()[:1000])
    weights["pickles"].unlink()
    torch.save({}, weights["pickles"].with_suffix(".bin"))
    (folders["code"] / "unet/unet.py").write_text("raise SystemExit")
    shutil.rmtree(folders["nothing"])
    return {why: str(folder) for why, folder in folders.items()}


def exposed(models: Models, store: Store, model: object, **others: object) -> None:
    asked = {"prompt": "a boat", "seed": 7, "num_inference_steps": 2, "width": 64, "height": 64, **others}
    job = Expose(Settings(model=str(model), **asked))
    carry_out(
        job, store, models, f"20260101-000000-{len(store.list()):04x}", lambda event: None, lambda: False
    )


@pytest.mark.parametrize("offload", ["none", "model", "sequential"])
def test_the_one_before_is_garbage_with_all_that_it_made(tiny, other, tmp_path, monkeypatch, offload):
    monkeypatch.setenv("APPARATUS_OFFLOAD", offload)
    models, store = Models("cpu"), Store(tmp_path)
    exposed(models, store, tiny)
    pipeline = models.load(str(tiny)).pipeline
    parts = [pipeline, pipeline.unet, pipeline.vae, pipeline.text_encoder, models._last.run]
    gone = [weakref.ref(part) for part in parts]
    del pipeline, parts
    exposed(models, store, other)
    assert [part() for part in gone] == [None] * 5
    assert list(models._loaded) == [str(other)]


@pytest.mark.parametrize("why", ["shapes", "cut", "pickles", "code", "nothing"])
def test_a_model_that_cannot_be_had_leaves_the_one_that_is_loaded(tiny, bad, why):
    models = Models("cpu")
    had = models.load(str(tiny))
    with pytest.raises(ApparatusError):
        models.load(bad[why])
    assert models.load(str(tiny)) is had


def test_one_too_large_leaves_the_one_that_is_loaded_and_counts_what_that_one_would_free(
    tiny, other, monkeypatch
):
    models = Models("cpu")
    had = models.load(str(tiny))
    held = memory.held([had.pipeline])["cpu"]
    monkeypatch.setattr(memory, "free", lambda device: 1000)
    with pytest.raises(TooLarge) as refused:
        models.load(str(other))
    assert refused.value.free == 1000 + held
    assert models.load(str(tiny)) is had


def test_where_there_is_no_room_for_both_the_one_before_goes_first(tiny, other, bad, monkeypatch):
    models = Models("cpu")
    gone = weakref.ref(models.load(str(tiny)).pipeline)
    room = {"free": 0}
    monkeypatch.setattr(memory, "free", lambda device: room["free"])
    monkeypatch.setattr(memory, "held", lambda pipelines: {"cpu": 10**9})
    with pytest.raises(NotAModel):
        models.load(bad["cut"])  # which its files tell
    assert gone() is not None
    with pytest.raises(NotAModel):
        models.load(bad["shapes"])  # which nothing but reading tells
    assert gone() is None
    assert models.load(str(tiny)).id == str(tiny)


def test_the_engine_stays_up_and_makes_the_next_picture_without_loading_again(tiny, bad, tmp_path, capfd):
    with LocalEngine(Store(tmp_path), model=str(tiny)) as engine:

        def last(model: object, **others: object) -> tuple[str, str]:
            asked = {"prompt": "a boat", "seed": 7, "num_inference_steps": 2, **others}
            event = list(engine.expose(Settings(model=str(model), **asked)))[-1]
            return event.kind, event.data["message"]

        assert last(tiny)[0] == "finished"
        worker = engine._desks[0].process.pid
        said = {why: last(folder) for why, folder in bad.items()}
        said["lora"] = last(tiny, loras=["nothing.safetensors"])
        assert {kind for kind, _ in said.values()} == {"failed"}
        assert len({message for _, message in said.values()}) == len(said)
        assert last(tiny)[0] == "finished"
        assert engine._desks[0].process.pid == worker
    assert capfd.readouterr().err.count(f"{tiny}: On ") == 1
    assert json.loads(next(tmp_path.glob("*/record.json")).read_text())["model"]["placement"]["device"]


def test_sizes_other_than_square_go_all_the_way_through_a_worker(tmp_path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "plain"
    stable_diffusion().save_pretrained(folder)
    with LocalEngine(Store(tmp_path), model=str(folder)) as engine:
        for width, height in ((64, 128), (136, 72)):
            asked = {"prompt": "a boat", "seed": 7, "num_inference_steps": 1}
            run = engine.expose(Settings(model=str(folder), width=width, height=height, **asked))
            assert list(run)[-1].kind == "finished"
            kept = engine.store.open(run.id)
            assert kept.picture.size == (width, height)
            assert kept.latents.shape[-2:] == (height // 2, width // 2)
