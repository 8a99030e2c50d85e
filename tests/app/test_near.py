"""What a picture is near to: what the route answers, and where the pages offer to ask."""

import shutil
from types import SimpleNamespace

import pytest
from safetensors.numpy import load_file, save_file
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_routes import NAMES
from test_views import given, kept, page

from app import live, near
from app.live import Hub
from app.routes import routes
from apparatus.errors import ModelNotFound
from apparatus.neighbours import embeddings, eye
from apparatus.store import Store
from apparatus.world.renderer import picture


@pytest.fixture
def client(hub):
    return TestClient(Starlette(routes=routes()))


@pytest.fixture
def index(seeing, monkeypatch):
    """The embedded model has an index."""
    monkeypatch.setattr(near, "find", lambda name: SimpleNamespace(folder=seeing))


@pytest.fixture
def none(monkeypatch, tmp_path):
    """The embedded model has none."""
    monkeypatch.setattr(near, "find", lambda name: SimpleNamespace(folder=tmp_path))


@pytest.fixture
def copy(engine, exposed, monkeypatch, tmp_path):
    """The folder of that exposure, in an archive of its own."""
    folder = tmp_path / "outputs" / exposed
    shutil.copytree(engine.store.path(exposed), folder)
    monkeypatch.setattr(live, "hub", lambda: Hub(engine, Store(folder.parent)))
    return folder


@pytest.fixture
def looked(copy, seeing):
    """What has an exposure be of this picture of the world, as its model's CLIP sees that."""

    def looked(n):
        shown, looking = picture(n), eye(seeing)
        shown.save(copy / "picture.png")
        tensors = load_file(copy / "tensors.safetensors")
        tensors[looking.image_embeds] = embeddings(looking, [shown])[0]
        save_file(tensors, copy / "tensors.safetensors")

    return looked


def program(locale="fr-FR", **address):
    at = page(locale).switch_page("views/program.py")
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def test_six_are_told_in_each_way_and_what_was_asked(client, index, copy, looked):
    looked(1000)
    told = client.get(f"/world/near/{copy.name}.json").json()
    assert told["prompt"] == "a red boat on the sea"
    assert told["among"] == 40
    likeness = [one["likeness"] for one in told["clip"]]
    difference = [one["difference"] for one in told["pixels"]]
    assert len(likeness) == len(difference) == 6
    assert likeness == sorted(likeness, reverse=True)
    assert difference == sorted(difference)
    assert all(0 <= one["n"] < 40 for one in told["clip"] + told["pixels"])


def test_another_picture_has_other_neighbours_and_the_same_is_looked_at_once(client, index, copy, looked):
    address = f"/world/near/{copy.name}.json"
    client.get(address)
    looked(7)
    before = near._compared.cache_info().misses
    told = [client.get(address).json() for _ in range(2)]
    assert told[0] == told[1]
    assert near._compared.cache_info().misses == before + 1
    assert told[0]["clip"][0]["n"] == 7
    assert told[0]["pixels"][0] == {"n": 7, "difference": 0}


def test_what_the_clip_did_not_look_at_is_compared_by_pixels_alone(client, index, exposed):
    told = client.get(f"/world/near/{exposed}.json").json()
    assert told["clip"] is None
    assert len(told["pixels"]) == 6


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_an_exposures_name_is_compared(client, index, name):
    assert client.get(f"/world/near/{name}.json").status_code == 404


@pytest.mark.parametrize("left", [None, b"no picture"])
def test_what_has_no_picture_is_near_to_nothing(client, index, copy, left):
    (copy / "picture.png").unlink()
    if left:
        (copy / "picture.png").write_bytes(left)
    assert client.get(f"/world/near/{copy.name}.json").status_code == 404


def test_a_model_without_an_index_is_a_plain_answer(client, none, exposed):
    answer = client.get(f"/world/near/{exposed}.json")
    assert answer.status_code == 503
    assert answer.json() == {"problem": "NoNeighbours"}


def test_a_model_that_is_gone_is_a_plain_answer(client, exposed, monkeypatch):
    def gone(name):
        raise ModelNotFound(name, [])

    monkeypatch.setattr(near, "find", gone)
    assert client.get(f"/world/near/{exposed}.json").json() == {"problem": "ModelNotFound"}
    assert not near.offered()


@pytest.mark.parametrize("address", [{}, {"exposure": "20260101-000000-0000"}])
def test_where_there_is_no_index_the_page_offers_nothing(empty, none, address):
    at = program(**address)
    assert not at.exception
    assert given(at, "world")["near"] is None


def test_the_page_offers_the_latest_that_were_finished(empty, index):
    ids = list(kept(empty, 14))
    list(kept(empty, 1, state="cancelled"))
    offered = given(program(), "world")["near"]
    assert [plate["id"] for plate in offered["plates"]] == ids[:1:-1]
    assert offered["asked"] is None


def test_exposures_of_another_model_are_not_offered(engine, empty, index, monkeypatch):
    list(kept(empty, 1))
    monkeypatch.setattr(live, "hub", lambda: Hub(engine, empty.store, model="another"))
    assert given(program(), "world")["near"]["plates"] == []


def test_the_page_opens_on_the_exposure_in_its_address(hub, index, exposed):
    assert given(program(exposure=exposed), "world")["near"]["asked"] == exposed


@pytest.mark.parametrize(
    ("locale", "said"), [("fr-FR", "n’est pas une cause"), ("en-GB", "Near is not cause")]
)
def test_the_page_says_that_near_is_not_cause(empty, index, locale, said):
    assert said in given(program(locale), "world")["labels"]["near_honest"]


def test_the_chain_leads_there_where_there_is_an_index(hub, index, exposed):
    data = given(page(exposure=exposed), "chain")
    assert data["nearUrl"] == f"/program?exposure={exposed}&lang=fr"
    assert given(page(), "chain")["nearUrl"] is None


def test_the_chain_leads_nowhere_without_one(hub, none, exposed):
    assert given(page(exposure=exposed), "chain")["nearUrl"] is None
