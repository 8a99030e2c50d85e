"""Every family through the front door: saved to a folder, loaded by its path, exposed, altered, reopened."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zoo
from diffusers import StableDiffusionPipeline

from apparatus import runner
from apparatus.adapters import adapter_for
from apparatus.alterations import GuidanceScale, Prompt, Standing, WordVector, WordWeight
from apparatus.engine.expose import branch, expose
from apparatus.engine.looks import look
from apparatus.engine.making import called
from apparatus.engine.telling import readings
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model, edition, load
from apparatus.record import Encoding, Exposure, Settings
from apparatus.stages import encode
from apparatus.store import Store
from apparatus.tensors import plain

LOADED = (
    "stable diffusion", "latent consistency", "stable diffusion xl", "stable diffusion 3", "flux",
    "flux kontext", "flux 2", "flux 2 klein", "qwen image", "z image", "pixart", "sana", "sana sprint",
    "aura flow", "chroma", "lumina 2", "hunyuan dit",
)  # fmt: skip
TEMPLATES = ("flux 2", "flux 2 klein", "qwen image", "z image", "sana", "sana sprint", "lumina 2")
"""Those that put text around a prompt."""


def settings() -> Settings:
    guided = {"guidance_scale": 4.0, "num_inference_steps": 3, "height": 96, "width": 64}
    return Settings(prompt="a red cat", seed=7, **guided)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory):
    def by_path(name: str) -> Model:
        folder = tmp_path_factory.mktemp("models") / name.replace(" ", "-")
        zoo.ZOO[name][0]().save_pretrained(folder)
        return load(folder)

    return cache(by_path)


@pytest.fixture(scope="module")
def exposed(loaded, tmp_path_factory: pytest.TempPathFactory):
    store = Store(tmp_path_factory.mktemp("outputs"))

    def made(name: str) -> tuple[Exposure, list[Any]]:
        events: list[Any] = []
        exposure = expose(loaded(name), settings(), events.append, store=store)
        return store.open(exposure.id), events

    return cache(made)


def told(exposure: Exposure, branch: str = "cond") -> list[Encoding]:
    return [each for each in exposure.record.encodings if each.told and each.branch == branch]


@pytest.mark.parametrize("name", LOADED)
def test_an_exposure_is_the_stock_pipelines_picture_and_its_record_is_whole(name, loaded, exposed):
    exposure, events = exposed(name)
    model = loaded(name)
    stock = model.pipeline(**called(model, exposure, Standing())).images[0]
    assert exposure.picture.tobytes() == stock.tobytes()
    assert exposure.picture.size == (64, 96)
    assert [event.kind for event in events if event.stage == "denoise"] == ["step"] * 3
    for step in exposure.steps:
        assert step.latents.ndim == step.cond.ndim == step.denoised.ndim == 4
        assert step.picture.size == exposure.picture.size
        height, width = step.attention.shape[1:]
        assert 2 * height == 3 * width
        assert np.allclose(step.attention.sum(0), 1, atol=1e-4)
    assert exposure.tensors["decode/latents"].ndim == 4
    assert exposure.record.model.latents is None


@pytest.mark.parametrize("name", LOADED)
def test_every_word_is_found_in_what_each_encoder_read(name, exposed):
    exposure, _ = exposed(name)
    read = [each for each in exposure.record.encodings if each.branch == "cond"]
    assert told(exposure)
    for encoding in read:
        assert [word.text for word in encoding.words] == ["a", "red", "cat"], encoding.encoder
        assert encoding.truncated == ""
        for word in encoding.words:
            pieces = "".join(encoding.tokens[token].text.replace("Ġ", "") for token in word.tokens)
            assert pieces.replace("##", "") == word.text
        written = [token.word for token in encoding.tokens if token.kind == "word"]
        assert set(written) == {0, 1, 2}
        assert any(token.kind in ("begin", "end") for token in encoding.tokens)


@pytest.mark.parametrize("name", LOADED)
def test_what_nobody_wrote_is_told_apart(name, exposed):
    exposure, _ = exposed(name)
    for encoding in told(exposure):
        template = [token for token in encoding.tokens if token.kind == "template"]
        assert bool(template) is (name in TEMPLATES)
        dropped = [token for token in encoding.tokens if token.column is None]
        assert bool(dropped) is (name in ("qwen image", "z image", "sana", "sana sprint", "lumina 2"))
        assert "word" not in {token.kind for token in dropped}
    columns = [token.column for each in told(exposure) for token in each.tokens]
    assert {column for column in columns if column is not None} == set(
        range(len(exposure.steps[0].attention))
    )


@pytest.mark.parametrize("name", LOADED)
def test_of_the_attention_each_word_and_each_kind_of_ghost_has_its_share(name, exposed):
    _, events = exposed(name)
    for event in (event for event in events if event.stage == "denoise"):
        shares = {each["text"]: each["share"] for each in event.data["attention"]}
        assert list(shares) == ["a", "red", "cat"]
        assert all(share > 0 for share in shares.values())
        assert sum(event.data["ghosts"].values()) == pytest.approx(event.data["ghost"], abs=1e-4)
        assert sum(shares.values()) + event.data["ghost"] == pytest.approx(1, abs=1e-4)
        assert (event.data["ghosts"].get("template", 0) > 0) is (name in TEMPLATES)


def test_qwen_is_not_told_the_first_34_tokens(exposed):
    (encoding,) = told(exposed("qwen image")[0])
    columns = [token.column for token in encoding.tokens]
    assert columns[:34] == [None] * 34
    assert columns[34:] == list(range(len(columns) - 34))
    assert encoding.tokens[0].kind == "begin"
    system = "".join(token.text for token in encoding.tokens[1:7])
    assert (system, encoding.tokens[1].kind) == ("system", "template")


def test_sana_reads_an_instruction_most_of_which_it_is_not_told(exposed):
    (encoding,) = told(exposed("sana")[0])
    instruction = [token for token in encoding.tokens if token.kind == "template"]
    assert len(instruction) > 1000
    assert encoding.tokens[0].column == 0
    assert encoding.tokens[1].column is None
    assert encoding.tokens[-1].column == 299
    (negative,) = (each for each in exposed("sana")[0].record.encodings if each.branch == "uncond")
    assert [token.column for token in negative.tokens] == list(range(300))
    assert not any(token.kind == "template" for token in negative.tokens)


def test_two_encoders_that_follow_each_other_have_columns_that_do(exposed):
    for name, first, second in (("stable diffusion 3", 77, 256), ("hunyuan dit", 77, 256)):
        *_, before, after = told(exposed(name)[0])
        assert [token.column for token in before.tokens] == list(range(first))
        assert [token.column for token in after.tokens] == list(range(first, first + second))


@pytest.mark.parametrize("name", LOADED)
def test_words_can_be_weighed_moved_and_changed_on_the_way(name, loaded, exposed):
    model, parent = loaded(name), exposed(name)[0]
    lines = {
        "weight": WordWeight(at=1, word="cat", weight=0),
        "vector": WordVector(at=1, word="cat", other="dog", amount=0.5),
        "prompt": Prompt(at=1, prompt="a red dog"),
        "guidance": GuidanceScale(at=1, guidance_scale=9.0),
    }
    after = {kind: branch(model, parent, 1, [line]) for kind, line in lines.items()}
    for kind, other in after.items():
        assert np.array_equal(plain(other.steps[1].latents), parent.steps[1].latents), kind
        assert not np.array_equal(plain(other.latents), parent.latents), kind
    read = [each for each in after["prompt"].record.encodings if each.from_step == 1 and each.told]
    assert {word.text for each in read for word in each.words} == {"a", "red", "dog"}


@pytest.mark.parametrize(
    "name", ["stable diffusion", "flux", "qwen image", "stable diffusion 3", "z image", "sana"]
)
def test_a_closer_look_sees_every_layer_and_how_each_word_pulls(name, loaded, exposed):
    model, parent = loaded(name), exposed(name)[0]
    for kind in ("layers", "pull"):
        file = look(model, parent, kind, 1)
        assert file.with_suffix(".safetensors").exists()


@pytest.mark.parametrize("name", ["flux", "flux 2", "latent consistency", "sana sprint", "flux kontext"])
def test_where_no_negative_prompt_is_read_none_can_be_altered(name, exposed):
    assert "negative_prompt" not in exposed(name)[0].record.model.alters


def test_qwen_is_guided_by_its_own_name_and_without_a_negative_prompt_too(exposed):
    exposure, _ = exposed("qwen image")
    assert {"guidance_scale", "negative_prompt"} <= set(exposure.record.model.alters)
    assert [step.facts.guidance.scale for step in exposure.steps] == [4.0] * 3


def test_a_prompt_that_is_rewritten_is_the_programs(monkeypatch):
    """Flux.2 can have its own language model write it anew: what is read then is none of the person's."""
    pipeline = zoo.flux_2()
    encoder, tokenizer = pipeline.text_encoder, pipeline.tokenizer
    generate = type(encoder).generate
    monkeypatch.setattr(
        encoder, "generate", lambda **given: generate(encoder, **given | {"max_new_tokens": 5})
    )
    tokenizer.tokenizer = tokenizer  # as a processor has one
    kwargs = zoo.kwargs_of("flux 2", caption_upsample_temperature=0.15)
    torch.manual_seed(3)
    stock = pipeline(**kwargs).images
    torch.manual_seed(3)
    run = runner.run(pipeline, zoo.kwargs_of("flux 2", caption_upsample_temperature=0.15), layers=True)
    assert torch.equal(run.output.images, stock)
    assert len(run.texts) == 1
    assert torch.equal(runner.branch(pipeline, run, 2).output.images, stock)
    model = Model(Entry("flux 2"), pipeline, None)
    (encoding,) = readings(model, run.texts[0], {"cond": "a red cat", "uncond": ""})
    assert {token.kind for token in encoding.tokens} == {"padding", "begin", "end", "template"}
    assert (encoding.words, encoding.truncated) == ([], "a red cat")


