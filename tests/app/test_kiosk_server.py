"""The kiosk over real sockets: a whole visit, what is left of it (nothing), and what hostile hands get."""

import json
import re
import sqlite3
import threading
import time
from pathlib import Path

import psutil
import pytest
from booths import Page, opened
from rooms import wait_for

from app.gate import addresses

SECRET = "a red cat quivering"
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


def everything(folder: Path) -> bytes:
    """All bytes of all files in a folder, and their names."""
    return b"".join(
        str(path).encode() + path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    )


# ---- The page ------------------------------------------------------------------------------------------


def test_the_page_has_all_it_draws_with_in_both_languages(kiosk):
    data = Page(kiosk).data()
    assert data["languages"] == ["fr", "en"]
    assert data["words"] is None
    assert data["labels"]["fr"].keys() == data["labels"]["en"].keys()
    assert [stage["id"] for stage in data["stages"]["fr"]][:2] == ["program", "prompt"]
    assert all(card["fr"] and card["en"] for card in data["cards"])
    assert data["curation"]["pace"] == 9.0
    assert data["curation"]["enhance"] is False
    assert len(data["recordings"]) == 1
    quotes = [quote["text"] for stage in data["stages"]["fr"] for quote in stage["quotes"]]
    assert quotes
    assert max(map(len, quotes)) <= 180


def test_the_page_fetches_from_nowhere_else(kiosk):
    status, text, headers = Page(kiosk).get("/")
    frame = re.sub(r'<script type="application/json".*?</script>', "", text.decode(), flags=re.DOTALL)
    assert status == 200
    assert "://" not in frame
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/parts/base/base.css", "/parts/kiosk/kiosk.js", "/parts/chain/run.js", "/app/static/icon.svg"],
)
def test_what_the_page_is_made_of_is_there(kiosk, path):
    assert Page(kiosk).get(path)[0] == 200


def test_the_machine_says_how_it_stands_and_that_it_lives(kiosk):
    heard = []
    for kind, said in Page(kiosk).stream("/alive"):
        heard.append((kind, said))
        if len(heard) == 2:
            break
    assert heard[0][1].keys() == {"boot", "open", "able", "recordings"}
    assert heard[0][1]["able"] is True
    assert heard[1] == ("alive", 1)


# ---- A visit -------------------------------------------------------------------------------------------


def test_a_whole_visit(kiosk):
    page = Page(kiosk).begin("fr")
    chosen = NOTHING | {"nouns": [CAT], "setting": "sea"}
    assert page.post("/sentence", {"chosen": chosen}) == (
        200,
        {"fr": "un chat rouge sur la mer", "en": "a red cat on the sea"},
    )
    exposure = page.ask(language="fr", chosen=chosen, prompt=None)
    told = page.told(exposure)
    assert [event["stage"] for event in told if event["kind"] != "step"][:3] == [
        "program",
        "prompt",
        "enhance",
    ]
    assert sum(event["kind"] == "step" for event in told) == 4
    assert told[-1]["kind"] == "finished"
    who = {line["what"]: line["who"] for line in told[-1]["data"]["ledger"]}
    assert who["prompt"] == "person"
    assert who["seed"] == "chance"
    assert who["num_inference_steps"] == who["enhance"] == "program"
    assert page.get(f"/pictures/{exposure}/picture.png")[1].startswith(b"\x89PNG")
    assert page.get(f"/pictures/{exposure}/steps/3.webp")[0] == 200
    for channel in ("indicative", "imperative", "artistic"):
        status, sheet, headers = page.get(f"/pictures/{exposure}/channels/{channel}.webp?lang=fr")
        assert (status, sheet[8:12]) == (200, b"WEBP")
        assert headers["cache-control"] == "no-store"
    status, code = page.say("farewell", {"exposure": exposure, "language": "fr"})
    assert (status, code["kind"], code["side"]) == (200, "picture", 64)
    assert code["svg"].startswith("<svg")
    for screen in ("watch", "walk", "inside", "meaning", "farewell"):
        assert page.say("at", {"screen": screen})[0] == 204
    assert page.end() == 204
    assert kiosk.left() == []


