"""An engine that is told to forget an exposure remembers nothing of it, here or in its worker."""

from datetime import UTC, datetime

import pytest

from apparatus.engine import LocalEngine
from apparatus.engine.jobs import Expose
from apparatus.engine.worker import Models
from apparatus.record import Exposure, ModelFacts, Record, Settings
from apparatus.store import Store


@pytest.fixture(scope="module")
def engine(tiny, tmp_path_factory):
    with LocalEngine(Store(tmp_path_factory.mktemp("outputs")), model=str(tiny)) as engine:
        yield engine


def test_what_is_over_is_forgotten_and_stays_in_the_store(engine, tiny):
    run = engine.ask(Expose(Settings(model=str(tiny), prompt="a cat", num_inference_steps=2)))
    assert [*run][-1].kind == "finished"
    assert engine.follow(run.id) is run
    engine.forget(run.id)
    assert engine.follow(run.id) is None
    assert engine.store.path(run.id).is_dir()
    again = engine.ask(Expose(Settings(model=str(tiny), prompt="a cat", num_inference_steps=2)))
    assert [*again][-1].kind == "finished"


def test_what_is_on_its_way_is_not_forgotten(engine, tiny):
    run = engine.ask(Expose(Settings(model=str(tiny), prompt="a cat", num_inference_steps=12)))
    engine.forget(run.id)
    assert engine.follow(run.id) is run
    assert [*run][-1].kind == "finished"


def test_a_worker_forgets_the_exposure_it_made_last_and_no_other():
    facts = ModelFacts(id="tiny", pipeline="", scheduler="")
    record = Record(id="20200101-000000-abcd", created=datetime.now(UTC), settings=Settings(), model=facts)
    models = Models(None)
    models.made(Exposure(record))
    models.forget("20200101-000000-0000")
    assert models._last is not None
    models.forget(record.id)
    assert models._last is None
