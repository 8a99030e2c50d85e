"""The record: settings within their ranges, to disk and back, and what happens when a file is broken."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from pydantic import ValidationError
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_torch

from apparatus.errors import BrokenRecord, OutOfRange
from apparatus.record import (
    FORMAT,
    Decision,
    Encoding,
    Exposure,
    Guidance,
    ModelFacts,
    Part,
    PictureFacts,
    Record,
    Settings,
    StepFacts,
    Token,
    Word,
    new_id,
)
from apparatus.settings import allowed, bounds
from apparatus.tensors import Tensors, plain, write

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MODEL = ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler")


def record(id: str = "20261122-120000-abcd", **facts: object) -> Record:
    told = {"id": id, "created": NOON, "settings": Settings(prompt="a boat", seed=7), "model": MODEL}
    return Record.model_validate(told | facts)


def exposure() -> Exposure:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((1, 4, 8, 8), dtype=np.float32)
    boat = Token(id=1, text="boat", kind="word", word=0)
    guidance = Guidance(scale=3, cond=1, uncond=1, delta=0.5)
    full = record(
        state="finished",
        model=MODEL.model_copy(update={"parts": [Part(name="unet", kind="UNet", parameters=3)]}),
        encodings=[Encoding(tokens=[boat], words=[Word(text="boat", tokens=[0])])],
        steps=[StepFacts(index=0, of=1, timestep=999, guidance=guidance)],
        ledger=[Decision(stage="noise", what="seed", value=7, who="person")],
        timings={"denoise": 1.5, "decode": 0.5},
        picture=PictureFacts(width=16, height=16, bytes=3, sha256="00"),
        parent="20261121-120000-abcd",
        branch_step=3,
    )
    tensors = {
        "noise": noise,
        "steps/000/latents": noise,
        "text_encoder/0/hidden_states": rng.random((3, 1, 1, 8)),
    }
    seen = Image.fromarray(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8))
    return Exposure(full, tensors, {"picture.png": seen, "steps/000.webp": seen})


@pytest.mark.parametrize("setting", ["seed", "num_inference_steps", "guidance_scale", "height", "width"])
def test_a_number_is_taken_at_both_ends_of_its_range_and_refused_beyond(setting):
    low, high = bounds(setting)
    assert getattr(Settings(**{setting: low}), setting) == low
    assert getattr(Settings(**{setting: high}), setting) == high
    for beyond in (low - 8, high + 8, float("nan"), float("inf"), "much"):
        with pytest.raises(OutOfRange) as refused:
            Settings(**{setting: beyond})
        assert (refused.value.setting, refused.value.allowed) == (setting, allowed(setting))
        assert setting in str(refused.value)
        assert f"{high:.10g}" in str(refused.value)


@pytest.mark.parametrize(
    "asked",
    [{"height": 100}, {"language": "de"}, {"prompt": None}, {"colour": "red"}, {"num_inference_steps": 2.5}],
)
def test_what_is_no_setting_or_of_a_wrong_kind_is_refused_in_one_sentence(asked):
    with pytest.raises(OutOfRange, match=next(iter(asked))) as refused:
        Settings(**asked)
    assert not isinstance(refused.value, ValidationError)
    assert "pydantic" not in str(refused.value)


def test_a_prompt_may_be_as_long_as_is_said_and_no_longer():
    assert len(Settings(prompt="a" * 10_000).prompt) == 10_000
    with pytest.raises(OutOfRange, match="10001 characters") as refused:
        Settings(prompt="a" * 10_001)
    assert len(str(refused.value)) < 200


def test_control_characters_become_spaces_and_all_else_stays():
    assert Settings(prompt="a\0red\nboat\u2028\ud800").prompt == "a red boat  "
    kept = "<b>bateau</b> قارب 🚤 👩‍🚀 é"
    assert Settings(prompt=kept).prompt == kept


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_prompt_survives_the_record(prompt):
    before = record(settings=Settings(prompt=prompt))
    assert Record.model_validate_json(before.model_dump_json()) == before
    before.settings.prompt.encode()  # no half of a surrogate pair is left in it


def test_what_was_not_asked_is_filled_and_what_was_asked_stays():
    settings = Settings(prompt="a boat", guidance_scale=0).filled(
        guidance_scale=3, seed=5, height=256, other=1
    )
    assert (settings.guidance_scale, settings.seed, settings.height, settings.width) == (0, 5, 256, None)


def test_an_exposure_comes_back_from_disk_as_it_was(tmp_path):
    before = exposure()
    before.save(tmp_path)
    after = Exposure.open(tmp_path)
    assert after.record == before.record
    assert after.tensors.keys() == before.tensors.keys()
    for name in before.tensors:
        np.testing.assert_array_equal(after.tensors[name], before.tensors[name], strict=True)
    for file in before.pictures:
        np.testing.assert_array_equal(np.asarray(after.picture_of(file)), np.asarray(before.pictures[file]))
    assert after.steps[0].latents.shape == (1, 4, 8, 8)
    assert after.steps[0].cond is None
    assert after.hidden_states(after.record.encodings[0]).shape == (3, 1, 8)


def test_numbers_that_are_none_survive_the_record(tmp_path):
    told = record(steps=[StepFacts(index=0, of=1, timestep=0, moved=float("nan"), sigma=float("inf"))])
    told.save(tmp_path)
    step = Record.open(tmp_path).steps[0]
    assert np.isnan(step.moved)
    assert step.sigma == float("inf")


def test_saving_again_leaves_the_picture_file_untouched(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"written with its metadata before")
    exposure().save(tmp_path)
    assert (tmp_path / "picture.png").read_bytes() == b"written with its metadata before"


def test_a_picture_that_was_never_made_is_none(tmp_path):
    Exposure(record(state="cancelled")).save(tmp_path)
    assert Exposure.open(tmp_path).picture is None
    assert Exposure.open(tmp_path).noise is None


@settings(deadline=None)
@given(arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_dims=4, min_side=0)))
def test_any_array_survives_the_file(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("tensors") / "t.safetensors"
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        with pytest.raises(TypeError, match="cannot hold"):
            write(path, {"a": array})
        return
    write(path, {"a": array})
    np.testing.assert_array_equal(Tensors(path)["a"], array)
    np.testing.assert_array_equal(load_file(path)["a"], array)


def test_what_safetensors_writes_is_read(tmp_path):
    path = tmp_path / "t.safetensors"
    tensors = {"a": np.arange(6).reshape(2, 3), "b": np.zeros(0, np.float16), "c": np.asarray(True)}
    save_file(tensors, path, {"written": "elsewhere"})
    there = Tensors(path)
    assert set(there) == set(tensors)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(there[name], tensor, strict=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int64, torch.uint8, torch.bool])
def test_torch_tensors_are_written_as_they_are(tmp_path, dtype):
    tensor = (torch.randn(3, 4) * 9).to(dtype).T  # not contiguous
    write(tmp_path / "t.safetensors", {"a": tensor})
    np.testing.assert_array_equal(Tensors(tmp_path / "t.safetensors")["a"], tensor.numpy(), strict=True)


def test_bfloat16_stays_two_bytes_on_disk_and_is_read_as_float32(tmp_path):
    tensor = torch.tensor([1.0, -0.0, 3.14159, float("inf"), float("-inf"), 1e-40, 3e38]).bfloat16()
    write(tmp_path / "t.safetensors", {"a": tensor})
    read = Tensors(tmp_path / "t.safetensors")["a"]
    np.testing.assert_array_equal(read, tensor.float().numpy(), strict=True)
    np.testing.assert_array_equal(plain(tensor), tensor.float().numpy(), strict=True)
    assert torch.equal(load_torch(tmp_path / "t.safetensors")["a"], tensor)


def test_tensors_are_read_when_asked_for_and_not_before(tmp_path):
    exposure().save(tmp_path)
    opened = Exposure.open(tmp_path)
    (tmp_path / "tensors.safetensors").unlink()
    assert "noise" in opened.tensors
    with pytest.raises(BrokenRecord, match="taken away"):
        _ = opened.noise


BROKEN = {
    "missing": lambda folder: (folder / "record.json").unlink(),
    "empty": lambda folder: (folder / "record.json").write_text(""),
    "cut short": lambda folder: cut(folder / "record.json"),
    "no text": lambda folder: (folder / "record.json").write_bytes(b"\xff\xfe\x00"),
    "a list": lambda folder: (folder / "record.json").write_text("[]"),
    "another's": lambda folder: (folder / "record.json").write_text('{"prompt": "a boat"}'),
    "a folder": lambda folder: ((folder / "record.json").unlink(), (folder / "record.json").mkdir()),
    "a later format": lambda folder: change(folder, format=FORMAT + 1),
    "an impossible seed": lambda folder: change(folder, settings={"seed": -1}),
    "without a time zone": lambda folder: change(folder, created="2026-11-22T12:00:00"),
    "tensors missing": lambda folder: (folder / "tensors.safetensors").unlink(),
    "tensors empty": lambda folder: (folder / "tensors.safetensors").write_bytes(b""),
    "tensors cut short": lambda folder: cut(folder / "tensors.safetensors"),
    "tensors foreign": lambda folder: (folder / "tensors.safetensors").write_bytes(b"PK\x03\x04" * 99),
    "tensors with a false header": lambda folder: (folder / "tensors.safetensors").write_bytes(
        b"\x10" + b"\0" * 7 + b'{"a": {"b": 1}} '
    ),
}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change(folder: Path, **facts: object) -> None:
    told = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(told | facts))


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_record_says_which_file_and_what_is_wrong(tmp_path, how):
    exposure().save(tmp_path)
    BROKEN[how](tmp_path)
    with pytest.raises(BrokenRecord) as broken:
        Exposure.open(tmp_path)
    wrong = "tensors.safetensors" if how.startswith("tensors") else "record.json"
    assert broken.value.path == str(tmp_path / wrong)
    assert broken.value.why
    assert "pydantic" not in str(broken.value)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail_in_another_way(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("tensors") / "t.safetensors"
    path.write_bytes(len(content).to_bytes(8, "little") + content)
    with pytest.raises(BrokenRecord):
        Tensors(path)


def test_a_picture_file_that_is_none_is_named(tmp_path):
    exposure().save(tmp_path)
    cut(tmp_path / "picture.png")
    with pytest.raises(BrokenRecord, match=r"picture\.png"):
        _ = Exposure.open(tmp_path).picture


def test_a_finished_picture_that_is_gone_is_named(tmp_path):
    exposure().save(tmp_path)
    (tmp_path / "picture.png").unlink()
    with pytest.raises(BrokenRecord, match=r"picture\.png"):
        _ = Exposure.open(tmp_path).picture


def test_a_failed_write_leaves_the_record_that_was_there(tmp_path, monkeypatch):
    record(message="first").save(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        record(message="second").save(tmp_path)
    monkeypatch.undo()
    assert Record.open(tmp_path).message == "first"


def test_ids_are_in_order_of_time_and_in_utc():
    id = new_id(datetime.fromisoformat("2026-11-22T13:00:00+01:00"))
    assert id.startswith("20261122-120000-")
    assert len(id) == len("20261122-120000-abcd")


def test_reading_an_exposure_needs_no_torch(tmp_path):
    exposure().save(tmp_path)
    script = (
        "import sys; from pathlib import Path;"
        "from apparatus import stages; from apparatus.record import Exposure;"
        "e = Exposure.open(Path(sys.argv[1])); e.noise.sum(); e.picture; list(stages.replay(e));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False).returncode == 0
