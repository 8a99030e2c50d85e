"""Where a model goes: measured, chosen, recorded; and the picture is the same wherever it lies."""

import numpy as np
import pytest
import torch

import apparatus
from apparatus import Moment, Settings, runner, taps
from apparatus.alterations import WordWeight
from apparatus.errors import CannotAlter, TooLarge, UnknownDevice, UnknownDtype
from apparatus.models import memory
from apparatus.models.loading import best_dtype, load, plan
from apparatus.placement import Placement

GB = 10**9
SIZES = {"text_encoder": 1 * GB, "unet": 5 * GB, "vae": 2 * GB}
CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.fixture
def settings(tiny):
    return Settings(model=str(tiny), prompt="a red boat", seed=7, num_inference_steps=4, width=96, height=64)


@pytest.fixture
def room(monkeypatch):
    """Have devices say that so many bytes are free, by type."""

    def say(**free: int) -> None:
        monkeypatch.setattr(memory, "free", lambda device: free[device.type])

    return say


def pixels(exposure) -> np.ndarray:
    return np.asarray(exposure.picture)


def test_what_is_free_is_measured():
    assert 0 < memory.free(CPU) < 2**50


def test_a_container_has_no_more_than_it_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    unlimited = memory.free(CPU)
    for file, said in (
        ("memory.max", "5000"),
        ("memory.current", "3000"),
        ("memory.stat", "inactive_file 500"),
    ):
        (tmp_path / file).write_text(said)
    assert memory.free(CPU) == 2500
    (tmp_path / "memory.max").write_text("max")
    assert memory.free(CPU) > unlimited / 2


def test_a_plan_counts_the_weights_as_they_will_be(tiny):
    pipeline = load(tiny, device="cpu").pipeline
    held = memory.held([pipeline])["cpu"]
    wide, narrow = (plan(tiny, device="cpu", dtype=dtype).placement for dtype in ("float32", "bfloat16"))
    parameters = sum(p.numel() for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder)
                     for p in part.parameters())  # fmt: skip
    assert wide.weights == 4 * parameters
    assert narrow.weights == 2 * parameters
    assert wide.weights <= held < 1.1 * wide.weights  # buffers are no weights
    assert (narrow.dtype, wide.device, wide.offload) == ("bfloat16", "cpu", "none")


@pytest.mark.parametrize(
    ("free", "offload"),
    [(100, "none"), (9, "none"), (8.9, "model"), (6, "model"), (5.9, "sequential"), (1, "sequential")],
)
def test_it_goes_whole_or_by_parts_or_by_layers_whichever_has_room_first(room, free, offload):
    room(cuda=int(free * GB), cpu=50 * GB)
    chosen = memory.choose("it", SIZES, CUDA, torch.float16, working=GB)
    assert (chosen.offload, chosen.insisted) == (offload, False)
    assert (chosen.weights, chosen.largest, chosen.free) == (8 * GB, 5 * GB, int(free * GB))


