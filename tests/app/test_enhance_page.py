"""The page Enhance: texts asked for and turned, pictures of both, and no address that a page could name."""

import json

import endpoints
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_views import expose, given, page

from app import enhancing
from app.routes import routes
from apparatus.record import Settings


@pytest.fixture(scope="module")
def server():
    with endpoints.endpoint() as server:
        yield server


@pytest.fixture
def client(hub, server, monkeypatch):
    models = [server.by("good", "llamacpp"), server.by("plain"), server.by("page")]
    monkeypatch.setenv("APPARATUS_ENDPOINTS", " ".join(models))
    return TestClient(Starlette(routes=routes()))


def post(client, what, lang="en", **question):
    return client.post(f"/enhance/{what}?lang={lang}", json=question)


def written(client, hub, id):
    """The events of a text, as its page hears them."""
    lines = client.get(f"/exposures/{id}/events").text.replace("\r\n", "\n").split("\n")
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    return [event for event in told if event.get("stage") == "enhance"], "\n".join(lines)


def rewrite(client, hub, **others):
    question = {"prompt": "Chat la nuit", "by": "endpoint-1"} | others
    id = post(client, "write", **question).json()["id"]
    events, _ = written(client, hub, id)
    return id, events[-1]["data"]


def finished(hub, exposure):
    """The record of one that is waited for."""
    assert list(hub.engine.follow(exposure))[-1].kind == "finished"
    return hub.record(exposure)


def decider(record, what):
    """Who decided that, by the ledger."""
    (who,) = [line.who for line in record.ledger if line.what == what]
    return who


def test_a_page_is_told_names_and_no_address(client):
    told = enhancing.offered()
    assert {"id": "endpoint-2", "model": "plain", "remote": True} in told
    assert "127.0.0.1" not in json.dumps(told)


def test_a_text_is_told_token_by_token_and_then_whole(client, hub):
    id = post(client, "write", prompt="Chat la nuit", by="endpoint-1").json()["id"]
    events, all_of_it = written(client, hub, id)
    assert [event["data"]["text"] for event in events[:-1]] == endpoints.TEXT
    whole = events[-1]["data"]
    assert whole["read"] == "un petit chat noir, la nuit"
    assert [(word["text"], word["whose"]) for word in whole["words"] if word["whose"] != "added"] == [
        ("chat", "mended"), ("la", "kept"), ("nuit", "kept"),
    ]  # fmt: skip
    assert "127.0.0.1" not in all_of_it


def test_what_a_person_sets_reaches_the_language_model(client, hub, server):
    rewrite(client, hub, template="Be brief: {prompt}", temperature=0.25, top_p=0.5, seed=9)
    sent = server.asked[-1]
    assert (sent["temperature"], sent["top_p"], sent["seed"]) == (0.25, 0.5, 9)
    assert sent["messages"][0]["content"] == "Be brief: Chat la nuit"


def test_another_token_makes_another_road(client, hub):
    id, first = rewrite(client, hub)
    other = first["tokens"][3]["alternatives"][0]["text"]
    turned = post(client, "turn", text=id, at=3, token=other).json()["id"]
    events, _ = written(client, hub, turned)
    tokens = events[-1]["data"]["tokens"]
    assert [token["text"] for token in tokens[:4]] == ["un", " petit", " chat", " gris"]
    assert [token["chosen"] for token in tokens[:4]] == [False, False, False, True]
    assert tokens[3]["probability"] == pytest.approx(0.25)
    assert [other["text"] for other in tokens[3]["alternatives"]] == [" noir", " roux"]
    again = post(client, "turn", text=turned, at=1, token=" grand").json()["id"]
    events, _ = written(client, hub, again)
    assert events[-1]["data"]["chosen"] == [{"at": 1, "token": " grand"}]


def test_both_pictures_are_made_of_one_seed_and_nobody_is_asked_again(client, hub, server):
    id, whole = rewrite(client, hub)
    asked = len(server.asked)
    made = post(client, "both", text=id).json()
    raw, enhanced = finished(hub, made["raw"]), finished(hub, made["enhanced"])
    assert raw.settings.seed == enhanced.settings.seed == made["seed"]
    assert decider(raw, "seed") == decider(enhanced, "seed") == "chance"
    assert raw.enhanced is None
    assert enhanced.enhanced.prompt == whole["read"]
    assert enhanced.settings.prompt == raw.settings.prompt == "Chat la nuit"
    assert len(server.asked) == asked
    assert decider(enhanced, "enhance_seed") == "chance"


def test_another_road_begins_with_the_seed_that_chance_drew_and_the_words_alone_are_not_made_again(
    client, hub
):
    id, first = rewrite(client, hub)
    seed = post(client, "both", text=id).json()["seed"]
    turned = post(client, "turn", text=id, at=3, token=" gris").json()["id"]
    written(client, hub, turned)
    further = post(client, "both", text=turned, drawn=seed, raw=False).json()
    assert set(further) == {"seed", "enhanced"}
    record = finished(hub, further["enhanced"])
    assert record.settings.seed == further["seed"] == seed
    assert record.enhanced.prompt != first["read"]
    assert decider(record, "seed") == "chance"


