"""The service, with a real worker: everything asked for ends once, whatever dies meanwhile."""

import os
import signal
import time
from collections import Counter

import pytest
from rooms import wait_for

from apparatus.engine import LocalEngine
from apparatus.errors import DiskFull, StoreUnwritable
from apparatus.settings import Settings
from apparatus.workshop.queue import ATTEMPTS, Queue
from apparatus.workshop.service import Service

LONG = 140
"""Steps: more than can be made before the test has done what it wants to do meanwhile."""


@pytest.fixture(scope="module")
def engine(tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("room")
    queue = Queue(folder, ours=50)
    with LocalEngine(queue.store, model=str(tiny)) as engine:
        engine.queue = queue
        yield engine
    queue.close()


@pytest.fixture
def queue(engine):
    engine.queue.say(paused=False)
    yield engine.queue
    assert not engine.queue.line(), "a test leaves an empty line"


@pytest.fixture
def ask(tiny, queue):
    person = queue.join()[0]

    def asked(key, **others):
        return queue.submit(person.id, key, [Settings(model=str(tiny), prompt="a red boat", **others)])[0].id

    return asked


def over(queue, *ids):
    return lambda: all(queue.ticket(id).state not in ("waiting", "running") for id in ids)


def die(engine):
    os.kill(engine._desks[0].process.pid, signal.SIGKILL)


def test_what_is_asked_for_is_made_and_told_while_it_is_made(engine, queue, ask):
    told, changes = [], []
    with Service(queue, engine, told=lambda ticket, event: told.append((ticket.id, event.stage)),
                 changed=lambda: changes.append(1)) as service:  # fmt: skip
        assert service.seconds() == {}
        ids = [ask(f"ordinary-{n}") for n in range(3)]
        service.wake()
        wait_for(over(queue, *ids))
    made = [queue.ticket(id) for id in ids]
    assert [one.state for one in made] == ["finished"] * 3
    assert all(queue.store.open(one.exposure).record.state == "finished" for one in made)
    assert Counter(stage for id, stage in told if id == ids[0])["denoise"] == 4
    assert changes
    assert all(one.seconds > 0 for one in made)


def test_the_times_that_are_told_come_from_measured_runs(engine, queue, ask):
    queue.say(paused=True)
    with Service(queue, engine) as service:
        first, second = ask("timed-first"), ask("timed-second")
        told = service.seconds()
        assert told[second] == pytest.approx(2 * told[first])
        assert told[first] == pytest.approx(queue.pace())
        service.cancel(first)
        service.cancel(second)


def test_a_paused_queue_begins_nothing_and_goes_on_when_it_is_let(engine, queue, ask):
    queue.say(paused=True)
    with Service(queue, engine) as service:
        id = ask("patient-wish")
        service.wake()
        time.sleep(0.3)
        assert queue.ticket(id).state == "waiting"
        queue.say(paused=False)
        service.wake()
        wait_for(over(queue, id))
    assert queue.ticket(id).state == "finished"


def test_what_waits_and_what_runs_is_cancelled(engine, queue, ask):
    begun = []
    with Service(queue, engine, told=lambda ticket, event: begun.append((ticket.id, event.stage))) as service:
        running, waiting = ask("runs-long", num_inference_steps=LONG), ask("never-begun")
        service.wake()
        wait_for(lambda: (running, "denoise") in begun)
        assert service.cancel(waiting)
        asked = time.monotonic()
        assert service.cancel(running)
        wait_for(over(queue, running))
        assert time.monotonic() - asked < 20
        assert not service.cancel(running)
    assert [queue.ticket(id).state for id in (running, waiting)] == ["cancelled", "cancelled"]
    assert not any(id == waiting for id, _ in begun)


def test_a_picture_whose_worker_dies_is_made_again_and_once(engine, queue, ask):
    begun = []
    with Service(queue, engine, told=lambda ticket, event: begun.append((ticket.id, event.stage))) as service:
        unlucky, next_one = ask("worker-dies", num_inference_steps=60), ask("after-it")
        service.wake()
        wait_for(lambda: (unlucky, "denoise") in begun)
        attempt = queue.ticket(unlucky).exposure
        die(engine)
        wait_for(over(queue, unlucky, next_one), 120)
    ticket = queue.ticket(unlucky)
    assert (ticket.state, ticket.attempts) == ("finished", 2)
    assert ticket.exposure != attempt
    kept = [entry.id for entry in queue.store.list(99)]
    assert attempt not in kept
    assert ticket.exposure in kept
    assert ticket.began < queue.ticket(next_one).began


def test_what_is_cancelled_stays_so_though_its_worker_dies_before_it_hears_of_it(
    engine, queue, ask, monkeypatch
):
    begun = []
    monkeypatch.setattr(engine, "cancel", lambda id: True)  # said, and never heard
    with Service(queue, engine, told=lambda ticket, event: begun.append((ticket.id, event.stage))) as service:
        id = ask("nobody-wants-it", num_inference_steps=LONG)
        service.wake()
        wait_for(lambda: (id, "denoise") in begun)
        assert service.cancel(id)
        die(engine)
        wait_for(over(queue, id))
    assert (queue.ticket(id).state, queue.ticket(id).attempts) == ("cancelled", 1)


def test_a_disk_that_once_reads_nothing_does_not_end_the_service(engine, queue, ask, monkeypatch):
    fact, refused = queue.fact, []

    def broken(*said):
        if not refused:
            refused.append(said)
            raise StoreUnwritable(queue.folder, "disk I/O error")
        return fact(*said)

    with Service(queue, engine) as service:
        monkeypatch.setattr(queue, "fact", broken)
        service.wake()
        wait_for(lambda: refused)
        id = ask("after-a-bad-read")
        service.wake()
        wait_for(over(queue, id))
    assert queue.ticket(id).state == "finished"


def test_a_picture_that_kills_every_worker_is_given_up_and_says_so(engine, queue, ask):
    with Service(queue, engine) as service:
        id = ask("worker-always-dies", num_inference_steps=LONG)
        service.wake()
        for attempt in range(1, ATTEMPTS + 1):
            wait_for(lambda n=attempt: queue.ticket(id).attempts == n and engine._desks[0].serves, 120)
            die(engine)
        wait_for(over(queue, id), 120)
    assert (queue.ticket(id).state, queue.ticket(id).problem) == ("interrupted", "WorkerDied")


def test_what_fails_says_why(engine, queue):
    person = queue.join()[0]
    asked = Settings(model="/nowhere/at/all", prompt="a cat")
    id = queue.submit(person.id, "fails-always", [asked])[0].id
    with Service(queue, engine) as service:
        service.wake()
        wait_for(over(queue, id))
    assert (queue.ticket(id).state, queue.ticket(id).problem) == ("failed", "ModelNotFound")


def test_an_end_that_a_full_disk_does_not_take_is_said_when_it_has_room(engine, queue, ask, monkeypatch):
    end, refused = queue.end, []

    def full(*said, **others):
        if len(refused) < 2:
            refused.append(said)
            raise DiskFull(queue.folder, 0)
        return end(*said, **others)

    monkeypatch.setattr(queue, "end", full)
    monkeypatch.setattr("apparatus.workshop.service.AGAIN", 0.05)
    with Service(queue, engine) as service:
        id = ask("made-on-a-full-disk")
        service.wake()
        wait_for(over(queue, id))
    assert len(refused) == 2
    assert queue.ticket(id).state == "finished"


def test_what_ran_when_the_workshop_closed_waits_for_the_next_time(tiny, tmp_path):
    queue = Queue(tmp_path / "closing")
    person = queue.join()[0]
    settings = Settings(model=str(tiny), prompt="a cat", num_inference_steps=LONG)
    id = queue.submit(person.id, "broken-off", [settings])[0].id
    engine = LocalEngine(queue.store, model=str(tiny))
    begun = []
    service = Service(queue, engine, told=lambda ticket, event: begun.append(event.stage))
    service.start()
    wait_for(lambda: "denoise" in begun, 120)
    service.close()
    engine.close()
    service.join()
    assert queue.ticket(id).state == "waiting"
    assert queue.store.count() == 0
    queue.close()
