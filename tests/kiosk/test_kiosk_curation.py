"""The curator's file: every key with its default, every mistake named, the hours of the screen."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apparatus import essays
from apparatus.errors import BrokenCuration
from apparatus.kiosk.curation import ALLOWED, Curation, Keep, Recording
from apparatus.kiosk.hours import DAYS, Hours
from apparatus.world.grammar import spoken
from apparatus.world.parser import parse

PROMPTS = Path(__file__).parents[2] / "prompts"
MONDAY = datetime(2026, 11, 23)


@pytest.fixture
def written(tmp_path):
    """A curator's file that says this, read."""

    def write(text):
        file = tmp_path / "kiosk.toml"
        file.write_text(text, encoding="utf-8")
        return Curation.load(file)

    return write


@pytest.fixture
def refused(written):
    """What is said of a curator's file that cannot be used."""

    def write(text):
        with pytest.raises(BrokenCuration) as broken:
            written(text)
        return broken.value

    return write


def at(day, clock):
    """A day of the week of 23 November 2026, Monday 0, at a time."""
    hours, minutes = map(int, clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes)


def test_the_file_that_comes_with_the_package_says_what_holds_without_it():
    shipped = Curation.load(PROMPTS / "kiosk.toml")
    assert shipped.model_dump(exclude={"recording"}) == Curation().model_dump(exclude={"recording"})
    assert shipped.recordings == Curation().recordings == shipped.recording


def test_the_file_tells_every_key():
    text = (PROMPTS / "kiosk.toml").read_text(encoding="utf-8")
    for key in Curation.model_fields:
        assert re.search(rf"^(# )?(\[+{key}\]+|{key} = )", text, re.MULTILINE), key
    assert {key.partition(".")[0] for key in ALLOWED} == set(Curation.model_fields)


def test_the_hours_it_gives_as_an_example_can_be_used(written):
    lines = (PROMPTS / "kiosk.toml").read_text(encoding="utf-8").splitlines()
    begin = lines.index("# [hours]")
    example = "\n".join(line.removeprefix("# ") for line in lines[begin : begin + 5])
    assert written(example).hours.sat == ((18 * 60, 26 * 60),)


def test_its_recordings_stay_in_the_world_and_say_the_same_in_both_languages():
    recordings = Curation().recordings
    assert len(recordings) >= 8
    for one in recordings:
        assert (spoken(one.fr), spoken(one.en)) == ("fr", "en")
        assert parse(one.fr, "fr") == parse(one.en, "en")
        assert len(parse(one.fr, "fr").things) == 1


def test_the_curators_own_goes_before_the_packages(tmp_path, monkeypatch):
    assert Curation.load().file == Path(Curation.load().file)
    (tmp_path / "kiosk.toml").write_text("pace = 5", encoding="utf-8")
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    assert Curation.load().pace == 5
    assert Curation.load().file == tmp_path / "kiosk.toml"
    assert len(Curation.load().recordings) >= 8


def test_a_recording_of_ones_own_takes_the_place_of_all(written):
    own = written('[[recording]]\nfr = " un chat "\nen = "a cat"\nseed = 7')
    assert own.recordings == (Recording(fr="un chat", en="a cat", seed=7),)
    assert own.recordings[0].said("en") == "a cat"


