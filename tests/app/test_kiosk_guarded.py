"""What the kiosk gives to whom: recordings, refusals, the curator's page; and what hostile hands get."""

import json
import re
import socket
import threading
from contextlib import ExitStack

import psutil
import pytest
from booths import Page, opened
from rooms import wait_for

from app.gate import addresses

NOTHING = {"nouns": [], "place": None, "setting": None, "light": None, "wall": None, "process": None}
CAT = {"noun": "cat", "colour": "red", "size": None, "count": 1}


@pytest.fixture(scope="module")
def kiosk(tiny, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("kiosk") / "here", tiny) as kiosk:
        yield kiosk.able()


@pytest.fixture
def page(kiosk):
    page = Page(kiosk).begin()
    yield page
    page.end("again")


# ---- Recordings ----------------------------------------------------------------------------------------


def test_a_recording_is_all_that_happened_to_a_picture_of_the_machines_own(kiosk):
    page = Page(kiosk)
    [id] = page.state()["recordings"]
    status, text, headers = page.get(f"/recordings/{id}.json")
    assert status == 200
    assert "max-age" in headers["cache-control"]
    said = json.loads(text)
    assert said["texts"] == {"fr": "un chat rouge", "en": "a red cat"}
    assert [event["kind"] for event in said["events"]].count("step") == 4
    assert said["events"][-1]["kind"] == "finished"
    assert all(
        event["pictures"]["denoised"].startswith("data:image/")
        for event in said["events"]
        if event["kind"] == "step"
    )
    for name in (
        f"/recordings/{id}/picture.png",
        f"/pictures/{id}/picture.png",
        f"/pictures/{id}/steps/2.webp",
    ):
        assert page.get(name)[0] == 200, name
    assert page.get(f"/pictures/{id}/channels/imperative.webp")[0] == 200
    assert not list((kiosk.folder / "recordings" / id).glob("steps/*"))


@pytest.mark.parametrize("id", ["20200101-000000-abcd", "..%2f..%2ftoken", "token", "%00"])
def test_a_recording_that_is_none_is_not_there(kiosk, id):
    assert Page(kiosk).get(f"/recordings/{id}.json")[0] == 404
    assert Page(kiosk).get(f"/recordings/{id}/picture.png")[0] == 404


# ---- What hostile hands get ----------------------------------------------------------------------------


def test_another_visits_pictures_are_not_there(page):
    for name in ("events", "picture.png", "steps/0.webp", "channels/artistic.webp"):
        assert page.get(f"/pictures/20200101-000000-abcd/{name}")[0] == 404
        assert page.get(f"/pictures/..%2f..%2ftoken/{name}")[0] == 404
    for what in ("without", "others", "keep", "farewell"):
        said = {"exposure": "20200101-000000-abcd"}
        said |= {"word": "red"} if what == "without" else {"language": "fr"} if what == "farewell" else {}
        status, answer = page.say(what, said)
        assert (status, answer["problem"]) == (404, "ExposureNotFound")
        assert answer["said"].keys() == {"fr", "en"}


def test_what_is_not_finished_cannot_be_compared_or_carried_away(page):
    exposure = page.ask("a red cat")
    for what, more in (("others", {}), ("without", {"word": "red"}), ("farewell", {"language": "en"})):
        status, said = page.say(what, {"exposure": exposure} | more)
        assert (status, said["problem"]) == (409, "NoPicture"), what
    page.told(exposure)


@pytest.mark.parametrize("channel", ["press", "..%2fartistic", "artistic.png", "Artistic"])
def test_a_channel_that_is_none_is_not_there(page, channel):
    exposure = page.made("a red cat")
    assert page.get(f"/pictures/{exposure}/channels/{channel}.webp")[0] == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/visits", {}),
        ("/visits", {"language": "de"}),
        ("/visits", {"language": "fr", "more": 1}),
        ("/sentence", {"chosen": {"nouns": [{"noun": "<script>"}]}}),
        ("/sentence", {"chosen": {"nouns": [CAT] * 3}}),
        ("/sentence", {"chosen": None}),
        ("/dice", {"chosen": {"setting": "sea", "wall": "red"}}),
    ],
)
def test_what_is_not_understood_is_refused(page, path, said):
    assert page.post(path, said)[0] == 422


