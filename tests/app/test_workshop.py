"""The workshop over real sockets: who may do what, what each is told, and what hostile phones get."""

import io
import json
import secrets
import threading
import zipfile

import pytest
from rooms import Guest, made, opened, wait_for


@pytest.fixture(scope="module")
def room(tiny, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("outputs"), str(tiny), "--most", "4") as room:
        yield room


@pytest.fixture
def guest(room):
    one = Guest(room).join().follow()
    yield one
    one.leave()


@pytest.fixture
def host(room):
    one = Guest(room).lead()
    yield one
    assert one.post("/room", {"paused": False, "approve": False, "exercise": "", "still": False})[0] == 200


def heard(guest: Guest, condition):
    wait_for(lambda: guest.state and condition(guest.state))
    return guest.state


# ---- Joining --------------------------------------------------------------------------------------------


def test_who_has_the_code_is_in_and_known_again_after_a_reload(room):
    guest = Guest(room)
    assert b'class="door"' in guest.get("/")[1]
    assert guest.post("/join", {"code": room.code.lower()[:3] + " " + room.code[3:], "name": "Ada"})[0] == 200
    page = guest.get("/")[1]
    assert b'class="guest"' in page
    assert b'"Ada"' in page
    assert guest.post("/join", {"code": room.code, "name": "Eve"}) == (200, {"name": "Ada"})


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(room):
    guest = Guest(room)
    body = json.dumps({"code": room.code, "name": ""}).encode()
    _, _, headers = guest.send("POST", "/join", body, {"Content-Type": "application/json"})
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=lax" in headers["set-cookie"]


def test_a_name_of_html_stays_text(room):
    guest = Guest(room).join("<img src=x onerror=alert(1)></script>")
    page, _, headers = guest.get("/")[1], *guest.get("/")[1:]
    assert b"<img" not in page
    assert page.count(b"</script>") == 2
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_two_people_with_one_name_are_two(room):
    assert Guest(room).join("Zoé").name != Guest(room).join("Zoé").name


def test_a_name_that_the_rules_do_not_want_is_an_animal(room):
    assert Guest(room).join("p.u.t.a.i.n").name.isalpha()


def test_another_name_for_this_machine_is_refused(room):
    assert Guest(room).get("/", Host="evil.example")[0] == 421
    assert Guest(room).get("/", Host=f"evil.example:{room.port}")[0] == 421
    assert Guest(room).get("/", Host=f"localhost:{room.port}")[0] == 200


def test_another_site_and_a_form_are_refused(room, guest):
    wish = {"key": secrets.token_hex(8), "prompt": "a cat"}
    assert guest.post("/pictures", wish, Origin="http://evil.example")[0] == 403
    body = b"key=1234567890&prompt=x"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert guest.send("POST", "/pictures", body, form)[0] == 415
    assert guest.post("/pictures", wish, Origin=f"http://127.0.0.1:{room.port}")[0] == 202


def test_what_is_too_long_or_no_json_is_refused(guest):
    assert guest.post("/pictures", {"key": "k" * 16, "prompt": "x" * 100_000})[0] == 413
    assert guest.send("POST", "/pictures", b"{", {"Content-Type": "application/json"})[0] == 422
    assert guest.wish("x" * 3000)[0] == 422
    assert guest.wish("a cat", colour="red")[0] == 422
    assert guest.post("/pictures", {"key": "../../etc", "prompt": "x"})[0] == 422


def test_the_hosts_page_is_behind_a_token(room, guest):
    assert guest.get("/host")[0] == 403
    assert guest.get("/host?token=wrong")[0] == 403
    for path in ("/room", "/room/code", "/room/end", f"/people/{'0' * 12}/dismiss"):
        assert guest.post(path)[0] == 403
    assert guest.get("/workshop.zip")[0] == 403
    assert guest.get("/workshop.pdf")[0] == 403
    assert guest.get("/stream/host")[0] == 403
    host = Guest(room)
    status, _, headers = host.get(f"/host?token={room.token}")
    assert (status, headers["location"]) == (303, "/host")
    assert host.get("/host")[0] == 200


def test_the_wall_is_for_who_is_in_or_has_the_code(room, guest):
    stranger, beamer = Guest(room), Guest(room)
    assert stranger.get("/wall")[0] == 303
    assert stranger.get("/stream/wall")[0] == 403
    assert beamer.get(f"/wall?code={room.code}")[0] == 200
    assert beamer.get("/wall")[0] == 200
    assert guest.get("/wall")[0] == 200


# ---- Pictures -------------------------------------------------------------------------------------------


def test_a_picture_streams_to_whom_it_belongs_and_to_nobody_else(room, guest):
    other = Guest(room).join().follow()
    id = made(guest)
    assert guest.steps == 4
    assert other.steps == 0
    assert other.state["mine"] == []
    for name in ("picture.png", "thumbnail.webp", "record.json", "strip.json", "chain.json"):
        assert guest.get(f"/pictures/{id}/{name}")[0] == 200, name
    other.leave()