@pytest.mark.parametrize(
    ("device", "free", "where"),
    [
        (CPU, {"cpu": 8 * GB}, "9.0 GB on cpu, and 8.0 GB"),
        (CUDA, {"cuda": GB // 2, "cpu": 50 * GB}, "1.0 GB on cuda, and 0.5 GB"),
        (CUDA, {"cuda": 80 * GB, "cpu": 7 * GB}, "8.0 GB on cpu, and 7.0 GB"),
    ],
)
def test_what_has_no_room_is_refused_with_what_it_needs_unless_somebody_insists(room, device, free, where):
    room(**free)
    with pytest.raises(TooLarge, match=where) as refused:
        memory.choose("it", SIZES, device, torch.float16, working=GB)
    assert "--insist" in str(refused.value)
    insisted = memory.choose("it", SIZES, device, torch.float16, working=GB, insist=True)
    assert insisted.insisted
    assert "insisted" in insisted.told()


def test_what_will_be_freed_counts_as_free(room):
    room(cpu=8 * GB)
    chosen = memory.choose("it", SIZES, CPU, torch.float32, working=GB, spare={"cpu": GB, "cuda": GB})
    assert chosen.free == 9 * GB


def test_a_model_too_large_for_this_machine_is_refused_before_it_is_read(tiny, room, monkeypatch):
    room(cpu=1000)
    monkeypatch.setattr(apparatus.models.loading, "read", pytest.fail)
    with pytest.raises(TooLarge, match=r"0\.0 GB are free"):
        load(tiny, device="cpu")
    monkeypatch.undo()
    monkeypatch.setattr(memory, "free", lambda device: 1000)
    monkeypatch.setenv("APPARATUS_INSIST", "1")
    assert load(tiny, device="cpu").placement.insisted


@pytest.mark.parametrize("offload", ["model", "sequential"])
def test_offloaded_it_makes_the_same_picture_with_the_same_record(tiny, settings, offload):
    whole = apparatus.expose(load(tiny, device="cpu"), settings)
    model = load(tiny, device="cpu", offload=offload)
    waiting = {weight.device.type for weight in model.pipeline.unet.parameters()}
    assert waiting == {"meta" if offload == "sequential" else "cpu"}
    parted = apparatus.expose(model, settings)
    assert (pixels(whole) == pixels(parted)).all()
    assert parted.tensors.keys() == whole.tensors.keys()
    assert all((parted.tensors[name] == whole.tensors[name]).all() for name in whole.tensors)
    assert parted.record.model.placement.offload == offload
    assert parted.record.model.edition == whole.record.model.edition


@pytest.mark.parametrize("offload", ["model", "sequential"])
def test_offloaded_it_replays_from_every_step(tiny, settings, offload):
    model = load(tiny, device="cpu", offload=offload)
    finished = apparatus.expose(model, settings)
    for step in range(4):
        paused = apparatus.expose(model, settings, stop=Moment("step.out", step))
        assert (pixels(apparatus.go_on(model, paused)) == pixels(finished)).all()
        assert (pixels(apparatus.branch(model, finished, step)) == pixels(finished)).all()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_run_that_breaks_off_frees_what_it_had_moved(tiny, settings, error):
    model = load(tiny, device="cpu", offload="model")
    plain = apparatus.expose(model, settings)
    hooks = model.pipeline._all_hooks[0]

    def break_off(*_: object, **__: object) -> None:
        raise error

    with pytest.raises(error), taps.tapped(model.pipeline, {"scheduler.step": break_off}):
        runner.run(model.pipeline, {"prompt": "a cat", "num_inference_steps": 2, "height": 64, "width": 64})
    assert model.pipeline._all_hooks[0] is not hooks  # diffusers moves all back, and hooks them anew
    assert (pixels(apparatus.expose(model, settings)) == pixels(plain)).all()


def test_lifted_it_is_as_it_was_before(tiny):
    pipeline = load(tiny, device="cpu").pipeline
    before = {name: weight.clone() for name, weight in pipeline.unet.state_dict().items()}
    for offload in ("model", "sequential"):
        memory.place(pipeline, Placement(device="cpu", dtype="float32", offload=offload))
        memory.lift(pipeline)
        assert all(torch.equal(weight, before[name]) for name, weight in pipeline.unet.state_dict().items())
        assert not hasattr(pipeline.unet, "_hf_hook")


def test_where_there_is_room_nothing_is_spared(tiny, settings):
    assert apparatus.expose(load(tiny, device="cpu"), settings).record.model.placement.sparing == ()


def test_at_sizes_too_large_for_the_room_the_decoder_works_in_tiles_and_the_record_says_so(tiny, settings):
    model = load(tiny, device="cpu")
    plain = apparatus.expose(model, settings)
    vae = model.pipeline.vae
    tight = tight_at(model, memory.work(vae.config, 64, 64, torch.float32), "cpu")
    small = apparatus.expose(tight, settings.model_copy(update={"width": 64}))
    large = apparatus.expose(tight, settings)
    assert small.record.model.placement.sparing == ()
    assert large.record.model.placement.sparing == ("vae tiling",)
    assert "vae tiling at this size" in large.record.model.placement.told()
    assert not vae.use_tiling
    assert (large.latents == plain.latents).all()
    assert (pixels(large) != pixels(plain)).any()  # else it would not have to be said
    assert (pixels(apparatus.expose(tight, settings)) == pixels(large)).all()


def test_without_fused_kernels_attention_is_sliced_where_its_scores_have_no_room(tiny, settings):
    model = load(tiny, device="cpu")
    processors = {name: type(one) for name, one in model.pipeline.unet.attn_processors.items()}
    sliced = apparatus.expose(tight_at(model, 0, "mps"), settings)
    assert sliced.record.model.placement.sparing == ("vae tiling", "attention slicing")
    assert sliced.picture.size == (96, 64)
    assert sliced.record.model.unseen == ["attention"]
    assert "word_weight" not in sliced.record.model.alters
    assert not [name for name in sliced.tensors if "attention" in name]
    weighed = [WordWeight(word="boat", weight=2)]
    with pytest.raises(CannotAlter, match="computed in slices"):
        apparatus.expose(tight_at(model, 0, "mps"), settings, alterations=weighed)
    assert {name: type(one) for name, one in model.pipeline.unet.attn_processors.items()} == processors
    roomy = apparatus.expose(tight_at(model, 10**12, "mps"), settings)
    assert (roomy.record.model.placement.sparing, roomy.record.model.unseen) == ((), [])
    assert [name for name in roomy.tensors if "attention" in name]


def tight_at(model, left: int, device: str):
    """The model as if so many bytes were left on such a device; it stays where it is."""
    placement = model.placement.model_copy(update={"left": left, "device": device})
    return apparatus.Model(model.entry, model.pipeline, model.vocabulary, model.edition, placement)


@pytest.mark.parametrize("name", ["nowhere", "cuda:99", "meta", "", "cpu:1"])
def test_a_device_that_is_not_there_is_said(tiny, name):
    if not name:
        assert load(tiny, device=name).placement.device
        return
    with pytest.raises(UnknownDevice, match=r"This machine has: .*cpu"):
        load(tiny, device=name)


@pytest.mark.parametrize("dtype", ["float", "int8", "float64", torch.int8])
def test_a_type_that_models_are_not_loaded_in_is_said(tiny, dtype):
    with pytest.raises(UnknownDtype, match="float32, float16, bfloat16"):
        load(tiny, device="cpu", dtype=dtype)


def test_device_and_type_can_come_from_the_environment(tiny, monkeypatch):
    monkeypatch.setenv("APPARATUS_DEVICE", "cpu")
    monkeypatch.setenv("APPARATUS_DTYPE", "bfloat16")
    monkeypatch.setenv("APPARATUS_OFFLOAD", "model")
    placement = load(tiny).placement
    assert (placement.device, placement.dtype, placement.offload) == ("cpu", "bfloat16", "model")
    assert load(tiny, dtype="float32", offload="none").placement.dtype == "float32"
    monkeypatch.setenv("APPARATUS_DEVICE", "toaster")
    with pytest.raises(UnknownDevice, match="toaster"):
        load(tiny)


def test_on_a_cpu_nothing_is_rounded_that_need_not_be():
    assert best_dtype(CPU) == "float32"
    assert best_dtype(torch.device("mps")) == "bfloat16"


def test_loading_says_nothing_that_was_not_asked_for(capfd, monkeypatch):
    for name in ("TRANSFORMERS_VERBOSITY", "DIFFUSERS_VERBOSITY"):
        monkeypatch.delenv(name, raising=False)
    load("obscura", device="cpu")
    assert capfd.readouterr() == ("", "")
