"""The picture goes back in: rounds, their distances, stepping in, and loops that break off."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from zoo.captioners import untrained

from apparatus import captioning, looping, stages
from apparatus.cli import main
from apparatus.engine import looping as turning
from apparatus.engine.looping import turn
from apparatus.enhancements import Enhance
from apparatus.errors import BrokenRecord, DiskFull, LoopNotFound, NoCaptioner, NothingToResume, OutOfRange
from apparatus.looping import Loop, LoopRecord, Loops, Round
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model, load
from apparatus.record import Place, Settings
from apparatus.store import Store

ASKED = {"settings": Settings(prompt="a red boat on the sea", num_inference_steps=2, seed=9), "rounds": 3}


@pytest.fixture(scope="module")
def captioners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one that says noise."""
    return untrained(tmp_path_factory.mktemp("captioners"))


@pytest.fixture(scope="module")
def obscura() -> Model:
    return load("obscura")


@pytest.fixture
def loops(tmp_path, captioners, monkeypatch) -> Loops:
    monkeypatch.setenv("APPARATUS_CAPTIONERS", str(captioners))
    return Loops(Store(tmp_path))


def run(obscura: Model, store: Store, record: LoopRecord, **others) -> LoopRecord:
    while record.state == "running":
        record = turn(obscura, store, record, **others)
    return record


def test_each_round_is_asked_what_was_said_of_the_one_before(obscura, loops, tmp_path) -> None:
    store, events = Store(tmp_path), []
    record = loops.begin(Loop(**ASKED, captioner="small"), seed=1)
    record = run(obscura, store, record, emit=events.append)
    assert record.state == "finished"
    assert [turn.number for turn in record.rounds] == [0, 1, 2]
    assert [turn.who for turn in record.rounds] == ["person", "program", "program"]
    assert record.rounds[0].prompt == "a red boat on the sea"
    for before, after in zip(record.rounds, record.rounds[1:], strict=False):
        assert after.prompt == before.caption != ""
    for one in record.rounds:
        exposure = store.open(one.exposure)
        assert exposure.record.settings.prompt == one.prompt
        assert exposure.record.settings.seed == 9
        prompted = {line.what: line.who for line in exposure.ledger}
        assert prompted["prompt"] == one.who
        assert prompted["seed"] == "person"
        assert exposure.record.place == Place(loop=record.id, number=one.number, of=3)
        assert [event.kind for event in stages.replay(exposure) if event.stage == "loop"] == ["place"]
        said = captioning.caption(captioning.captioner(obscura.entry, "small"), exposure.picture, "en")
        assert said == one.caption
    assert loops.open(record.id) == record
    assert [event.data["number"] for event in events] == [0, 1, 2]
    assert all(event.pictures["picture"] for event in events)


def test_distances_are_those_of_the_pictures(obscura, loops, tmp_path) -> None:
    store = Store(tmp_path)
    record = run(obscura, store, loops.begin(Loop(**ASKED, captioner="small", seed="new"), seed=1))
    pictures = [store.open(one.exposure).picture for one in record.rounds]
    assert [store.open(one.exposure).record.settings.seed for one in record.rounds] == [9, 10, 11]
    first, last = record.rounds[0], record.rounds[2]
    counted = [store.open(one.exposure).record for one in record.rounds]
    assert [{line.what: line.who for line in one.ledger}["seed"] for one in counted] == [
        "person",
        "program",
        "program",
    ]
    assert counted[0].meter.words == {"person": 6, "program": 0}
    assert counted[1].meter.words["person"] == 0
    assert first.from_first is first.from_last is None
    if last.by == "thumbnails":
        looks = [looping.looks(picture) for picture in pictures]
        assert last.from_first == pytest.approx(looping.apart(looks[2], looks[0]))
        assert last.from_last == pytest.approx(looping.apart(looks[2], looks[1]))
    assert last.colours == pytest.approx(looping.colours(pictures[2]))