def test_every_step_of_the_chain_can_be_looked_into(guest):
    id = made(guest)
    chain = json.loads(guest.get(f"/pictures/{id}/chain.json")[1])
    assert [stage["id"] for stage in chain["stages"]][:2] == ["program", "prompt"]
    stream = guest.get(f"/pictures/{id}/events")[1].decode()
    assert f'"exposure":"{chain["exposure"]}"' in stream
    assert stream.count('"stage":"denoise","kind":"step"') == 4
    assert "event: end" in stream


def test_another_participant_can_neither_cancel_nor_answer_nor_read_what_hangs_nowhere(room, guest, host):
    host.post("/room", {"paused": True, "approve": True})
    id = guest.wish("a cat")[1]["tickets"][0]
    other = Guest(room).join()
    assert other.post(f"/pictures/{id}/cancel")[0] == 403
    assert other.post(f"/pictures/{id}/answer", {"text": "mine"})[0] == 403
    assert other.post(f"/pictures/{id}/hang", {"wall": "shown"})[0] == 403
    assert other.get(f"/pictures/{id}/record.json")[0] == 403
    assert Guest(room).post(f"/pictures/{id}/cancel")[0] == 403
    assert guest.mine().get(id, "waiting") == "waiting"
    assert guest.post(f"/pictures/{id}/cancel")[0] == 200
    wait_for(lambda: guest.mine().get(id) == "cancelled")


def test_a_picture_that_nobody_asked_for_is_not_there(guest):
    assert guest.get("/pictures/0123456789abcdef/picture.png")[0] == 404
    assert guest.get("/pictures/..%2f..%2fworkshop.sqlite/picture.png")[0] == 404
    assert guest.post("/pictures/0123456789abcdef/cancel")[0] == 404


def test_the_same_wish_sent_twice_is_made_once(guest):
    key = secrets.token_hex(8)
    first, second = (guest.post("/pictures", {"key": key, "prompt": "a cat"}) for _ in range(2))
    assert first == second
    wait_for(lambda: guest.mine().get(first[1]["tickets"][0]) == "finished")
    assert len(guest.mine()) == 1


