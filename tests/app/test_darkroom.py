"""What the darkroom's page reads and asks for, over real runs of the embedded model."""

import asyncio

import numpy as np
import pytest
from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.testclient import TestClient

from app import darkroom
from app.darkroom_routes import looked
from app.routes import routes
from apparatus.engine import Broadcast
from apparatus.record import Record
from apparatus.stages import Event
from apparatus.store import Store

RED = {"prompt": "a red boat on the sea", "seed": 7, "num_inference_steps": 3}


@pytest.fixture
def client(hub):
    return TestClient(Starlette(routes=routes()))


@pytest.fixture
def ask(client, hub):
    """Ask for something, wait until it is over; the exposure as the page gets it then."""

    def asked(what, **question):
        answer = client.post(f"/darkroom/{what}", json=question)
        assert answer.status_code == 200, answer.text
        id = answer.json()["id"]
        last = [*hub.engine.follow(id)][-1]
        return last, client.get(f"/darkroom/{id}.json").json()

    return asked


def weigh(at, weight, word="boat"):
    return {"kind": "word_weight", "at": at, "word": word, "weight": weight}


def test_an_exposure_is_described_whole(client, exposed):
    told = client.get(f"/darkroom/{exposed}.json").json()
    assert (told["state"], told["taken"], told["of"]) == ("finished", 3, 3)
    assert [step["index"] for step in told["steps"]] == [0, 1, 2]
    assert [word["text"] for word in told["encodings"][0]["words"]] == [
        "a",
        "red",
        "boat",
        "on",
        "the",
        "sea",
    ]
    assert {"rows", "columns", "channels"} == set(told["cells"])
    assert told["can"]["words"] is True
    assert exposed in {node["id"] for node in told["tree"]}


def test_every_part_of_it_can_be_read(client, exposed):
    event = client.get(f"/darkroom/{exposed}/steps/1.json").json()
    assert (event["kind"], event["data"]["index"]) == ("step", 1)
    assert event["pictures"]["latents"].startswith("data:image/png")
    assert client.get(f"/darkroom/{exposed}/noise.json").json()["data"]["seed"] == 7
    events = client.get(f"/darkroom/{exposed}/encode.json").json()["events"]
    assert [event["data"]["branch"] for event in events] == ["cond", "uncond"]
    runs = client.get(f"/darkroom/{exposed}/trajectory.json").json()["runs"]
    assert [point["index"] for point in runs[0]["points"]] == [0, 1, 2, 3]


def test_it_is_paused_taken_on_step_by_step_and_ends_as_if_it_never_was(client, ask, exposed, hub):
    last, told = ask("expose", **RED, stop={"site": "noise"})
    assert (last.kind, told["state"], told["taken"]) == ("paused", "paused", 0)
    for step in range(3):
        stop = {"site": "step.out", "step": step}
        _, told = ask("go-on", exposure=told["id"], after=step, stop=stop)
        assert (told["state"], told["taken"], told["stopped"]["step"]) == ("paused", step + 1, step)
    last, told = ask("go-on", exposure=told["id"], after=3)
    assert (last.kind, told["state"]) == ("finished", "finished")
    plain, again = (hub.store.open(id).picture for id in (exposed, told["id"]))
    assert np.array_equal(np.asarray(plain), np.asarray(again))


def test_a_branch_grows_from_a_step_and_stands_in_the_tree(client, ask, exposed):
    _, told = ask("branch", parent=exposed, at=1, alterations=[weigh(1, 0)], name="without the boat")
    assert (told["parent"], told["branch_step"], told["own"]) == (exposed, 1, 1)
    node = next(node for node in told["tree"] if node["id"] == told["id"])
    assert ([line["kind"] for line in node["own"]], node["name"]) == (["word_weight"], "without the boat")
    assert client.post("/darkroom/name", json={"exposure": told["id"], "name": "no boat"}).status_code == 200
    again = client.get(f"/darkroom/{exposed}.json").json()["tree"]
    assert "no boat" in [node["name"] for node in again]


