"""A workshop's door under siege, and its end."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from rooms import Guest, made, opened, wait_for


def test_a_code_that_is_guessed_a_thousand_times_is_not_found(tiny, tmp_path):
    with opened(tmp_path, str(tiny)) as room:
        guest, answers = Guest(room), []
        for _ in range(1000):
            answers.append(guest.post("/join", {"code": secrets.token_hex(3), "name": ""})[0])
        assert set(answers) == {403, 429}
        assert answers.count(403) <= 12
        assert guest.post("/join", {"code": room.code, "name": ""})[0] == 429
        assert guest.get(f"/wall?code={room.code}")[0] == 429
        assert guest.get("/host?token=wrong")[0] == 429
        assert Guest(room).lead().get("/host")[0] == 200


def test_the_host_deletes_everything_and_nothing_is_left(tiny, tmp_path):
    with opened(tmp_path, str(tiny)) as room:
        guest, host = Guest(room).join("Ada").follow(), Guest(room).lead()
        made(guest)
        assert any(Path(room.workshop).iterdir())
        assert host.post("/room/end")[0] == 200
        wait_for(lambda: room.process.poll() is not None)
        assert room.process.returncode == 0
        assert not room.workshop.exists()
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_open_workshop_is_not_deleted_under_its_people_and_a_closed_one_is(tiny, tmp_path):
    command = [sys.executable, "-m", "apparatus", "workshop", "--name", "room", "--delete"]
    environment = {**os.environ, "APPARATUS_OUTPUTS": str(tmp_path)}
    with opened(tmp_path, str(tiny)) as room:
        refused = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert (refused.returncode, "open in another process" in refused.stderr) == (1, True)
        assert room.close() == 0
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert not room.workshop.exists()
    gone = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (gone.returncode, "There is no workshop 'room'" in gone.stderr) == (1, True)


def test_a_code_cannot_be_tried_by_a_cookie(tiny, tmp_path):
    with opened(tmp_path, str(tiny)) as room:
        beamer, stranger = Guest(room), Guest(room)
        assert beamer.get(f"/wall?code={room.code}")[0] == 200
        (name, value) = next(iter(beamer.cookies.items()))
        assert room.code not in value
        stranger.cookies[name] = room.code
        assert stranger.get("/stream/wall")[0] == 403


def test_an_app_that_is_killed_comes_back_with_everybody_and_makes_each_picture_once(tiny, tmp_path):
    with opened(tmp_path, str(tiny)) as room:
        guest = Guest(room).join("Ada").follow()
        code, token = room.code, room.token
        ids = [guest.wish()[1]["tickets"][0] for _ in range(4)]
        wait_for(lambda: guest.mine().get(ids[0]) in ("running", "finished"))
        room.kill()
        room.open()
        assert (room.code, room.token) == (code, token)
        assert b'"Ada"' in guest.get("/")[1]
        wait_for(lambda: [guest.mine().get(id) for id in ids] == ["finished"] * 4)
        made_once = [path for path in room.workshop.iterdir() if (path / "record.json").exists()]
        assert len(made_once) == 4
        guest.leave()


def test_a_laptop_that_slept_goes_on_where_it_was(tiny, tmp_path):
    with opened(tmp_path, str(tiny)) as room:
        guest = Guest(room).join().follow()
        made(guest)
        ids = [guest.wish()[1]["tickets"][0] for _ in range(3)]
        asleep = [psutil.Process(room.process.pid), *room.workers()]
        for one in asleep:
            one.suspend()
        time.sleep(5)
        for one in asleep:
            one.resume()
        wait_for(lambda: [guest.mine().get(id) for id in ids] == ["finished"] * 3)
        guest.leave()


@pytest.mark.parametrize("wanted", [False, True])
def test_the_log_holds_prompts_only_where_the_host_wants_them(tiny, tmp_path, wanted):
    with opened(tmp_path, str(tiny), *(["--log-prompts"] if wanted else [])) as room:
        guest = Guest(room).join().follow()
        id = made(guest, "un zeppelin mauve")
        log = (room.workshop / "log.jsonl").read_text("utf-8")
        assert id in log
        assert ("zeppelin" in log) == wanted
        guest.leave()
