"""Previews: a tiny decoder decodes; before any other stand TAESD or a linear map, and a record says which."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zoo
from altered import SETTINGS
from diffusers import AutoencoderKL, AutoencoderTiny
from PIL import Image
from torch.nn import functional
from zoo.parts import seeded

import apparatus
from apparatus import adapters, previews, runner
from apparatus.adapters import adapter_for
from apparatus.engine import looks
from apparatus.engine.expose import expose
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model, edition
from apparatus.store import Store

SIZE = (64, 64)
FAMILIES = (
    "stable diffusion", "stable diffusion xl", "stable diffusion 3", "flux", "flux kontext", "flux 2",
    "qwen image", "z image", "sana", "sana sprint", "aura flow", "hunyuan dit",
)  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for every test."""
    monkeypatch.setenv("APPARATUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "previews"


def model(pipeline: Any) -> Model:
    entry = Entry("a", None, num_inference_steps=3, guidance_scale=5.0, height=64, width=64)
    return Model(entry, pipeline, None, edition(pipeline))


def clean(pipeline: Any, name: str, **others: Any) -> torch.Tensor:
    """Latents of the loop, as the family has them."""
    return runner.run(pipeline, zoo.kwargs_of(name, **others), stop=runner.Moment("noise")).noise


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_one_of_the_size_of_the_picture_without_decoding(name, monkeypatch):
    make, kwargs = zoo.ZOO[name]
    wider = {} if name == "flux kontext" else {"width": 2 * kwargs["width"]}  # which keeps to an area
    pipeline, size = make(), (kwargs["height"], wider.get("width", kwargs["width"]))
    latents = clean(pipeline, name, **wider)
    first = previews.preview(pipeline, latents, size)
    assert first is not None
    seen, how = first
    assert (how, seen.shape) == ("linear", (1, 3, *size))
    monkeypatch.setattr(pipeline.vae, "decode", lambda *_, **__: 1 / 0)
    again, _ = previews.preview(pipeline, latents, size)
    assert torch.equal(again, seen)
    assert seen.std() > 0


@pytest.mark.parametrize("name", ["stable diffusion", "flux"])
def test_it_is_the_map_of_each_place_behind_what_the_family_does_before_it_decodes(name):
    pipeline, size = zoo.ZOO[name][0](), (32, 32)
    latents, given = clean(pipeline, name), []
    decode = pipeline.vae.decode
    pipeline.vae.decode = lambda z, *rest, **others: given.append(z) or decode(z, *rest, **others)
    adapters.preview(pipeline, latents, size)
    del pipeline.vae.decode
    seen, _ = previews.preview(pipeline, latents, size)
    with torch.no_grad():
        linear = previews._fitted(pipeline.vae, 32, torch.device("cpu"))
    by_hand = torch.einsum("oc,bchw->bohw", linear.matrix, given[0]) + linear.offset.view(1, 3, 1, 1)
    places = seen[:, :, ::2, ::2]  # a place is two pixels wide
    assert torch.allclose(places, by_hand, atol=1e-5)
    assert torch.equal(seen[:, :, 1::2, 1::2], places)


def test_the_fit_is_kept_and_read_by_the_next_who_asks(cache, monkeypatch):
    pipeline, latents = zoo.stable_diffusion(), torch.zeros(1, 4, 32, 32)
    seen, _ = previews.preview(pipeline, latents, SIZE)
    (file,) = cache.iterdir()
    assert json.loads(file.read_text("utf-8"))["autoencoder"] == "AutoencoderKL"
    monkeypatch.setattr(previews, "picture", lambda number: 1 / 0)  # nothing to fit it to
    again, _ = previews.preview(zoo.stable_diffusion(), latents, SIZE)
    assert torch.equal(again, seen)
    other = zoo.stable_diffusion()
    other.vae.decoder.conv_out.weight.data *= 2
    with pytest.raises(ZeroDivisionError):
        previews.preview(other, latents, SIZE)


@pytest.mark.parametrize("damage", ["", "{}", '{"matrix": [[1, 2], 3], "offset": [0]}', "[]"])
def test_a_damaged_file_is_fitted_anew(cache, damage):
    pipeline, latents = zoo.stable_diffusion(), torch.zeros(1, 4, 32, 32)
    seen, _ = previews.preview(pipeline, latents, SIZE)
    (file,) = cache.iterdir()
    file.write_text(damage, "utf-8")
    again, _ = previews.preview(zoo.stable_diffusion(), latents, SIZE)
    assert torch.equal(again, seen)
    assert json.loads(file.read_text("utf-8"))["matrix"]


def test_where_nothing_can_be_written_it_is_fitted_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("APPARATUS_CACHE", str(tmp_path / "file"))
    assert previews.preview(zoo.stable_diffusion(), torch.zeros(1, 4, 32, 32), SIZE) is not None


def test_it_draws_nothing_from_chance_and_changes_no_bit(cache):
    pipeline = zoo.stable_diffusion("Euler ancestral")
    bare = pipeline(**zoo.kwargs_of("stable diffusion")).images
    state = torch.get_rng_state()
    watched = runner.run(
        pipeline,
        zoo.kwargs_of("stable diffusion"),
        watch=lambda seen: previews.preview(pipeline, torch.zeros(1, 4, 16, 16), (32, 32)),
    )
    assert torch.equal(watched.output.images, bare)
    assert torch.equal(torch.get_rng_state(), state)
    assert [*cache.iterdir()]


def test_an_autoencoder_that_overflows_has_none():
    pipeline = zoo.stable_diffusion()
    pipeline.vae.decoder.conv_out.weight.data[0, 0, 0, 0] = float("inf")
    assert previews.preview(pipeline, torch.zeros(1, 4, 32, 32), SIZE) is None
    exposure = expose(model(pipeline), SETTINGS)
    assert [(step.facts.preview, step.picture) for step in exposure.steps] == [(None, None)] * 4


def test_in_half_precision_it_is_fitted_in_full_and_left_in_half():
    pipeline = zoo.stable_diffusion()
    pipeline.vae.to(torch.float16)
    seen, how = previews.preview(pipeline, torch.zeros(1, 4, 32, 32), SIZE)
    assert (how, pipeline.vae.dtype) == ("linear", torch.float16)
    assert seen.isfinite().all()


@pytest.fixture(scope="module")
def obscura() -> Model:
    return apparatus.load("obscura", device="cpu")


def test_the_embedded_model_decodes_truly(obscura):
    latents = torch.randn(1, 8, 32, 32, generator=torch.Generator().manual_seed(0))
    seen, how = previews.preview(obscura.pipeline, latents, (256, 256))
    assert how == "decoded"
    true = adapters.preview(obscura.pipeline, latents, (256, 256))
    assert seen.dtype == true.dtype
    assert (seen - true).abs().mean() < 2 / 255  # of levels in [-1, 1]: in bfloat16, where that is quicker


def test_a_quicker_copy_of_a_decoder_draws_nothing_and_changes_nothing(obscura):
    before, weights = (
        torch.get_rng_state(),
        {k: w.clone() for k, w in obscura.pipeline.vae.state_dict().items()},
    )
    previews._copies.clear()
    previews.preview(obscura.pipeline, torch.zeros(1, 8, 32, 32), (256, 256))
    assert torch.equal(torch.get_rng_state(), before)
    now = obscura.pipeline.vae.state_dict()
    assert all(torch.equal(now[name], weight) for name, weight in weights.items())


def test_the_map_of_a_trained_autoencoder_shows_the_colours_of_its_pictures(obscura):
    vae, apart = obscura.pipeline.vae, []
    with torch.no_grad():
        linear = previews._fitted(vae, 128, torch.device("cpu"))
        for number in range(1000, 1008):  # none that it was fitted to
            latents, true = previews._coded(vae, number, 256, torch.device("cpu"))
            colours = functional.adaptive_avg_pool2d(true.clamp(-1, 1), latents.shape[-2:])
            error = (linear(latents) - colours).square().mean()
            apart.append(float(1 - error / colours.var(dim=(0, 2, 3), correction=0).mean()))
    print(f"explained: {min(apart):.4f} to {max(apart):.4f}")
    assert min(apart) > 0.9


def teacher_and_pupil(folder: Path) -> tuple[AutoencoderTiny, Any]:
    """A TAESD in `folder`, and a pipeline whose large decoder paints exactly what that one paints."""
    tiny = seeded(
        lambda: AutoencoderTiny(
            encoder_block_out_channels=(8, 8), decoder_block_out_channels=(8, 8),
            num_encoder_blocks=(1, 1), num_decoder_blocks=(1, 1),
        )
    )  # fmt: skip
    tiny.save_pretrained(folder / "taesd")
    return tiny, zoo.stable_diffusion()


def test_taesd_is_taken_where_it_is_there_and_nearer(cache):
    tiny, pipeline = teacher_and_pupil(cache)
    vae, scale = pipeline.vae, pipeline.vae.config.scaling_factor
    latents = torch.randn(1, 4, 32, 32, generator=torch.Generator().manual_seed(0))
    assert previews.preview(pipeline, latents, SIZE)[1] == "linear"  # the two have nothing in common
    previews._known.clear()
    vae.decode = lambda z, **_: tiny.decode(z * scale, return_dict=False)
    seen, how = previews.preview(pipeline, latents, SIZE)
    assert how == "taesd"
    with torch.no_grad():
        true = tiny.decode(latents, return_dict=False)[0]
    assert torch.allclose(seen, true, atol=1e-5)


def test_a_record_says_how_and_the_true_decoding_is_a_look_away(tmp_path):
    for make, how in ((zoo.stable_diffusion, "linear"), (zoo.flux, "linear")):
        made, store = model(make()), Store(tmp_path / make.__name__)
        told: list[Any] = []
        exposure = expose(made, SETTINGS, told.append, store=store)
        steps = [event for event in told if event.kind == "step"]
        assert {event.data["preview"] for event in steps} == {how}
        opened = store.open(exposure.id)
        assert {step.facts.preview for step in opened.steps} == {how}
        assert opened.steps[0].picture.size == (64, 64)
        file = looks.look(made, opened, "decoded", 3)
        assert file.parent == opened.folder / "looks"
        seen = apparatus.tensors.Tensors(file.with_suffix(".safetensors"))["decoded"]
        pixels = Image.fromarray((seen.transpose(1, 2, 0) * 255).round().astype(np.uint8))
        if make is zoo.flux:  # in a flow, the last prediction is where it ends
            assert np.abs(np.asarray(pixels, int) - np.asarray(opened.picture, int)).max() <= 1
        assert pixels.tobytes() != opened.steps[3].picture.tobytes()


def test_a_record_from_before_opens(tmp_path):
    store = Store(tmp_path)
    exposure = expose(model(zoo.stable_diffusion()), SETTINGS, store=store)
    file = exposure.folder / "record.json"
    said = json.loads(file.read_text("utf-8"))
    said.pop("keep")
    for step in said["steps"]:
        step.pop("preview")
    file.write_text(json.dumps(said), "utf-8")
    opened = store.open(exposure.id)
    assert opened.record.keep == "all"
    assert [step.facts.preview for step in opened.steps] == [None] * 4
    assert opened.steps[0].picture is not None


def test_what_stands_in_its_place_does_not_keep_an_autoencoder_alive():
    import gc
    import weakref

    pipeline = zoo.stable_diffusion()
    previews.preview(pipeline, torch.zeros(1, 4, 32, 32), SIZE)
    gone = weakref.ref(pipeline.vae)
    assert isinstance(gone(), AutoencoderKL)
    assert adapter_for(pipeline).decode is not None
    del pipeline
    gc.collect()
    assert gone() is None