def test_a_person_steps_in_and_the_rounds_before_are_shared(obscura, loops, tmp_path) -> None:
    store = Store(tmp_path)
    record = run(obscura, store, loops.begin(Loop(**ASKED, captioner="small"), seed=1))
    other = run(obscura, store, loops.leave(record.id, 1, "a blue house"))
    assert (other.parent, other.parent_round, other.state) == (record.id, 1, "finished")
    assert other.rounds[0].exposure == record.rounds[0].exposure
    assert (other.rounds[1].prompt, other.rounds[1].who) == ("a blue house", "person")
    assert other.rounds[2].who == "program"
    assert loops.open(record.id) == record
    with pytest.raises(OutOfRange):
        loops.leave(record.id, 9, "a blue house")


def test_a_person_who_steps_in_at_the_end_has_as_many_rounds_again(loops) -> None:
    record = loops.begin(Loop(**ASKED), seed=1)
    said = [("a boat", None), ("a dog", None), ("a boat", 0)]
    record.rounds = [
        Round(number=n, exposure="x", prompt="a boat", caption=one, repeats=same, shared=0.5)
        for n, (one, same) in enumerate(said)
    ]
    loops.save(record)
    other = loops.leave(record.id, 3, "a red boat")
    assert (record.settled, other.settled) == ((0, 2), None)
    assert (other.asked.rounds, other.rounds[-1].repeats, other.rounds[-1].shared) == (6, None, 1)
    assert loops.leave(record.id, 2, "a house").asked.rounds == 3
    assert loops.leave(record.id, 2, "a house", 7).asked.rounds == 9
    with pytest.raises(OutOfRange, match="3 to 1000"):
        loops.leave(record.id, 2, "a house", 999)


def test_an_enhancer_draws_the_same_in_every_round_or_nothing_is_said_to_settle(loops) -> None:
    asked = ASKED | {"settings": ASKED["settings"].model_copy(update={"enhance": Enhance(by="obscura")})}
    own = loops.begin(Loop(**asked), seed=1)
    assert own.asked.settings.enhance.seed == own.asked.settings.seed == 9
    elsewhere = Enhance(by="http://127.0.0.1:9/v1#model")
    asked["settings"] = ASKED["settings"].model_copy(update={"enhance": elsewhere})
    far = loops.begin(Loop(**asked), seed=1)
    for one, settled in ((own, (0, 1)), (far, None)):
        said = [{"number": n, "exposure": "x", "prompt": "p", "caption": "a"} for n in (0, 1)]
        one.rounds = [Round(**said[0]), Round(**said[1], repeats=0)]
        assert one.settled == settled


def test_what_was_made_stays_when_a_loop_breaks_off(obscura, loops, tmp_path, monkeypatch) -> None:
    store = Store(tmp_path)
    record = turn(obscura, store, loops.begin(Loop(**ASKED, captioner="small"), seed=1))
    stopped = turn(obscura, store, record.model_copy(deep=True), stopped=lambda: True)
    assert (stopped.state, len(stopped.rounds)) == ("cancelled", 1)

    monkeypatch.setattr(captioning, "caption", lambda *_: "")
    silent = turn(obscura, store, record.model_copy(deep=True))
    assert (silent.state, len(silent.rounds)) == ("silent", 2)
    assert "said nothing" in silent.message

    def full(*_, **__):
        raise DiskFull(tmp_path, 0)

    monkeypatch.setattr(turning, "expose", full)
    broken = turn(obscura, store, record.model_copy(deep=True))
    assert (broken.state, len(broken.rounds)) == ("failed", 1)
    assert "full" in broken.message
    assert loops.open(record.id).rounds == record.rounds


