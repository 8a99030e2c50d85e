"""What a visitor takes along: read back from the drawing of the code, module by module."""

import io
import random
import shlex
from base64 import b64decode
from datetime import UTC, datetime

import numpy as np
import pytest
from codes import read
from PIL import Image, ImageDraw

from apparatus.alterations import WordWeight
from apparatus.enhancements import Enhance, Enhanced, Written
from apparatus.errors import CodeTooSmall, NotAPicture
from apparatus.kiosk.keepsake import DENSEST, PREFIX, ROOM, address_code, picture_code, recipe_code
from apparatus.record import ModelFacts, Record, Settings
from apparatus.world.renderer import render
from apparatus.world.scene import Scene, Thing


def png(picture):
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


def seen(code):
    """The picture that is in a code's drawing."""
    text, _ = read(code.svg)
    with Image.open(io.BytesIO(b64decode(text.removeprefix(PREFIX)))) as picture:
        return picture.convert("RGB")


def record(**said):
    settings = {"prompt": "un œil d'or", "seed": 12, "num_inference_steps": 20, "guidance_scale": 3.0}
    alterations = said.pop("alterations", ())
    enhanced = said.pop("enhanced", None)
    return Record(
        id="20261123-120000-abcd",
        created=datetime(2026, 11, 23, 12, tzinfo=UTC),
        settings=Settings(**settings | said),
        model=ModelFacts(id="obscura", pipeline="", scheduler=""),
        software={"apparatus": "0.1.0"},
        alterations=alterations,
        enhanced=enhanced,
    )


@pytest.mark.parametrize(
    "scene",
    [
        Scene((Thing("heart", "red"),), setting="meadow"),
        Scene((Thing("cat"), Thing("moon")), place="left", setting="city", light="night"),
        Scene((Thing("eye", size="big"),), wall="yellow", process="sepia"),
    ],
    ids=["by day", "at night", "in sepia"],
)
def test_the_picture_itself_is_in_the_code(scene):
    picture = render(scene, random.Random("a picture"))
    code = picture_code(png(picture))
    carried = seen(code)
    assert code.holds == {"side": max(carried.size), "bytes": len(code.text)}
    assert read(code.svg) == (code.text, code.version)
    assert code.version <= DENSEST
    assert len(code.text) <= ROOM
    enlarged = np.asarray(carried.resize(picture.size, Image.Resampling.BICUBIC), np.float32)
    true = np.asarray(picture, np.float32)
    assert ((enlarged - true) ** 2).mean() < 0.1 * true.var(axis=(0, 1)).mean()


def test_an_easy_picture_comes_larger_than_a_hard_one():
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
    easy = Image.new("RGB", (256, 256), "navy")
    ImageDraw.Draw(easy).ellipse((60, 60, 200, 200), fill="orange")
    assert picture_code(png(easy)).side > picture_code(png(Image.fromarray(noise))).side


@pytest.mark.parametrize("size", [(512, 256), (30, 40), (1, 1)])
def test_a_picture_keeps_its_shape(size):
    picture = Image.new("RGBA", size, (200, 30, 30, 255))
    carried = seen(picture_code(png(picture)))
    assert carried.width / carried.height == pytest.approx(size[0] / size[1], rel=0.05)
    assert carried.width <= size[0]
    assert np.abs(np.asarray(carried)[0, 0].astype(int) - (200, 30, 30)).max() < 8


@pytest.mark.parametrize("content", [b"", b"no picture", png(Image.new("RGB", (8, 8)))[:40]])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(NotAPicture):
        picture_code(content)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "fr",
            [
                "un œil d'or",
                "modèle obscura, graine 12, 20 pas, guidage 3",
                "apparatus 0.1.0",
                'Pour la refaire : apparatus expose "un œil d\'or" --seed 12 --steps 20 --guidance 3',
            ],
        ),
        (
            "en",
            [
                "un œil d'or",
                "model obscura, seed 12, 20 steps, guidance 3",
                "apparatus 0.1.0",
                'To make it again: apparatus expose "un œil d\'or" --seed 12 --steps 20 --guidance 3',
            ],
        ),
    ],
)
def test_a_recipe_says_how_the_picture_is_made_again(language, lines):
    code = recipe_code(record(), language)
    text, version = read(code.svg)
    assert text.splitlines() == lines
    assert code.holds == {"text": text, "bytes": len(text.encode())}
    assert version == code.version <= DENSEST


def test_a_recipes_command_is_read_as_it_was_meant():
    said = 'a "cat" for $5, `now`! d\'or \\ et un œil'
    text = recipe_code(record(prompt=said, negative_prompt="no $", model="/models/mine"), "en").text
    command = shlex.split(text.splitlines()[-1].partition(": ")[2])
    assert command[:3] == ["apparatus", "expose", said]
    options = dict(zip(command[3::2], command[4::2], strict=True))
    assert options == {
        "--seed": "12",
        "--steps": "20",
        "--guidance": "3",
        "--model": "/models/mine",
        "--negative": "no $",
    }


def test_a_recipe_of_a_rewritten_sentence_tells_both():
    written = tuple(Written(id=n, text=text) for n, text in enumerate(("un grand", " œil d'or")))
    enhanced = Enhanced(asked=Enhance(), model="obscura", given="un œil d'or", tokens=written)
    text = recipe_code(record(enhanced=enhanced), "fr").text
    assert text.startswith("un œil d'or\nCe que le programme en a fait : un grand œil d'or\n")
    assert 'apparatus expose "un grand œil d\'or"' in text


def test_a_recipe_of_a_picture_that_was_altered_says_so():
    altered = record(alterations=(WordWeight(at=0, word="œil", occurrence=1, weight=0),))
    assert "changées en chemin" in recipe_code(altered, "fr").text
    assert "changed on the way" in recipe_code(altered, "en").text


def test_a_sentence_too_long_for_a_code_is_cut_and_says_so():
    code = recipe_code(record(prompt="l’œil d’une chouette " * 400, negative_prompt="é" * 3000), "fr")
    assert len(code.text.encode()) <= ROOM
    assert "…" in code.text
    assert "la phrase est coupée" in code.text
    assert "apparatus expose" not in code.text
    assert read(code.svg)[0] == code.text


def test_a_recipe_without_words_says_so():
    assert recipe_code(record(prompt=""), "en").text.startswith("(without a word)\n")


def test_an_address_is_in_the_code_as_it_is():
    url = "http://192.168.1.20:8765/taken/Xb3_9-aa.png"
    code = address_code(url)
    assert read(code.svg) == (url, 3)
    assert code.holds == {"text": url, "bytes": len(url)}


@pytest.mark.parametrize("length", [1, 60, 300, 900, ROOM])
def test_a_code_of_any_length_is_read_back(length):
    text = ("http://h/" + "aé" * length)[:length]
    text = text.encode()[:length].decode(errors="ignore")
    assert read(address_code(text).svg)[0] == text


@pytest.mark.parametrize("length", [ROOM + 1, 5000])
def test_a_code_is_never_denser_than_a_phone_may_read(length):
    with pytest.raises(CodeTooSmall, match=str(ROOM)):
        address_code("a" * length)


def test_the_drawing_has_its_quiet_border_and_fills_its_box():
    code = address_code("http://192.168.1.20/")
    assert 'viewBox="0 0 33 33"' in code.svg
    assert " width=" not in code.svg
    assert "<script" not in code.svg
