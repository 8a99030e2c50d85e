"""What the browser fetches: streams, files, scripts; and nothing outside of them."""

import json
import shutil
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import live
from app.live import Hub
from app.routes import routes
from apparatus.errors import StoreUnwritable
from apparatus.record import Settings
from apparatus.store import Store

NAMES = ["20260101-000000-0000", "last", "2026", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "a%00b", ".index"]


@pytest.fixture
def client(hub):
    return TestClient(Starlette(routes=routes()))


def messages(response):
    """The stream's messages as (event, id, data)."""
    for block in response.text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":") and line)
        if "data" in fields and fields["event"] != "alive":
            yield fields["event"], fields.get("id"), json.loads(fields["data"])


def test_a_run_streams_live_and_ends(client, hub):
    exposure = hub.expose(Settings(prompt="<b>un chat</b> 🐱 שלום", seed=1, num_inference_steps=2))
    response = client.get(f"/exposures/{exposure}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    told = list(messages(response))
    assert told[0] == ("source", None, {"recorded": False})
    assert told[-1][0] == "end"
    assert told[-1][2]["state"] == "finished"
    stages = [data for event, _, data in told if event == "stage"]
    assert [f"live-{n}" for n in range(len(stages))] == [id for event, id, _ in told if event == "stage"]
    steps = [data for data in stages if data["kind"] == "step"]
    assert [step["data"]["index"] for step in steps] == [0, 1]
    assert steps[0]["pictures"]["latents"].startswith("data:image/png;base64,")
    assert (
        next(data for data in stages if data["kind"] == "prompt")["data"]["prompt"]
        == "<b>un chat</b> 🐱 שלום"
    )


def test_a_stream_gives_signs_of_life_while_nothing_happens(client, hub, monkeypatch):
    monkeypatch.setattr("app.routes.PING", 0.01)
    exposure = hub.expose(Settings(prompt="un chat", seed=1, num_inference_steps=2))
    assert "event: alive" in client.get(f"/exposures/{exposure}/events").text


def test_an_exposure_that_is_over_streams_from_its_record(client, exposed):
    told = list(messages(client.get(f"/exposures/{exposed}/events")))
    assert told[0] == ("source", None, {"recorded": True})
    assert {data["exposure"] for event, _, data in told if event == "stage"} == {exposed}
    assert told[-1][2]["state"] == "finished"


def test_a_stream_goes_on_after_the_last_message_that_was_seen(client, exposed):
    whole = [id for event, id, _ in messages(client.get(f"/exposures/{exposed}/events")) if event == "stage"]
    again = client.get(f"/exposures/{exposed}/events", headers={"Last-Event-ID": whole[4]})
    assert [id for event, id, _ in messages(again) if event == "stage"] == whole[5:]


def test_a_damaged_record_ends_its_stream_and_says_why(engine, forgetful, exposed, monkeypatch, tmp_path):
    folder = tmp_path / exposed
    shutil.copytree(engine.store.path(exposed), folder)
    (folder / "steps" / "001.webp").write_bytes(b"no picture")
    monkeypatch.setattr(live, "hub", lambda: Hub(forgetful, Store(tmp_path)))
    told = list(messages(TestClient(Starlette(routes=routes())).get(f"/exposures/{exposed}/events")))
    assert told[-2][2]["data"]["problem"] == "BrokenRecord"
    assert told[-2][2]["exposure"] == exposed
    assert told[-1] == ("end", None, {"state": "failed"})


@pytest.mark.parametrize("file", ["events", "picture.png"])
def test_outputs_that_cannot_be_read_are_a_plain_answer(monkeypatch, file):
    def refuse(exposure):
        raise StoreUnwritable("outputs", "Permission denied")

    hub = SimpleNamespace(source=lambda exposure, seen: refuse(exposure), store=SimpleNamespace(path=refuse))
    monkeypatch.setattr(live, "hub", lambda: hub)
    assert TestClient(Starlette(routes=routes())).get(f"/exposures/x/{file}").status_code == 503


def test_the_picture_is_served(client, exposed):
    response = client.get(f"/exposures/{exposed}/picture.png")
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    assert "max-age" in response.headers["cache-control"]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("thumbnail.webp", "image/webp"),
        ("steps/0.webp", "image/webp"),
        ("record.json", "application/json"),
        ("tensors.safetensors", "application/octet-stream"),
    ],
)
def test_the_other_files_are_served(client, exposed, file, kind):
    response = client.get(f"/exposures/{exposed}/{file}")
    assert response.status_code == 200
    assert response.headers["content-type"] == kind


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("file", ["events", "picture.png", "record.json", "thumbnail.webp", "steps/0.webp"])
def test_nothing_but_an_exposures_name_leads_anywhere(client, exposed, name, file):
    assert client.get(f"/exposures/{name}/{file}").status_code == 404


@pytest.mark.parametrize(
    "file", ["steps/99.webp", "steps/-1.webp", "steps/..%2frecord.json", "replay.safetensors", ""]
)
def test_no_other_file_is_served(client, exposed, file):
    assert client.get(f"/exposures/{exposed}/{file}").status_code == 404


@pytest.mark.parametrize("name", ["chain", "sheet", "lamp"])
def test_the_components_scripts_are_modules(client, name):
    response = client.get(f"/parts/{name}/{name}.js")
    assert "javascript" in response.headers["content-type"]
    assert "export default" in response.text


@pytest.mark.parametrize(
    ("address", "accepted", "language", "title"),
    [
        ("/", "fr-FR,fr;q=0.9,en;q=0.8", "fr", "L’appareil"),
        ("/", "de-DE,de;q=0.9", "en", "The apparatus"),
        ("/", "", "en", "The apparatus"),
        ("/archive?lang=en", "fr", "en", "The apparatus"),
        ("/?lang=%3Cscript%3E", "fr", "fr", "L’appareil"),
    ],
)
def test_the_page_has_its_language_and_name_before_any_script(client, address, accepted, language, title):
    page = client.get(address, headers={"Accept-Language": accepted}).text
    assert f'<html lang="{language}">' in page
    assert f"<title>{title}</title>" in page
    assert '<div id="root"></div>' in page
    assert "Streamlit</title>" not in page
    assert page.index("stActiveTheme") < page.index("</head>")


@pytest.mark.parametrize(
    "path", ["/parts/chain/../__init__.py", "/parts/chain/..%2f__init__.py", "/parts/main.py"]
)
def test_the_programs_source_is_not_served(client, path):
    assert client.get(path).status_code == 404
