"""What is taken home: a ZIP that any machine opens, a page that runs nothing, a sheet that always prints."""

import csv
import io
import re
import tracemalloc
import zipfile
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from PIL import Image

from apparatus.workshop import taken as plain
from apparatus.workshop.contact import PROMPT
from apparatus.workshop.taking import Taken, contact_sheet, picture_zip, table

ODD = (
    "l’œuf « énorme »\u00a0: où\u202f? Là-bas\u202f!",
    "日本の猫",
    "قطة على البحر",
    "🐈 and 🦒\ufe0f",
    "",
    " \t\n",
    "x" * 3000,
    "a long sentence of many words " * 60,
    "\ud800 half a pair",
    "nul \x00 \u202e\u200b",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "CON",
    '=HYPERLINK("http://x")',
)


def kept(folder: Path, size: tuple[int, int] = (64, 64), steps: int = 3) -> Path:
    """An exposure's folder with a picture, a record, steps, and more."""
    (folder / "steps").mkdir(parents=True)
    noise = np.random.default_rng(len(folder.name)).integers(0, 255, (size[1], size[0], 3), np.uint8)
    picture = Image.fromarray(noise)
    picture.save(folder / "picture.png")
    for step in range(steps):
        picture.resize((8, 8)).save(folder / "steps" / f"{step:03}.webp")
    (folder / "record.json").write_text('{"id": "é"}', "utf-8")
    (folder / "tensors.safetensors").write_bytes(b"\0" * 1000)
    (folder / ".hidden").write_text("no", "utf-8")
    return folder


@pytest.fixture(scope="module")
def exposure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory.mktemp("outputs") / "20261122-123456-ab12")


def one(exposure: Path, prompt: str = "un bateau rouge", **said: str) -> Taken:
    return Taken(**{"id": "t1", "name": "renard", "prompt": prompt, "exposure": exposure} | said)


def zipped(
    *taken: Taken, about: str = "Atelier", language: str = "fr", whole: bool = False
) -> zipfile.ZipFile:
    file = io.BytesIO(b"".join(picture_zip(taken, about, language, whole=whole)))
    return zipfile.ZipFile(file)


def page(archive: zipfile.ZipFile) -> str:
    return archive.read("index.html").decode("utf-8")


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_each_picture_has_a_folder_with_its_record_and_its_steps(exposure):
    archive = zipped(one(exposure), one(exposure, "L’œuf énorme !"))
    assert archive.testzip() is None
    assert archive.namelist()[:2] == ["index.html", "prompts.csv"]
    assert archive.namelist()[2:7] == [
        "01-un-bateau-rouge/picture.png",
        "01-un-bateau-rouge/record.json",
        *(f"01-un-bateau-rouge/steps/{step:03}.webp" for step in range(3)),
    ]
    assert archive.namelist()[7] == "02-l-oeuf-enorme/picture.png"
    assert archive.read("01-un-bateau-rouge/picture.png") == (exposure / "picture.png").read_bytes()


def test_the_whole_of_it_has_every_file_but_hidden_ones_and_links(tmp_path):
    folder = kept(tmp_path / "a")
    (folder / "secret").symlink_to("/etc/passwd")
    (folder / "COM1.txt").write_text("x", "utf-8")
    (folder / "a\\..\\b: c.").write_text("x", "utf-8")
    names = [name.partition("/")[2] for name in zipped(one(folder), whole=True).namelist()[2:]]
    assert "tensors.safetensors" in names
    assert "_COM1.txt" in names
    assert "a-..-b--c" in names
    assert not [name for name in names if "secret" in name or "hidden" in name]


