"""What the page Retouch reads and asks for, over real runs of the embedded model, and what it is given."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_views import archive, given, kept, page

from app import retouch_routes
from app.routes import routes
from apparatus.models.catalogue import cell, find

CELLS = 256 // cell(find("obscura"))
HALF = ["#" * (CELLS // 2) + "." * (CELLS // 2)] * CELLS


@pytest.fixture
def client(hub):
    return TestClient(Starlette(routes=routes()))


@pytest.fixture
def drop(client):
    """Send a file as the page does; the answer."""

    def drop(file, kind="application/octet-stream", **headers):
        return client.post("/retouch/picture", content=file, headers={"content-type": kind, **headers})

    return drop


@pytest.fixture
def ask(client, hub):
    """Ask for another picture, wait until it is over; its events."""

    def ask(**question):
        answer = client.post("/retouch/expose", json={"num_inference_steps": 2, "seed": 8, **question})
        assert answer.status_code == 200, answer.text
        return [*hub.engine.follow(answer.json()["id"])]

    return ask


def png(width, height, mode="RGB"):
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    file = BytesIO()
    (Image.fromarray(pixels) if mode == "RGB" else Image.new(mode, (width, height))).save(file, "PNG")
    return file.getvalue()


def test_what_can_be_made_of_an_exposure_is_told(client, exposed):
    told = client.get(f"/retouch/{exposed}.json").json()
    assert told == {
        "prompt": "a red boat on the sea",
        "width": 256, "height": 256, "rows": CELLS, "columns": CELLS,
        "ways": ["image_to_image", "inpaint"],
    }  # fmt: skip


def test_what_is_painted_is_made_anew_and_the_rest_is_put_back(ask, hub, exposed):
    retouch = {"way": "inpaint", "source": exposed, "mask": HALF, "strength": 1, "paste": True}
    events = ask(prompt="a blue house", retouch=retouch)
    assert events[-1].kind == "finished"
    told = next(event for event in events if event.stage == "retouch")
    assert (told.data["untouched"], told.data["outside"]) == (1, 0)
    assert told.data["inside"] > 0
    assert {"before", "difference", "own"} == set(told.pictures)
    record = hub.record(events[-1].exposure)
    assert record.settings.retouch.source == exposed
    assert record.retouched.own > 0


def test_a_picture_that_is_dropped_is_held_at_the_models_size_and_gone_over(client, drop, ask, hub):
    picture = drop(png(300, 200)).json()["picture"]
    told = client.get(f"/retouch/pictures/{picture}.json").json()
    grid = CELLS * 160 // 256, CELLS
    assert (told["width"], told["height"], told["rows"], told["columns"]) == (256, 160, *grid)
    held = client.get(f"/retouch/pictures/{picture}.png")
    assert Image.open(BytesIO(held.content)).size == (256, 160)
    size = {"width": told["width"], "height": told["height"]}
    events = ask(prompt="a boat", picture=picture, retouch={"way": "image_to_image", "strength": 1}, **size)
    assert events[-1].kind == "finished"
    record = hub.record(events[-1].exposure)
    assert record.settings.retouch.source == f"sha256:{picture}"
    assert (record.picture.width, record.picture.height) == (256, 160)
    before = Image.open(hub.store.path(record.id) / "source.png").convert("RGB")
    assert before.tobytes() == Image.open(BytesIO(held.content)).tobytes()


def test_only_the_newest_pictures_are_held(client, drop, monkeypatch):
    monkeypatch.setattr(retouch_routes, "HELD", 2)
    names = [drop(png(64 * n, 64)).json()["picture"] for n in (1, 2, 3)]
    there = [client.get(f"/retouch/pictures/{name}.png").status_code for name in names]
    assert there == [404, 200, 200]
    assert client.get(f"/retouch/pictures/{names[0]}.json").json()["problem"] == "NoSource"
    retouch = {"way": "image_to_image"}
    gone = client.post("/retouch/expose", json={"picture": names[0], "retouch": retouch})
    assert (gone.status_code, gone.json()["problem"]) == (422, "NoSource")


def test_those_that_are_held_weigh_no_more_together_than_may_be(client, drop, monkeypatch):
    def held(most, again):
        monkeypatch.setattr(retouch_routes, "TOGETHER", most)
        assert drop(png(64 * again, 64)).json()["picture"] == names[again - 1]
        return [client.get(f"/retouch/pictures/{name}.png").status_code for name in names]

    names = [drop(png(64 * n, 64)).json()["picture"] for n in (1, 2)]
    weight = sum(len(client.get(f"/retouch/pictures/{name}.png").content) for name in names)
    assert held(weight, again=1) == [200, 200]
    assert held(weight - 1, again=2) == [404, 200]
    assert held(1, again=1) == [200, 404]


@pytest.mark.parametrize(
    ("file", "problem"),
    [(b"", "NotAPicture"), (b"<svg/>", "NotAPicture"), (png(10_000, 10_000, "1"), "PictureTooLarge")],
    ids=["nothing", "no picture", "a hundred megapixels"],
)
def test_a_file_that_cannot_be_taken_is_said(drop, file, problem):
    answer = drop(file)
    assert (answer.status_code, answer.json()["problem"]) == (422, problem)
    assert answer.json()["sentence"].endswith(".")


def test_a_file_that_is_too_heavy_is_not_read_to_its_end(drop, monkeypatch):
    monkeypatch.setattr(retouch_routes, "HEAVIEST", 1000)
    assert drop(png(64, 64)).json()["problem"] == "PictureTooLarge"


def test_only_our_own_pages_may_drop_one(drop, hub):
    before = len(hub.dropped)
    assert drop(png(64, 64), origin="http://elsewhere.example").json()["problem"] == "OutOfRange"
    assert drop(png(64, 64), kind="multipart/form-data").json()["problem"] == "OutOfRange"
    assert len(hub.dropped) == before


@pytest.mark.parametrize(
    ("retouch", "problem"),
    [
        ({"way": "instruct", "source": "HERE"}, "CannotRetouch"),
        ({"way": "image_to_image", "source": "20200101-000000-aaaa"}, "ExposureNotFound"),
        ({"way": "image_to_image", "source": "../../etc"}, "ExposureNotFound"),
        ({"way": "image_to_image", "source": "HERE", "strength": 2}, "OutOfRange"),
        (None, "NoSource"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(client, exposed, retouch, problem):
    asked = retouch and {name: exposed if value == "HERE" else value for name, value in retouch.items()}
    answer = client.post("/retouch/expose?lang=fr", json={"prompt": "x", "retouch": asked})
    assert answer.json()["problem"] == problem
    assert answer.json()["sentence"].endswith(".")


def test_what_the_worker_refuses_is_told_with_its_name(ask, exposed, hub):
    count = hub.store.count()
    last = ask(retouch={"way": "inpaint", "source": exposed, "mask": ["." * CELLS] * CELLS})[-1]
    assert (last.kind, last.data["problem"]) == ("failed", "NothingPainted")
    last = ask(retouch={"way": "inpaint", "source": exposed, "mask": ["##"]})[-1]
    assert (last.kind, last.data["problem"]) == ("failed", "MaskMisfit")
    assert hub.store.count() == count


def test_an_exposure_without_a_picture_is_no_source(client, hub):
    unfinished = next(kept(hub, 1, state="cancelled"))
    assert client.get(f"/retouch/{unfinished}.json").json()["problem"] == "NoSource"


@pytest.mark.parametrize(("lang", "title"), [("fr", "Retoucher"), ("en", "Retouch")])
def test_the_page_has_its_words_and_a_sentence_for_each_refusal(hub, lang, title):
    at = page(lang=lang).switch_page("views/retouch.py").run()
    assert not at.exception
    assert at.title[0].value == title
    data = given(at, "retouch")
    assert data["model"] == "obscura"
    assert data["stages"][0]["id"] == "program"
    assert data["beside"]["quotes"]
    for name in (
        "CannotRetouch",
        "NoSource",
        "NothingPainted",
        "MaskMisfit",
        "NotAPicture",
        "PictureTooLarge",
    ):
        assert data["labels"][f"problem_{name}"] != data["labels"]["problem_Other"]


def test_the_chain_and_the_archive_lead_there(hub, exposed):
    assert given(page(lang="en", exposure=exposed), "chain")["retouchUrl"] == f"/retouch?id={exposed}&lang=en"
    plates = given(archive(page(lang="fr")), "sheet")["plates"]
    leads = {plate["id"]: plate["retouch"] for plate in plates}
    finished = {plate["id"] for plate in plates if plate["state"] == "finished"}
    assert finished
    assert leads == {id: f"/retouch?id={id}&lang=fr" if id in finished else "" for id in leads}
