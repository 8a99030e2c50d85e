"""A workshop's room without a socket: what each page is shown, what is refused, what is deleted."""

import asyncio
import shutil
from socket import AF_INET
from types import SimpleNamespace

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app.gate import addresses
from app.listening import announced
from app.workshop import states
from app.workshop.room import Room, Standing
from app.workshop.server import Door, application
from apparatus.engine import LocalEngine
from apparatus.errors import StoreUnwritable
from apparatus.settings import Settings
from apparatus.workshop.queue import Queue

CAT = Settings(prompt="a cat")


@pytest.fixture
def queue(tmp_path):
    queue = Queue(tmp_path / "room", ours=1000, full=1000)
    yield queue
    queue.close()


def shown(queue: Queue, page, *others):
    facts = {name: queue.fact(name) for name in ("approve", "code", "exercise", "paused", "stilled")}
    line = {ticket.id: place for place, ticket in enumerate(queue.line())}
    standing = Standing(queue.tickets(), queue.people(), queue.names(), line, {}, 1.0, facts)
    return page(SimpleNamespace(queue=queue, address=""), *others, "en", standing)


def hung(queue: Queue, person: str, count: int) -> list[str]:
    ids = [one.id for one in queue.submit(person, f"{count}-pictures", [CAT] * count)]
    while queue.line():
        queue.end(queue.begin().id, "finished", 1.0)
    return ids


def test_the_host_reaches_all_that_hangs_or_waits_however_much_came_after_it(queue):
    person, _ = queue.join()
    queue.say(approve=True)
    waits, hangs, hidden = hung(queue, person.id, 3)
    queue.hang(hangs, "shown", pinned=True)
    queue.hang(hidden, "hidden")
    for later in hung(queue, person.id, states.LISTED):
        queue.hang(later, "hidden")
    state = shown(queue, states.host)
    listed = [one["id"] for one in state["over"]]
    assert listed[-2:] == [hangs, waits]
    assert len(listed) == states.LISTED + 2
    assert state["ended"] == states.LISTED + 3


def test_the_host_is_told_how_many_wait_where_not_all_are_listed(queue):
    person, _ = queue.join()
    queue.submit(person.id, "many-pictures", [CAT] * (states.LISTED + 5))
    state = shown(queue, states.host)
    assert (len(state["line"]), state["in_line"]) == (states.LISTED, states.LISTED + 5)


def test_a_maker_reaches_all_that_hangs_of_theirs(queue):
    person, _ = queue.join()
    ids = hung(queue, person.id, states.MINE + 3)
    queue.hang(ids[1], "hidden")
    state = shown(queue, states.guest, person.id)
    assert [one["id"] for one in state["mine"]] == [one for one in reversed(ids) if one != ids[1]]


def test_the_wall_is_not_told_what_was_answered_and_what_went_wrong(queue):
    person, _ = queue.join()
    (id,) = hung(queue, person.id, 1)
    queue.answer(id, "for the host only")
    (seen,) = shown(queue, states.wall)["pictures"]
    assert seen == {"id": id, "name": person.name, "prompt": "a cat", "pinned": False, "guess": ""}


@pytest.fixture
def room(tmp_path):
    queue = Queue(tmp_path / "room")
    room = Room(queue, LocalEngine(queue.store, devices=()))
    room.service.start()
    yield room
    room.close()


def test_a_word_that_the_curator_adds_meanwhile_is_refused_at_once(room, tmp_path, monkeypatch):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    assert not room.refused("un bateau")
    (tmp_path / "rules.toml").write_text('fr = ["bateau"]', "utf-8")
    assert room.refused("un bateau")
    (tmp_path / "rules.toml").write_text("fr = ", "utf-8")
    assert room.refused("un bateau"), "while the file is broken the list is what it was"


def test_the_rules_are_read_beside_the_loop_that_serves_everybody(tmp_path):
    queue, read = Queue(tmp_path / "room"), []
    room = Room(queue, LocalEngine(queue.store, devices=()))

    def refused(text):
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        read.append(text)
        return False

    room.refused = refused
    with TestClient(application(room, lambda: (["here"], "http://here")), base_url="http://here") as client:
        client.post("/join", json={"code": room.code, "name": "Ada"})
        client.post("/name", json={"name": "Zoé"})
        wish = {"key": "k" * 16, "prompt": "a cat", "guess": "a dog"}
        (id,) = client.post("/pictures", json=wish).json()["tickets"]
        client.post(f"/pictures/{id}/answer", json={"text": "neither"})
    assert read == ["Ada", "Zoé", "a cat", "a dog", "neither"]


def test_what_is_deleted_is_tried_again_and_told_only_when_it_is_gone(room, monkeypatch):
    rmtree, refused = shutil.rmtree, []

    def busy(folder):
        assert not room.erased
        if len(refused) < 2:
            refused.append(folder)
            raise OSError(39, "Directory not empty")
        rmtree(folder)

    monkeypatch.setattr("app.workshop.room.shutil.rmtree", busy)
    room.erase()
    assert len(refused) == 2
    assert room.erased
    assert not room.queue.folder.exists()


def test_what_cannot_be_deleted_is_not_said_to_be(room, monkeypatch):
    def never(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("app.workshop.room.shutil.rmtree", never)
    monkeypatch.setattr("app.workshop.room.GATHER", 0)
    with pytest.raises(StoreUnwritable, match="Permission denied"):
        room.erase()
    assert room.ended
    assert not room.erased


def test_in_another_network_it_is_called_and_announced_by_another_address(room):
    at, changes = ["10.0.0.1"], []
    room.changed = lambda: changes.append(room.address)

    async def app(scope, receive, send):
        await PlainTextResponse("here")(scope, receive, send)

    door = Door(app, room, lambda: ([*at], f"http://{at[0]}:8520"))
    first, second = (TestClient(door, base_url=f"http://{host}:8520") for host in ("10.0.0.1", "10.0.0.2"))
    assert [one.get("/").status_code for one in (first, second)] == [200, 421]
    at[0] = "10.0.0.2"
    door.look()
    assert [one.get("/").status_code for one in (first, second)] == [421, 200]
    assert room.address == "http://10.0.0.2:8520"
    assert changes == ["http://10.0.0.1:8520", "http://10.0.0.2:8520"]


def test_the_address_that_is_announced_is_a_private_one_where_there_is_one(monkeypatch):
    names = "127.0.0.1", "169.254.3.4", "141.20.1.2", "192.168.1.5"
    found = {f"e{n}": [SimpleNamespace(address=one, family=AF_INET)] for n, one in enumerate(names)}
    monkeypatch.setattr("app.gate.psutil.net_if_addrs", lambda: found)
    assert addresses() == ["192.168.1.5", "141.20.1.2", "169.254.3.4"]
    assert announced("0.0.0.0", 8520) == "http://192.168.1.5:8520"