def test_the_same_picture_without_a_word(page):
    exposure = page.made("a red cat")
    status, said = page.say("without", {"exposure": exposure, "word": "red"})
    assert status == 202
    told = page.told(said["exposure"])
    assert told[-1]["kind"] == "finished"
    lines = [line for line in told[-1]["data"]["ledger"] if line["what"] == "word_weight"]
    assert [line["who"] for line in lines] == ["person"]
    before, after = (page.get(f"/pictures/{id}/picture.png")[1] for id in (exposure, said["exposure"]))
    assert before != after
    assert page.say("without", {"exposure": exposure, "word": "lion"})[1]["problem"] == "WordNotRead"
    assert page.say("without", {"exposure": exposure, "word": "red", "occurrence": 2})[0] == 409


def test_three_others_and_the_one_that_is_chosen(page):
    exposure = page.made("a red cat")
    status, said = page.say("others", {"exposure": exposure})
    assert status == 202
    assert len(set(said["exposures"])) == 3
    assert page.say("others", {"exposure": exposure})[1] == said
    seeds = set()
    for id in said["exposures"]:
        told = page.told(id)
        chosen = next(event for event in told if event["stage"] == "select")
        assert (chosen["kind"], chosen["data"]["candidates"]) == ("several", 4)
        assert chosen["data"]["scores"]
        seeds.add(next(event["data"]["seed"] for event in told if event["stage"] == "noise"))
        assert {line["who"] for line in told[-1]["data"]["ledger"] if line["what"] == "seed"} == {"chance"}
    assert len(seeds) == 3
    status, kept = page.say("keep", {"exposure": said["exposures"][1]})
    assert (status, kept["kept"]) == (200, said["exposures"][1])
    assert kept["program"] in (exposure, *said["exposures"])
    lines = {(line["who"], str(line["value"])) for line in kept["ledger"] if line["what"].startswith("kept")}
    assert lines == {("person", said["exposures"][1]), ("program", kept["program"])}


def test_a_word_is_let_go_of_before_the_others_are_made(page):
    exposure = page.made("a red cat")
    others = page.say("others", {"exposure": exposure})[1]["exposures"]
    without = page.say("without", {"exposure": exposure, "word": "cat"})[1]["exposure"]
    assert page.told(without)[-1]["kind"] == "finished"
    assert page.get(f"/pictures/{others[2]}/picture.png")[0] == 404
    assert [page.told(id)[-1]["kind"] for id in others] == ["finished"] * 3


def test_a_new_picture_takes_the_place_of_one_that_is_being_made(page):
    first, second = page.ask("a red cat"), page.ask("a blue cat")
    assert page.told(first)[-1]["kind"] == "cancelled"
    assert page.told(second)[-1]["kind"] == "finished"


def test_chance_chooses_what_was_left_open(page):
    chosen = NOTHING | {"nouns": [CAT]}
    drawn = set()
    for _ in range(40):
        status, said = page.post("/dice", {"chosen": chosen})
        assert status == 200
        assert said["chosen"]["nouns"][0]["noun"] == "cat"
        assert not {"noun", "colour"} & set(said["drawn"])
        assert said["fr"]
        assert said["en"]
        drawn |= set(said["drawn"])
    assert {"size", "setting"} <= drawn <= {"size", "setting", "wall", "light", "process", "other"}


def test_what_chance_drew_altogether_is_chances(page):
    chosen = NOTHING | {"nouns": [CAT]}
    for drawn, who in (([], "person"), (["noun"], "person"), (["noun", "colour"], "chance")):
        told = page.told(page.ask(chosen=chosen, prompt=None, drawn=drawn))
        assert {line["who"] for line in told[-1]["data"]["ledger"] if line["what"] == "prompt"} == {who}
    card = page.data()["cards"][0]
    page.begin()
    told = page.told(page.ask(card["en"], drawn=["prompt"]))
    assert {line["who"] for line in told[-1]["data"]["ledger"] if line["what"] == "prompt"} == {"chance"}


