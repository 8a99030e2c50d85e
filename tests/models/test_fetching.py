"""Fetching: from a hub on this machine, through huggingface_hub itself, in a process of its own."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hub import GOOD, NEW, SHA, Hub, hub
from safetensors.numpy import save

import apparatus
from apparatus.models import fetching
from apparatus.models.catalogue import find
from apparatus.models.loading import load

LARGE = save({"weight": np.arange(6_000_000, dtype=np.float32)})
"""24 MB: more than two of the pieces of 10 MB that huggingface_hub writes."""
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"
BESIDE = {
    "README.md": b"---\nlicense: cc0-1.0\n---\n",
    "unet/diffusion_pytorch_model.bin": b"a pickle",
    "unet/diffusion_pytorch_model.fp16.safetensors": b"another variant",
    "unet/model.onnx": b"another format",
    "vae_1_0/diffusion_pytorch_model.safetensors": b"no part of it",
    "whole.safetensors": b"all parts in one file",
}


@pytest.fixture(scope="module")
def there():
    with hub() as running:
        yield running


@pytest.fixture
def repository(there, tiny):
    """A repository of the tiny model, with much beside it that is not loaded."""
    held = there.add("somebody/tiny", tiny)
    held.files |= BESIDE
    there.asked.clear()
    return held


def around(there: Hub, home: Path, **environment: str) -> dict[str, str]:
    """The environment of a process that asks this hub, with a cache in `home`."""
    ours = ("HF_", "HUGGING", "TRANSFORMERS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "HF_ENDPOINT": there.url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": str(Path(apparatus.__file__).parent.parent),
        "NO_PROXY": "127.0.0.1",
        **environment,
    }


def start(
    there: Hub, home: Path, *arguments: str, stdin: int = subprocess.DEVNULL, **environment: str
) -> "subprocess.Popen[str]":
    """`apparatus fetch` in a process of its own; nobody is at a terminal unless `stdin` is one."""
    return subprocess.Popen(
        [sys.executable, "-m", "apparatus", "fetch", *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=around(there, home, **environment),
    )


def fetched(there: Hub, home: Path, *arguments: str, **environment: str) -> tuple[Path, str]:
    """The folder that was fetched, and what was said on the way."""
    with start(there, home, *arguments, "--accept-licence", **environment) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return Path(out.strip()), err


def refused(there: Hub, home: Path, *arguments: str, **environment: str) -> str:
    """The one sentence it was refused with; nothing is in the cache then."""
    with start(there, home, *arguments, **environment) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, ""), err
    assert "Traceback" not in err
    assert not list(home.glob("hub/models--*"))
    return err.strip().splitlines()[-1]


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_is_fetched_is_what_loading_reads_and_it_loads(there, repository, tiny, tmp_path, monkeypatch):
    folder, said = fetched(there, tmp_path, "somebody/tiny")
    assert folder == tmp_path / "hub" / "models--somebody--tiny" / "snapshots" / SHA
    assert names(folder) == names(tiny) - {
        name for name in names(tiny) if "/" not in name and not name.endswith(".json")
    }
    assert not set(there.got("somebody/tiny")) & set(BESIDE)
    assert "Licence: cc0-1.0" in said
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    model = load("somebody/tiny")
    assert model.entry.folder == folder
    assert model.edition == load(tiny).edition


def test_what_is_here_already_is_not_fetched_again(there, repository, tmp_path):
    fetched(there, tmp_path, "somebody/tiny")
    there.asked.clear()
    with start(there, tmp_path, "somebody/tiny") as process:
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 0, err
    assert "To fetch: 0.00 GB" in err
    assert not there.got("somebody/tiny")


def test_a_connection_that_breaks_goes_on_where_it_was(there, repository, tmp_path):
    repository.files[WEIGHTS] = LARGE
    repository.cut[WEIGHTS] = 12_000_000
    folder, _ = fetched(there, tmp_path, "somebody/tiny")
    assert (folder / WEIGHTS).read_bytes() == LARGE
    ranges = [asked for method, path, asked in there.asked if path.endswith(WEIGHTS) and method == "GET"]
    assert ranges == ["", "bytes=10485760-"]


def test_a_process_that_was_killed_goes_on_with_the_files_that_are_missing(there, repository, tmp_path):
    repository.files[WEIGHTS] = LARGE
    repository.stall.add(WEIGHTS)
    there.go_on.clear()
    there.stalled.clear()
    blobs = tmp_path / "hub" / "models--somebody--tiny" / "blobs"
    with start(there, tmp_path, "somebody/tiny", "--accept-licence") as process:
        assert there.stalled.wait(60)
        deadline = time.monotonic() + 60
        while len([file for file in blobs.glob("*") if file.suffix != ".incomplete"]) < 8:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()
    there.go_on.set()
    whole = set(names(tmp_path / "hub" / "models--somebody--tiny" / "snapshots" / SHA))
    assert WEIGHTS not in whole
    there.asked.clear()
    folder, said = fetched(there, tmp_path, "somebody/tiny")
    assert "the rest is here" in said
    assert (folder / WEIGHTS).read_bytes() == LARGE
    assert not set(there.got("somebody/tiny")) & (whole - {"model_index.json"})


def test_a_half_fetched_model_is_listed_as_such_and_not_loaded(there, repository, tmp_path, monkeypatch):
    folder, _ = fetched(there, tmp_path, "somebody/tiny")
    (folder / WEIGHTS).resolve().unlink()
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(apparatus.errors.FileMissing, match="unet"):
        find("somebody/tiny")


def test_nobody_there_to_accept_the_licence_and_nothing_is_fetched(there, repository, tiny, tmp_path):
    assert "--accept-licence" in refused(there, tmp_path, "somebody/tiny")
    there.add("stabilityai/sd-turbo", tiny)
    pinned = "b261bac6fd2cf515557d5d0707481eafa0485ec2"
    there.repositories["stabilityai/sd-turbo"].revisions.add(pinned)
    with start(there, tmp_path, "sd-turbo") as process:
        said = process.communicate(timeout=60)[1]
    assert f"at {pinned}" in said
    assert "https://huggingface.co/stabilityai/sd-turbo" in said
    assert "Commercial use" in said
    assert ("GET", f"/api/models/stabilityai/sd-turbo/revision/{pinned}", "") in there.asked
    assert not there.got("stabilityai/sd-turbo")


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"y\n", 0)])
def test_somebody_at_a_terminal_is_asked(there, repository, tmp_path, answer, code):
    ours, theirs = pty.openpty()
    with start(there, tmp_path, "somebody/tiny", stdin=theirs) as process:
        os.write(ours, answer)
        out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code, err
    assert "Do you accept its licence?" in err
    assert bool(out) is (code == 0)


def test_a_gated_model_wants_a_token_with_access(there, repository, tmp_path):
    repository.gated = True
    assert "HF_TOKEN" in refused(there, tmp_path, "somebody/tiny", "--accept-licence")
    said = refused(there, tmp_path, "somebody/tiny", "--accept-licence", HF_TOKEN=NEW)
    assert "has no access" in said
    assert f"{there.url}/somebody/tiny" in said
    folder, _ = fetched(there, tmp_path, "somebody/tiny", HF_TOKEN=GOOD)
    assert (folder / WEIGHTS).exists()


def test_what_the_hub_does_not_have_is_said(there, repository, tmp_path):
    assert "the hub has no such repository" in refused(there, tmp_path, "nobody/nothing", "--accept-licence")
    assert "'nothing'" in refused(there, tmp_path, "nothing")
    assert "on no hub" in refused(there, tmp_path, "obscura")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"README.md": b""}, "no model_index.json"),
        ({"model_index.json": b"{"}, "model_index.json is broken"),
        (
            {"model_index.json": b'{"_class_name": "DDPMPipeline", "unet": ["diffusers", "UNet2DModel"]}'},
            "DDPM",
        ),
        ({WEIGHTS: None, "unet/diffusion_pytorch_model.bin": b"a pickle"}, "is a pickle"),
        ({WEIGHTS: None}, "unet/*.safetensors is missing"),
    ],
)
def test_what_cannot_be_loaded_is_not_fetched(there, repository, tmp_path, files, said):
    if "README.md" in files:
        repository.files.clear()
    repository.files.pop("unet/diffusion_pytorch_model.bin", None)
    repository.files.pop("unet/diffusion_pytorch_model.fp16.safetensors", None)
    repository.files |= files
    repository.files = {name: data for name, data in repository.files.items() if data is not None}
    assert said in refused(there, tmp_path, "somebody/tiny", "--accept-licence")


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(there, repository, tmp_path):
    repository.claims[WEIGHTS] = 10**18
    assert "Make room" in refused(there, tmp_path, "somebody/tiny", "--accept-licence")


def test_switched_off_or_out_of_reach_nothing_is_fetched(there, repository, tmp_path):
    assert "HF_HUB_OFFLINE is set" in refused(there, tmp_path, "somebody/tiny", HF_HUB_OFFLINE="1")
    said = refused(there, tmp_path, "somebody/tiny", HF_ENDPOINT="http://127.0.0.1:9")
    assert "cannot be fetched now" in said


def test_a_dead_download_is_swept_away_and_one_that_lives_is_not(there, repository, tmp_path):
    blobs = fetching.snapshot("somebody/tiny", SHA).parent.parent.name
    folder = tmp_path / "hub" / blobs / "blobs"
    folder.mkdir(parents=True)
    dead, alive = folder / "a.00000000.incomplete", folder / "b.00000000.incomplete"
    for file in (dead, alive):
        file.write_bytes(b"half")
    os.utime(dead, (0, 0))
    fetched(there, tmp_path, "somebody/tiny")
    assert not dead.exists()
    assert alive.exists()
