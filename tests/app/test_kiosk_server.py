"""The kiosk over real sockets: a whole visit, and what is left of it: nothing."""

import json
import re
import sqlite3
import time
from pathlib import Path

import pytest
from booths import Page, opened
from rooms import wait_for

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


def test_the_page_says_that_its_script_runs(kiosk):
    page = Page(kiosk)
    assert page.post("/here", {"screen": "attract"})[0] == 204
    said = json.loads(page.get("/here")[1])
    assert 0 <= said["heard"] < 5
    assert said["pages"] == 0
    stream = page.stream("/alive", **{"Sec-Fetch-Mode": "cors"})
    assert next(stream)[0] == "state"
    assert json.loads(page.get("/here")[1])["pages"] == 1
    stream.close()
    wait_for(lambda: json.loads(page.get("/here")[1])["pages"] == 0, 10)


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
        assert {"program"} == {
            line["who"] for line in told[-1]["data"]["ledger"] if line["what"] == "candidates"
        }
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
