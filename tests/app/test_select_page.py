"""What the page Select reads and asks for: real candidates with real scores, and choices that last."""

from datetime import UTC, datetime

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_views import given, page

from app import live
from app.live import Hub
from app.routes import routes
from apparatus.engine import LocalEngine
from apparatus.record import Exposure, ModelFacts, Record, Settings, new_id
from apparatus.selection import Batch, Score
from apparatus.store import Store

PROMPT = "a red boat"


@pytest.fixture(scope="module")
def scoring(scorers, tmp_path_factory):
    """An engine whose worker has two scorers beside it: a CLIP and a classifier, small and untrained."""
    patch = pytest.MonkeyPatch()
    patch.setenv("APPARATUS_SCORERS", str(scorers))
    with LocalEngine(Store(tmp_path_factory.mktemp("scored"))) as engine:
        yield engine
    patch.undo()


@pytest.fixture
def served(monkeypatch):
    """What serves a hub, as pages and routes find it."""

    def served(engine, store):
        hub = Hub(engine, store)
        monkeypatch.setattr(live, "hub", lambda: hub)
        return hub, TestClient(Starlette(routes=routes()))

    return served


@pytest.fixture
def batch(engine, served, tmp_path):
    """Three candidates as they lie in a store, scored by two who do not agree; and one of five never made."""
    store, now, name = Store(tmp_path), datetime.now(UTC), "20261122-120000-abcd"
    _, client = served(engine, store)
    ids = []
    for n, (clip, taste) in enumerate([(0.2, 0.9), (0.3, 0.1), (0.1, 0.5)]):
        record = Record(
            id=new_id(now),
            created=now,
            state="finished",
            settings=Settings(prompt=PROMPT, seed=n),
            model=ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler"),
            batch=Batch(id=name, index=n, of=5),
            scores=[Score(by="clip", value=clip, words=[("boat", 0.1)]), Score(by="taste", value=taste)],
        )
        store.save(Exposure(record, pictures={"picture.png": Image.new("RGB", (8, 8), (n, 0, 0))}))
        ids.append(record.id)
    return client, name, ids


def test_candidates_are_asked_for_made_scored_and_seen_through(scoring, served, monkeypatch):
    hub, client = served(scoring, scoring.store)
    asked = {"prompt": PROMPT, "count": 2, "seed": 5, "num_inference_steps": 1}
    batch = client.post("/select/begin", json=asked).json()["batch"]
    coming = client.get(f"/select/{batch}.json").json()
    assert [one["number"] for one in coming["candidates"]] == [1, 2]
    for one in coming["candidates"]:
        assert [*hub.engine.follow(one["id"])][-1].kind == "finished"
    told = client.get(f"/select/{batch}.json").json()
    assert [one["state"] for one in told["candidates"]] == ["finished", "finished"]
    assert [one["seed"] for one in told["candidates"]] == [5, 6]
    assert told["prompt"] == PROMPT
    assert (told["of"], told["kept"]) == (2, [])
    assert {"small-clip", "taste"} <= set(told["orders"])
    values = {
        one["id"]: next(score["value"] for score in one["scores"] if score["by"] == "small-clip")
        for one in told["candidates"]
    }
    assert told["orders"]["small-clip"] == sorted(values, key=values.get, reverse=True)
    again = Hub(scoring, scoring.store)  # as after a restart: only the store knows
    monkeypatch.setattr(live, "hub", lambda: again)
    assert client.get(f"/select/{batch}.json").json() == told
    seen = client.get(f"/select/{told['candidates'][0]['id']}/where.json").json()
    assert seen["words"] == PROMPT.split()
    assert set(seen["maps"]) == {"small-clip", "small-clip/0", "small-clip/1", "small-clip/2"} | {
        name for name in seen["maps"] if name.partition("/")[0] == "clip"
    }
    assert [len(row) for row in seen["maps"]["small-clip"]] == [8] * 8


def test_what_a_person_and_the_program_keep_stands_side_by_side(batch):
    client, name, ids = batch
    told = client.get(f"/select/{name}.json").json()
    assert told["orders"] == {"clip": [ids[1], ids[0], ids[2]], "taste": [ids[0], ids[2], ids[1]]}
    assert (told["of"], len(told["candidates"])) == (5, 3)
    client.post("/select/keep", json={"exposure": ids[2]})
    client.post("/select/keep", json={"batch": name, "by": "taste"})
    told = client.post("/select/keep", json={"batch": name, "by": "clip"}).json()
    assert sorted((line["who"], line["by"], line["id"]) for line in told["kept"]) == [
        ("person", "", ids[2]),
        ("program", "clip", ids[1]),
        ("program", "taste", ids[0]),
    ]
    changed = client.post("/select/keep", json={"exposure": ids[0]}).json()
    assert [line["id"] for line in changed["kept"] if line["who"] == "person"] == [ids[0]]


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ({"batch": "HERE", "by": "magic"}, "OutOfRange"),
        ({"batch": "../..", "by": "clip"}, "BatchNotFound"),
        ({"exposure": "20200101-000000-aaaa"}, "ExposureNotFound"),
        ({"exposure": "../../etc/passwd"}, "ExposureNotFound"),
    ],
)
def test_a_choice_that_cannot_be_is_said(batch, question, problem):
    client, name, _ = batch
    asked = {key: name if value == "HERE" else value for key, value in question.items()}
    answer = client.post("/select/keep?lang=fr", json=asked)
    assert answer.json()["problem"] == problem
    assert answer.json()["sentence"].endswith(".")


def test_a_picture_made_alone_cannot_be_chosen(hub, exposed):
    answer = TestClient(Starlette(routes=routes())).post("/select/keep", json={"exposure": exposed})
    assert answer.json()["problem"] == "NoBatch"


@pytest.mark.parametrize("count", [1, 13, "x", None])
def test_how_many_are_asked_for_has_its_bounds(hub, count):
    client = TestClient(Starlette(routes=routes()))
    before = hub.store.count()
    assert client.post("/select/begin", json={"prompt": PROMPT, "count": count}).status_code == 422
    assert (hub.store.count(), hub.batches) == (before, {})


def test_a_batch_that_is_not_there_is_said(hub):
    answer = TestClient(Starlette(routes=routes())).get("/select/20200101-000000-aaaa.json?lang=fr")
    assert answer.json()["problem"] == "BatchNotFound"


def test_what_was_stopped_before_it_began_is_gone_and_said_to_be(hub):
    client = TestClient(Starlette(routes=routes()))
    asked = {"prompt": PROMPT, "count": 2, "num_inference_steps": 1}
    batch = client.post("/select/begin", json=asked).json()["batch"]
    first, second = client.get(f"/select/{batch}.json").json()["candidates"]
    assert hub.engine.cancel(second["id"])
    assert [*hub.engine.follow(first["id"])][-1].kind == "finished"
    told = client.get(f"/select/{batch}.json").json()["candidates"]
    assert [one["state"] for one in told] == ["finished", "gone"]


@pytest.mark.parametrize(("lang", "title"), [("fr", "Choisir"), ("en", "Select")])
def test_the_page_has_its_words(hub, lang, title):
    at = page(lang=lang).switch_page("views/selection.py").run()
    assert not at.exception
    assert at.title[0].value == title
    data = given(at, "select")
    assert (data["fewest"], data["most"]) == (2, 12)
    assert data["beside"]["quotes"]
    assert given(page(lang=lang), "chain")["selectUrl"] == f"/select?lang={lang}"