def test_an_editors_byte_order_mark_does_no_harm(tmp_path):
    (tmp_path / "kiosk.toml").write_text("pace = 4", encoding="utf-8-sig")
    assert Curation.load(tmp_path / "kiosk.toml").pace == 4


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ("pase = 9", "pase", "there is no such key. Nearest: pace"),
        ("pace = 90", "pace", "it is 90. Allowed: 3 to 60 seconds"),
        ('pace = "9"', "pace", 'it is "9". Allowed'),
        ("pace = true", "pace", "it is true. Allowed"),
        ("pace = nan", "pace", "it is NaN"),
        ("num_inference_steps = 2.5", "num_inference_steps", "1 to 150, or 0 for the model's own"),
        ("still_there = 5", "still_there", "20 to 600 seconds"),
        ("countdown = 19", "countdown", "20 to 120 seconds"),
        ('enhance = "yes"', "enhance", "true or false"),
        ('model = " "', "model", "a name in the catalogue"),
        ("languages = []", "languages", '["fr", "en"]'),
        ('languages = ["fr", "fr"]', "languages", "twice"),
        ('languages = ["fr", "de"]', "languages 2", 'it is "de"'),
        ('farewell = "adress"', "farewell", '"picture", "recipe", "address" or "none"'),
        ('farewell = "address"', "address", "needs the address"),
        ('address = "192.168.1.2:80"', "address", "no address of a machine"),
        ('address = "http://kiosk/pictures"', "address", "no address of a machine"),
        ('address = "http://kiosk:99999"', "address", '"http://HOST:PORT"'),
        ('nouns = ["chatt"]', "nouns", "Nearest: chat"),
        ('passages = ["the-whole-of-the-internett"]', "passages", "Nearest: the-whole-of-the-internet"),
        ('hours = "10-18"', "hours", "a table of days"),
        ('[hours]\nmon = ["10:00", "25:00"]', "hours.mon", "'25:00' is no time of day"),
        ('[hours]\nmon = ["10:60", "18:00"]', "hours.mon", "'10:60' is no time of day"),
        ('[hours]\nmon = ["24:00", "02:00"]', "hours.mon", "a day begins at 00:00"),
        ('[hours]\nmon = ["10:00", "10:00"]', "hours.mon", "the whole day is"),
        ('[hours]\nmon = ["10:00"]', "hours.mon", "no pair of times"),
        ("[hours]\nmon = 10", "hours.mon", "no pair of times"),
        ('[hours]\nmon = [["10:00", "12:00"], "14:00"]', "hours.mon", "no pair of times"),
        ('[hours]\nmonday = ["10:00", "18:00"]', "hours.monday", "Nearest: mon"),
        ('[hours]\nlundi = ["10:00", "18:00"]', "hours.lundi", "daily, mon, tue, wed, thu, fri, sat, sun"),
        ("[keep]\npicture = true", "keep.picture", "Nearest: pictures"),
        ("[keep]\nnumber = 0", "keep.number", "1 to 100000 pictures"),
        ('[[recording]]\nfr = "un chat"', "recording 1.en", "it is missing"),
        ('[[recording]]\nfr = "un chat"\nen = "a cat"\nseed = -1', "recording 1.seed", "0 to 4294967295"),
        ("pace =", "", "it is no TOML"),
        ("pace = 9\npace = 8", "", "it is no TOML"),
        ("still_there = 5\ncountdown = 5\npase = 5", "still_there", "2 more must be mended"),
    ],
)
def test_a_mistake_is_named(refused, tmp_path, said, where, why):
    error = refused(said)
    assert (error.where, error.file) == (where, str(tmp_path / "kiosk.toml"))
    assert why in error.why
    assert error.file in str(error)


def test_every_key_that_has_a_limit_says_it(refused):
    for key in set(Curation.model_fields) - {"hours", "keep", "recording"}:
        error = refused(f"{key} = [[]]")
        assert ALLOWED[key] in str(error), key


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(BrokenCuration, match="No such file"):
        Curation.load(tmp_path / "kiosk.toml")
    (tmp_path / "kiosk.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BrokenCuration, match="UTF-8"):
        Curation.load(tmp_path / "kiosk.toml")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("http://192.168.1.20:8765/", "http://192.168.1.20:8765"),
        ("http://Kiosk.local", "http://Kiosk.local"),
        ("https://[fe80::1]:80", "https://[fe80::1]:80"),
    ],
)
def test_an_address_is_kept_without_its_slash(written, said, kept):
    assert written(f'farewell = "address"\naddress = "{said}"').address == kept


def test_things_are_named_in_either_language(written):
    assert written('nouns = ["chat", "cat", "œil", "house"]').nouns == ("cat", "eye", "house")


def test_only_short_passages_stand_here_unless_others_are_named(written):
    assert {quote.id for quote in Curation().passages_of()} == {q.id for q in essays.quotes() if q.short}
    long = next(quote for quote in essays.quotes("program") if not quote.short)
    assert written(f'passages = ["{long.id}"]').passages_of("program") == (long,)


def test_every_stage_has_a_passage():
    for stage in essays.stages():
        found = Curation().passages_of(stage)
        assert found
        assert all(stage in quote.stages for quote in found)


