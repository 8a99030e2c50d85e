"""The store: whole exposures or none, an index that follows the folders, refusals in a sentence."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from apparatus.errors import (
    AmbiguousExposure,
    BrokenRecord,
    DiskFull,
    ExposureNotFound,
    StoreUnwritable,
)
from apparatus.record import Exposure, ModelFacts, Record, Settings, new_id
from apparatus.store import Store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def exposure(seed: int = 0, pixels: int = 8) -> Exposure:
    created = NOON + timedelta(seconds=seed)
    record = Record(
        id=new_id(created),
        created=created,
        state="finished",
        settings=Settings(prompt=f"a boat, number {seed}", seed=seed),
        model=ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler"),
    )
    noise = np.random.default_rng(seed).standard_normal((4, pixels, pixels)).astype(np.float32)
    return Exposure(record, {"noise": noise}, {"picture.png": Image.new("RGB", (pixels, pixels), "red")})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "outputs")


def seeds(store: Store, **page: int) -> list[int | None]:
    return [entry.seed for entry in store.list(**page)]


def test_an_empty_store_makes_nothing(store):
    assert store.list() == []
    assert store.count() == 0
    assert not store.folder.exists()


def test_what_is_kept_can_be_opened_again(store):
    kept = exposure(7)
    folder = store.save(kept)
    again = store.open(kept.id)
    assert again.record == kept.record
    assert np.array_equal(again.noise, kept.noise)
    assert again.picture is not None
    assert again.picture.getpixel((0, 0)) == (255, 0, 0)
    assert folder == store.path(kept.id)


def test_a_list_is_newest_first_page_by_page(store):
    for seed in (3, 1, 4, 0, 2):
        store.save(exposure(seed))
    assert seeds(store, limit=2) == [4, 3]
    assert seeds(store, limit=2, offset=2) == [2, 1]
    assert seeds(store, limit=2, offset=4) == [0]
    assert store.count() == 5


def test_a_draft_is_not_listed_until_it_is_kept(store):
    whole = exposure()
    draft = store.begin(whole.id)
    draft.note(whole)
    assert store.list() == []
    with pytest.raises(ExposureNotFound):
        store.open(whole.id)
    store.finish(draft, whole)
    assert [entry.id for entry in store.list()] == [whole.id]
    assert not list(store.folder.glob(".partial-*"))


def test_an_id_can_be_shortened_as_long_as_it_means_one(store):
    first, second = exposure(1), exposure(2)
    store.save(first)
    store.save(second)
    assert store.find(first.id[:15]) == first.id
    assert store.find("last") == second.id
    with pytest.raises(AmbiguousExposure, match="2 exposures"):
        store.find("20261122")


@pytest.mark.parametrize("name", ["", "last", "nothing", "..", "../outputs", "20261122-120000-zzzz"])
def test_what_is_not_there_is_said(store, name):
    with pytest.raises(ExposureNotFound, match="There is no exposure"):
        store.open(name)
    with pytest.raises(ExposureNotFound):
        store.path(name)


def test_a_lost_index_is_made_anew(store):
    store.save(exposure(1))
    store.list()
    shutil.rmtree(store.folder / ".index")
    assert seeds(store) == [1]


@pytest.mark.parametrize("where", ["start", "middle"])
def test_a_broken_index_is_made_anew(store, where):
    for seed in range(3):
        store.save(exposure(seed))
    store.list()
    index = store.folder / ".index" / "exposures.sqlite"
    with sqlite3.connect(index) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    bytes_there = bytearray(index.read_bytes())
    start = 0 if where == "start" else 4096
    bytes_there[start : start + 2000] = b"x" * 2000
    index.write_bytes(bytes_there)
    assert seeds(store) == [2, 1, 0]
    assert seeds(store) == [2, 1, 0]


def test_an_index_of_another_version_is_made_anew(store):
    store.save(exposure(1))
    store.list()
    with sqlite3.connect(store.folder / ".index" / "exposures.sqlite") as index:
        index.execute("PRAGMA user_version = 99")
        index.execute("DROP TABLE exposures")
        index.execute("CREATE TABLE exposures (something_else)")
    index.close()
    assert seeds(store) == [1]


def test_an_index_that_cannot_be_written_is_done_without(store):
    store.save(exposure(1))
    (store.folder / ".index").write_text("a file where a folder should be")
    assert seeds(store) == [1]


def test_the_index_follows_the_folders(store, tmp_path):
    other = Store(tmp_path / "elsewhere")
    came, went = exposure(1), exposure(2)
    other.save(came)
    store.save(went)
    assert seeds(store) == [2]
    shutil.copytree(other.path(came.id), store.folder / came.id)
    shutil.rmtree(store.path(went.id))
    assert seeds(store) == [1]


def test_a_broken_record_is_listed_as_such_and_harms_no_other(store):
    good, bad = exposure(1), exposure(2)
    store.save(good)
    (store.save(bad) / "record.json").write_text("{")
    assert [(entry.id, entry.state) for entry in store.list()] == [(bad.id, "broken"), (good.id, "finished")]
    with pytest.raises(BrokenRecord, match=r"record\.json"):
        store.open(bad.id)
    assert store.open(good.id).record == good.record


def test_a_broken_record_that_was_mended_is_whole_again(store):
    whole = exposure(1)
    record = store.save(whole) / "record.json"
    text = record.read_text()
    record.write_text("{")
    assert store.list()[0].state == "broken"
    record.write_text(text)
    assert store.list()[0].state == "finished"


def test_what_is_deleted_lies_in_the_trash(store):
    thrown = exposure(1)
    store.save(thrown)
    trash = store.delete(thrown.id)
    assert store.list() == []
    assert Exposure.open(trash).record == thrown.record


DYING = """
import sys, time
sys.path[:] = {path!r}
from tests.test_store import exposure
from apparatus.store import Store
whole = exposure(5)
whole.record.state = "running"
draft = Store({folder!r}).begin(whole.id)
draft.note(whole)
print(whole.id, flush=True)
time.sleep(60)
"""


def running_elsewhere(store: Store) -> tuple[subprocess.Popen[str], str]:
    root = str(Path(__file__).parent.parent)
    code = DYING.format(path=[root, *sys.path], folder=str(store.folder))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_run_that_lives_is_left_alone_and_one_that_died_is_kept_as_interrupted(store):
    process, running = running_elsewhere(store)
    with process:
        assert running
        assert store.recover() == ()
        assert store.list() == []
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert store.recover() == (running,)
    assert [(entry.id, entry.state, entry.seed) for entry in store.list()] == [(running, "interrupted", 5)]
    assert store.recover() == ()


def test_what_nobody_holds_and_nobody_can_read_is_cleared_away_after_a_while(store):
    lost = store.folder / ".partial-20261122-120000-abcd"
    lost.mkdir(parents=True)
    assert store.recover() == ()
    assert lost.exists()
    os.utime(lost, (0, 0))
    assert store.recover() == ()
    assert not lost.exists()


def test_a_folder_that_refuses_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnwritable, match="APPARATUS_OUTPUTS"):
        Store(tmp_path / "file" / "outputs").save(exposure())


CRAMPED = """
import resource, sys
sys.path[:] = {path!r}
from tests.test_store import exposure
from apparatus.errors import DiskFull
from apparatus.store import Store
whole = exposure(2, pixels=200)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    Store({folder!r}).save(whole)
except DiskFull as error:
    print(error)