def test_a_visit_takes_nothing_that_is_not_understood(page):
    wish = {"language": "en", "prompt": "a red cat"}
    for said in (wish | {"seed": 1}, wish | {"prompt": "x" * 401}, wish | {"language": "xx"}, {"prompt": 1}):
        assert page.say("pictures", said)[0] == 422
    assert page.say("at", {"screen": "../etc"})[0] == 422
    assert page.say("end", {"why": "hunger"})[0] == 422
    assert page.say("without", {"exposure": "../../token", "word": "red"})[0] == 422
    for said in (
        {"language": "en"},
        {"language": "en", "prompt": "  "},
        {"language": "en", "chosen": NOTHING},
    ):
        assert page.say("pictures", said)[1]["problem"] == "NothingChosen"


def test_a_body_that_is_too_long_or_no_json_is_refused(page):
    json_type = {"Content-Type": "application/json"}
    assert page.say("pictures", {"language": "en", "prompt": "x" * 100_000})[0] == 413
    assert page.send("POST", "/sentence", b"{", json_type)[0] == 422
    assert page.send("POST", "/sentence", b"chosen=1", {"Content-Type": "text/plain"})[0] == 415
    assert page.post("/sentence", {"chosen": NOTHING}, Origin="http://evil.example")[0] == 403


def test_another_name_for_this_machine_is_refused(kiosk):
    assert Page(kiosk).get("/", Host="evil.example")[0] == 421
    assert Page(kiosk).get("/", Host=f"localhost:{kiosk.port}")[0] == 200


def test_a_visit_that_never_was_is_over(kiosk):
    page = Page(kiosk)
    for page.visit in ("0123456789abcdef", "%C3%A9", "x"):
        assert page.say("at", {"screen": "walk"})[0] == 410


def test_the_house_rules_hold_for_what_is_typed(page):
    status, said = page.say("pictures", {"language": "fr", "prompt": "une p.u.t.a.i.n de maison"})
    assert (status, said["problem"]) == (409, "NotWanted")
    assert "putain" not in json.dumps(said)


def test_one_visit_makes_no_more_than_it_may(kiosk):
    page = Page(kiosk).begin()
    answers = [page.say("pictures", {"language": "en", "prompt": "a red cat"}) for _ in range(41)]
    assert [status for status, _ in answers] == [202] * 40 + [409]
    assert answers[-1][1]["problem"] == "EnoughMade"
    page.end("again")
    assert page.begin().made("a red cat")
    page.end("again")


def test_a_hundred_touches_at_once_are_one_visit(kiosk):
    visits: list[str] = []
    pages = [threading.Thread(target=lambda: visits.append(Page(kiosk).begin().visit)) for _ in range(100)]
    for one in pages:
        one.start()
    for one in pages:
        one.join()
    assert len(set(visits)) == 100
    page = Page(kiosk)
    alive = 0
    for page.visit in visits:
        alive += page.say("at", {"screen": "compose"})[0] == 204
    assert alive == 1
    wait_for(lambda: kiosk.left() == [])


# ---- The curator ---------------------------------------------------------------------------------------


def test_the_curators_page_is_behind_a_token(kiosk):
    page = Page(kiosk)
    token = (kiosk.folder / "token").read_text().strip()
    assert (kiosk.folder / "token").stat().st_mode & 0o077 == 0
    for path in ("/curator", "/curator/status.json", "/curator/statistics.csv"):
        assert page.get(path)[0] == 403
        assert page.get(f"{path}?token=wrong")[0] == 403
    status, _, headers = page.get(f"/curator?token={token}")
    assert (status, headers["location"]) == (303, "/curator")
    assert "HttpOnly" in headers["set-cookie"]
    cookie = headers["set-cookie"].partition(";")[0]
    for language in ("fr", "en"):
        status, text, _ = page.get("/curator", Cookie=cookie, **{"Accept-Language": language})
        assert status == 200
        assert f'<html lang="{language}">' in text.decode()
    status, text, _ = page.get("/curator/status.json", Authorization=f"Bearer {token}")
    told = json.loads(text)
    assert told["able"] is True
    assert told["recordings"] == told["wanted"] == 1
    assert {"uptime", "disk", "memory", "temperature", "last_error", "worker"} <= told.keys()


