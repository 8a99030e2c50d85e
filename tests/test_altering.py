"""An alteration acts from its step on, and on nothing before; the record makes the same picture again."""

import os
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import altered
import numpy as np
import pytest
import zoo
from altered import MODELS, SETTINGS, digest, left

from apparatus import alterations as kinds
from apparatus.engine.expose import branch, expose, go_on, repeat
from apparatus.errors import (
    BrokenRecord,
    CannotAlter,
    ExposureNotFound,
    MaskMisfit,
    MovedOn,
    NothingToResume,
    OtherModel,
    OutOfRange,
    StepNotFound,
    WordNotRead,
)
from apparatus.models.loading import Model
from apparatus.moments import Moment
from apparatus.record import Exposure
from apparatus.store import Store

model = cache(altered.model)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("outputs"))


@pytest.fixture(scope="module")
def plain(store: Store):
    return cache(lambda name: expose(model(name), SETTINGS, store=store))


def cells(exposure: Exposure) -> int:
    return int(exposure.noise.shape[-1])


def same(one: Exposure, other: Exposure) -> bool:
    return digest(one.picture) == digest(other.picture) and ended(one) == ended(other)


def ended(exposure: Exposure) -> bytes:
    """The last latents: a picture rounds off what changes little."""
    return np.asarray(exposure.latents).tobytes()


@pytest.fixture(scope="module")
def branches(store: Store, plain):
    """Of each kind of alteration a branch, kept in the store."""

    def made(name: str) -> dict[str, Exposure]:
        before = plain(name)
        lines = altered.something(name, cells(before))
        return {
            kind: branch(model(name), before, line.at, [line], store=store) for kind, line in lines.items()
        }

    return cache(made)


@pytest.mark.parametrize("name", MODELS)
def test_no_alteration_is_bit_for_bit_the_plain_run(name, plain):
    before = plain(name)
    assert digest(stock(name)) == digest(before.picture)
    lines = altered.nothing(model(name), cells(before))
    for kind, line in lines.items():
        assert ended(branch(model(name), before, line.at, [line])) == ended(before), kind
    at_once = expose(model(name), SETTINGS, alterations=lines.values())
    assert (ended(at_once), digest(at_once.picture)) == (ended(before), digest(before.picture))


def stock(name: str):
    """The picture that the pipeline makes by itself."""
    import torch

    others = {} if name == "flux" else {"negative_prompt": SETTINGS.negative_prompt}
    made = model(name)
    return made.pipeline(
        prompt=SETTINGS.prompt, num_inference_steps=zoo.STEPS, guidance_scale=5.0,
        height=made.entry.height, width=made.entry.width, generator=torch.Generator().manual_seed(7),
        **others,
    ).images[0]  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_the_steps_before_an_alteration_are_untouched(name, store, plain, branches):
    before = plain(name)
    lines = altered.something(name, cells(before))
    for kind, after in branches(name).items():
        assert ended(after) != ended(before), kind
        reopened, line = store.open(after.id), lines[kind]
        for step in range(line.at):
            for part in ("latents", "model_output", "denoised"):
                ours, theirs = (np.asarray(getattr(e.steps[step], part)) for e in (reopened, before))
                assert np.array_equal(ours, theirs), (kind, step, part)
        assert reopened.record.alterations == (line,)
        assert (reopened.record.parent, reopened.record.branch_step) == (before.id, line.at)
        assert any(decision.what == line.kind for decision in reopened.ledger)


def test_in_another_process_the_records_make_the_same_pictures(store, branches):
    made = {each.id: each for name in MODELS for each in branches(name).values()}
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, altered.__file__, str(store.folder), *made]
    told = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **paths}, check=True)
    again = {line.split()[0]: line.split()[1:] for line in told.stdout.splitlines()}
    assert again == {id: [digest(each.picture), altered.ending(each)] for id, each in made.items()}


