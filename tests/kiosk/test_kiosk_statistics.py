"""Counts, and nothing of any person: they outlive a full disk, a damaged file, a clock that jumps."""

import csv
import io
import resource
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import date, datetime

import pytest

from apparatus.kiosk.cards import Card
from apparatus.kiosk.composing import Chosen
from apparatus.kiosk.statistics import BROKEN, FILE, Count, Statistics

NOON = datetime(2026, 11, 23, 12, 30)
CHOSEN = Chosen.read({"nouns": [{"noun": "cat", "colour": "red", "count": 2}], "setting": "sea"})


@contextmanager
def full_disk():
    """No file takes another byte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Clock:
    """The time on the wall, which may be set."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def used(tmp_path, clock):
    return Statistics(tmp_path / "kiosk", clock)


def test_a_visit_is_counted(used):
    used.visited()
    used.chose(CHOSEN)
    used.pictured()
    used.pictured("others", 3)
    used.left("walk", "idle", 80.0)
    assert used.counts() == [
        Count("2026-11-23", "end", "walk idle", 1),
        Count("2026-11-23", "picture", "live", 1),
        Count("2026-11-23", "picture", "others", 3),
        Count("2026-11-23", "seconds", "60-120", 1),
        Count("2026-11-23", "visit", "12", 1),
        Count("2026-11-23", "word", "colour red", 1),
        Count("2026-11-23", "word", "count 2", 1),
        Count("2026-11-23", "word", "noun cat", 1),
        Count("2026-11-23", "word", "setting sea", 1),
    ]


def test_what_chance_drew_nobody_chose(used):
    used.chose(CHOSEN, {"colour", "setting"})
    assert [(one.what, one.name) for one in used.counts()] == [("word", "count 2"), ("word", "noun cat")]


def test_a_colour_of_nothing_is_not_counted(used):
    used.chose(Chosen.read({"nouns": [{"colour": "red"}], "setting": "sea"}))
    assert [one.name for one in used.counts()] == ["setting sea"]


def test_the_table_can_be_opened_elsewhere(used):
    used.visited()
    used.visited()
    rows = list(csv.reader(io.StringIO(used.csv())))
    assert rows == [["day", "what", "name", "count"], ["2026-11-23", "visit", "12", "2"]]


def test_an_empty_table_has_its_head_row(used):
    assert used.csv().splitlines() == ["day,what,name,count"]


def test_cards_are_counted_by_their_id(used):
    used.took(Card(id="boat", fr="un bateau", en="a boat"))
    assert used.totals() == {"card": {"boat": 1}}


@pytest.mark.parametrize("typed", ["my name is Ada", "", "walk'; DROP TABLE counts", "=1+1"])
def test_nothing_that_was_typed_comes_in(used, typed):
    used.left(typed, typed, 10.0)
    used.pictured(typed)
    assert used.totals() == {"end": {"other other": 1}, "picture": {"other": 1}, "seconds": {"0-30": 1}}


@pytest.mark.parametrize(
    ("seconds", "bar"),
    [
        (0, "0-30"),
        (29.9, "0-30"),
        (30, "30-60"),
        (599, "300-600"),
        (600, "600-"),
        (1e9, "600-"),
        (-5, "0-30"),
        (float("nan"), "0-30"),
    ],
)
def test_every_length_has_its_bar(used, seconds, bar):
    used.left("farewell", "farewell", float(seconds))
    assert used.totals()["seconds"] == {bar: 1}


def test_counts_outlive_the_process(used, tmp_path, clock):
    used.visited()
    again = Statistics(tmp_path / "kiosk", clock)
    again.visited()
    assert again.totals() == {"visit": {"12": 2}}


def test_two_processes_may_count_and_read(used, tmp_path, clock):
    other = Statistics(tmp_path / "kiosk", clock)
    for one in (used, other, used):
        one.visited()
    assert used.totals() == other.totals() == {"visit": {"12": 3}}


def test_threads_lose_nothing(used):
    def count():
        for _ in range(20):
            used.visited()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used.totals() == {"visit": {"12": 80}}
    assert used.trouble == ""


def test_days_are_told_apart_by_the_local_date(used, clock):
    used.pictured()
    clock.now = datetime(2026, 11, 24, 0, 5)
    used.pictured("live", 2)
    assert used.pictures() == {"2026-11-23": 1, "2026-11-24": 2}
    assert used.totals(since=date(2026, 11, 24)) == {"picture": {"live": 2}}


