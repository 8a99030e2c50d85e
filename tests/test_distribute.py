"""The file: what a PNG says of itself, to us and to other tools."""

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from apparatus.errors import BrokenRecord
from apparatus.record import Decision, Exposure, ModelFacts, Record, Settings
from apparatus.stages import distribute

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))


def record(model: str = "obscura", **asked: object) -> Record:
    settings = Settings.model_validate(
        {
            "prompt": "a boat",
            "seed": 7,
            "num_inference_steps": 20,
            "guidance_scale": 3,
            "height": 64,
            "width": 64,
        }
        | asked
    )
    return Record(
        id="20261122-120000-abcd",
        created=NOON,
        settings=settings,
        model=ModelFacts(id=model, pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler"),
        software={"apparatus": "0.1.0"},
        ledger=[Decision(stage="noise", what="seed", value=7, who="person")],
    )


def read_elsewhere(text: str) -> tuple[str, str, dict[str, str]]:
    """What AUTOMATIC1111's web UI makes of a parameters text, told after its own reader."""
    prompt, negative, done = "", "", False
    *lines, last = text.strip().split("\n")
    pairs = re.findall(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)', last)
    if len(pairs) < 3:
        lines.append(last)
        pairs = []
    for line in map(str.strip, lines):
        if line.startswith("Negative prompt:"):
            done, line = True, line[16:].strip()
        if done:
            negative += ("" if negative == "" else "\n") + line
        else:
            prompt += ("" if prompt == "" else "\n") + line
    return prompt, negative, {k: json.loads(v) if v[:1] == v[-1:] == '"' else v for k, v in pairs}


def test_parameters_read_as_other_tools_write_them():
    assert distribute.parameters(record(negative_prompt="rain", guidance_scale=7.5)) == (
        "a boat\nNegative prompt: rain\n"
        "Steps: 20, Sampler: DDIM, CFG scale: 7.5, Seed: 7, Size: 64x64, Model: obscura, "
        "Version: apparatus 0.1.0"
    )


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=40), st.text(min_size=1, max_size=20))
@example("Negative prompt: nothing", "Negative prompt: rain", "a, b: c")
@example("  Negative prompt:", "", '"quoted"')
@example("\u200bNegative prompt: x", "", "/models/mine, too")
@example("Steps: 1, Seed: 2, Size: 3x3", "Steps: 1, Seed: 2, Size: 3x3", "m")
@example("قارب أحمر 🚤 <b>&amp;</b>", "дождь", "modèle")
def test_any_prompt_comes_back_out_of_the_text(prompt, negative, model):
    told = record(prompt=prompt, negative_prompt=negative, model=model)
    asked = told.settings
    ours = distribute.parsed(distribute.parameters(told))
    assert ours[0] == asked.prompt.strip()
    assert ours[1] == asked.negative_prompt.strip()
    assert ours[2]["Seed"] == "7"
    theirs = read_elsewhere(distribute.parameters(told))
    assert theirs[0].lstrip(distribute.GUARD) == asked.prompt.strip().lstrip(distribute.GUARD)
    assert theirs[1] == asked.negative_prompt.strip()
    assert theirs[2] == ours[2]


@pytest.mark.parametrize("prompt", ["a boat", "un bateau à l'œuvre", "قارب أحمر", "🚤👩‍🚀", "", "x" * 10_000])
def test_the_file_says_how_it_was_made_exactly(tmp_path, prompt):
    told = record(prompt=prompt, negative_prompt=" blue ")
    facts = distribute.write(told, PICTURE, tmp_path / "picture.png")
    written = distribute.read(tmp_path / "picture.png")
    assert Settings(**written.record["settings"]) == told.settings
    assert (written.prompt, written.negative_prompt) == (prompt, "blue")
    assert written.settings["CFG scale"] == "3"
    assert written.record["ledger"] == [{"stage": "noise", "what": "seed", "value": 7, "who": "person"}]
    file = (tmp_path / "picture.png").read_bytes()
    assert (facts.bytes, facts.sha256) == (len(file), sha256(file).hexdigest())


def test_the_pixels_are_the_ones_that_were_made(tmp_path):
    distribute.write(record(), PICTURE, tmp_path / "picture.png")
    with Image.open(tmp_path / "picture.png") as written:
        assert (np.asarray(written) == np.asarray(PICTURE)).all()
        assert written.info["parameters"] == distribute.parameters(record())


def test_the_same_exposure_gives_the_same_file(tmp_path):
    assert distribute.write(record(), PICTURE, tmp_path / "a.png").sha256 == (
        distribute.write(record(), PICTURE, tmp_path / "b.png").sha256
    )


@pytest.mark.parametrize("model", ["obscura", "<&\"'>", "modèle\u00e9 🚤"])
def test_the_file_says_what_it_is_in_the_words_of_the_iptc(tmp_path, model):
    distribute.write(record(model=model), PICTURE, tmp_path / "picture.png")
    xmp = ElementTree.fromstring(distribute.read(tmp_path / "picture.png").xmp)
    description = xmp.find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description is not None
    iptc = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
    assert description.get(f"{iptc}DigitalSourceType", "").endswith("/trainedAlgorithmicMedia")
    assert description.get(f"{iptc}AISystemUsed") == model


def test_a_local_models_place_on_the_disk_is_not_published(tmp_path):
    told = record(model="/home/someone/models/mine")
    told.settings = told.settings.model_copy(update={"model": "/home/someone/models/mine"})
    told.ledger.append(Decision(stage="program", what="model", value=told.model.id, who="person"))
    distribute.write(told, PICTURE, tmp_path / "picture.png")
    assert b"someone" not in (tmp_path / "picture.png").read_bytes()
    assert distribute.read(tmp_path / "picture.png").settings["Model"] == "mine"


def test_another_tools_file_is_read_and_an_unmarked_one_says_nothing(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    other = PngInfo()
    other.add_text("parameters", "a boat\nat sea\nNegative prompt: rain\nfog\nSteps: 3, Seed: 1, Size: 8x8")
    PICTURE.save(tmp_path / "other.png", pnginfo=other)
    read = distribute.read(tmp_path / "other.png")
    assert (read.prompt, read.negative_prompt) == ("a boat\nat sea", "rain\nfog")
    assert read.settings == {"Steps": "3", "Seed": "1", "Size": "8x8"}
    assert read.record == {}
    PICTURE.save(tmp_path / "bare.png")
    assert distribute.read(tmp_path / "bare.png") == distribute.Written("", "", {}, {}, "")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n\0\0"])
def test_a_file_that_is_no_picture_is_named(tmp_path, content):
    (tmp_path / "picture.png").write_bytes(content)
    with pytest.raises(BrokenRecord, match=r"picture\.png"):
        distribute.read(tmp_path / "picture.png")
    with pytest.raises(BrokenRecord, match="missing"):
        distribute.read(tmp_path / "missing.png")


def test_the_event_tells_the_file_and_where_it_is(tmp_path: Path):
    told = record()
    told.picture = distribute.write(told, PICTURE, tmp_path / "picture.png")
    data = distribute.lay_open(Exposure(told)).data
    assert data["url"] == "/exposures/20261122-120000-abcd/picture.png"
    assert data["sha256"] == told.picture.sha256
    assert data["parameters"] == distribute.parameters(told)
