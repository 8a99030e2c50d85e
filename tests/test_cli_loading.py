"""The command line says where a model lies, and takes what decides it."""

import json
from pathlib import Path

import pytest


def test_where_it_lies_is_said_aloud_and_kept(run, tiny):
    code, out, err = run(
        "expose", "a boat", "--model", tiny, "--steps", 1, "--size", "64x96",
        "--device", "cpu", "--dtype", "bfloat16", "--offload", "model",
    )  # fmt: skip
    assert code == 0
    said = next(
        line for line in err.splitlines() if line.startswith("On cpu in bfloat16, one part at a time")
    )
    assert "were free" in said
    record = json.loads((Path(out.strip()).parent / "record.json").read_text())
    assert record["model"]["placement"]["offload"] == "model"
    assert (record["settings"]["width"], record["settings"]["height"]) == (64, 96)
    code, out, _ = run("show", "last")
    assert said in out


@pytest.mark.parametrize(
    ("option", "value", "code", "said"),
    [
        ("--device", "toaster", 1, "There is no device 'toaster'"),
        ("--dtype", "int4", 1, "Models cannot be loaded in 'int4'"),
        ("--lora", "nothing.safetensors:0.5", 1, "cannot be used as a LoRA: there is no such file"),
        ("--lora", "nothing.safetensors:9", 2, "FILE:WEIGHT"),
        ("--offload", "somewhere", 2, "somewhere"),
    ],
)
def test_what_cannot_be_is_one_sentence(run, tiny, option, value, code, said):
    ended, out, err = run("expose", "a boat", "--model", tiny, "--steps", 1, option, value)
    assert ended == code
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_the_loras_of_a_folder_are_listed(run, tmp_path, monkeypatch):
    assert run("loras") == (0, "", "No LoRA files: APPARATUS_LORAS names no folder that holds any.\n")
    (tmp_path / "watercolour.safetensors").touch()
    monkeypatch.setenv("APPARATUS_LORAS", str(tmp_path))
    assert run("loras") == (0, "watercolour\n", "")