def test_a_branch_is_pruned_with_all_that_grew_from_it_and_comes_back(client, ask, exposed):
    _, first = ask("branch", parent=exposed, at=1, alterations=[weigh(1, 2)])
    _, second = ask("branch", parent=first["id"], at=2, alterations=[weigh(2, 3)])
    gone = client.post("/darkroom/prune", json={"exposure": first["id"]}).json()["gone"]
    assert gone == [second["id"], first["id"]]
    assert client.get(f"/darkroom/{first['id']}.json").status_code == 404
    assert client.post("/darkroom/restore", json={"exposures": gone}).status_code == 200
    assert client.get(f"/darkroom/{second['id']}.json").json()["parent"] == first["id"]


@pytest.mark.parametrize("kind", ["branches", "layers", "pull"])
def test_a_closer_look_is_made_once_and_kept(client, exposed, hub, kind, monkeypatch):
    seen = client.get(f"/darkroom/{exposed}/looks/{kind}/1.json").json()
    assert (seen["kind"], seen["exposure"]) == (kind, exposed)
    assert all(url.startswith("data:image/") for url in seen["pictures"].values())
    monkeypatch.setattr(hub.engine, "ask", lambda *_: 1 / 0)
    assert client.get(f"/darkroom/{exposed}/looks/{kind}/1.json").json() == seen


def test_those_who_ask_for_one_look_share_one_job(exposed, hub, monkeypatch):
    asked, ask = [], hub.engine.ask
    monkeypatch.setattr(hub.engine, "ask", lambda *job: asked.append(ask(*job)) or asked[-1])

    async def both():
        return await asyncio.gather(*(looked(exposed, "pull", 2) for _ in range(2)))

    one, other = asyncio.run(both())
    assert one == other
    assert one.with_suffix(".json").exists()
    assert len({broadcast.id for broadcast in asked}) == 1


def test_who_waits_for_a_look_holds_no_thread(exposed, hub, monkeypatch):
    underway = Broadcast("a look")
    monkeypatch.setattr(hub.engine, "ask", lambda *_: underway)

    async def read_meanwhile():
        to_thread.current_default_thread_limiter().total_tokens = 1
        waits = [asyncio.create_task(looked(exposed, "layers", 2)) for _ in range(3)]
        await asyncio.sleep(0.1)
        assert await asyncio.wait_for(run_in_threadpool(hub.store.count), 5)
        underway.send(Event(exposure="a look", stage="exposure", kind="finished"))
        return await asyncio.gather(*waits)

    assert len({*asyncio.run(read_meanwhile())}) == 1


def test_a_look_at_a_word_says_what_it_does(client, exposed):
    words = client.get(f"/darkroom/{exposed}/looks/pull/1.json").json()["data"]["words"]
    assert [word["text"] for word in words] == ["a", "red", "boat", "on", "the", "sea"]
    assert all(word["rms"] > 0 for word in words)
    layers = client.get(f"/darkroom/{exposed}/looks/layers/1.json").json()["data"]["layers"]
    assert len(layers) > 1
    assert all(len(layer["shares"]) == len(words) and sum(layer["shares"]) < 1 for layer in layers)


@pytest.mark.parametrize(
    ("what", "question", "status", "problem"),
    [
        ("branch", {"parent": "20200101-000000-aaaa", "at": 1}, 404, "ExposureNotFound"),
        ("branch", {"at": 1}, 422, "OutOfRange"),
        ("branch", {"parent": "HERE", "at": 1, "alterations": [{"kind": "magic"}]}, 422, "OutOfRange"),
        ("branch", {"parent": "HERE", "at": "x"}, 422, "OutOfRange"),
        ("expose", {"prompt": "a", "num_inference_steps": 9999}, 422, "OutOfRange"),
        ("expose", {"prompt": "a", "stop": {"site": "nowhere"}}, 422, "OutOfRange"),
        ("go-on", {"exposure": "HERE", "after": 1}, 409, "MovedOn"),
        ("name", {"exposure": "20200101-000000-aaaa", "name": "x"}, 404, "ExposureNotFound"),
        ("restore", {"exposures": ["20200101-000000-aaaa"]}, 404, "ExposureNotFound"),
    ],
)
def test_what_cannot_be_is_answered_in_a_sentence(client, exposed, what, question, status, problem):
    question = {name: exposed if value == "HERE" else value for name, value in question.items()}
    answer = client.post(f"/darkroom/{what}?lang=fr", json=question)
    assert (answer.status_code, answer.json()["problem"]) == (status, problem)
    assert answer.json()["sentence"].endswith(".")