@pytest.mark.parametrize("name", ["Euler ancestral", "DPM++ 2M", "flux"])
def test_a_branch_of_a_branch_has_both_alterations(name, store, plain):
    before = plain(name)
    half = left(cells(before))
    first = branch(model(name), before, 1, [kinds.WordWeight(at=1, word="cat", weight=3)], store=store)
    line = kinds.Latents(at=3, how="renoise", mask=half, seed=1)
    second = branch(model(name), store.open(first.id), 3, [line], store=store, name="the other one")
    assert [line.kind for line in second.record.alterations] == ["word_weight", "latents"]
    assert same(repeat(model(name), second.record), second)
    third = branch(model(name), store.open(second.id), 2, store=store)
    assert [line.kind for line in third.record.alterations] == ["word_weight"]
    assert same(third, first)
    assert store.open(second.id).record.name == "the other one"


@pytest.mark.parametrize("name", ["Euler ancestral", "DPM++ 2M", "stable diffusion 3"])
@pytest.mark.parametrize(
    "stop",
    [
        Moment("prompt"), Moment("encode"), Moment("noise"), Moment("denoise.in", 1),
        Moment("denoise.out", 1),
        Moment("step.out", 0), Moment("step.out", 3), Moment("decode"), Moment("select"),
    ],
)  # fmt: skip
def test_paused_anywhere_it_ends_in_the_same_picture(name, stop, store, plain):
    line = kinds.GuidanceScale(at=2, guidance_scale=8.0)
    whole = expose(model(name), SETTINGS, alterations=[line])
    paused = expose(model(name), SETTINGS, store=store, alterations=[line], stop=stop)
    assert (paused.record.state, paused.record.stopped) == ("paused", stop)
    finished = go_on(model(name), store.open(paused.id), store=store)
    assert finished.id == paused.id
    assert same(store.open(paused.id), whole)
    assert [s.facts.index for s in store.open(paused.id).steps] == [0, 1, 2, 3]
    assert store.open(paused.id).record.encodings == whole.record.encodings


def test_step_by_step_it_is_the_same_and_nobody_waits_for_it(store, plain):
    one = expose(model("DPM++ 2M"), SETTINGS, store=store, stop=Moment("noise"))
    for step in range(zoo.STEPS):
        expose(
            model("DPM++ 2M"), SETTINGS.model_copy(update={"seed": step})
        )  # others use the model meanwhile
        one = go_on(model("DPM++ 2M"), store.open(one.id), store=store, stop=Moment("step.out", step))
        assert len(store.open(one.id).steps) == step + 1
        assert [entry.state for entry in store.list(1000) if entry.id == one.id] == ["paused"]
    finished = go_on(model("DPM++ 2M"), store.open(one.id), store=store)
    assert same(finished, plain("DPM++ 2M"))
    assert [entry.state for entry in store.list(1000) if entry.id == one.id] == ["finished"]


def test_a_branch_that_stops_where_it_begins_computes_nothing(store, plain):
    before = plain("Euler")
    line = kinds.Latents(at=2, how="erase", mask=left(cells(before)))
    paused = branch(model("Euler"), before, 2, [line], store=store, stop=Moment("step.out", 1))
    assert (len(paused.steps), paused.record.state) == (2, "paused")
    assert "denoise" not in paused.record.timings
    finished = go_on(model("Euler"), store.open(paused.id), store=store)
    assert same(finished, branch(model("Euler"), before, 2, [line]))


def test_without_its_replay_it_is_made_again_from_the_record(store, plain):
    before = plain("Euler")
    line = kinds.GuidanceScale(at=2, guidance_scale=2.0)
    kept = branch(model("Euler"), before, 2, [line], store=store)
    (kept.folder / "replay.safetensors").unlink()
    later = branch(model("Euler"), store.open(kept.id), 3, store=store)
    assert same(later, kept)
    paused = expose(model("Euler"), SETTINGS, store=store, stop=Moment("step.out", 1))
    (paused.folder / "replay.safetensors").unlink()
    assert same(go_on(model("Euler"), store.open(paused.id), store=store), before)


