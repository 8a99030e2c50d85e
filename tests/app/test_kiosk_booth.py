"""The booth in this process: what it holds when a visit is over, its clocks, and what systemd is told."""

import gc
import os
import socket
import time
import weakref

import pytest
from rooms import wait_for

from app.kiosk.__main__ import curated, opened
from app.kiosk.accounts import Accounts
from app.kiosk.asking import here
from app.kiosk.idling import LOST, STUCK, Idling
from app.kiosk.line import IDLE, NOW, Wish
from app.kiosk.making import expose
from app.kiosk.notify import notify
from app.kiosk.refusals import VisitOver
from apparatus.engine.jobs import Expose
from apparatus.errors import BrokenCuration, ExposureNotFound
from apparatus.kiosk.curation import Curation, Recording

LONG = 200


@pytest.fixture(scope="module")
def booth(tiny, tmp_path_factory):
    asked = Curation(model=str(tiny), enhance=False, recording=(Recording(fr="un chat", en="a cat"),))
    booth = opened(tmp_path_factory.mktemp("kiosk") / "here", asked)
    end = time.monotonic() + LONG
    while not (booth.able and booth.recordings.ids):
        booth.tick()
        time.sleep(0.1)
        assert time.monotonic() < end
    yield booth
    booth.close()


def made(booth, visit, prompt="a red cat"):
    settings = expose(booth.curation.model, prompt, "en", 3, None)
    wish = booth.making.picture(visit, settings, "person")
    booth.ask(visit, wish)
    assert [*wish.events][-1].kind == "finished"
    return wish


def test_nothing_of_a_visit_is_held_when_it_is_over(booth):
    visit = booth.begin("en")
    wish = made(booth, visit)
    others = booth.making.others(visit, wish.exposure)
    booth.ask(visit, *others)
    assert [[*one.events][-1].kind for one in others] == ["finished"] * 3
    visit.take(b"a picture")
    visit.remember((wish.exposure, "artistic", "en"), b"a sheet")
    exposures = [one.exposure for one in (wish, *others)]
    held = [weakref.ref(thing) for thing in (visit, wish, wish.events, *others, wish.job)]
    booth.end(visit, "farewell").result(30)
    assert visit.taken == visit.sheets == visit.wishes == {}
    del visit, wish, others
    gc.collect()
    assert [one() for one in held] == [None] * len(held)
    assert [booth.engine.follow(id) for id in exposures] == [None] * 4
    assert list(booth.engine.store.folder.iterdir()) == []


def test_what_comes_too_late_for_a_visit_is_not_made(booth):
    visit = booth.begin("en")
    wish = booth.making.picture(visit, expose(booth.curation.model, "a cat", "en", 3, None), "person")
    booth.end(visit, "idle").result(30)
    with pytest.raises(VisitOver):
        booth.ask(visit, wish)
    assert wish.last.kind == "cancelled"
    with pytest.raises(VisitOver):
        booth.visiting(visit.id)
    with pytest.raises(ExposureNotFound):
        booth.wish(wish.exposure)


def test_a_visit_ends_once_and_lasts_as_long_as_somebody_touched_it(booth):
    waited = booth.curation.still_there + booth.curation.countdown
    totals = booth.accounts.statistics.totals
    for why, ago, lasted in (("farewell", 0, 200), ("idle", 0, 200 - waited), ("idle", 150, 50)):
        visit = booth.begin("en")
        visit.screen = "walk"
        visit.began, visit.touched = time.monotonic() - 200, time.monotonic() - ago
        counted = lambda name=f"walk {why}": totals().get("end", {}).get(name, 0)  # noqa: E731
        before, ended = totals(), counted()
        booth.end(visit, why).result(30)
        booth.end(visit, why).result(30)
        wait_for(lambda ended=ended, counted=counted: counted() > ended)
        after = totals()
        assert counted() == ended + 1
        grown = [
            bar for bar, count in after["seconds"].items() if count > before.get("seconds", {}).get(bar, 0)
        ]
        [low, high] = grown[0].split("-")
        assert int(low) <= lasted <= int(high)


def test_a_picture_that_cannot_be_kept_keeps_no_other_from_being_kept(tiny, tmp_path):
    asked = Curation(model=str(tiny), enhance=False, keep={"pictures": True})
    booth = opened(tmp_path / "kiosk", asked)
    try:
        visit = booth.begin("en")
        exposures = [made(booth, visit).exposure for _ in range(2)]
        kept = tmp_path / "kiosk" / "kept"
        kept.mkdir()
        (kept / exposures[0]).write_text("in the way")
        booth.end(visit, "farewell").result(30)
        assert [one.name for one in kept.iterdir() if one.is_dir()] == exposures[1:]
        assert booth.told()["errors"] == 1
    finally:
        booth.close()