def test_a_token_is_not_tried_for_long(kiosk):
    page = Page(kiosk)
    statuses = {page.get(f"/curator?token={n}")[0] for n in range(12)}
    assert statuses == {403, 429}
    token = (kiosk.folder / "token").read_text().strip()
    assert page.get(f"/curator?token={token}")[0] == 303


# ---- What the curator sets, and the network ------------------------------------------------------------


def test_closed_is_closed(tiny, tmp_path):
    with opened(tmp_path / "here", tiny, "[hours]\nmon = []\n") as kiosk:
        page = Page(kiosk)
        assert page.state()["open"] is False
        assert page.post("/visits", {"language": "fr"})[1]["problem"] == "AfterHours"


def test_nothing_is_typed_where_nothing_may_be_and_cards_are_taken(tiny, tmp_path):
    with opened(tmp_path / "here", tiny, "typing = false\n") as kiosk:
        wait_for(lambda: Page(kiosk).state()["able"])
        page = Page(kiosk)
        card = page.data()["cards"][1]
        page.begin("fr")
        wish = {"language": "fr", "prompt": "un chat rouge"}
        assert page.say("pictures", wish)[1]["problem"] == "NoTyping"
        assert page.say("pictures", wish | {"prompt": card["fr"]})[0] == 202


def test_pictures_are_kept_where_the_curator_says_so(tiny, tmp_path):
    with opened(tmp_path / "here", tiny, "[keep]\npictures = true\nnumber = 2\n") as kiosk:
        wait_for(lambda: Page(kiosk).state()["able"])
        for _ in range(3):
            page = Page(kiosk).begin()
            exposure = page.made("a red cat")
            page.end()
        wait_for(lambda: len(list((kiosk.folder / "kept").glob("2*"))) == 2)
        assert (kiosk.folder / "kept" / exposure / "picture.png").is_file()
        assert kiosk.left() == []


@pytest.mark.skipif(not addresses(), reason="this machine has no address but the loopback's")
def test_phones_in_the_gallery_fetch_their_picture_and_see_nothing_else(tiny, tmp_path):
    there = addresses()[0]
    more = f'farewell = "address"\naddress = "http://{there}:8763"\n'
    with opened(tmp_path / "here", tiny, more, bind="0.0.0.0") as kiosk:
        wait_for(lambda: Page(kiosk).state()["able"])
        page, phone = Page(kiosk).begin(), Page(kiosk, there)
        exposure = page.made("a red cat")
        status, said = page.say("farewell", {"exposure": exposure, "language": "fr"})
        assert (status, said["kind"]) == (200, "address")
        path = said["holds"]["text"].removeprefix(f"http://{there}:8763")
        assert re.fullmatch(r"/taken/[\w-]{12}\.png", path)
        assert phone.get(path)[1] == page.get(f"/pictures/{exposure}/picture.png")[1]
        for other in (
            "/",
            "/alive",
            "/curator",
            f"/pictures/{exposure}/picture.png",
            "/parts/kiosk/kiosk.js",
        ):
            assert phone.get(other)[0] == 404, other
        assert phone.get("/taken/wrong.png")[0] == 404
        assert phone.post("/visits", {"language": "fr"})[0] == 404
        with ExitStack() as silent:  # phones that say nothing take nobody's place
            for _ in range(300):
                silent.enter_context(socket.create_connection((there, kiosk.port)))
            assert page.get("/curator")[0] == 403
            assert page.get("/")[0] == 200
        page.end()
        assert phone.get(path)[0] == 404


def test_nothing_but_the_loopback_is_asked(kiosk, page):
    page.made("a red cat")
    assert kiosk.process is not None
    for process in (psutil.Process(kiosk.process.pid), *kiosk.workers()):
        for line in process.net_connections():
            assert line.laddr.ip == "127.0.0.1"
            assert not line.raddr or line.raddr.ip == "127.0.0.1"