def test_a_prompt_is_found_although_its_letters_have_other_tokens_there():
    tokenizer = zoo.parts.clip_tokenizer()
    text = "A RED Boat, in été"
    ids = tokenizer(f"a boat! user prompt: {text.lower()}")["input_ids"]
    read = encode.read(tokenizer, text, ids)
    assert [word.text for word in read.words] == ["A", "RED", "Boat", ",", "in", "été"]
    assert [token.kind for token in read.tokens].count("template") > 4
    assert read.tokens[read.words[2].tokens[0]].text == "boat"
    assert read.words[2].tokens[0] > 5


def test_a_class_nobody_heard_of_is_recorded_without_what_is_not_known():
    unheard = zoo.stable_diffusion(kind=type("UnheardOfPipeline", (StableDiffusionPipeline,), {}))
    assert adapter_for(unheard).pipelines == ()
    entry = Entry("unheard", None, num_inference_steps=3, guidance_scale=4.0, height=64, width=64)
    exposure = expose(Model(entry, unheard, None, edition(unheard)), Settings(prompt="a red cat", seed=7))
    assert exposure.record.state == "finished"
    assert len(exposure.steps) == 3
    assert [word.text for word in exposure.record.encodings[0].words] == ["a", "red", "cat"]
    assert not any(encoding.told for encoding in exposure.record.encodings)
    step = exposure.steps[0]
    assert step.latents is not None
    assert (step.attention, step.cond, step.picture) == (None, None, None)


def test_a_record_of_before_columns_opens_and_tells_the_same(tmp_path, exposed):
    exposure, events = exposed("stable diffusion")
    record = exposure.record.model_copy(deep=True)
    record.format = 1
    for encoding in record.encodings:
        for token in encoding.tokens:
            token.column = None
    old = Exposure(record, dict(exposure.tensors))
    old.save(tmp_path)
    from apparatus.stages import denoise

    again = denoise.lay_open(Exposure.open(tmp_path).steps[0]).data
    before = next(event for event in events if event.stage == "denoise").data
    assert again["attention"] == before["attention"]
    assert (again["ghost"], again["ghosts"]) == (before["ghost"], before["ghosts"])
    assert Path(tmp_path / "record.json").read_text().count('"column": null') > 0
