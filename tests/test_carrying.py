"""What changes in one store comes into another, and appears there as it appeared in the first."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from apparatus.engine import carrying
from apparatus.engine.carrying import Changes, Copies, needed, packed, put
from apparatus.engine.jobs import Branch, Expose, GoOn, Look, Rewrite
from apparatus.errors import ExposureNotFound, StoreUnwritable
from apparatus.record import Exposure, ModelFacts, Record, Settings
from apparatus.retouching import Retouch
from apparatus.store import Store

ID = "20260101-000000-abcd"


@pytest.fixture
def far(tmp_path: Path) -> Store:
    return Store(tmp_path / "far")


@pytest.fixture
def near(tmp_path: Path) -> Store:
    return Store(tmp_path / "near")


@pytest.fixture
def exposure() -> Callable[..., Exposure]:
    def made(id: str = ID, steps: int = 2) -> Exposure:
        record = Record.model_validate(
            {
                "id": id,
                "created": "2026-01-01T00:00:00Z",
                "settings": Settings(model="tiny", prompt="a cat", seed=7),
                "model": ModelFacts(id="tiny", pipeline="P", scheduler="S", parts=[]),
                "state": "finished",
            }
        )
        pictures = {f"steps/{at:03d}.webp": Image.new("RGB", (8, 8), (at, 0, 0)) for at in range(steps)}
        return Exposure(record, {}, pictures)

    return made


def carry(changes: Changes, copies: Copies) -> None:
    for parcel in changes.since():
        copies.take(parcel)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_an_exposure_is_not_listed_before_it_is_whole(far, near, exposure):
    far.folder.mkdir()
    changes, copies, made = Changes(far.folder), Copies(near), exposure()
    draft = far.begin(ID)
    draft.note(made)
    carry(changes, copies)
    assert [folder.name for folder in near.folder.iterdir()] == [f".partial-{ID}"]
    far.finish(draft, made)
    carry(changes, copies)
    assert near.list()[0].id == ID
    assert files(near.path(ID)) == files(far.path(ID))
    assert [*changes.since()] == []


def test_large_files_go_in_parts_and_what_is_taken_away_goes_too(far, near, exposure, monkeypatch):
    monkeypatch.setattr(carrying, "PART", 1000)
    far.folder.mkdir()
    changes, copies = Changes(far.folder), Copies(near)
    draft = far.begin(ID)
    draft.note(exposure())
    (draft.folder / "large").write_bytes(large := os.urandom(3456))
    (draft.folder / "exact").write_bytes(large[:2000])
    (draft.folder / "empty").touch()
    parcels = [*changes.since()]
    assert max(sum(len(piece.data) for piece in parcel.pieces) for parcel in parcels) <= 1000
    assert parcels[-1].pieces[-1].path == f"{ID}/record.json"
    for parcel in parcels:
        copies.take(parcel)
    assert files(near.folder / f".partial-{ID}") == files(draft.folder)
    (draft.folder / "large").unlink()
    carry(changes, copies)
    assert files(near.folder / f".partial-{ID}") == files(draft.folder)


def test_what_was_not_kept_there_is_not_kept_here(far, near, exposure):
    far.folder.mkdir()
    changes, copies = Changes(far.folder), Copies(near)
    draft = far.begin(ID)
    draft.note(exposure())
    carry(changes, copies)
    draft.drop()
    carry(changes, copies)
    copies.end()
    assert not [*near.folder.iterdir()]


def test_what_broke_off_is_kept_as_interrupted(far, near, exposure):
    far.folder.mkdir()
    changes, copies = Changes(far.folder), Copies(near)
    far.begin(ID).note(exposure())
    carry(changes, copies)
    assert not near.interrupt(ID, "It is still on its way.")
    copies.leave()
    assert near.interrupt(ID, "It broke off.")
    assert near.open(ID).record.state == "interrupted"
    assert near.open(ID).picture_of("steps/001.webp")


def test_what_a_job_needs_is_sent_along_and_comes_back_into_its_place(far, near, exposure):
    folder = near.save(exposure())
    sent, _ = needed(Look("decoded", ID, 1), "20260101-000000-0000", near)
    for parcel in packed(sent, (), near):
        for piece in parcel.pieces:
            put(far.folder / piece.path, piece)
    assert files(far.path(ID)) == files(folder)
    changes, copies = Changes(far.folder), Copies(near)
    copies.begin(Look("decoded", ID, 1), "20260101-000000-0000", sent)
    (far.path(ID) / "looks").mkdir()
    (far.path(ID) / "looks/decoded-001.json").write_text("{}")
    carry(changes, copies)
    copies.end()
    assert files(far.path(ID)) == files(folder)


def test_an_exposure_that_is_there_is_not_written_over_by_a_new_one(far, near, exposure):
    near.save(exposure(steps=3))
    before = files(near.path(ID))
    far.folder.mkdir()
    changes, copies = Changes(far.folder), Copies(near)
    far.save(exposure(steps=1))
    with pytest.raises(StoreUnwritable):
        carry(changes, copies)
    copies.end()
    assert files(near.folder) == {f"{ID}/{path}": data for path, data in before.items()}


def test_one_that_goes_on_is_held_meanwhile(near, exposure):
    near.save(exposure())
    copies = Copies(near)
    copies.begin(GoOn(), ID, [ID])
    with pytest.raises(BlockingIOError):
        held(near.folder / ID)
    copies.end()
    held(near.folder / ID)
    assert near.open(ID).record.state == "finished"


def held(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(lock)


@pytest.mark.parametrize(
    "job",
    [
        Branch(ID, 1),
        GoOn(),
        Look("pull", ID, 1),
        Expose(Settings(prompt="a cat", retouch=Retouch(source=ID))),
        Expose(Settings(prompt="a cat", retouch=Retouch(source="2026"))),
    ],
    ids=lambda job: type(job).__name__,
)
def test_what_is_not_there_is_said(near, exposure, job):
    with pytest.raises(ExposureNotFound):
        needed(job, ID, near)
    near.save(exposure())
    assert needed(job, ID, near) == ((ID,), ())


@pytest.mark.parametrize(
    "job",
    [
        Expose(Settings(prompt="a cat")),
        Expose(Settings(prompt="a cat", retouch=Retouch(source=ID)), source=b"a picture"),
        Expose(Settings(prompt="a cat", retouch=Retouch(source="sha256:12"))),
        Rewrite(Settings(prompt="a cat")),
    ],
    ids=lambda job: type(job).__name__,
)
def test_most_jobs_need_nothing(near, job):
    assert needed(job, ID, near) == ((), ())
