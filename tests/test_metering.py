"""What an exposure took: words, multiply-adds and energy; and the picture is the same with the meter on."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import apparatus
from apparatus.alterations import Prompt
from apparatus.engine import metering
from apparatus.engine.expose import branch, expose, go_on
from apparatus.engine.metering import count
from apparatus.metering import Gauges, Meter
from apparatus.models.loading import Model, load
from apparatus.moments import Moment
from apparatus.record import Record, Settings
from apparatus.retouching import Retouch
from apparatus.stages import outcome
from apparatus.store import Store

ASKED = Settings(prompt="a red boat", seed=7, num_inference_steps=3)


@pytest.fixture(scope="module")
def obscura() -> Model:
    return load("obscura")


def zone(powercap: Path, place: str, name: str, microjoules: int, most: int = 1_000_000) -> Path:
    folder = powercap / place
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "max_energy_range_uj").write_text(f"{most}\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    return folder / "energy_uj"


def test_a_processors_counters_are_read_and_begin_anew_at_their_end(tmp_path) -> None:
    package = zone(tmp_path, "intel-rapl:0", "package-0", 900_000)
    memory = zone(tmp_path, "intel-rapl:0:1", "dram", 100)
    zone(tmp_path, "intel-rapl:0:0", "core", 5)
    zone(tmp_path, "intel-rapl:1", "psys", 5)
    gauges = Gauges(powercap=tmp_path)
    assert gauges.names == ["package-0 (RAPL)", "dram (RAPL)"]
    assert gauges.joules() == 0
    memory.write_text("600")
    package.write_text("950000")
    assert gauges.joules() == pytest.approx(0.0505)
    package.write_text("20000")  # it went past its range of 1 J
    assert gauges.joules() == pytest.approx(0.1205)


def test_what_cannot_be_read_is_not_measured(tmp_path) -> None:
    assert Gauges(powercap=tmp_path / "none").joules() is None
    package = zone(tmp_path, "intel-rapl:0", "package-0", 1)
    zone(tmp_path, "intel-rapl:1", "package-1", 1).unlink()
    gauges = Gauges(powercap=tmp_path)
    assert gauges.names == ["package-0 (RAPL)"]
    package.unlink()
    assert gauges.joules() is None
    assert gauges.names == []


def test_no_nvidia_device_of_that_name_measures_nothing(tmp_path) -> None:
    assert Gauges("GPU-0000", tmp_path).names == []


def test_multiply_adds_are_those_of_the_formulas() -> None:
    assert count(nn.Linear(5, 7), (torch.zeros(3, 5),), {}) == 3 * 5 * 7
    convolution = nn.Conv2d(4, 6, 3, padding=1)
    assert count(convolution, (torch.zeros(2, 4, 8, 8),), {}) == 2 * 6 * 8 * 8 * 4 * 3 * 3
    with torch.device("meta"):
        words, looked = torch.zeros(1, 2, 5, 16), torch.zeros(1, 2, 9, 16)

    class Attention(nn.Module):
        def forward(self, query, key):
            return functional.scaled_dot_product_attention(query, key, key)

    assert count(Attention(), (words, looked), {}) == 2 * (2 * 5 * 9 * 16)


def test_every_stage_is_counted_for_what_really_ran(obscura) -> None:
    guided = expose(obscura, ASKED).record.meter
    alone = expose(obscura, ASKED.model_copy(update={"guidance_scale": 1.0})).record.meter
    longer = expose(obscura, ASKED.model_copy(update={"num_inference_steps": 6})).record.meter
    assert set(guided.multiply_adds) == {"encode", "denoise", "decode"}
    assert guided.uncounted == []
    assert guided.multiply_adds["denoise"] == 2 * alone.multiply_adds["denoise"]
    assert longer.multiply_adds["denoise"] == 2 * guided.multiply_adds["denoise"]
    assert longer.multiply_adds["decode"] == guided.multiply_adds["decode"]
    inner = obscura.pipeline.unet.config.block_out_channels[0]
    least = 3 * 2 * 16 * 16 * 9 * obscura.pipeline.unet.config.in_channels * inner  # conv_in alone
    assert guided.multiply_adds["denoise"] > least


def test_one_size_of_one_model_is_counted_once(obscura, monkeypatch) -> None:
    expose(obscura, ASKED)

    def again(*_):
        raise AssertionError("it was counted before")

    monkeypatch.setattr(metering, "count", again)
    assert expose(obscura, ASKED).record.meter.uncounted == []


def test_a_part_that_cannot_be_counted_is_named_and_the_picture_is_made(obscura, monkeypatch) -> None:
    def unable(*_):
        raise RuntimeError("this class reads values")

    monkeypatch.setattr(metering, "count", unable)
    monkeypatch.setattr(metering, "_counted", {})
    exposure = expose(obscura, ASKED)
    assert exposure.picture is not None
    assert exposure.record.meter.uncounted == ["text_encoder", "unet", "vae.decoder"]
    assert exposure.record.meter.multiply_adds == {}


def test_the_meter_changes_nothing(obscura, tmp_path, monkeypatch) -> None:
    from diffusers import StableDiffusionPipeline

    zone(tmp_path, "intel-rapl:0", "package-0", 1)
    monkeypatch.setattr("apparatus.engine.metering.Gauges", lambda device: Gauges(device, tmp_path))
    monkeypatch.setattr(metering, "_counted", {})
    exposure = expose(obscura, ASKED)
    assert exposure.record.meter.gauges == ["package-0 (RAPL)"]
    stock = StableDiffusionPipeline.from_pretrained(Path(apparatus.__file__).parent / "models" / "obscura")
    said = exposure.record.settings
    pipeline = stock(
        "a red boat",
        num_inference_steps=3,
        guidance_scale=said.guidance_scale,
        height=said.height,
        width=said.width,
        generator=torch.Generator().manual_seed(7),
    )
    assert np.array_equal(np.asarray(pipeline.images[0]), np.asarray(exposure.picture))


def test_energy_goes_to_the_stage_in_which_it_was_used(obscura, tmp_path, monkeypatch) -> None:
    file = zone(tmp_path, "intel-rapl:0", "package-0", 0, most=10**12)
    monkeypatch.setattr("apparatus.engine.metering.Gauges", lambda device: Gauges(device, tmp_path))
    meter = metering.Metering(obscura)
    for stage, total in (("encode", 1), ("denoise", 4), ("denoise", 6)):
        file.write_text(str(total * 10**6))
        meter.at(stage)
    record = expose(obscura, ASKED).record.model_copy(update={"meter": None})
    assert meter.meter(record).joules == {"encode": 1, "denoise": 5}
    file.unlink()
    meter.at("decode")
    assert meter.meter(record).gauges == []


class Ticking:
    """A gauge that counts a joule each time it is looked at."""

    names = ("a gauge",)
    total = 0.0

    def __init__(self, device: str) -> None:
        """From here on."""

    def joules(self) -> float:
        self.total += 1
        return self.total


def test_what_comes_after_the_pipeline_takes_energy_too(obscura, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(metering, "Gauges", Ticking)
    store = Store(tmp_path)
    first = expose(obscura, ASKED, store=store).record
    stages = {"encode", "noise", "denoise", "decode", "previews", "select", "distribute"}
    assert set(first.meter.joules) == stages | ({"look"} & set(first.timings))
    assert "retouch" not in first.timings
    asked = ASKED.model_copy(update={"retouch": Retouch(source=first.id, strength=0.8)})
    retouched = expose(obscura, asked, store=store).record
    assert retouched.meter.joules["retouch"] >= 2  # once in the pipeline, once there and back
    assert retouched.timings["retouch"] > 0


def test_a_retouch_counts_what_the_autoencoder_reads(obscura) -> None:
    source = expose(obscura, ASKED).picture
    asked = ASKED.model_copy(update={"retouch": Retouch(strength=0.8)})
    meter = expose(obscura, asked, source=source).record.meter
    assert meter.uncounted == []
    read, made = meter.multiply_adds["retouch"], meter.multiply_adds["decode"]
    assert read > made  # the encoder twice, the decoder once
    assert "noise" not in meter.multiply_adds


def test_a_unet_that_is_taken_for_a_plain_one_is_counted_all_the_same(obscura, monkeypatch) -> None:
    cells = 256 // obscura.pipeline.vae_scale_factor
    painted = Retouch(way="inpaint", mask=("#" * cells,) * cells, strength=1)
    plain = expose(obscura, ASKED)
    monkeypatch.setattr(metering, "_counted", {})
    asked = ASKED.model_copy(update={"retouch": painted})
    meter = expose(obscura, asked, source=plain.picture).record.meter
    assert meter.uncounted == []
    assert meter.multiply_adds["denoise"] == plain.record.meter.multiply_adds["denoise"]


@pytest.mark.parametrize("stop", [Moment("prompt"), Moment("noise"), Moment("step.out", 1), Moment("select")])
def test_an_exposure_has_a_meter_wherever_it_is_paused(obscura, tmp_path, stop) -> None:
    store = Store(tmp_path)
    paused = expose(obscura, ASKED, store=store, stop=stop)
    assert paused.record.state == "paused"
    assert store.open(paused.id).record.meter.words == {"person": 3, "program": 0}
    whole = go_on(obscura, store.open(paused.id), store=store).record.meter
    assert {"denoise", "decode"} <= set(whole.multiply_adds)


def test_a_cancelled_exposure_has_a_meter(obscura) -> None:
    cancelled = expose(obscura, ASKED, stopped=lambda: True).record
    assert cancelled.state == "cancelled"
    assert cancelled.meter.words == {"person": 3, "program": 0}


def test_what_was_paused_takes_more_when_it_is_gone_on_with(obscura, tmp_path) -> None:
    store = Store(tmp_path)
    paused = expose(obscura, ASKED, store=store, stop=Moment("step.out", 0))
    assert "decode" not in paused.record.meter.multiply_adds
    whole = go_on(obscura, store.open(paused.id), store=store).record.meter
    straight = expose(obscura, ASKED).record.meter
    assert whole.multiply_adds["denoise"] == straight.multiply_adds["denoise"]
    assert whole.multiply_adds["decode"] == straight.multiply_adds["decode"]
    assert store.open(paused.id).record.meter == whole


def test_a_branch_counts_only_its_own_steps_and_its_own_words(obscura, tmp_path) -> None:
    store = Store(tmp_path)
    parent = expose(obscura, ASKED, store=store)
    grown = branch(obscura, store.open(parent.id), 2, [Prompt(at=2, prompt="a blue house")], store=store)
    meter = grown.record.meter
    assert meter.multiply_adds["denoise"] == parent.record.meter.multiply_adds["denoise"] // 3
    assert meter.words == {"person": 6, "program": 0}


def test_a_record_of_before_the_meter_still_opens(obscura) -> None:
    told = expose(obscura, ASKED).record.model_dump(mode="json")
    del told["meter"]
    record = Record.model_validate(told)
    assert record.meter is None
    assert "meter" not in outcome(record).data


def test_the_last_event_tells_what_it_took(obscura) -> None:
    events = []
    exposure = expose(obscura, ASKED, events.append)
    assert events[-1].data["meter"] == exposure.record.meter.model_dump()
    assert events[-1].data["timings"] == exposure.record.timings


def test_meters_add_up() -> None:
    one = Meter(words={"person": 1}, multiply_adds={"encode": 2}, joules={"encode": 1.5}, gauges=["a"])
    other = Meter(words={"person": 3}, multiply_adds={"encode": 1, "decode": 4}, uncounted=["vae"])
    both = one.plus(other)
    assert both.multiply_adds == {"encode": 3, "decode": 4}
    assert (both.words, both.joules, both.gauges) == ({"person": 3}, {"encode": 1.5}, ["a"])
    assert both.uncounted == ["vae"]


def test_show_tells_what_it_took(obscura, run) -> None:
    code, _, _ = run("expose", "a red boat", "--steps", 2, "--seed", 7)
    assert code == 0
    code, said, _ = run("show", "last")
    assert code == 0
    took = said[said.index("Took") :]
    assert "words: 3 a person's, 0 the program's" in took
    assert [line.split()[0] for line in took.splitlines()[3:6]] == ["encode", "previews", "denoise"]
    assert "energy: " in took


@pytest.mark.gpu
def test_an_nvidia_device_measures_itself() -> None:
    pytest.importorskip("pynvml")
    model = load("obscura", device="cuda")
    meter = expose(model, ASKED.model_copy(update={"num_inference_steps": 50})).record.meter
    assert any("NVML" in gauge for gauge in meter.gauges)
    assert meter.joules["denoise"] > 0