@given(st.lists(st.text(), min_size=1, max_size=5))
@tried(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_no_name_leads_out_of_its_folder_or_names_a_device(exposure, prompts):
    for number, prompt in enumerate(prompts, start=1):
        name = one(exposure, prompt).folder(number, len(prompts))
        assert re.fullmatch(r"\d\d+-[a-z0-9]+(-[a-z0-9]+)*", name)
        assert len(name) < 64


def test_a_hundred_pictures_sort_as_they_are_numbered(exposure):
    names = [one(exposure).folder(number, 100) for number in (1, 20, 100)]
    assert names == sorted(names)


def test_it_comes_in_pieces_and_is_never_held_whole(tmp_path):
    big = kept(tmp_path / "big")
    (big / "steps" / "007.webp").write_bytes(np.random.default_rng(1).bytes(4_000_000))
    taken = [one(big)] * 10
    tracemalloc.start()
    total = sum(len(piece) for piece in picture_zip(taken, "x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 40_000_000
    assert peak < 8_000_000


def test_a_picture_that_is_missing_or_broken_is_a_field_with_its_prompt(tmp_path):
    broken = kept(tmp_path / "broken")
    (broken / "picture.png").write_bytes(b"no picture")
    archive = zipped(one(tmp_path / "nowhere", "un chat"), one(broken, "un chien"))
    assert page(archive).count('<div class="seen">image absente</div>') == 2
    assert "<img" not in page(archive).partition("<details>")[0]
    assert "un chien" in page(archive)
    assert not [name for name in archive.namelist() if name.startswith("01-")]


def test_nothing_that_was_written_is_markup(exposure):
    nasty = '<script>alert("1")</script>"\'&'
    said = Taken("t", nasty, nasty, exposure, nasty, nasty, nasty)
    read = Tags(page(zipped(said, about=f"{nasty}\n{nasty}")))
    assert not [tag for tag, _ in read.tags if tag == "script"]
    assert not [key for _, attributes in read.tags for key in attributes if key.startswith("on")]
    assert read.text.count(nasty) == 8  # title, heading, what is beneath, and five of the picture's
    assert next(attributes["alt"] for tag, attributes in read.tags if tag == "img") == nasty


def test_the_page_needs_no_network_and_every_link_leads_to_a_file(exposure):
    archive = zipped(one(exposure, guess="un horizon", answer="un nuage", exercise="Avant"))
    read = Tags(page(archive))
    links = [a[key] for _, a in read.tags for key in ("src", "href") if key in a]
    assert len(links) == 2 + 3 + 1
    assert set(links) <= set(archive.namelist())
    assert "http" not in re.sub(r"base64,[^)]*", "", page(archive))
    for said in ("prévu avant", "un horizon", "dit après", "un nuage", "1 image"):
        assert said in read.text


def test_the_page_and_the_table_speak_the_language(exposure):
    assert '<html lang="en">' in page(zipped(one(exposure), language="en"))
    assert "1 picture" in page(zipped(one(exposure), language="en"))
    assert plain.WORDS["fr"].keys() == plain.WORDS["en"].keys()
    assert table([one(exposure)], ["01-x"], "fr").startswith('\ufeff"numéro";"nom"')
    assert table([one(exposure)], ["01-x"], "en").startswith('\ufeff"number","name"')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "\x00="])
def test_no_cell_of_the_table_is_a_formula(exposure, start):
    taken = Taken(*[f"{start}cmd|' /C calc'!A0"] * 3, exposure, *[f"{start}1;2,3\n4"] * 3)
    rows = list(csv.reader(io.StringIO(table([taken], ["01-x"], "en").lstrip("\ufeff"))))
    assert [len(row) for row in rows] == [8, 8]
    for cell in rows[1][1:]:
        assert cell[0] in "'0"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("count", [0, 1, 3, 9, 10, 33])
def test_a_sheet_has_as_many_pages_as_its_pictures_need(exposure, language, count):
    file = contact_sheet([one(exposure)] * count, "Atelier", language, date(2026, 11, 23))
    pages = len(re.findall(rb"/Type /Page\b", file))
    assert file.startswith(b"%PDF")
    assert pages == max(1, -(-count // 16))
    assert b"/FontFile2" in file


@pytest.mark.parametrize("prompt", ODD)
@pytest.mark.parametrize("count", [1, 10])
def test_a_sheet_is_printed_whatever_was_written(exposure, tmp_path, prompt, count):
    said = Taken(prompt, prompt, prompt, exposure, prompt, prompt, prompt)
    assert contact_sheet([said] * count, prompt, "fr").startswith(b"%PDF")
    assert zipped(said, about=prompt).testzip() is None


@given(st.text(max_size=80))
@tried(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_a_sheet_is_printed_of_any_text(exposure, text):
    assert contact_sheet([one(exposure, text, name=text)], text).startswith(b"%PDF")


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (2048, 64), (2048, 2048)])
def test_a_sheet_takes_pictures_of_every_shape(tmp_path, size):
    folder = kept(tmp_path / "a", size)
    assert len(contact_sheet([one(folder)] * 12, "x")) < 500_000


def test_a_sheet_has_fields_for_what_is_missing_or_broken(tmp_path):
    broken = kept(tmp_path / "broken")
    (broken / "picture.png").write_bytes((broken / "picture.png").read_bytes()[:200])
    file = contact_sheet([one(broken), one(tmp_path / "nowhere")], "x")
    assert b"/Subtype /Image" not in file


def test_pictures_are_kept_small_and_prompts_fit_their_row():
    assert set(PROMPT) == {1, 2, 3, 4}
    side = 41.0
    below = 1.6 + (PROMPT[4] * 1.2 * 3 + PROMPT[4]) * 25.4 / 72
    assert side + below < (283 - 31 + 3) / 4
