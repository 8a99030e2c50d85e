"""The page Loop: loops go round in the background, are stopped, gone on with and left; what it is told."""

import json
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_views import given, page
from zoo.captioners import untrained

from app import live, loops
from app.live import Hub
from app.routes import routes
from apparatus.engine import LocalEngine
from apparatus.engine.driving import Drives
from apparatus.looping import Loop, Loops, Round
from apparatus.record import Settings
from apparatus.store import Store

ASKED = {"prompt": "a red boat on the sea", "num_inference_steps": 2, "seed": 9, "captioner": "small"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """An app whose worker knows a captioner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPARATUS_CAPTIONERS", str(untrained(tmp_path_factory.mktemp("captioners"))))
        with LocalEngine(Store(tmp_path_factory.mktemp("outputs"))) as engine:
            hub = Hub(engine, engine.store)
            patch.setattr(live, "hub", lambda: hub)
            yield hub


@pytest.fixture
def client(hub):
    return TestClient(Starlette(routes=routes()))


def ended(hub, loop):
    """A loop once it has come to rest."""
    for _ in hub.drives.follow(loop):
        pass
    return loops.described(loop)


def begun(client, **asked):
    return client.post("/loops/begin", json={**ASKED, "rounds": 2, **asked}).json()["id"]


def test_a_loop_goes_round_in_the_background_and_is_told(client, hub) -> None:
    loop = begun(client)
    told = [event.data["number"] for event in hub.drives.follow(loop) if event.stage == "loop"]
    assert told == [0, 1]
    shown = client.get(f"/loops/{loop}.json").json()
    assert (shown["state"], shown["of"], len(shown["rounds"])) == ("finished", 2, 2)
    first, second = shown["rounds"]
    assert (first["who"], second["who"]) == ("person", "program")
    assert "".join(piece for piece, _ in first["caption"]) == second["prompt"]
    assert hub.store.open(second["exposure"]).record.settings.seed == 9
    assert len(client.get(f"/loops/{loop}.json?after=1").json()["rounds"]) == 1
    stream = client.get(f"/loops/{loop}/events").text
    assert stream.count('"stage":"loop"') == 2
    assert '"state": "finished"' in stream
    assert client.get("/loops.json").json()["loops"][0]["id"] == loop


def test_others_are_served_between_two_rounds(client, hub) -> None:
    loop = begun(client, rounds=3)
    events = iter(hub.drives.follow(loop))
    next(events)
    picture = hub.engine.expose(Settings(prompt="a cat", num_inference_steps=1))
    assert [*picture][-1].kind == "finished"
    assert len(loops.described(loop)["rounds"]) < 3
    assert ended(hub, loop)["state"] == "finished"


def test_a_loop_is_stopped_keeps_what_was_made_and_is_gone_on_with(client, hub) -> None:
    loop = begun(client, rounds=50)
    next(iter(hub.drives.follow(loop)))
    assert client.post("/loops/stop", json={"loop": loop}).json() == {"stopped": True}
    stopped = ended(hub, loop)
    assert stopped["state"] == "cancelled"
    assert 1 <= len(stopped["rounds"]) < 50
    assert client.post("/loops/stop", json={"loop": loop}).json() == {"stopped": False}
    made = len(stopped["rounds"])
    assert client.post("/loops/go-on", json={"loop": loop}).status_code == 200
    events = (event for event in hub.drives.follow(loop) if event.stage == "loop")
    assert next(events).data["number"] == made
    hub.drives.stop(loop)
    assert ended(hub, loop)["rounds"][:made] == stopped["rounds"]


def test_a_loop_left_running_by_a_dead_process_stands_still_and_can_be_gone_on_with(client, hub) -> None:
    asked = Loop(settings=Settings(prompt="a cat", num_inference_steps=1), rounds=1, captioner="small")
    loop = Loops(hub.store).begin(asked, seed=3).id
    assert client.get(f"/loops/{loop}.json").json()["state"] == "left"
    assert client.get(f"/loops/{loop}/events").status_code == 404
    client.post("/loops/go-on", json={"loop": loop})
    assert ended(hub, loop)["state"] == "finished"
    assert client.post("/loops/go-on", json={"loop": loop}).status_code == 422


def test_a_worker_that_dies_breaks_the_loop_off_and_the_page_says_why(client, hub) -> None:
    loop = begun(client, rounds=50)
    next(iter(hub.drives.follow(loop)))
    hub.engine._desks[0].process.kill()
    broken = ended(hub, loop)
    assert (broken["state"], broken["problem"]) == ("failed", "WorkerDied")
    assert broken["rounds"]


def test_an_app_that_closes_leaves_its_loops_to_be_gone_on_with(tmp_path, hub) -> None:
    with LocalEngine(Store(tmp_path)) as engine:
        drives = Drives(engine)
        asked = Loop(settings=Settings(prompt="a cat", num_inference_steps=1), rounds=50, captioner="small")
        loop = Loops(engine.store).begin(asked, seed=3).id
        events = drives.start(loop)
        assert drives.start(loop) is events
        next(iter(events))
        drives.close()
    assert [*events][-1].kind == "interrupted"
    assert Loops(engine.store).open(loop).state == "running"


def test_a_person_steps_in_and_the_futures_are_compared(client, hub) -> None:
    loop = begun(client, rounds=3)
    ended(hub, loop)
    left = client.post("/loops/leave", json={"loop": loop, "after": 1, "prompt": "a blue house"}).json()["id"]
    shown = ended(hub, left)
    assert (shown["parent"], shown["parent_round"], len(shown["rounds"])) == (loop, 1, 3)
    assert [one["said_by"] for one in shown["rounds"]] == ["person", "program", "program"]
    assert "".join(piece for piece, _ in shown["rounds"][0]["caption"]) == "a blue house"
    apart = client.get(f"/loops/{left}/apart.json").json()["rounds"]
    assert [one["number"] for one in apart] == [1, 2]
    assert all(0 <= one["pictures"] <= 2 for one in apart)
    futures = client.get(f"/loops/{loop}.json").json()["futures"]
    assert futures == [{"id": left, "after": 1, "prompt": "a blue house"}]
    assert client.get(f"/loops/{loop}/apart.json").json() == {"rounds": []}


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"rounds": 301}, "OutOfRange"),
        ({"rounds": 0}, "OutOfRange"),
        ({"seeds": "none"}, "OutOfRange"),
        ({"captioner": "nobody"}, "NoCaptioner"),
        ({"model": "/etc"}, "ModelNotFound"),
        ({"num_inference_steps": 999}, "OutOfRange"),
        ({"enhance": {"by": "http://elsewhere/v1#model"}}, "NoEnhancer"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(client, asked, problem) -> None:
    answer = client.post("/loops/begin?lang=fr", json={**ASKED, **asked})
    assert answer.status_code == 422
    assert answer.json()["problem"] == problem
    assert "/etc" not in answer.json()["sentence"]


@pytest.mark.parametrize("loop", ["20260101-000000-abcd", "..%2f..%2fetc%2fpasswd", "last"])
def test_a_loop_that_is_not_there_is_said(client, loop) -> None:
    assert client.get(f"/loops/{loop}.json").status_code == 404
    assert client.get(f"/loops/{loop}/events").status_code == 404


def test_a_question_from_elsewhere_is_not_answered(client) -> None:
    answer = client.post("/loops/stop", json={"loop": "x"}, headers={"Origin": "http://elsewhere"})
    assert answer.status_code == 422


def test_words_of_the_first_prompt_are_marked_and_the_text_stays_whole() -> None:
    pieces = loops.marked("Un bateau rouge", "le Bateau, d'un rouge vif")
    assert "".join(piece for piece, _ in pieces) == "le Bateau, d'un rouge vif"
    assert [piece for piece, known in pieces if known] == ["Bateau", "rouge"]


def test_three_hundred_rounds_are_told_in_little(hub) -> None:
    record = Loops(hub.store).begin(Loop(settings=Settings(prompt="a cat"), rounds=300), seed=1)
    one = Round(
        number=0, exposure="20260101-000000-abcd", prompt="a cat", caption="a red cat on the sea at night"
    )
    record.rounds = [one.model_copy(update={"number": n}) for n in range(300)]
    record.state = "finished"
    Loops(hub.store).save(record)
    began = time.monotonic()
    told = loops.described(record.id)
    assert time.monotonic() - began < 2
    assert len(told["rounds"]) == 300
    assert len(json.dumps(told)) < 300_000


@pytest.mark.parametrize(("lang", "title"), [("fr", "Boucle"), ("en", "Loop")])
def test_the_page_offers_who_captions_and_says_what_the_essays_say(hub, lang, title) -> None:
    at = page(lang=lang).switch_page("views/loop.py").run()
    assert not at.exception
    assert at.title[0].value == title
    data = given(at, "loop")
    assert data["captioners"] == ["", "small"]
    assert len(data["beside"]["quotes"]) >= 5
    assert data["first"] is None


def test_a_loop_can_begin_with_an_exposure(client, hub) -> None:
    run = hub.engine.expose(Settings(prompt="a cat", seed=5, num_inference_steps=2))
    assert [*run][-1].kind == "finished"
    first = loops.first(run.id)
    assert (first["prompt"], first["seed"], first["num_inference_steps"]) == ("a cat", 5, 2)
    assert loops.first("20260101-000000-abcd") is None
    assert first.pop("same")
    del first["exposure"]
    given = {name: value for name, value in first.items() if value is not None}
    loop = client.post("/loops/begin", json={**given, "rounds": 1, "captioner": "small"}).json()["id"]
    made = ended(hub, loop)["rounds"][0]["exposure"]
    assert hub.store.open(made).picture.tobytes() == hub.store.open(run.id).picture.tobytes()