def test_another_prompt_is_read_from_its_step_on(store, plain):
    line = kinds.Prompt(at=2, prompt="a blue boat at night")
    after = branch(model("Euler"), plain("Euler"), 2, [line], store=store)
    read = [
        (e.from_step, [word.text for word in e.words]) for e in after.record.encodings if e.branch == "cond"
    ]
    assert read[0] == (0, ["a", "red", "cat", "on", "the", "sea"])
    assert read[1][0] == 2
    assert read[1][1] == ["a", "blue", "boat", "at", "night"]
    for encoding in after.record.encodings:
        assert after.hidden_states(encoding) is not None
    weighed = [*after.record.alterations, kinds.WordWeight(at=2, word="boat", weight=0)]
    assert not same(expose(model("Euler"), SETTINGS, alterations=weighed), after)
    forgotten = [kinds.WordWeight(at=1, word="cat", weight=1), *after.record.alterations]
    assert same(expose(model("Euler"), SETTINGS, alterations=forgotten), after)


def test_fewer_steps_and_more_go_over_the_same_range(store, plain):
    for remaining in (1, 2, 7):
        after = expose(model("DPM++ 2M"), SETTINGS, alterations=[kinds.Steps(at=1, remaining=remaining)])
        facts = [step.facts for step in after.steps]
        assert len(facts) == 1 + remaining
        assert facts[1].timestep == plain("DPM++ 2M").steps[1].facts.timestep
        sigmas = [fact.sigma for fact in facts]
        assert sigmas == sorted(sigmas, reverse=True)


