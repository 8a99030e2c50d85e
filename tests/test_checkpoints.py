"""What is written comes back, with nothing pickled, and what cannot be written says where it stands."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.schedulers.scheduling_ddim import DDIMSchedulerOutput
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from transformers.modeling_outputs import BaseModelOutputWithPooling

from apparatus import checkpoints
from apparatus.errors import BrokenRecord, CannotStore

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NESTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner)
    ),
    max_leaves=20,
)


def there_and_back(state: Any, folder: Path) -> Any:
    checkpoints.write(folder / "state.safetensors", state)
    return checkpoints.read(folder / "state.safetensors")


@given(state=NESTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_a_nest_of_plain_values_comes_back(tmp_path, state):
    assert there_and_back(state, tmp_path) == state


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool])
def test_a_tensor_comes_back_bit_for_bit(tmp_path, dtype):
    tensor = torch.randn(2, 3, 4, 5).to(dtype)
    back = there_and_back([tensor, tensor[0, 0, 0, 0], tensor[:0]], tmp_path)
    assert torch.equal(back[0], tensor)
    assert back[0].dtype == dtype
    assert back[1].shape == ()
    assert back[2].shape == (0, 3, 4, 5)


def test_a_tensor_keeps_the_order_of_its_memory(tmp_path):
    tensor = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    assert there_and_back(tensor, tmp_path).stride() == tensor.stride()


def test_a_tensor_that_stands_twice_is_written_once(tmp_path):
    tensor = torch.randn(64, 64)
    back = there_and_back({"here": tensor, "there": [tensor, tensor.clone()]}, tmp_path)
    assert back["here"] is back["there"][0]
    assert (tmp_path / "state.safetensors").stat().st_size < 3 * tensor.nbytes


def test_a_tensor_in_zeros_without_memory_is_written(tmp_path):
    assert torch.equal(there_and_back(torch.zeros(()).expand(2, 3), tmp_path), torch.zeros(2, 3))


def test_other_kinds_of_value_come_back(tmp_path):
    generator = torch.Generator().manual_seed(3)
    expected = torch.randn(4, generator=generator.clone_state())
    state = {
        "array": np.arange(6.0).reshape(2, 3), "number": np.float32(0.1), "half": torch.float16,
        "device": torch.device("cpu"), "size": torch.Size([1, 2]), "generator": generator,
    }  # fmt: skip
    back = there_and_back(state, tmp_path)
    np.testing.assert_array_equal(back["array"], state["array"])
    assert (back["number"], back["half"], back["device"], back["size"]) == (
        state["number"], torch.float16, torch.device("cpu"), torch.Size([1, 2]),
    )  # fmt: skip
    assert isinstance(back["number"], np.float32)
    assert torch.equal(torch.randn(4, generator=back["generator"]), expected)


def test_outputs_of_diffusers_and_transformers_come_back(tmp_path):
    step = DDIMSchedulerOutput(prev_sample=torch.ones(2), pred_original_sample=torch.zeros(2))
    text = BaseModelOutputWithPooling(last_hidden_state=torch.ones(3), hidden_states=(torch.ones(1),))
    step_back, text_back = there_and_back([step, text], tmp_path)
    assert torch.equal(step_back.pred_original_sample, torch.zeros(2))
    assert type(text_back) is BaseModelOutputWithPooling
    assert isinstance(text_back.hidden_states, tuple)


def test_what_cannot_be_stored_says_where_it_stands(tmp_path):
    with pytest.raises(CannotStore, match="kwargs/callback is a function"):
        checkpoints.write(tmp_path / "state", {"kwargs": {"callback": there_and_back}})
    assert not (tmp_path / "state").exists()


def test_a_file_that_names_another_class_builds_nothing(tmp_path):
    skeleton = '{"output": "subprocess:Popen", "fields": []}'
    metadata = {"checkpoint": checkpoints.FORMAT, "state": skeleton}
    save_file({"0": torch.ones(1)}, tmp_path / "state", metadata)
    with pytest.raises(BrokenRecord, match="no output of diffusers"):
        checkpoints.read(tmp_path / "state")


@pytest.mark.parametrize(
    "content", [b"", b"no safetensors", None, b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "]
)
def test_a_broken_file_is_named(tmp_path, content):
    path = tmp_path / "replay.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BrokenRecord, match=r"replay\.safetensors is not a readable record"):
        checkpoints.read(path)


def test_a_file_cut_short_is_broken(tmp_path):
    path = tmp_path / "state"
    checkpoints.write(path, [torch.ones(1000)])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BrokenRecord):
        checkpoints.read(path)
