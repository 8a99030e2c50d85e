"""A workshop's door under siege, and its end."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from rooms import Guest, made, opened, wait_for


def test_a_code_that_is_guessed_a_thousand_times_is_not_found(tiny, tmp_path):
    with opened(tmp_path, str(tiny)) as room:
        guest, answers = Guest(room), []
        for _ in range(1000):
            answers.append(guest.post("/join", {"code": secrets.token_hex(3), "name": ""})[0])
        assert set(answers) == {403, 429}
        assert answers.count(403) <= 12
        assert guest.post("/join", {"code": room.code, "name": ""})[0] == 429
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