def test_while_a_picture_is_made_the_page_is_answered_at_once(page):
    exposure = page.ask("a red cat")
    heard, thread = page.follow(exposure)
    took = []
    while thread.is_alive():
        began = time.monotonic()
        assert page.post("/sentence", {"chosen": NOTHING | {"nouns": [CAT]}})[0] == 200
        took.append(time.monotonic() - began)
    assert heard[-1]["kind"] == "finished"
    assert sorted(took)[len(took) // 2] < 0.1


# ---- What is left: nothing -----------------------------------------------------------------------------


def test_nothing_of_a_visit_is_left_on_the_disk(kiosk):
    page = Page(kiosk).begin()
    exposure = page.made(SECRET)
    others = page.say("others", {"exposure": exposure})[1]["exposures"]
    assert page.told(others[0])[-1]["kind"] == "finished"
    page.say("keep", {"exposure": others[0]})
    page.get(f"/pictures/{exposure}/channels/artistic.webp")
    assert b"quivering" in everything(kiosk.visits)
    assert page.end() == 204
    assert kiosk.left() == []
    assert b"quivering" not in everything(kiosk.folder)
    for name in ("picture.png", "steps/0.webp", "channels/artistic.webp", "events"):
        assert page.get(f"/pictures/{exposure}/{name}")[0] == 404


def test_the_next_visitor_finds_nothing_of_the_one_before(kiosk):
    before = Page(kiosk).begin()
    exposure = before.ask(SECRET)
    heard, thread = before.follow(exposure)
    after = Page(kiosk).begin("fr")
    thread.join(20)
    assert not thread.is_alive()
    assert heard == [] or heard[-1]["kind"] == "cancelled"
    assert before.say("at", {"screen": "walk"})[0] == 410
    assert before.say("pictures", {"language": "en", "prompt": "x"})[1]["problem"] == "VisitOver"
    assert after.get(f"/pictures/{exposure}/events")[0] == 404
    wait_for(lambda: kiosk.left() == [])
    assert after.made("a blue cat")
    assert b"quivering" not in everything(kiosk.folder)
    after.end()


def test_who_loads_the_page_anew_is_nobody_yet(kiosk):
    page = Page(kiosk).begin()
    page.made(SECRET)
    page.data()
    assert page.say("at", {"screen": "walk"})[0] == 410
    wait_for(lambda: kiosk.left() == [])


def test_an_end_in_the_middle_of_a_picture_wipes_what_there_is_of_it(kiosk):
    page = Page(kiosk).begin()
    page.ask(SECRET)
    wait_for(lambda: kiosk.left() != [])
    assert page.end("idle") == 204
    wait_for(lambda: kiosk.left() == [], 10)
    assert b"quivering" not in everything(kiosk.folder)


def test_the_counts_hold_words_of_cards_and_no_typed_text(kiosk):
    page = Page(kiosk).begin()
    page.made(chosen=NOTHING | {"nouns": [CAT]}, prompt=None)
    page.made(SECRET)
    page.say("at", {"screen": "meaning"})
    page.end("farewell")
    token = (kiosk.folder / "token").read_text().strip()
    wait_for(lambda: "meaning farewell" in page.get(f"/curator/statistics.csv?token={token}")[1].decode())
    table = page.get(f"/curator/statistics.csv?token={token}")[1].decode()
    assert ",word,noun cat," in table
    assert ",picture,live," in table
    assert "quivering" not in table
    with sqlite3.connect(kiosk.folder / "kiosk.sqlite") as counts:
        assert counts.execute("SELECT count(*) FROM counts").fetchone()[0] > 3


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
        page.end()
        assert phone.get(path)[0] == 404


def test_nothing_but_the_loopback_is_asked(kiosk, page):
    page.made("a red cat")
    assert kiosk.process is not None
    for process in (psutil.Process(kiosk.process.pid), *kiosk.workers()):
        for line in process.net_connections():
            assert line.laddr.ip == "127.0.0.1"
            assert not line.raddr or line.raddr.ip == "127.0.0.1"