def test_without_a_captioner_it_says_where_one_could_come_from(obscura, tmp_path) -> None:
    with pytest.raises(NoCaptioner, match="APPARATUS_CAPTIONERS"):
        captioning.captioner(Entry(id="nobody", folder=tmp_path))
    loops = Loops(Store(tmp_path))
    record = run(obscura, Store(tmp_path), loops.begin(Loop(**ASKED, captioner="nobody"), seed=1))
    assert record.state == "failed"
    assert "nobody" in record.message


def test_a_seed_that_nobody_asked_for_is_drawn_by_chance(loops) -> None:
    asked = Loop(settings=Settings(prompt="a cat"))
    who = loops.begin(asked, seed=5).who
    assert (who["prompt"], who["seed"]) == ("person", "chance")


def test_a_loop_that_broke_off_can_be_gone_on_with_and_one_that_is_over_cannot(loops) -> None:
    record = loops.begin(Loop(**ASKED), seed=1)
    record.state, record.message, record.problem = "failed", "x", "DiskFull"
    loops.save(record)
    again = loops.again(record.id)
    assert (again.state, again.message, again.problem) == ("running", "", "")
    assert loops.open(record.id) == again
    record.state = "finished"
    loops.save(record)
    with pytest.raises(NothingToResume):
        loops.again(record.id)


def test_a_loop_settles_where_the_same_words_come_again() -> None:
    rounds = [
        {"number": n, "exposure": "x", "prompt": "p", "caption": said, "repeats": same}
        for n, (said, same) in enumerate([("a", None), ("b", None), ("c", None), ("b", 1)])
    ]
    facts = {"id": "20260101-000000-abcd", "created": "2026-01-01T00:00:00Z", "rounds": rounds}
    assert LoopRecord(**facts, asked=Loop(**ASKED)).settled == (1, 2)
    assert LoopRecord(**facts, asked=Loop(**ASKED, seed="new")).settled is None


def test_the_measures_measure() -> None:
    assert looping.colours(Image.new("RGB", (8, 8), "red")) == pytest.approx(1)
    halves = Image.new("RGB", (8, 8), "red")
    halves.paste("blue", (0, 0, 4, 8))
    assert looping.colours(halves) == pytest.approx(2)
    assert looping.shared("un bateau rouge", "le bateau bleu") == 0.5
    assert looping.shared("the boat on the sea", "the grapes in the meadow") == 0
    assert looping.shared("", "le bateau") is None
    assert looping.words_apart("a red boat", "red boat") == pytest.approx(0)
    assert looping.words_apart("red boat", "blue house") == 1
    assert looping.vocabulary(["red boat"] * 20 + ["blue boat"]) == 3
    black = looping.looks(Image.new("RGB", (8, 8)))
    assert looping.apart(black, black) == pytest.approx(0)
    assert looping.apart(black, looping.looks(Image.new("RGB", (8, 8), "white"))) == pytest.approx(2)
    assert np.isclose(np.linalg.norm(black), 1)


def test_a_loop_that_is_not_there_or_damaged(loops, tmp_path) -> None:
    with pytest.raises(LoopNotFound):
        loops.open("../../etc/passwd")
    (tmp_path / "loops").mkdir()
    (tmp_path / "loops" / "20260101-000000-abcd.json").write_text("{}")
    with pytest.raises(BrokenRecord):
        loops.open("20260101-000000-abcd")
    with pytest.raises(OutOfRange):
        Loop(settings=Settings(), rounds=0)


def test_the_command_runs_one_and_lists_it(captioners, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("APPARATUS_CAPTIONERS", str(captioners))
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    arguments = ["--rounds", "2", "--steps", "2", "--captioner", "small", "--json"]
    with pytest.raises(SystemExit) as ended:
        main(["loop", "a cat", *arguments])
    assert ended.value.code == 0
    record = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert (record["state"], len(record["rounds"])) == ("finished", 2)
    with pytest.raises(SystemExit):
        main(["loop", "--list"])
    assert capsys.readouterr().out.startswith(record["id"])
