"""What goes wrong in weeks, in minutes: workers and the kiosk killed, disks full, files damaged."""

import json
import resource
import shutil
import signal
import time
from copy import copy
from pathlib import Path

import psutil
import pytest
from booths import Kiosk, Page, opened
from rooms import wait_for

TWO = """
[[recording]]
fr = "un chat rouge"
en = "a red cat"
seed = 7
[[recording]]
fr = "un bateau bleu"
en = "a blue boat"
seed = 8
"""
LONG = 200  # seconds; the machine may be busy


@pytest.fixture(scope="module")
def kiosk(tiny, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("kiosk") / "here", tiny, "num_inference_steps = 16\n" + TWO) as kiosk:
        yield kiosk.able()


@pytest.fixture
def page(kiosk):
    kiosk.able()
    page = Page(kiosk).begin()
    yield page
    page.end("again")


def steps(told):
    return [event for event in told if event["stage"] == "denoise"]


def limited(kiosk: Kiosk, bytes: int) -> None:
    """Let no file grow larger: what a full disk does to whoever writes."""
    assert kiosk.process is not None
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for process in (kiosk.process.pid, *(one.pid for one in kiosk.workers())):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (bytes, hard))


# ---- What makes the pictures -------------------------------------------------------------------------


def test_a_picture_of_which_the_worker_dies_is_made_again_by_itself(kiosk, page):
    exposure = page.ask("a red cat")
    heard, thread = page.follow(exposure)
    wait_for(lambda: len(steps(heard)) > 2)
    [worker] = kiosk.workers()
    worker.kill()
    thread.join(LONG)
    kinds = [event["kind"] for event in heard if event["stage"] == "exposure"]
    assert kinds == ["waiting", "finished"]
    assert len(steps(heard[[event["kind"] for event in heard].index("waiting") :])) == 16
    seeds = {event["data"]["seed"] for event in heard if event["stage"] == "noise"}
    assert len(seeds) == 1
    assert page.get(f"/pictures/{exposure}/picture.png")[0] == 200
    assert page.get(f"/pictures/{exposure}/steps/15.webp")[0] == 200
    assert page.end() == 204
    assert kiosk.left() == []


def test_where_workers_die_again_and_again_it_is_said_calmly_and_heals(kiosk, page):
    exposure = page.ask("a red cat")
    heard, thread = page.follow(exposure)
    for _ in range(2):
        wait_for(lambda: steps(heard) and heard[-1]["kind"] == "step", LONG)
        before = {one.pid for one in kiosk.workers()}
        for worker in kiosk.workers():
            worker.kill()
        wait_for(lambda before=before: {one.pid for one in kiosk.workers()} - before, LONG)
        heard.clear()
    thread.join(LONG)
    assert page.told(exposure)[-1]["kind"] == "interrupted"
    status, said = page.say("pictures", {"language": "en", "prompt": "a red cat"})
    assert (status, said["problem"]) == (409, "Resting")
    assert said["said"]["fr"]
    assert "Traceback" not in json.dumps(said)
    token = (kiosk.folder / "token").read_text().strip()
    told = json.loads(page.get(f"/curator/status.json?token={token}")[1])
    assert told["last_error"]["kind"] == "interrupted"
    wait_for(lambda: page.state()["able"], LONG)
    assert page.made("a red cat")


def test_a_worker_that_dies_while_nobody_is_here_comes_back(kiosk):
    kiosk.able()
    [worker] = kiosk.workers()
    worker.kill()
    page = Page(kiosk).begin()
    assert page.made("a red cat")
    page.end()


def test_a_worker_that_stands_still_is_replaced(kiosk, page):
    exposure = page.ask("a red cat")
    heard, thread = page.follow(exposure)
    wait_for(lambda: len(steps(heard)) > 2)
    [worker] = kiosk.workers()
    worker.send_signal(signal.SIGSTOP)
    thread.join(LONG)
    assert heard[-1]["kind"] == "finished"


