"""The public names: make, walk, keep, reopen; the picture is stock diffusers'; bad input gets a word."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import zoo

import apparatus
from apparatus import Settings, Store, expose, load
from apparatus.errors import DiskFull, ExposureFailed, OutOfRange, StoreUnwritable

EMBEDDED = Path(apparatus.__file__).parent / "models" / "obscura"


@pytest.fixture(scope="module")
def model(tiny):
    return load(tiny)


def pixels(picture):
    return torch.from_numpy(np.array(picture))


def test_an_exposure_is_made_walked_kept_and_reopened(tmp_path):
    model = apparatus.load("obscura")
    settings = apparatus.Settings(prompt="a red boat on the sea", seed=7, num_inference_steps=3)
    exposure = apparatus.expose(model, settings, store=apparatus.Store(tmp_path))
    for step in exposure.steps:
        assert step.latents.shape == step.denoised.shape == (1, 8, 32, 32)
        assert step.cond.shape == step.uncond.shape
        assert step.attention.shape[0] == len(exposure.record.encodings[0].tokens)
        assert step.picture.size == (256, 256)
    exposure.picture.save(tmp_path / "boat.png")
    reopened = apparatus.reopen(exposure.id, apparatus.Store(tmp_path))
    assert reopened.record == exposure.record
    assert torch.equal(pixels(reopened.picture), pixels(exposure.picture))
    assert np.array_equal(reopened.steps[1].latents, exposure.steps[1].latents.numpy())
    told = [event.stage for event in apparatus.replay(reopened)]
    assert told == sorted(told, key=[*apparatus.record.STAGES, "exposure"].index)


@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize(
    ("prompt", "negative", "guidance"),
    [("a red boat on the sea", "", 3.0), ("un chat la nuit", "rouge", 5.0), ("", "", 1.0)],
)
def test_the_picture_is_what_stock_diffusers_makes(attention, prompt, negative, guidance):
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(EMBEDDED)
    stock = pipeline(
        prompt,
        negative_prompt=negative or None,
        num_inference_steps=4,
        guidance_scale=guidance,
        height=256,
        width=256,
        generator=torch.Generator("cpu").manual_seed(11),
    ).images[0]

    asked = Settings(
        prompt=prompt, negative_prompt=negative, guidance_scale=guidance, num_inference_steps=4, seed=11
    )
    exposure = expose(load("obscura"), asked, attention=attention)
    assert torch.equal(pixels(exposure.picture), pixels(stock))


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        " \n\t ",
        "a" * 10_000,
        "red " * 2_500,
        "bell \x07 escape \x1b[31m null \x00 half \ud83d",
        "قارب أحمر על הים",
        "🚤🌊 👩‍👩‍👧‍👦 🏳️‍🌈",
        "<script>alert('a cat')</script> & <b>bold</b>",
        "((a cat:1.4)) [dog] {boat|sea} BREAK",
        "Negative prompt: a cat\nSteps: 1",
    ],
    ids=[
        "nothing",
        "blank",
        "one long word",
        "many words",
        "controls",
        "right to left",
        "emoji",
        "html",
        "brackets",
        "settings",
    ],
)
def test_any_prompt_gets_a_picture_and_can_be_told_again(model, prompt, tmp_path):
    store = Store(tmp_path)
    events = []
    exposure = expose(
        model,
        Settings(prompt=prompt, seed=1, num_inference_steps=1),
        events.append,
        store=store,
    )
    assert exposure.record.state == "finished"
    again = list(apparatus.replay(store.open(exposure.id)))
    assert [event.as_json() for event in again] == [
        event.numbered(number).as_json() for number, event in enumerate(events)
    ]


@pytest.mark.parametrize("family", ["stable diffusion xl", "stable diffusion 3", "flux"])
def test_other_families_are_exposed_too(family, tmp_path):
    zoo.ZOO[family][0]().save_pretrained(tmp_path / "model")
    asked = Settings(prompt="a red cat", seed=1, num_inference_steps=2, height=64, width=64)
    events, store = [], Store(tmp_path)
    exposure = expose(load(tmp_path / "model"), asked, events.append, store=store)
    assert exposure.record.state == "finished"
    assert len(exposure.steps) == 2
    again = list(apparatus.replay(store.open("last")))
    assert [event.stage for event in again] == [event.stage for event in events]


def test_a_prompt_that_was_not_read_to_its_end_is_said(model):
    exposure = expose(model, Settings(prompt="boat " * 200, num_inference_steps=1))
    assert exposure.record.encodings[0].truncated.startswith("boat")


def test_words_outside_the_vocabulary_are_told_apart(model):
    words = expose(model, Settings(prompt="a Red zeppelin", num_inference_steps=1)).record.encodings[0].words
    assert [(word.text, word.known) for word in words] == [("a", True), ("Red", True), ("zeppelin", False)]


def test_without_guidance_there_is_one_branch(model):
    exposure = expose(model, Settings(prompt="a cat", guidance_scale=1.0, num_inference_steps=2))
    assert [encoding.branch for encoding in exposure.record.encodings] == ["cond"]
    assert exposure.steps[0].uncond is None
    assert exposure.record.steps[0].guidance is None


def test_what_was_left_out_is_the_programs_and_the_seed_is_chances(model):
    asked = Settings(prompt="a cat", guidance_scale=2.0, num_inference_steps=1)
    first, second = expose(model, asked), expose(model, asked)
    who = {line.what: line.who for line in first.ledger}
    assert (who["prompt"], who["guidance_scale"], who["num_inference_steps"]) == ("person",) * 3
    assert (who["height"], who["seed"], who["scheduler"]) == ("program", "chance", "program")
    assert first.record.settings.seed != second.record.settings.seed


def test_nothing_touches_the_disk_without_a_store(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exposure = expose(model, Settings(prompt="a cat", num_inference_steps=1))
    assert exposure.picture is not None
    assert exposure.record.settings.model == exposure.record.model.id == model.id
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_stopped_and_what_there_is_is_kept(model, tmp_path):
    events, store = [], Store(tmp_path)
    exposure = expose(
        model,
        Settings(prompt="a cat", num_inference_steps=10),
        events.append,
        lambda: sum(event.stage == "denoise" for event in events) >= 3,
        store,
    )
    assert exposure.record.state == events[-1].kind == "cancelled"
    assert len(store.open("last").steps) == 3


def test_a_run_that_fails_is_kept_with_its_reason(model, tmp_path, monkeypatch):
    def out_of_order(*_, **__):
        raise RuntimeError("the shutter is stuck")

    monkeypatch.setattr(model.pipeline.vae, "decode", out_of_order)
    with pytest.raises(ExposureFailed, match="shutter"):
        expose(model, Settings(prompt="a cat", num_inference_steps=2), store=Store(tmp_path))
    kept = Store(tmp_path).open("last")
    assert kept.record.state == "failed"
    assert "the shutter is stuck" in kept.record.message


def test_a_size_the_model_cannot_make_is_refused_before_anything_starts(model, tmp_path):
    with pytest.raises(OutOfRange, match="64 to 128"):
        expose(model, Settings(prompt="a cat", height=512), store=Store(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_outputs_that_cannot_be_written_are_said_before_anything_is_computed(model, tmp_path):
    (tmp_path / "file").touch()
    events = []
    with pytest.raises(StoreUnwritable, match="APPARATUS_OUTPUTS"):
        expose(model, Settings(prompt="a cat"), events.append, store=Store(tmp_path / "file" / "outputs"))
    assert events == []


def test_a_disk_that_fills_up_meanwhile_is_said_and_what_was_there_stays(model, tmp_path):
    store, asked = Store(tmp_path), Settings(prompt="a cat", num_inference_steps=3)
    before = expose(model, asked, store=store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))  # bytes a file may have: fewer than the tensors
    try:
        with pytest.raises(DiskFull, match="is full"):
            expose(model, asked, store=store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [entry.id for entry in store.list()] == [before.id]
    assert not list(tmp_path.glob(".partial-*"))
    assert store.open(before.id).record == before.record


def test_an_exposure_made_without_a_store_can_be_kept_later(model, tmp_path):
    exposure = expose(model, Settings(prompt="a cat", num_inference_steps=1))
    folder = Store(tmp_path).save(exposure)
    assert (folder / "picture.png").exists()
    assert apparatus.reopen(folder).record.picture.file == "picture.png"


def test_resuming_from_the_file_ends_in_the_same_latents(model, tmp_path):
    from apparatus import runner, runs

    exposure = expose(model, Settings(prompt="a cat", seed=2, num_inference_steps=4), store=Store(tmp_path))
    run = runs.load(exposure.folder / "replay.safetensors")
    again = runner.resume(model.pipeline, runs.back(run, 2))
    assert torch.equal(again.steps[-1].prev_latents, exposure.latents)


def test_the_names_are_there_and_import_nothing_heavy():
    assert set(apparatus.__all__) <= set(dir(apparatus))
    assert all(getattr(apparatus, name) for name in apparatus.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = apparatus.nothing
    light = "import sys; from apparatus import LocalEngine, Store, reopen; print('torch' in sys.modules)"
    command = [sys.executable, "-c", light]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=EMBEDDED.parents[2])
    assert ran.stdout == "False\n"
