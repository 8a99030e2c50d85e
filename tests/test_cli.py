"""The command line: what it prints where, its exit codes, and how it bears bad input."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import apparatus
from apparatus.record import STAGES, Settings
from apparatus.store import Store


@pytest.fixture(autouse=True)
def outputs(tmp_path, monkeypatch):
    """An outputs folder of its own, and a working folder with nothing in it."""
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "outputs"


@pytest.fixture(scope="module")
def kept(tiny, tmp_path_factory):
    """A store with one exposure in it, which was really made."""
    store = Store(tmp_path_factory.mktemp("kept"))
    asked = Settings(model=str(tiny), prompt="a red zeppelin on the sea", negative_prompt="night", seed=7)
    apparatus.expose(apparatus.load(tiny), asked, store=store)
    return store


def refused(said: tuple[int, str, str], code: int) -> str:
    """The one sentence a refusal prints, with nothing on stdout and no traceback."""
    assert said[0] == code, said
    assert said[1] == ""
    assert "Traceback" not in said[2]
    return said[2].strip().splitlines()[-1]


def test_it_leaves_a_picture_a_record_and_tensors(run, tiny, outputs):
    code, out, err = run("expose", "a red boat on the sea", "--seed", 7, "--model", tiny)
    picture = Path(out.strip())
    assert code == 0
    assert picture.parent.parent == outputs
    with Image.open(picture) as opened:
        assert opened.size == (64, 64)
        assert "Seed: 7" in opened.info["parameters"]
    assert {"picture.png", "record.json", "tensors.safetensors", "replay.safetensors", "steps"} == {
        file.name for file in picture.parent.iterdir()
    }
    assert [line for line in err.splitlines() if line.startswith("Step")][-1] == "Step 4 of 4"


def test_json_is_one_object_on_stdout(run, tiny, outputs):
    code, out, _ = run(
        "expose",
        "a cat",
        "--seed",
        3,
        "--steps",
        2,
        "--guidance",
        2,
        "--size",
        "64x96",
        "--model",
        tiny,
        "--json",
    )
    told = json.loads(out)
    assert code == 0
    assert out.count("\n") == 1
    assert {key: told[key] for key in ("seed", "num_inference_steps", "guidance_scale", "model")} == {
        "seed": 3,
        "num_inference_steps": 2,
        "guidance_scale": 2.0,
        "model": str(tiny),
    }
    assert Path(told["image"]) == outputs / told["id"] / "picture.png"
    assert all(Path(path).exists() for path in told["paths"].values())
    assert {"encode", "denoise", "decode"} <= set(told["timings"])
    with Image.open(told["image"]) as picture:
        assert picture.size == (64, 96)


def test_the_same_seed_makes_the_same_picture_and_none_is_drawn_by_chance(run, tiny):
    def made(*options: object) -> tuple[bytes, dict[str, object]]:
        told = json.loads(run("expose", "a cat", "--model", tiny, "--json", *options)[1])
        with Image.open(told["image"]) as picture:
            return picture.tobytes(), told

    first, second = made("--seed", 5), made("--seed", 5, "--no-attention")
    drawn = made()
    assert first[0] == second[0]
    assert drawn[0] != first[0]
    again = made("--seed", drawn[1]["seed"])
    assert again[0] == drawn[0]
    seeds = [
        next(line.who for line in apparatus.reopen(str(told["id"])).ledger if line.what == "seed")
        for told in (first[1], drawn[1])
    ]
    assert seeds == ["person", "chance"]


def test_no_attention_leaves_the_maps_out(run, tiny):
    told = json.loads(run("expose", "a cat", "--model", tiny, "--no-attention", "--json")[1])
    assert apparatus.reopen(told["id"]).steps[0].attention is None


def test_the_picture_can_be_written_elsewhere_as_well(run, tiny, tmp_path):
    code, out, _ = run("expose", "a cat", "--model", tiny, "-o", "cat.png")
    assert (code, out) == (0, "cat.png\n")
    assert (tmp_path / "cat.png").read_bytes() == (
        apparatus.reopen("last").folder / "picture.png"
    ).read_bytes()


def test_a_place_that_is_not_there_is_said_before_anything_is_made(run, tiny, outputs):
    assert "no file" in " ".join(run("expose", "a cat", "--model", tiny, "-o", "no/where/cat.png")[2].split())
    assert not outputs.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--steps", 0), "1 to 150"),
        (("--steps", 151), "1 to 150"),
        (("--guidance", -1), "0 to 30"),
        (("--guidance", "nan"), "0 to 30"),
        (("--seed", -1), "0 to 4294967295"),
        (("--seed", 2**32), "0 to 4294967295"),
        (("--width", 63), "64 to 2048"),
        (("--height", 0), "64 to 2048"),
        (("--height", 100), "multiples of 8"),
        (("--height", 136), "64 to 128"),
        (("--negative", "no " * 4000), "10000 characters"),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_range(run, tiny, options, said):
    assert said in refused(run("expose", "a cat", "--model", tiny, *options), 2)


@pytest.mark.parametrize("size", ["big", "64x", "64x64x64", "-64", ""])
def test_what_is_no_size_is_refused(run, tiny, size):
    refused(run("expose", "a cat", "--model", tiny, f"--size={size}"), 2)


def test_a_prompt_that_is_too_long_is_refused(run, tiny):
    assert "10000 characters" in refused(run("expose", "a" * 10_001, "--model", tiny), 2)


def test_what_is_no_model_is_refused(run, tmp_path):
    assert "obscura" in refused(run("expose", "a cat", "--model", "nothing"), 1)
    assert "model_index.json" in refused(run("expose", "a cat", "--model", tmp_path), 1)


def test_outputs_that_cannot_be_written_are_refused(run, tiny, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path / "file" / "outputs"))
    assert "APPARATUS_OUTPUTS" in refused(run("expose", "a cat", "--model", tiny), 1)


def test_show_prints_every_stage(run, kept, monkeypatch):
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(kept.folder))
    code, out, _ = run("show", "last")
    assert code == 0
    stages = [word for word in re.findall(r"^(\w+)  ", out, re.MULTILINE) if word in STAGES]
    assert stages == [
        "program",
        "prompt",
        "enhance",
        "encode",
        "noise",
        "denoise",
        "decode",
        "select",
        "distribute",
    ]
    assert "not in its vocabulary: zeppelin" in out
    assert "away from: night" in out
    assert re.search(r"seed +7 +a person", out)


def test_show_takes_a_folder_and_gives_the_record_as_json(run, kept):
    exposure = kept.open("last")
    code, out, _ = run("show", kept.path(exposure.id), "--json")
    assert code == 0
    assert apparatus.Record.model_validate_json(out) == exposure.record


def test_show_refuses_what_is_not_there_or_broken(run, kept, outputs):
    assert "There is no exposure 'last'" in refused(run("show", "last"), 1)
    folder = shutil.copytree(kept.path(kept.find("last")), outputs / kept.find("last"))
    (folder / "record.json").write_text("[]")
    assert "not a readable record" in refused(run("show", "last"), 1)


def test_list_is_newest_first(run, kept, monkeypatch):
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(kept.folder))
    code, out, _ = run("list")
    assert code == 0
    assert "a red zeppelin on the sea" in out
    told = json.loads(run("list", "--json")[1])
    assert [entry["prompt"] for entry in told["exposures"]] == ["a red zeppelin on the sea"]


def test_an_empty_list_says_what_to_do(run):
    code, out, err = run("list")
    assert (code, out) == (0, "")
    assert "apparatus expose" in err


def test_models_lists_what_is_known_and_what_is_here(run, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    code, out, _ = run("models")
    assert code == 0
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert re.search(r"StableDiffusion .* Apache-2.0 +yes", rows["obscura"])
    assert re.search(r"Flux +16.87 B +33.74 GB +FLUX.1 \[dev\] Non-Commercial +no", rows["flux-1-dev"])
    told = json.loads(run("models", "--json")[1])
    by_id = {model["id"]: model for model in told["models"]}
    assert by_id["obscura"]["pipeline"] == "StableDiffusionPipeline"
    assert by_id["flux-1-dev"]["folder"] is None
    assert by_id["flux-1-dev"]["memory"]["bfloat16"] == 2 * by_id["flux-1-dev"]["parameters"]
    assert {part["name"] for part in by_id["flux-1-dev"]["parts"]} >= {"transformer", "vae"}


def test_models_tells_one_in_full(run, tiny, tmp_path):
    code, out, _ = run("models", "flux-1-dev")
    assert code == 0
    for said in (
        "FluxPipeline",
        "gated",
        "apparatus fetch flux-1-dev",
        "LICENSE.md",
        "Using the model commercially",
        "T5EncoderModel",
    ):
        assert said in out
    assert "UNet2DConditionModel" in run("models", tiny)[1]
    broken = shutil.copytree(tiny, tmp_path / "broken", ignore=shutil.ignore_patterns("*.safetensors"))
    assert re.search(r"broken .*safetensors is missing", run("models", broken)[1])
    assert "There is no model 'nothing'" in refused(run("models", "nothing"), 1)


def test_the_version_is_said(run):
    assert run("--version") == (0, f"{apparatus.__version__}\n", "")


def command(*arguments: object, **options: object) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path(apparatus.__file__).parent.parent)}
    return subprocess.Popen(
        [sys.executable, "-m", "apparatus", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,  # type: ignore[call-overload]
    )


def test_ctrl_c_ends_it_after_the_step_it_is_in_and_keeps_that(tiny, outputs):
    process = command("expose", "a <b>cat</b> \x07 שלום 🚤", "--model", tiny, "--steps", 150)
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Step"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "Stopped after" in rest.splitlines()[-1]
    assert "Traceback" not in rest
    kept = apparatus.reopen("last")
    assert kept.record.state == "cancelled"
    assert kept.record.settings.prompt == "a <b>cat</b>   שלום 🚤"