def test_a_hundred_wishes_in_a_second_from_one_phone_are_four(guest, host):
    host.post("/room", {"paused": True})
    answers: list[int] = []
    crowd = [threading.Thread(target=lambda: answers.append(guest.wish()[0])) for _ in range(100)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(set(answers)) == [202, 409, 429]
    assert answers.count(202) == 4
    status, said = guest.wish()
    assert status == 429
    assert "fast" in said["said"] or "vite" in said["said"]
    wait_for(lambda: len(guest.mine()) == 4)
    for id in guest.mine():
        assert host.post(f"/pictures/{id}/cancel")[0] == 200


def test_a_word_that_is_not_wanted_is_refused_and_not_repeated(guest):
    status, said = guest.wish("une p.u.t.a.i.n de maison")
    assert (status, said["problem"]) == (409, "NotWanted")
    assert "putain" not in said["said"]


def test_places_and_times_are_told_as_they_stand(room, guest, host):
    made(guest)
    host.post("/room", {"paused": True})
    other = Guest(room).join().follow()
    first, second = guest.wish()[1]["tickets"][0], guest.wish()[1]["tickets"][0]
    theirs = other.wish()[1]["tickets"][0]
    heard(guest, lambda state: len([one for one in state["mine"] if one["state"] == "waiting"]) == 2)
    heard(other, lambda state: state["mine"] and state["waiting"] == 3)
    heard(guest, lambda state: state["waiting"] == 3)
    places = {one["id"]: one["position"] for one in (*guest.state["mine"], *other.state["mine"])}
    assert places[theirs] < places[second]
    assert {places[first], places[second], places[theirs]} == {0, 1, 2}
    assert all(one["seconds"] >= 0 for one in other.state["mine"])
    assert guest.state["paused"] is True
    for one, id in ((guest, first), (guest, second), (other, theirs)):
        one.post(f"/pictures/{id}/cancel")
    other.leave()


# ---- The wall -------------------------------------------------------------------------------------------


def test_a_picture_hangs_until_it_is_hidden_and_then_nobody_can_fetch_it(room, guest, host):
    beamer = Guest(room)
    beamer.get(f"/wall?code={room.code}")
    beamer.follow("wall")
    id = made(guest, "a blue boat")
    heard(beamer, lambda state: id in [one["id"] for one in state["pictures"]])
    assert beamer.get(f"/pictures/{id}/picture.png")[0] == 200
    assert host.post(f"/pictures/{id}/hang", {"wall": "hidden"})[0] == 200
    heard(beamer, lambda state: id not in [one["id"] for one in state["pictures"]])
    assert beamer.get(f"/pictures/{id}/picture.png")[0] == 403
    assert guest.post(f"/pictures/{id}/hang", {"wall": "shown"})[0] == 403
    assert guest.get(f"/pictures/{id}/picture.png")[0] == 200
    beamer.leave()


def test_a_maker_takes_a_picture_down_and_puts_it_back(room, guest, host):
    host.follow("wall")
    id = made(guest)
    hanging = lambda: id in [one["id"] for one in host.state.get("pictures", [])]  # noqa: E731
    wait_for(hanging)
    assert guest.post(f"/pictures/{id}/hang", {"wall": "withdrawn"})[0] == 200
    wait_for(lambda: not hanging())
    assert guest.post(f"/pictures/{id}/hang", {"wall": "shown"})[0] == 200
    wait_for(hanging)
    assert guest.post(f"/pictures/{id}/hang", {"pinned": True})[0] == 403
    host.leave()


def test_where_the_host_approves_nothing_hangs_before(room, guest, host):
    host.post("/room", {"approve": True})
    host.follow("wall")
    id = made(guest)
    heard(guest, lambda state: state["mine"][0]["wall"] == "pending")
    assert id not in [one["id"] for one in host.state["pictures"]]
    assert guest.post(f"/pictures/{id}/hang", {"wall": "shown"})[0] == 200
    assert id not in [one["id"] for one in host.state["pictures"]]
    host.post(f"/pictures/{id}/hang", {"wall": "shown", "pinned": True})
    state = heard(host, lambda state: id in [one["id"] for one in state["pictures"]])
    assert state["pictures"][0] == state["pictures"][0] | {"id": id, "pinned": True}
    host.leave()


# ---- Exercises ------------------------------------------------------------------------------------------


def test_an_exercise_reaches_everybody_and_makes_what_it_asks_for(guest, host):
    assert host.post("/room", {"exercise": "no-such-exercise"})[0] == 409
    offered = json.loads(host.get("/host")[1].split(b'id="data">')[1].split(b"</script>")[0])["exercises"]
    assert len(offered) >= 8
    several = next(one for one in offered if 1 < one["pictures"] <= 4)
    assert host.post("/room", {"exercise": several["id"]})[0] == 200
    state = heard(guest, lambda state: state["exercise"])
    assert state["exercise"]["title"]
    assert state["exercise"]["passage"]["text"]
    assert "note" not in state["exercise"]
    status, said = guest.wish("a red boat", exercise=several["id"], guess="it will be small")
    assert status == 202
    assert len(said["tickets"]) == several["pictures"]
    for id in said["tickets"]:
        wait_for(lambda id=id: guest.mine().get(id) in ("finished", "failed"))
    assert guest.post(f"/pictures/{said['tickets'][0]}/answer", {"text": "the sea"})[0] == 200
    heard(guest, lambda state: any(one["answer"] == "the sea" for one in state["mine"]))


def test_a_seed_that_the_round_chose_is_the_programs_decision(guest, host):
    status, said = guest.wish("a red boat", exercise="one-word-changed")
    assert status == 202, said
    id = said["tickets"][0]
    wait_for(lambda: guest.mine().get(id) == "finished")
    decisions = json.loads(guest.get(f"/pictures/{id}/strip.json")[1])["decisions"]
    assert [one["who"] for one in decisions if one["what"] == "seed"] == ["program"]


# ---- Leaving, taking home, the end ----------------------------------------------------------------------


def test_who_leaves_is_gone_and_what_they_made_stays_with_the_host(room, guest, host):
    id = made(guest)
    assert guest.post("/leave")[0] == 200
    guest.cookies = {name: value for name, value in guest.cookies.items() if value != '""'}
    assert b'class="door"' in guest.get("/")[1]
    assert guest.wish()[0] == 401
    assert host.get(f"/pictures/{id}/picture.png")[0] == 200


def test_the_host_has_somebody_leave(room, guest, host):
    host.follow("host")
    state = heard(host, lambda state: guest.name in [one["name"] for one in state["people"]])
    id = next(one["id"] for one in state["people"] if one["name"] == guest.name)
    assert host.post(f"/people/{id}/dismiss")[0] == 200
    assert guest.wish()[0] == 401
    host.leave()


def test_each_takes_their_own_home_and_the_host_everything(room, guest, host):
    id = made(guest, "un bateau rouge, l’été")
    names = zipfile.ZipFile(io.BytesIO(guest.get("/mine.zip")[1])).namelist()
    assert sum(name.endswith("picture.png") for name in names) == 1
    assert sum(name.endswith("record.json") for name in names) == 1
    assert not any(name.startswith("/") or ".." in name for name in names)
    whole = zipfile.ZipFile(io.BytesIO(host.get("/workshop.zip")[1])).namelist()
    assert sum(name.endswith("picture.png") for name in whole) > 1
    assert host.get("/workshop.pdf")[1].startswith(b"%PDF")
    assert guest.get(f"/pictures/{id}/picture.png")[0] == 200


def test_a_phone_that_leaves_mid_run_costs_nothing(room, guest):
    lost = Guest(room).join().follow()
    id = lost.wish()[1]["tickets"][0]
    lost.leave()
    made(guest)
    back = Guest(room)
    back.cookies = lost.cookies
    back.follow()
    wait_for(lambda: back.mine().get(id) == "finished")
    back.leave()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_refusals_are_said_in_the_readers_language(room, language):
    guest = Guest(room).join()
    status, said = guest.post(
        "/pictures", {"key": "k" * 16, "prompt": "putain"}, **{"Accept-Language": language}
    )
    assert status == 409
    assert ("atelier" in said["said"]) == (language == "fr")