def test_what_a_kiosk_was_before_it_was_started_is_told(tmp_path):
    curation = Curation()
    first = Accounts(tmp_path, curation)
    first.troubled("DiskFull")
    first.close()
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"broken\n')
    second = Accounts(tmp_path, curation)
    told = second.told(worker=True)
    second.close()
    assert (told["starts"], told["errors"], told["last_error"]["kind"]) == (2, 0, "DiskFull")
    assert told["last_error"]["ago"] < 60


def test_a_broken_file_does_not_keep_a_kiosk_from_opening_that_was_open(tmp_path):
    config, folder = tmp_path / "kiosk.toml", tmp_path / "kiosk"
    config.write_text("pace = 1")
    with pytest.raises(BrokenCuration):
        curated(folder, config)
    config.write_text("pace = 12.0")
    assert curated(folder, config)[1] == ""
    config.write_text("pace = 12.0\npaec = 3")
    found, broken = curated(folder, config)
    assert found.pace == 12.0
    assert "paec" in broken


def test_a_visit_that_no_page_ends_is_over_by_itself(booth):
    visit = booth.begin("en")
    made(booth, visit)
    visit.touched = time.monotonic() - (booth.curation.still_there + booth.curation.countdown + 110)
    booth.tick()
    assert booth.visit is visit
    booth.pages = 1
    booth.hear()
    visit.touched -= 20
    booth.tick()
    assert booth.visit is visit
    booth.pages = 0
    booth.tick()
    assert booth.visit is None
    wait_for(lambda: list(booth.engine.store.folder.iterdir()) == [])


def test_what_stays_behind_is_taken_away_at_the_next_tick(booth):
    folder = booth.engine.store.folder
    (folder / ".partial-20200101-000000-abcd").mkdir()
    (folder / "20200101-000000-abcd").mkdir()
    (folder / "20200101-000000-abcd" / "picture.png").write_bytes(b"somebody's")
    booth.tick()
    wait_for(lambda: list(folder.iterdir()) == [])


def test_what_is_less_urgent_steps_back_and_is_made_afterwards(booth):
    idle, now = (
        Wish(
            f"20200101-000000-000{n}",
            Expose(expose(booth.curation.model, "a cat", "en", steps, None)),
            urgent,
        )
        for n, (steps, urgent) in enumerate(((40, IDLE), (3, NOW)))
    )
    booth.line.ask(idle)
    wait_for(lambda: len(idle.told) > 5)
    booth.line.ask(now)
    assert [*now.events][-1].kind == "finished"
    assert not idle.events.over
    assert [*idle.events][-1].kind == "finished"
    kinds = [event.kind for event in idle.events]
    assert kinds.count("waiting") == 1
    assert sum(event.stage == "denoise" for event in idle.told) == 40


def test_a_process_that_makes_nothing_any_more_is_not_trusted(booth):
    now = [0.0]
    idling = Idling(booth.line, booth.recordings, booth.curation, booth.accounts, lambda: now[0])
    idling.made()
    idling.tick(somebody=True)
    assert (idling.well, idling.sound) == (True, True)
    now[0] += LOST + 1
    assert (idling.well, idling.sound) == (False, False)
    idling.tick(somebody=True)
    assert (idling.well, idling.sound) == (True, True)
    stuck = Wish("20200101-000000-0009", Expose(expose(booth.curation.model, "a cat", "en", 3, None)))
    booth.line.running, before = stuck, booth.line.running
    idling.tick(somebody=True)
    now[0] += STUCK + 1
    idling.tick(somebody=True)
    assert not idling.well
    booth.line.running = before
    idling.tick(somebody=True)
    assert idling.well


@pytest.mark.parametrize(
    ("client", "near"),
    [
        (("127.0.0.1", 5), True),
        (("127.8.0.1", 5), True),
        (("::1", 5), True),
        (("::ffff:127.0.0.1", 5), True),
        (("192.168.1.7", 5), False),
        (("::ffff:192.168.1.7", 5), False),
        (("fe80::1%eth0", 5), False),
        (("localhost", 5), False),
        (None, False),
    ],
)
def test_only_who_sits_at_the_machine_is_near(client, near):
    assert here({"type": "http", "client": client}) is near


def test_systemd_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    for name in (str(tmp_path / "notify"), f"\0apparatus-{os.getpid()}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            heard.bind(name)
            monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
            assert notify("WATCHDOG=1")
            assert heard.recv(64) == b"WATCHDOG=1"
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not notify("WATCHDOG=1")