@pytest.mark.parametrize(
    ("line", "error", "said"),
    [
        (kinds.WordWeight(at=2, word="dog", weight=0), WordNotRead, "a, red, cat"),
        (kinds.WordWeight(at=2, word="cat", occurrence=2, weight=0), WordNotRead, "a 2th time"),
        (kinds.WordVector(at=2, word="cat", how="average", other="moon"), WordNotRead, "'moon'"),
        (kinds.WordVector(at=2, word="cat", other=""), WordNotRead, "''"),
        (kinds.Latents(at=2, how="erase", mask=("##",)), MaskMisfit, "1 rows of 2"),
        (kinds.Latents(at=2, how="erase", mask=("#" * 32,) * 31 + ("##",)), MaskMisfit, "32"),
        (kinds.EncoderLayer(at=2, layer=9), CannotAlter, "0 to 3"),
        (kinds.Steps(at=4, remaining=3), CannotAlter, "none is left"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_left_behind(line, error, said, store, plain):
    before, there = plain("Euler"), store.count()
    with pytest.raises(error, match=said):
        branch(model("Euler"), before, line.at, [line], store=store)
    assert store.count() == there
    assert not [*store.folder.glob(".partial*")]


def test_a_word_that_was_truncated_away_is_not_altered(store):
    long = SETTINGS.model_copy(update={"prompt": "a red cat " * 40 + "boat"})
    before = expose(model("Euler"), long, store=store)
    with pytest.raises(WordNotRead, match="too long to be read"):
        branch(model("Euler"), before, 2, [kinds.WordWeight(at=2, word="boat", weight=0)], store=store)


def test_a_scheduler_of_even_steps_is_not_given_other_steps(plain):
    with pytest.raises(CannotAlter, match="DDIMScheduler"):
        branch(model("DDIM"), plain("DDIM"), 2, [kinds.Steps(at=2, remaining=5)])


def test_a_branch_from_nowhere_is_refused(store, plain):
    before = plain("Euler")
    with pytest.raises(StepNotFound):
        branch(model("Euler"), before, 5)
    with pytest.raises(OutOfRange):
        branch(model("Euler"), before, 3, [kinds.GuidanceScale(at=2, guidance_scale=1)])
    gone = expose(model("Euler"), SETTINGS, store=store)
    store.delete(gone.id)
    with pytest.raises(ExposureNotFound):
        store.open(gone.id)
    (other := expose(model("Euler"), SETTINGS, store=store)).folder.joinpath("replay.safetensors").write_text(
        ""
    )
    with pytest.raises(BrokenRecord):
        branch(model("Euler"), store.open(other.id), 2, store=store)


def test_two_who_go_on_with_the_same_one_do_not_go_twice_as_far(store):
    paused = expose(model("Euler"), SETTINGS, store=store, stop=Moment("step.out", 0))
    go_on(model("Euler"), store.open(paused.id), store=store, stop=Moment("step.out", 1), after=1)
    with pytest.raises(MovedOn, match="stands after 2"):
        go_on(model("Euler"), store.open(paused.id), store=store, stop=Moment("step.out", 1), after=1)
    assert len(store.open(paused.id).steps) == 2


def test_what_is_over_does_not_go_on(store, plain):
    with pytest.raises(NothingToResume):
        go_on(model("Euler"), plain("Euler"), store=store)


def test_with_other_weights_it_can_be_looked_at_and_not_gone_on_with(store, plain):
    other = Model(model("Euler").entry, model("Euler").pipeline, None, "another")
    paused = expose(model("Euler"), SETTINGS, store=store, stop=Moment("step.out", 0))
    for refused in (lambda: branch(other, plain("Euler"), 2), lambda: go_on(other, store.open(paused.id))):
        with pytest.raises(OtherModel):
            refused()
    assert branch(other, plain("Euler"), 0).record.state == "finished"


def test_one_that_fails_on_its_way_is_still_paused_where_it_was(store, monkeypatch):
    paused = expose(model("Euler"), SETTINGS, store=store, stop=Moment("step.out", 1))
    unet = model("Euler").pipeline.unet
    monkeypatch.setattr(unet, "forward", lambda *_, **__: 1 / 0)
    with pytest.raises(Exception, match="division"):
        go_on(model("Euler"), store.open(paused.id), store=store)
    monkeypatch.undo()
    record = store.open(paused.id).record
    assert (record.state, len(record.steps)) == ("paused", 2)
    assert go_on(model("Euler"), store.open(paused.id), store=store).record.state == "finished"


def test_cancelled_it_can_be_gone_on_with(store, plain):
    asked = iter([False] * 12)
    stopped = expose(model("Euler"), SETTINGS, stopped=lambda: next(asked, True), store=store)
    assert stopped.record.state == "cancelled"
    assert same(go_on(model("Euler"), store.open(stopped.id), store=store), plain("Euler"))


def test_alterations_survive_json():
    lines = tuple(altered.something("Euler", 4).values())
    assert kinds.read([line.model_dump(mode="json") for line in lines]) == lines
    with pytest.raises(OutOfRange):
        kinds.read([{"kind": "word_weight", "word": "cat", "weight": 99}])
    with pytest.raises(OutOfRange):
        kinds.read([{"kind": "magic"}])
    with pytest.raises(OutOfRange):
        kinds.Latents(how="erase", mask=("ab",))


def test_moments_stand_in_the_order_of_a_run():
    order = [
        Moment("prompt"), Moment("encode"), Moment("encode", call=1), Moment("noise"),
        Moment("denoise.in", 0),
        Moment("denoise.out", 0), Moment("denoise.in", 0, 1), Moment("step.in", 0), Moment("step.out", 0),
        Moment("denoise.in", 1), Moment("step.out", 1), Moment("decode"), Moment("select"),
    ]  # fmt: skip
    assert all(early < late for early, late in pairwise(order))


def test_the_folder_of_one_that_went_on_is_whole(store: Store):
    paused = expose(model("Euler"), SETTINGS, store=store, stop=Moment("step.out", 1))
    go_on(model("Euler"), store.open(paused.id), store=store)
    files = {path.relative_to(paused.folder).as_posix() for path in Path(paused.folder).rglob("*.*")}
    assert files == {
        "picture.png", "record.json", "replay.safetensors", "tensors.safetensors",
        *(f"steps/{step:03d}.webp" for step in range(4)),
    }  # fmt: skip
