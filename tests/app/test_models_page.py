"""The page Models: what is here, what is not, and which of them makes the pictures."""

import shutil

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from test_views import expose, given, page
from zoo import stable_diffusion
from zoo.loras import trained

from app import live, models
from app.live import Hub
from app.routes import routes
from apparatus.engine import LocalEngine
from apparatus.errors import ModelNotFound, NotALora
from apparatus.settings import Lora
from apparatus.store import Store


@pytest.fixture
def shelf(hub):
    at = page("en-GB").switch_page("views/models.py").run()
    return {model["id"]: model for model in given(at, "shelf")["models"]}


def test_what_is_here_can_be_used_and_what_is_not_says_so(shelf):
    assert shelf["obscura"]["state"] == "here"
    away = shelf["flux-1-schnell"]
    assert away["state"] == "away"
    assert away["licence"]
    assert away["forbids"]
    assert away["parameters"] == sum(part["parameters"] for part in away["parts"])
    assert away["memory"] == 2 * away["parameters"]


def test_in_french_a_licence_speaks_french(hub):
    at = page("fr-FR").switch_page("views/models.py").run()
    told = {model["id"]: model["forbids"] for model in given(at, "shelf")["models"]}
    assert told["sd-turbo"].startswith("L’usage")


def test_the_model_that_the_app_was_started_with_stands_first(hub, tiny):
    hub.model = str(tiny)
    first, *others = models.shelf(str(tiny))
    assert (first["title"], first["state"], first["chosen"]) == ("tiny", "here", True)
    assert others[0]["id"] == "obscura"


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("fr", "Il manque un fichier"), ("en", "One of the model's files is missing.")],
)
def test_what_cannot_be_loaded_says_so_in_the_readers_language(hub, tiny, tmp_path, lang, sentence):
    folder = shutil.copytree(tiny, tmp_path / "broken")
    for weights in (folder / "unet").glob("*.safetensors"):
        weights.unlink()
    hub.model = str(folder)
    first = given(page(lang=lang).switch_page("views/models.py").run(), "shelf")["models"][0]
    assert first["state"] == "broken"
    assert first["why"].startswith(sentence)
    assert first["fault"] not in first["why"]


def test_only_what_is_here_is_offered(hub):
    models.offered("obscura")
    with pytest.raises(ModelNotFound):
        models.offered("/etc")
    with pytest.raises(ModelNotFound):
        models.offered("flux-1-dev")
    assert live.hub().model


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of LoRA files, with a real one in it, and one outside of it."""
    for name in ("loras", "elsewhere"):
        (tmp_path / name).mkdir()
        trained(stable_diffusion(), tmp_path / name / f"{name}.safetensors", 1, text=False)
    monkeypatch.setenv("APPARATUS_LORAS", str(tmp_path / "loras"))
    return tmp_path / "loras"


def wardrobe(at):
    at.switch_page("views/models.py").run()
    assert not at.exception
    return given(at, "shelf")["loras"]


WEARING = """
from app import parts, state
import streamlit as st
if "asked" not in st.session_state:
    st.session_state["asked"] = True
    state.wear({!r})
parts.refusal()
"""


def test_the_files_of_the_folder_are_listed_and_no_path_is_told(hub, folder, monkeypatch):
    told = wardrobe(page())
    assert told == {"named": True, "files": [{"name": "loras", "weight": None, "there": True}]}
    monkeypatch.delenv("APPARATUS_LORAS")
    assert wardrobe(page()) == {"named": False, "files": []}


def test_what_is_put_on_is_worn_by_the_next_exposure_and_taken_off_again(hub, folder, monkeypatch):
    at = AppTest.from_string(WEARING.format({"name": "loras", "weight": 0.5})).run()
    assert not at.error
    assert at.session_state["loras"] == {"loras": 0.5}
    asked = []
    monkeypatch.setattr(hub, "expose", lambda settings: asked.append(settings) or "x")
    chain = page(lang="fr")
    chain.session_state["loras"] = {"loras": 0.5}
    chain.run()
    assert any("loras × 0,5" in link.proto.label for link in chain.get("page_link"))
    expose(chain, prompt="a boat")
    assert asked[0].loras == (Lora(file="loras", weight=0.5),)
    assert wardrobe(chain)["files"][0]["weight"] == 0.5
    assert given(chain.switch_page("views/darkroom.py").run(), "darkroom")["loras"] == [
        {"file": "loras", "weight": 0.5}
    ]
    off = AppTest.from_string(WEARING.format({"name": "loras", "weight": None}))
    off.session_state["loras"] = {"loras": 0.5}
    assert off.run().session_state["loras"] == {}


@pytest.mark.parametrize("name", ["elsewhere", "../elsewhere/elsewhere", "HERE", "", "loras.safetensors"])
def test_no_file_outside_the_folder_can_be_named(hub, folder, name):
    outside = folder.parent / "elsewhere" / "elsewhere.safetensors"
    name = str(outside) if name == "HERE" else name
    at = AppTest.from_string(WEARING.format({"name": name, "weight": 1})).run()
    assert len(at.error) == 1
    assert "loras" not in at.session_state
    client = TestClient(Starlette(routes=routes()))
    question = {"prompt": "a", "loras": [{"file": name, "weight": 1}]}
    answer = client.post("/darkroom/expose", json=question)
    assert answer.status_code == 422
    assert answer.json()["problem"] in ("NotALora", "OutOfRange")
    assert str(folder.parent) not in answer.text


@pytest.mark.parametrize("weight", [5, -4.5, "much", [1]])
def test_a_weight_out_of_range_is_refused(hub, folder, weight):
    at = AppTest.from_string(WEARING.format({"name": "loras", "weight": weight})).run()
    assert len(at.error) == 1
    assert "loras" not in at.session_state


def test_the_darkroom_wears_it_and_the_record_names_it(folder, tiny, tmp_path, monkeypatch):
    with LocalEngine(Store(tmp_path / "outputs"), model=str(tiny)) as engine:
        hub = Hub(engine, engine.store, str(tiny))
        monkeypatch.setattr(live, "hub", lambda: hub)
        client = TestClient(Starlette(routes=routes()))
        question = {"prompt": "a boat", "num_inference_steps": 1, "loras": [{"file": "loras", "weight": 0.5}]}
        made = client.post("/darkroom/expose", json=question).json()["id"]
        assert list(engine.follow(made))[-1].kind == "finished"
        (lora,) = hub.record(made).settings.loras
        assert (lora.file, lora.weight) == ("loras", 0.5)
        assert not hub.record(made).model.loras[0].partly


def test_one_whose_file_is_gone_can_still_be_taken_off(hub, folder):
    told = models.wardrobe({"gone": 1.0})
    assert told["files"][0] == {"name": "gone", "weight": 1.0, "there": False}
    with pytest.raises(NotALora):
        models.wearable([Lora(file="gone")])


def test_the_menu_of_narrow_screens_holds_all_pages_and_the_language(hub):
    at = page("fr-FR")
    assert not at.exception
    ways = [link.proto.page for link in at.get("page_link")]
    assert all(ways.count(way) >= 2 for way in ways)
    at.segmented_control(key="spoken").set_value("en").run()
    assert at.title[0].value == "One prompt, one picture"
    assert at.segmented_control(key="lang").value == "en"
    at.segmented_control(key="lang").set_value("fr").run()
    assert at.segmented_control(key="spoken").value == "fr"
    assert not at.exception