@pytest.mark.parametrize("place", ["steps/9.json", "looks/pull/9.json", "looks/magic/1.json"])
def test_what_is_not_there_is_said(client, exposed, place):
    assert client.get(f"/darkroom/{exposed}/{place}").json()["problem"] in ("StepNotFound", "OutOfRange")


def test_a_word_that_was_not_read_ends_in_a_sentence_and_leaves_nothing(client, ask, exposed, hub):
    count = hub.store.count()
    answer = client.post(
        "/darkroom/branch", json={"parent": exposed, "at": 1, "alterations": [weigh(1, 0, "zeppelin")]}
    )
    last = [*hub.engine.follow(answer.json()["id"])][-1]
    assert (last.kind, last.data["problem"]) == ("failed", "WordNotRead")
    assert hub.store.count() == count


def test_only_our_own_pages_may_ask(client, exposed):
    assert client.post("/darkroom/prune", data={"exposure": exposed}).status_code == 422
    stranger = {"origin": "http://elsewhere.example"}
    assert client.post("/darkroom/prune", json={"exposure": exposed}, headers=stranger).status_code == 422
    assert (
        client.post("/darkroom/prune", content=b"{", headers={"content-type": "application/json"}).status_code
        == 422
    )
    assert client.get(f"/darkroom/{exposed}.json").status_code == 200


@pytest.mark.parametrize(
    ("file", "kind", "begins"),
    [
        ("sheet.png", "image/png", b"\x89PNG"),
        ("sheet.pdf", "application/pdf", b"%PDF"),
        ("run.gif", "image/gif", b"GIF89a"),
        ("run.png", "image/apng", b"\x89PNG"),
        ("repeat.py", "text/x-python", b'"""'),
    ],
)
def test_it_is_taken_home(client, exposed, file, kind, begins):
    answer = client.get(f"/darkroom/{exposed}/take/{file}?lang=fr")
    assert answer.headers["content-type"].startswith(kind)
    assert exposed in answer.headers["content-disposition"]
    assert answer.content.startswith(begins)


def test_the_way_between_two_branches_is_a_film(client, ask, exposed):
    _, other = ask("branch", parent=exposed, at=2, alterations=[weigh(2, 0)])
    answer = client.get(f"/darkroom/{exposed}/take/walk.gif?to={other['id']}")
    assert answer.content.startswith(b"GIF89a")
    assert "gif" in client.get("/darkroom/formats.json").json()["animation"]
    assert client.get(f"/darkroom/{exposed}/take/magic.exe").json()["problem"] == "OutOfRange"


def test_a_tree_of_two_hundred_is_told_from_the_index(exposed, engine, tmp_path):
    store = Store(tmp_path)
    record = Record.open(engine.store.path(exposed))
    ids = [f"20261123-{100000 + n}-{n:04x}" for n in range(200)]
    for n, id in enumerate(ids):
        parent = ids[(n - 1) // 2] if n else None
        record.model_copy(update={"id": id, "parent": parent, "branch_step": 1}).save(tmp_path / id)
    family = store.family(ids[150])
    assert {entry.id for entry in family} == set(ids)
    assert darkroom.offspring(family, ids[99]) == [ids[199], ids[99]]
    assert {store.family(id)[0].id for id in (ids[0], ids[77], ids[199])} == {ids[0]}
