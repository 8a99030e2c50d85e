"""One engine with the embedded model for all of the app's tests, and exposures that were really made."""

import asyncio

import pytest

from app import live
from app.live import Hub
from apparatus.engine import LocalEngine
from apparatus.record import Settings
from apparatus.store import Store


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    with LocalEngine(Store(tmp_path_factory.mktemp("outputs"))) as engine:
        yield engine


@pytest.fixture(scope="session")
def exposed(engine):
    """The id of an exposure of three steps, finished and kept."""
    settings = Settings(prompt="a red boat on the sea", seed=7, num_inference_steps=3)
    run = engine.expose(settings)
    assert list(run)[-1].kind == "finished"
    return run.id


@pytest.fixture
def hub(engine, monkeypatch):
    """The process's hub, as pages and routes find it."""
    hub = Hub(engine, engine.store)
    monkeypatch.setattr(live, "hub", lambda: hub)
    return hub


@pytest.fixture
def forgetful(engine):
    """An engine that has long forgotten every run, with the same store; it can do nothing else."""

    class Forgetful(LocalEngine):
        def __init__(self, store):
            self.store = store

        def follow(self, exposure):
            return None

    return Forgetful(engine.store)


@pytest.fixture
def empty(engine, monkeypatch, tmp_path):
    """A hub with nothing in its archive."""
    hub = Hub(engine, Store(tmp_path / "outputs"))
    monkeypatch.setattr(live, "hub", lambda: hub)
    return hub


@pytest.fixture
def told():
    """All events of a source, from a thread that has no event loop."""

    def listen(source):
        async def collect():
            return [event async for event in source.events]

        return asyncio.run(collect())

    return listen