def test_what_is_kept(written):
    assert Curation().keep == Keep(pictures=False, number=500, days=30)
    assert written("[keep]\npictures = true\ndays = 2").keep == Keep(pictures=True, number=500, days=2)


def test_without_hours_it_is_always_open():
    assert Curation().open_at(at(0, "04:00"))
    assert Curation().changes(at(0, "04:00")) is None


def test_a_day_that_is_not_named_is_closed_where_others_are(written):
    here = written('[hours]\ntue = ["10:00", "18:00"]')
    assert [here.open_at(at(1, clock)) for clock in ("09:59", "10:00", "17:59", "18:00")] == [
        False,
        True,
        True,
        False,
    ]
    assert not any(here.open_at(at(day, "12:00")) for day in (0, 2, 3, 4, 5, 6))


def test_a_named_day_goes_before_daily_and_may_be_closed(written):
    here = written('[hours]\ndaily = ["10:00", "18:00"]\nmon = []\nthu = ["14:00", "21:00"]')
    assert not here.open_at(at(0, "12:00"))
    assert here.open_at(at(1, "12:00"))
    assert (here.open_at(at(3, "12:00")), here.open_at(at(3, "20:00"))) == (False, True)


def test_hours_may_have_a_break(written):
    here = written('[hours]\nmon = [["10:00", "12:30"], ["14:00", "18:00"]]')
    assert [here.open_at(at(0, clock)) for clock in ("12:29", "13:00", "14:00")] == [True, False, True]


def test_hours_may_pass_midnight(written):
    here = written('[hours]\nsat = ["18:00", "02:00"]\nsun = ["22:00", "01:00"]')
    assert [here.open_at(at(5, clock)) for clock in ("17:59", "18:00", "23:59")] == [False, True, True]
    assert [here.open_at(at(6, clock)) for clock in ("00:00", "01:59", "02:00", "22:00")] == [
        True,
        True,
        False,
        True,
    ]
    assert here.open_at(at(7, "00:30"))  # Monday, still Sunday's
    assert not here.open_at(at(7, "01:00"))


def test_a_whole_day(written):
    here = written('[hours]\nmon = ["00:00", "24:00"]')
    assert here.open_at(at(0, "00:00"))
    assert here.open_at(at(0, "23:59"))
    assert not here.open_at(at(1, "00:00"))
    assert here.changes(at(0, "08:00")) == at(1, "00:00")


def test_toml_has_times_without_quotes(written):
    assert written("[hours]\nmon = [09:30:00, 18:00:00]").hours.mon == ((570, 1080),)


def test_when_it_next_opens_or_closes(written):
    here = written('[hours]\nfri = ["18:00", "02:00"]\nsat = ["01:00", "03:00"]')
    assert here.changes(at(0, "12:00")) == at(4, "18:00")
    assert here.changes(at(4, "18:00")) == at(5, "03:00")  # the two run into each other
    assert here.changes(at(5, "03:00")) == at(11, "18:00")
    assert written("[hours]\ndaily = []").changes(at(0, "12:00")) is None


def test_the_clock_on_the_wall_counts_where_the_time_changes(written):
    here = written('[hours]\ndaily = ["10:00", "18:00"]')
    paris = ZoneInfo("Europe/Paris")
    assert here.open_at(datetime(2026, 10, 25, 10, 0, tzinfo=paris))
    assert not here.open_at(datetime(2026, 10, 25, 9, 59, tzinfo=paris))
    assert here.changes(datetime(2026, 10, 24, 20, 0, tzinfo=paris)).hour == 10


@given(
    st.dictionaries(
        st.sampled_from(DAYS), st.lists(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True))
    ),
    st.integers(0, 7 * 1440 - 1),
)
def test_it_is_open_until_it_changes(spans, minute):
    said = {
        day: [[f"{m // 60:02d}:{m % 60:02d}" for m in pair] for pair in pairs] for day, pairs in spans.items()
    }
    hours, moment = Hours.model_validate(said), MONDAY + timedelta(minutes=minute)
    change = hours.changes(moment)
    week = [moment + timedelta(minutes=n) for n in range(0, 7 * 1440, 97)]
    if change is None:
        assert len({hours.open_at(then) for then in week}) == 1
    else:
        assert hours.open_at(change) is not hours.open_at(moment)
        assert {hours.open_at(then) for then in week if then < change} == {hours.open_at(moment)}