"""


def test_a_full_disk_is_said_and_what_was_there_stays(store):
    before = exposure(1)
    store.save(before)
    code = CRAMPED.format(path=[str(Path(__file__).parent.parent), *sys.path], folder=str(store.folder))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "is full" in done.stdout, done.stderr
    assert [entry.id for entry in store.list()] == [before.id]
    assert store.open(before.id).record == before.record
    assert not list(store.folder.glob(".partial-*"))


def test_a_save_that_fails_leaves_nothing_behind(store):
    whole = exposure()
    whole.pictures["picture.png"] = Image.new("F", (8, 8))  # which no PNG can hold
    with pytest.raises(StoreUnwritable, match="cannot write mode F"):
        store.save(whole)
    assert not list(store.folder.iterdir())


def test_many_threads_may_save_and_list_at_once(store):
    def work(first: int) -> None:
        for seed in range(first, first + 5):
            store.save(exposure(seed))
            store.list()

    threads = [threading.Thread(target=work, args=(5 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seeds(store, limit=50) == list(range(19, -1, -1))


def test_disk_full_keeps_its_facts(tmp_path):
    error = DiskFull(tmp_path, 2_000_000)
    assert error.free == 2_000_000
    assert "2 MB" in str(error)


def grown(store: Store, **parents: str | None) -> dict[str, str]:
    """Exposures by their letters, in the order of their letters, each with its parent; their ids."""
    ids = {letter: f"20261122-1200{place:02}-{place:04x}" for place, letter in enumerate(sorted(parents))}
    for letter, parent in parents.items():
        one = exposure(0)
        one.record.id, one.record.parent = ids[letter], ids.get(parent or "", parent)
        store.save(one)
    return ids


def family(store: Store, exposure: str) -> set[str]:
    return {entry.id for entry in store.family(exposure)}


def test_a_family_is_all_that_grew_from_the_same_first_one(store):
    ids = grown(store, a=None, b="a", c="a", d="b", e="20200101-000000-aaaa")
    for letter in "abcd":
        assert family(store, ids[letter]) == {ids[each] for each in "abcd"}
    assert family(store, ids["e"]) == {ids["e"]}
    store.delete(ids["a"])
    assert family(store, ids["d"]) == {ids["b"], ids["d"]}
    assert family(store, ids["c"]) == {ids["c"]}


def test_a_family_altered_by_hand_loses_no_exposure(store):
    ids = grown(store, a="b", b="a", c="c")
    assert family(store, ids["a"]) == family(store, ids["b"]) == {ids["a"], ids["b"]}
    assert family(store, ids["c"]) == {ids["c"]}


def test_what_is_deleted_comes_back(store):
    ids = grown(store, a=None)
    store.delete(ids["a"])
    assert store.count() == 0
    store.restore(ids["a"])
    assert store.open(ids["a"]).record.state == "finished"
    with pytest.raises(ExposureNotFound):
        store.restore(ids["a"])


def test_an_exposure_is_given_a_name_that_lists_know(store):
    ids = grown(store, a=None)
    assert [entry.name for entry in store.list()] == [""]
    store.rename(ids["a"], "the first")
    assert [entry.name for entry in store.list()] == ["the first"]
    assert store.open(ids["a"]).record.name == "the first"
