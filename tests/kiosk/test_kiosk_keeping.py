"""Pictures that stay: only if the curator wants it, so many, for so long, and whole."""

import errno
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apparatus.errors import DiskFull, StoreUnwritable
from apparatus.kiosk.curation import Keep
from apparatus.kiosk.keeping import Kept
from apparatus.record import ModelFacts, Record, Settings
from apparatus.store import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALL = Keep(pictures=True, number=100, days=30)


def made(visits, days=0, mark="abcd"):
    """The folder of an exposure that was made so many days ago."""
    created = NOW - timedelta(days=days)
    id = f"{created:%Y%m%d-%H%M%S}-{mark}"
    record = Record(
        id=id,
        state="paused",
        created=created,
        settings=Settings(prompt="un chat"),
        model=ModelFacts(id="obscura", pipeline="", scheduler=""),
    )
    record.save(visits / id)
    (visits / id / "steps").mkdir()
    (visits / id / "steps" / "000.webp").write_bytes(b"a picture")
    return visits / id


def listed(kept):
    return [entry.id for entry in Store(kept.folder).list()]


@pytest.fixture
def visits(tmp_path):
    return tmp_path / "visits"


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "kept", ALL)


def test_a_picture_moves_to_a_store_of_its_own(visits, kept):
    folder = made(visits)
    place = kept.keep(folder, NOW)
    assert not folder.exists()
    assert place == kept.folder / folder.name
    assert Store(kept.folder).open(folder.name).record.settings.prompt == "un chat"
    assert kept.count() == 1


def test_nothing_is_kept_unless_the_curator_wants_it(visits, tmp_path):
    kept, folder = Kept(tmp_path / "kept", Keep()), made(visits)
    assert kept.keep(folder, NOW) is None
    assert folder.exists()
    assert not kept.folder.exists()
    assert kept.prune(NOW) == kept.count() == 0


def test_the_oldest_go_when_there_are_too_many(visits, tmp_path):
    kept = Kept(tmp_path / "kept", Keep(pictures=True, number=2, days=30))
    folders = [made(visits, days) for days in (3, 1, 2, 0)]
    for folder in folders:
        kept.keep(folder, NOW)
    assert listed(kept) == [folders[3].name, folders[1].name]


def test_what_is_too_old_goes(visits, kept):
    old, young = made(visits, 31), made(visits, 29)
    assert kept.keep(young, NOW)
    assert kept.keep(old, NOW) is None
    assert listed(kept) == [young.name]
    assert kept.prune(NOW + timedelta(days=1, hours=1)) == 1
    assert kept.count() == 0


def test_what_goes_is_gone_from_the_disk(visits, kept):
    kept.keep(made(visits, 2), NOW)
    kept.prune(NOW + timedelta(days=400))
    assert [path for path in kept.folder.rglob("*") if path.is_file()] == []


def test_all_go_when_the_curator_keeps_no_more(visits, tmp_path, kept):
    kept.keep(made(visits), NOW)
    assert Kept(tmp_path / "kept", Keep()).prune(NOW) == 1
    assert kept.count() == 0


def test_a_clock_that_jumps_back_takes_nothing(visits, kept):
    kept.keep(made(visits), NOW)
    assert kept.prune(datetime(1970, 1, 2, tzinfo=UTC)) == 0
    assert kept.count() == 1


def test_what_was_half_taken_away_or_half_copied_is_cleared(visits, kept):
    kept.keep(made(visits), NOW)
    for begun in (".leaving-20261101-120000-abcd", ".coming-20261123-120000-abce"):
        shutil.copytree(kept.folder / listed(kept)[0], kept.folder / begun)
    kept.prune(NOW)
    assert [
        path.name for path in kept.folder.iterdir() if path.name.startswith((".leaving", ".coming"))
    ] == []
    assert kept.count() == 1


def test_other_things_in_the_folder_are_left_alone(visits, kept):
    kept.keep(made(visits), NOW)
    (kept.folder / "read me.txt").write_text("mine")
    kept.prune(NOW + timedelta(days=400))
    assert (kept.folder / "read me.txt").read_text() == "mine"


def across(monkeypatch, write=shutil.copyfile):
    """The kept pictures lie on another disk."""
    rename = Path.rename

    def refuse(self, to):
        if self.parent.name == "visits":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(shutil, "copyfile", write)


def test_they_may_lie_on_another_disk(visits, kept, monkeypatch):
    folder = made(visits)
    across(monkeypatch)
    assert kept.keep(folder, NOW)
    assert not folder.exists()
    assert (kept.folder / folder.name / "steps" / "000.webp").read_bytes() == b"a picture"
    assert listed(kept) == [folder.name]


def test_another_disk_that_is_full_leaves_it_where_it_was(visits, kept, monkeypatch):
    folder, copied = made(visits), []

    def write(source, to):
        if copied:
            raise OSError(errno.ENOSPC, "No space left on device")
        copied.append(to)
        return Path(to).write_bytes(Path(source).read_bytes())

    across(monkeypatch, write)
    with pytest.raises(DiskFull):
        kept.keep(folder, NOW)
    assert (folder / "record.json").exists()
    assert kept.count() == 0
    assert list(kept.folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(visits, tmp_path):
    (tmp_path / "kept").write_text("a file in its place")
    with pytest.raises(StoreUnwritable):
        Kept(tmp_path / "kept", ALL).keep(made(visits), NOW)
    assert made(visits, 1).exists()