def test_a_full_disk_is_said_calmly_while_recordings_play_on_and_heals(kiosk, page):
    recordings = page.state()["recordings"]
    limited(kiosk, 64)
    exposure = page.ask("a red cat")
    assert page.told(exposure)[-1]["data"]["problem"] in ("DiskFull", "StoreUnwritable")
    wait_for(lambda: not page.state()["able"])
    assert page.state()["recordings"] == recordings
    assert all(page.get(f"/recordings/{id}.json")[0] == 200 for id in recordings)
    assert page.say("pictures", {"language": "en", "prompt": "a red cat"})[1]["problem"] == "Resting"
    assert page.end() == 204
    assert kiosk.left() == []
    limited(kiosk, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    wait_for(lambda: page.state()["able"], LONG)
    page.begin()
    assert page.made("a red cat")


# ---- The kiosk itself -----------------------------------------------------------------------------------


def test_a_kiosk_that_is_killed_forgets_its_visitor_and_plays_on(kiosk):
    kiosk.able()
    page = Page(kiosk).begin()
    page.ask("a red cat quivering")
    wait_for(lambda: kiosk.left() != [])
    before = page.state()
    kiosk.kill()
    assert kiosk.left() != []
    kiosk.open()
    assert kiosk.left() == []
    after = page.state()
    assert after["boot"] != before["boot"]
    assert after["recordings"] == before["recordings"]
    assert page.say("at", {"screen": "walk"})[0] == 410
    wait_for(lambda: page.state()["able"], LONG)
    assert page.begin().made("a red cat")
    assert page.state()["recordings"] == before["recordings"]


def test_a_kiosk_that_is_asked_to_end_ends_and_leaves_nothing(kiosk):
    kiosk.able()
    page = Page(kiosk).begin()
    heard, thread = page.follow(page.ask("a red cat quivering"))
    wait_for(lambda: len(steps(heard)) > 2)
    [worker] = kiosk.workers()
    began = time.monotonic()
    assert kiosk.close() == 0
    assert time.monotonic() - began < 15
    thread.join(5)
    assert kiosk.left() == []
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    kiosk.open()


def test_two_kiosks_in_one_folder_are_one_too_many(kiosk):
    other = copy(kiosk)
    other.port = 0
    with pytest.raises(AssertionError, match="it ended"):
        other.open()
    assert other.close() == 2
    assert Page(kiosk).state()["open"]


def test_counts_that_are_damaged_are_set_aside(kiosk):
    kiosk.close()
    (kiosk.folder / "kiosk.sqlite").write_bytes(b"no database" * 100)
    for beside in ("-wal", "-shm"):
        (kiosk.folder / f"kiosk.sqlite{beside}").unlink(missing_ok=True)
    kiosk.open().able()
    page = Page(kiosk).begin()
    page.end("farewell")
    token = (kiosk.folder / "token").read_text().strip()
    wait_for(lambda: b"compose farewell" in page.get(f"/curator/statistics.csv?token={token}")[1])
    assert (kiosk.folder / "kiosk.sqlite.broken").exists()


# ---- Recordings ------------------------------------------------------------------------------------------


def test_recordings_that_a_power_cut_left_half_written_are_made_anew(kiosk):
    kiosk.able()
    before = Page(kiosk).state()["recordings"]
    kiosk.close()
    folder = kiosk.folder / "recordings"
    (folder / before[0] / "events.json").write_text('{"events": [{"kin')
    (folder / "20200101-000000-abcd").mkdir()
    kiosk.open()
    assert Page(kiosk).state()["recordings"] == before[1:]
    kiosk.able()
    after = Page(kiosk).state()["recordings"]
    assert after[1] == before[1]
    assert after[0] != before[0]
    assert sorted(path.name for path in folder.iterdir()) == sorted(after)


def test_another_list_is_made_while_the_old_one_plays(kiosk):
    kiosk.able()
    before = Page(kiosk).state()["recordings"]
    kiosk.close()
    kiosk.curate("num_inference_steps = 16\n" + TWO.replace("a blue boat", "a blue cat"))
    kiosk.open()
    assert Page(kiosk).state()["recordings"] == before
    page = Page(kiosk)
    wait_for(lambda: page.state()["recordings"][1] != before[1], LONG)
    after = page.state()["recordings"]
    assert after[0] == before[0]
    assert page.get(f"/recordings/{before[1]}.json")[0] == 404
    assert json.loads(page.get(f"/recordings/{after[1]}.json")[1])["texts"]["en"] == "a blue cat"


def test_a_visitor_comes_before_recordings(tiny, tmp_path):
    with opened(tmp_path / "here", tiny, "num_inference_steps = 24\n" + TWO) as kiosk:
        page = Page(kiosk)
        wait_for(lambda: page.state()["able"], LONG)
        page.begin()
        made = page.state()["recordings"]
        assert page.made("a red cat")
        assert page.state()["recordings"] == made
        page.end()
        kiosk.able()


def test_a_damaged_model_makes_nothing_and_the_recordings_play_on(tiny, tmp_path):
    model = shutil.copytree(tiny, tmp_path / "model")
    with opened(tmp_path / "here", model) as kiosk:
        kiosk.able()
        [recording] = Page(kiosk).state()["recordings"]
        kiosk.close()
        weights = next((model / "unet").glob("*.safetensors"))
        whole = weights.read_bytes()
        weights.write_bytes(whole[: len(whole) // 2])
        page = Page(kiosk.open())
        wait_for(lambda: _troubled(kiosk), LONG)
        assert page.state()["able"] is False
        assert page.state()["recordings"] == [recording]
        assert page.get(f"/recordings/{recording}.json")[0] == 200
        page.begin()
        assert page.say("pictures", {"language": "en", "prompt": "a red cat"})[1]["problem"] == "Resting"
        page.end()
        weights.write_bytes(whole)
        wait_for(lambda: page.state()["able"], LONG)
        assert page.begin().made("a red cat")


def _troubled(kiosk: Kiosk) -> bool:
    log = Path(kiosk.folder / "log.jsonl").read_text("utf-8").splitlines()
    return any(json.loads(line).get("problem") for line in log)