@pytest.mark.parametrize(
    ("what", "question", "problem"),
    [
        ("write", {"prompt": "chat", "by": "http://127.0.0.1:1/v1#m"}, "NoEnhancer"),
        ("write", {"prompt": "chat", "by": "/etc"}, "NoEnhancer"),
        ("write", {"prompt": "chat", "by": "endpoint-1", "temperature": 9}, "OutOfRange"),
        ("write", {"prompt": "chat", "by": "endpoint-1", "model": "/etc"}, "ModelNotFound"),
        ("write", {"prompt": "chat", "by": "endpoint-1", "chosen": []}, "OutOfRange"),
        ("write", {"by": "endpoint-1"}, "OutOfRange"),
        ("turn", {"text": "20260101-000000-abcd", "at": 1, "token": 5}, "TextForgotten"),
        ("both", {"text": "last"}, "TextForgotten"),
        ("both", {"text": "last", "drawn": 2**32}, "OutOfRange"),
        ("several", {"prompt": "chat", "by": "endpoint-1", "count": 500}, "OutOfRange"),
    ],
)
def test_what_cannot_be_asked_has_its_sentence(client, what, question, problem):
    answer = post(client, what, "fr", **question)
    assert (answer.status_code, answer.json()["problem"]) == (422, problem)
    assert answer.json()["sentence"]


def test_no_page_names_a_language_model_by_the_back_door(client, server):
    asked = len(server.asked)
    question = {"prompt": "chat", "enhance": {"by": server.by("good")}}
    answer = client.post("/darkroom/expose", json=question)
    assert (answer.status_code, answer.json()["problem"]) == (422, "NoEnhancer")
    assert len(server.asked) == asked


def test_what_misbehaves_is_told_by_the_name_of_its_sentence(client, hub):
    _, whole = rewrite(client, hub, by="endpoint-3")
    assert whole["problem"] == "EndpointNonsense"
    assert whole["read"] == "Chat la nuit"
    data = given(page("fr-FR").switch_page("views/enhance.py").run(), "enhance")
    assert data["labels"]["problem_EndpointNonsense"].startswith("Ce qui a répondu")


def test_many_pictures_are_made_in_pairs_and_compared(client, hub):
    made = post(client, "several", prompt="Chat la nuit", by="endpoint-1", count=2).json()
    address = f"/enhance/compared.json?raw={','.join(made['raw'])}&enhanced={','.join(made['enhanced'])}"
    assert set(client.get(address).json()["states"]) == {*made["raw"], *made["enhanced"]}
    records = [finished(hub, exposure) for exposure in (*made["raw"], *made["enhanced"])]
    assert [decider(record, "seed") for record in records] == ["chance", "program"] * 2
    assert [decider(record, "enhance_seed") for record in records[2:]] == ["chance", "program"]
    told = client.get(address).json()
    assert set(told["states"].values()) == {"finished"}
    assert told["texts"] == dict.fromkeys(made["enhanced"], "un petit chat noir, la nuit")
    assert told["found"]["count"] == 2
    assert 1 <= told["found"]["raw"] <= 2
    assert client.get("/enhance/compared.json?raw=a&enhanced=..").status_code == 404


def test_of_pairs_that_were_stopped_in_line_it_is_said_that_they_are_not_made(
    client, hub, forgetful, monkeypatch
):
    made = post(client, "several", prompt="Chat la nuit", by="endpoint-1", count=2).json()
    all_of_them = [*made["raw"], *made["enhanced"]]
    assert post(client, "stop", ids=all_of_them[::-1]).json()["stopped"]
    first = list(hub.engine.follow(all_of_them[0]))[-1].kind
    monkeypatch.setattr(hub, "engine", forgetful)
    address = f"/enhance/compared.json?raw={','.join(made['raw'])}&enhanced={','.join(made['enhanced'])}"
    told = client.get(address).json()
    assert [told["states"][id] for id in all_of_them[1:]] == ["failed"] * 3
    assert (told["states"][all_of_them[0]] in (first, "failed"), told["found"]) == (True, None)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_speaks_both_languages_and_carries_the_prompt(client, lang):
    at = page(lang=lang, prompt="un chat").switch_page("views/enhance.py").run()
    assert not at.exception
    data = given(at, "enhance")
    assert data["lang"] == lang
    assert [one["id"] for one in data["speakers"]][-1] == "endpoint-3"
    assert {one["name"] for one in data["templates"]} >= {"picture", "sober"}
    assert "{prompt}" in data["templates"][0]["text"]
    assert data["stage"]["id"] == "enhance"


def test_on_the_chain_it_is_off_until_a_person_turns_it_on(client, hub, monkeypatch):
    monkeypatch.setattr(enhancing, "look_up", lambda name: None)
    at = expose(page(), prompt="Chat la nuit", seed=7, steps=1)
    list(hub.engine.follow(at.query_params["exposure"]))
    assert hub.record(at.query_params["exposure"]).enhanced is None
    at = expose(page(), prompt="Chat la nuit", seed=7, steps=1, enhance=True)
    list(hub.engine.follow(at.query_params["exposure"]))
    assert hub.record(at.query_params["exposure"]).enhanced.prompt == "un petit chat noir, la nuit"


def test_where_nobody_can_rewrite_there_is_no_choice(hub, monkeypatch):
    monkeypatch.delenv("APPARATUS_ENDPOINTS", raising=False)
    monkeypatch.setattr(enhancing, "look_up", lambda name: None)
    at = page()
    assert not [one for one in at.toggle if one.key == "enhance"]
    assert enhancing.usual(True) is None
    assert given(at.switch_page("views/enhance.py").run(), "enhance")["speakers"] == []


def test_only_the_latest_texts_are_remembered(client, hub, monkeypatch):
    monkeypatch.setattr(enhancing, "REMEMBERED", 1)
    first, _ = rewrite(client, hub)
    rewrite(client, hub)
    assert post(client, "both", text=first).json()["problem"] == "TextForgotten"
    assert Settings(prompt="chat").enhance is None