def test_a_clock_that_jumps_loses_nothing(used, clock):
    used.pictured()
    clock.now = datetime(1970, 1, 1)
    used.pictured()
    clock.now = NOON
    used.pictured()
    assert used.pictures() == {"1970-01-01": 1, "2026-11-23": 2}


def test_the_most_frequent_comes_first(used):
    for noun in ("dog", "cat", "cat"):
        used.chose(Chosen.read({"nouns": [{"noun": noun}]}))
    assert list(used.totals()["word"]) == ["noun cat", "noun dog"]


def test_a_full_disk_is_outlived_in_memory(used, tmp_path, clock):
    used.visited()
    with full_disk():
        used.visited()
        used.left("walk", "idle", 10.0)
        assert used.trouble.startswith("The counts wait in memory")
        assert not used.write()
        assert Statistics(tmp_path / "kiosk", clock).totals() == {"visit": {"12": 1}}
        assert used.totals()["visit"] == {"12": 2}
    clock.now = datetime(2026, 11, 25, 9)  # what waited is of the day on which it was counted
    assert used.write()
    assert used.trouble == ""
    assert Statistics(tmp_path / "kiosk", clock).pictures() == {}
    assert {one.day for one in Statistics(tmp_path / "kiosk", clock).counts()} == {"2026-11-23"}
    assert used.totals() == {"visit": {"12": 2}, "end": {"walk idle": 1}, "seconds": {"0-30": 1}}


def test_a_disk_that_was_full_from_the_beginning(used):
    with full_disk():
        used.visited()
        assert used.totals() == {"visit": {"12": 1}}
    assert used.write()
    assert used.totals() == {"visit": {"12": 1}}


def test_a_folder_that_cannot_be_is_outlived(tmp_path):
    (tmp_path / "kiosk").write_text("a file in its place")
    used = Statistics(tmp_path / "kiosk")
    used.visited()
    assert used.totals()["visit"]
    assert "wait in memory" in used.trouble
    (tmp_path / "kiosk").unlink()
    assert used.write()
    assert used.trouble == ""


def test_a_table_that_is_held_by_another_is_waited_for(used):
    used.visited()
    with closing(sqlite3.connect(used.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        used.visited()
        assert "locked" in used.trouble
        other.execute("ROLLBACK")
    assert used.write()
    assert used.totals() == {"visit": {"12": 2}}


@pytest.mark.parametrize("damage", ["text", "torn"])
def test_a_damaged_file_is_set_aside(used, tmp_path, clock, damage):
    for n in range(40):
        used.took(Card(id=f"card-{n}-{'x' * 200}", fr="x", en="x"))
    content = used.file.read_bytes()
    broken = b"no table at all" * 90 if damage == "text" else content[:4096] + b"\xff" * (len(content) - 4096)
    used.file.write_bytes(broken)
    again = Statistics(tmp_path / "kiosk", clock)
    again.visited()
    assert again.totals() == {"visit": {"12": 1}}
    assert (tmp_path / "kiosk" / BROKEN).read_bytes() == broken
    assert BROKEN in again.trouble
    assert Statistics(tmp_path / "kiosk", clock).totals() == {"visit": {"12": 1}}


def test_what_is_damaged_or_gone_while_it_counts_does_not_stop_it(used):
    used.visited()
    used.file.write_bytes(b"\0" * 9000)
    used.visited()
    assert used.totals() == {"visit": {"12": 1}}
    used.file.unlink()
    used.visited()
    assert used.totals() == {"visit": {"12": 1}}


def test_a_torn_journal_leaves_what_was_whole(used, tmp_path, clock):
    """As after a power cut in the middle of a write."""
    used.visited()
    with closing(sqlite3.connect(used.file)) as other:
        other.execute("INSERT INTO counts VALUES ('2026-11-23', 'visit', '13', 1)")
        other.commit()
        wal = (tmp_path / "kiosk" / f"{FILE}-wal").read_bytes()
        copy = tmp_path / "cut"
        copy.mkdir()
        (copy / FILE).write_bytes(used.file.read_bytes())
        (copy / f"{FILE}-wal").write_bytes(wal[: len(wal) - 700])
    after = Statistics(copy, clock)
    assert after.totals() == {"visit": {"12": 1}}
    assert after.trouble == ""
