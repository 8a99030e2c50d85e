"""The recording of a model that learnt from its own pictures, as the page Loop gets it."""

import json

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import generations
from app.routes import routes


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A recording of two generations."""
    folder = tmp_path / "generations"
    folder.mkdir()
    told = [{"line": "own", "generation": 0}, {"line": "own", "generation": 1}]
    (folder / "generations.json").write_text(json.dumps({"captions": 2, "generations": told}), "utf-8")
    for one in told:
        Image.new("RGB", (20, 10), "red").save(folder / f"own-{one['generation']}.webp")
    (tmp_path / "own-9.webp").write_bytes(b"not of the recording")
    monkeypatch.setattr(generations, "_folder", lambda: folder)
    generations.recorded.cache_clear()
    yield folder
    generations.recorded.cache_clear()


def test_each_generation_has_its_pictures_at_an_address(recorded) -> None:
    client = TestClient(Starlette(routes=routes()))
    for one in generations.recorded()["generations"]:
        answer = client.get(one["strip"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    for name in ("own-2.webp", "generations.json", "..%2Fown-9.webp", "own-9.webp"):
        assert client.get(f"/generations/{name}").status_code == 404


def test_where_nothing_was_recorded_nothing_is_told(recorded) -> None:
    (recorded / "generations.json").unlink()
    assert generations.recorded() is None
