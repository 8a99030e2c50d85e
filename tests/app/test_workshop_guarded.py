"""A workshop's room against phones that want too much: connections, requests, a way back in."""

import http.client
import io
import json
import socket
import zipfile
from contextlib import ExitStack

import pytest
from rooms import Guest, made, opened, wait_for

from app.workshop.server import ALL
from app.workshop.streams import HERE, OWN

LONG = 140  # steps: more than can be made before the test has done what it wants to do meanwhile
ROUND = """
order = 1
passage = "vertigo"
title = { fr = "Tour d’essai", en = "Trial round" }
task = { fr = "Fais.", en = "Do." }
note = { fr = "Note.", en = "Note." }
"""
ROUNDS = {
    "long": f"make.variations = [{{ num_inference_steps = {LONG} }}]",
    "drawn": "make = { seeds = 2, prompt = { fr = 'un chat', en = 'a cat' } }",
    "varied": "make = { same_seed = true, variations = [{ num_inference_steps = 2, guidance_scale = 4 }] }",
}


@pytest.fixture(scope="module")
def room(tiny, tmp_path_factory):
    prompts = tmp_path_factory.mktemp("prompts")
    (prompts / "exercises").mkdir()
    for name, make in ROUNDS.items():
        (prompts / "exercises" / f"{name}.toml").write_text(ROUND + make, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPARATUS_PROMPTS", str(prompts))
        with opened(tmp_path_factory.mktemp("outputs"), str(tiny), "--most", "4") as room:
            yield room


@pytest.fixture
def guest(room):
    one = Guest(room).join().follow()
    yield one
    one.leave()


@pytest.fixture
def host(room):
    return Guest(room).lead()


def status(guest: Guest, path: str, stack: ExitStack, source: str = "127.0.0.1") -> int:
    """What opening a stream is answered; it stays open as long as the stack does."""
    line = http.client.HTTPConnection("127.0.0.1", guest.room.port, timeout=30, source_address=(source, 0))
    stack.callback(line.close)
    line.request("GET", path, headers=guest._headers())
    return line.getresponse().status


def test_one_phone_cannot_take_everybodys_connections(room):
    phone, beamer, other = Guest(room).join(), Guest(room), Guest(room).join()
    beamer.get(f"/wall?code={room.code}")
    with ExitStack() as stack:
        kinds = ["/stream/guest", "/stream/wall"] * OWN
        assert [status(phone, kind, stack) for kind in kinds] == [200] * OWN + [429] * OWN
        assert status(other, "/stream/guest", stack) == 200
        walls = [status(beamer, "/stream/wall", stack) for _ in range(HERE)]
        assert walls == [200] * (HERE - OWN - 1) + [429] * (OWN + 1)
        assert status(other, "/stream/guest", stack, "127.0.0.2") == 200
    with ExitStack() as stack:
        wait_for(lambda: status(phone, "/stream/guest", stack) == 200)


def test_a_phone_whose_connections_say_nothing_keeps_nobody_out(room):
    other = Guest(room).join()
    with ExitStack() as stack:
        for _ in range(ALL):
            stack.enter_context(socket.create_connection(("127.0.0.1", room.port), timeout=30))
        assert status(other, "/", stack, "127.0.0.2") == 200
    wait_for(lambda: other.get("/")[0] == 200)


def test_one_phone_cannot_look_into_its_pictures_without_end(guest):
    id = guest.wish(exercise="long")[1]["tickets"][0]
    wait_for(lambda: guest.mine().get(id) == "running")
    with ExitStack() as stack:
        assert 429 in [status(guest, f"/pictures/{id}/events", stack) for _ in range(OWN)]
    guest.post(f"/pictures/{id}/cancel")


def test_a_phone_that_says_things_in_a_loop_is_too_fast(room):
    phone = Guest(room).join()
    answers = [phone.post("/name", {"name": f"n{n}"})[0] for n in range(80)]
    assert set(answers) == {200, 429}
    assert Guest(room).join().post("/name", {"name": "Ada"})[0] == 200


def test_who_is_removed_hears_no_new_code(room, host):
    removed, page, beamer = Guest(room).join("Eve"), Guest(room), Guest(room)
    page.cookies = dict(removed.cookies)
    for one in (removed, beamer):
        one.get(f"/wall?code={room.code}")
    stays = Guest(room).join().follow("wall")
    everybody = [removed.follow("wall"), beamer.follow("wall"), page.follow(), host.follow("host"), stays]
    wait_for(lambda: all(one.state for one in everybody))
    id = next(one["id"] for one in host.state["people"] if one["name"] == "Eve")
    assert host.post(f"/people/{id}/dismiss")[0] == 200
    wait_for(lambda: page.state == {"you": None})
    assert host.post("/room/code")[0] == 200
    wait_for(lambda: stays.state["code"] != room.code)
    old, room.code = room.code, stays.state["code"]
    for one in (removed, beamer):
        assert one.get("/stream/wall")[0] == 403
        assert one.state["code"] == old
        assert one.get("/wall")[0] == 303
    for one in everybody:
        one.leave()


@pytest.mark.parametrize("name", ["[", "[::1", "]", "a b", ""])
def test_a_name_of_this_machine_that_is_none_is_refused(room, name):
    with socket.create_connection(("127.0.0.1", room.port), timeout=30) as line:
        line.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        assert line.recv(64).split()[1] in (b"421", b"400")


def test_an_address_of_another_site_that_is_none_is_refused(guest):
    assert guest.post("/pictures", {"key": "k" * 16, "prompt": "x"}, Origin="http://[")[0] == 403


def test_what_runs_is_cancelled_by_the_host(guest, host):
    id = guest.wish(exercise="long")[1]["tickets"][0]
    wait_for(lambda: guest.steps > 0)
    assert guest.mine()[id] == "running"
    assert host.post(f"/pictures/{id}/cancel") == (200, {"done": True})
    wait_for(lambda: guest.mine().get(id) == "cancelled", 20)
    assert guest.steps < LONG


def test_a_line_that_is_cut_is_taken_up_again(guest):
    wait_for(lambda: guest.state)
    guest.cut()
    wait_for(lambda: guest.lines == 2)
    assert made(guest)


@pytest.mark.parametrize(
    ("round", "program", "chance"),
    [
        ("drawn", {"prompt", "num_inference_steps", "guidance_scale"}, {"seed"}),
        ("varied", {"seed", "num_inference_steps", "guidance_scale", "enhance"}, set()),
    ],
)
def test_the_record_says_what_the_round_chose_and_what_chance_did(guest, round, program, chance):
    id = guest.wish(exercise=round)[1]["tickets"][0]
    wait_for(lambda: guest.mine().get(id) == "finished")
    decisions = json.loads(guest.get(f"/pictures/{id}/strip.json")[1])["decisions"]
    who = {one["what"]: one["who"] for one in decisions}
    assert {what for what in program if who[what] == "program"} == program
    assert {what for what in chance if who[what] == "chance"} == chance
    assert (who["prompt"] == "person") == ("prompt" not in program)


@pytest.mark.parametrize(("language", "title"), [("fr", "Tour d’essai"), ("en", "Trial round")])
def test_an_exercise_that_is_taken_home_has_its_title(guest, language, title):
    for id in guest.wish(exercise="drawn")[1]["tickets"]:
        wait_for(lambda id=id: guest.mine().get(id) == "finished")
    archive = zipfile.ZipFile(io.BytesIO(guest.get(f"/mine.zip?lang={language}")[1]))
    page = next(name for name in archive.namelist() if name.endswith("index.html"))
    assert title in archive.read(page).decode()
