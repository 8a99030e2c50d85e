"""The picture is the stock pipeline's, bit for bit; and from any step one can come back to it."""

import threading
from itertools import pairwise
from typing import Any

import pytest
import torch
import zoo

from apparatus import runner, taps
from apparatus.runner import Alter, Decoded, Encoded, Moment, Noised, Run, Stepped

NAME = "stable diffusion"
STEPS = zoo.STEPS
MOMENTS = [
    Moment("encode"), Moment("encode", call=1), Moment("noise"), Moment("denoise.in", 0),
    Moment("denoise.out", 0), Moment("step.in", 2), Moment("step.out", 0), Moment("denoise.in", 3),
    Moment("denoise.out", 3), Moment("step.out", 3), Moment("decode"),
]  # fmt: skip


def run(pipeline: Any, name: str = NAME, **others: Any) -> Run:
    return runner.run(pipeline, zoo.kwargs_of(name, **others))


def bare(pipeline: Any, name: str = NAME, **others: Any) -> torch.Tensor:
    return pipeline(**zoo.kwargs_of(name, **others)).images


def disturb(pipeline: Any) -> None:
    """Another picture, of another prompt, seed and number of steps, on the same pipeline."""
    bare(pipeline, prompt="the blue sea", seed=99, num_inference_steps=3)


@pytest.mark.parametrize("scheduler", zoo.SCHEDULERS)
def test_looking_changes_nothing_whatever_the_scheduler(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    assert torch.equal(run(pipeline, eta=1.0).output.images, bare(pipeline, eta=1.0))


@pytest.mark.parametrize("scheduler", zoo.SCHEDULERS)
def test_from_every_step_one_comes_back_to_the_same_picture(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    finished = run(pipeline, eta=1.0)
    for step in range(len(finished.steps) + 1):
        disturb(pipeline)
        again = runner.resume(pipeline, runner.back(finished, step))
        assert torch.equal(again.output.images, finished.output.images), step
        assert [each.index for each in again.steps] == list(range(len(finished.steps)))


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("scheduler", ["Euler ancestral", "DPM++ 2M"])
def test_a_run_paused_anywhere_ends_in_the_same_picture(moment, scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    plain = bare(pipeline)
    paused = runner.run(pipeline, zoo.kwargs_of(NAME), stop=moment)
    assert (paused.state, paused.stopped, paused.output) == ("paused", moment, None)
    disturb(pipeline)
    resumed = runner.resume(pipeline, paused)
    assert resumed.state == "finished"
    assert torch.equal(resumed.output.images, plain)


def test_a_pause_within_a_step_does_not_ask_the_denoiser_twice(pipeline):
    paused = runner.run(pipeline, zoo.kwargs_of(NAME), stop=Moment("denoise.out", 2))
    calls = []

    def count(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        calls.append(call)
        return call(*args, **kwargs)

    with taps.tapped(pipeline, {"unet": count}):
        runner.resume(pipeline, paused)
    assert len(calls) == 1


def test_a_step_between_two_denoiser_calls_goes_on_with_the_second():
    name = "flux with true guidance"
    pipeline = zoo.flux()
    plain = bare(pipeline, name)
    paused = runner.run(pipeline, zoo.kwargs_of(name), stop=Moment("denoise.in", 2, call=1))
    assert len(paused.replay.pending) == 1
    assert torch.equal(runner.resume(pipeline, paused).output.images, plain)


def test_a_paused_run_can_be_paused_again(pipeline):
    plain = bare(pipeline)
    one = runner.run(pipeline, zoo.kwargs_of(NAME), stop=Moment("step.out", 0))
    two = runner.resume(pipeline, one, stop=Moment("step.in", 2))
    three = runner.resume(pipeline, two, stop=Moment("decode"))
    assert torch.equal(runner.resume(pipeline, three).output.images, plain)
    assert torch.equal(runner.resume(pipeline, one).output.images, plain)


@pytest.mark.parametrize("scheduler", ["DPM++ 2M SDE", "Euler ancestral", "UniPC"])
@pytest.mark.parametrize("change", ["guidance", "prompt", "latents"])
def test_a_branch_is_what_the_pipelines_own_callback_would_have_made(scheduler, change):
    pipeline = zoo.stable_diffusion(scheduler)
    other = pipeline.encode_prompt("the blue sea", "cpu", 1, True, "the night")[:2]
    finished = run(pipeline)

    def callback(_: Any, step: int, __: Any, values: dict[str, Any]) -> dict[str, Any]:
        if step != 1:
            return {}
        if change == "guidance":
            pipeline._guidance_scale = 2.0
            return {}
        if change == "prompt":
            return {"prompt_embeds": torch.cat([other[1], other[0]])}
        return {"latents": values["latents"] * 0.5}

    native = bare(pipeline, callback_on_step_end=callback)
    if change == "latents":
        paused = runner.back(finished, 2)
        branched = runner.resume(pipeline, runner.altered(paused, paused.steps[-1].prev_latents * 0.5))
    else:
        changes = {"guidance": {"guidance_scale": 2.0}, "prompt": {"prompt": "the blue sea"}}[change]
        branched = runner.branch(pipeline, finished, 2, **changes)
    assert torch.equal(branched.output.images, native)
    assert not torch.equal(native, finished.output.images)


@pytest.mark.parametrize(
    "changes", [{"guidance_scale": 1.0}, {"negative_prompt": "a dog", "prompt": "a boat"}]
)
def test_a_branch_may_end_guidance_and_a_branch_of_it_begin_it_again(pipeline, changes):
    finished = run(pipeline)
    branched = runner.branch(pipeline, finished, 2, **changes)
    assert not torch.equal(branched.output.images, finished.output.images)
    same = {name: zoo.GUIDED[name] for name in changes}
    returned = runner.branch(pipeline, branched, 2, **same)
    assert torch.equal(returned.output.images, finished.output.images)


def test_a_branch_with_another_generator_throws_again_from_there_on():
    pipeline = zoo.stable_diffusion("Euler ancestral")
    finished = run(pipeline)
    one, two, same = (
        runner.branch(pipeline, finished, 2, generator=torch.Generator().manual_seed(seed))
        for seed in (1, 2, 1)
    )
    assert torch.equal(one.output.images, same.output.images)
    assert not torch.equal(one.output.images, two.output.images)


def test_what_is_recorded_arrives_as_it_happens(pipeline):
    seen: list[Any] = []
    recorded = runner.run(pipeline, zoo.kwargs_of(NAME), watch=seen.append, layers=True)
    assert [type(each) for each in seen] == [Encoded, Encoded, Noised, *[Stepped] * STEPS, Decoded]
    assert seen == [*recorded.texts, seen[2], *recorded.steps, recorded.decoded]
    texts, steps = recorded.texts, recorded.steps
    assert [(each.encoder, each.call, len(each.layers)) for each in texts] == [
        ("text_encoder", 0, 4),
        ("text_encoder", 1, 4),
    ]
    assert torch.equal(recorded.prompt_embeds, torch.cat([texts[1].returned[0], texts[0].returned[0]]))
    assert torch.equal(steps[0].latents, recorded.noise)
    assert [(each.index, each.of, len(each.predictions)) for each in steps] == [
        (step, STEPS, 1) for step in range(STEPS)
    ]
    for step, following in pairwise(steps):
        assert step.prev_latents is following.latents
    assert [float(each.timestep) for each in steps] == pipeline.scheduler.timesteps.tolist()
    assert torch.equal(recorded.decoded.latents, steps[-1].prev_latents / pipeline.vae.config.scaling_factor)
    assert torch.equal(recorded.output.images, (recorded.decoded.image / 2 + 0.5).clamp(0, 1))


@pytest.mark.parametrize("scheduler", ["Euler", "Heun", "DPM++ 2M karras", "UniPC"])
def test_sigma_is_the_level_the_step_began_with(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    recorded = run(pipeline)
    sigmas = pipeline.scheduler.sigmas
    assert [float(step.sigma) for step in recorded.steps] == sigmas[: len(recorded.steps)].tolist()


@pytest.mark.parametrize("name", zoo.ZOO)
def test_nothing_recorded_was_written_in_later(name):
    recorded = runner.run(zoo.ZOO[name][0](), zoo.kwargs_of(name), layers=True)
    tensors = [recorded.noise, recorded.decoded.latents, recorded.decoded.image]
    tensors += [] if name == "z image" else [recorded.prompt_embeds]  # of a list, ours is a copy
    for step in recorded.steps:
        answers = [each[0] for each in step.predictions]
        rows = [row for each in answers for row in (each if isinstance(each, list) else [each])]
        tensors += [step.latents, step.model_output, step.prev_latents, *rows]
    assert {tensor._version for tensor in tensors} == {0}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_several_pictures_at_once_come_back_too(dtype):
    pipeline = zoo.stable_diffusion("Euler ancestral").to(dtype)

    def kwargs() -> dict[str, Any]:
        generators = [torch.Generator().manual_seed(seed) for seed in range(4)]
        prompts = {"prompt": ["a red cat", "the sea"], "negative_prompt": ["night", "dog"]}
        return zoo.kwargs_of(NAME, generator=generators, num_images_per_prompt=2, **prompts)

    plain = pipeline(**kwargs()).images
    recorded = runner.run(pipeline, kwargs())
    assert torch.equal(recorded.output.images, plain)
    assert torch.equal(runner.branch(pipeline, recorded, 2).output.images, plain)


def test_without_a_generator_the_global_one_comes_back():
    pipeline = zoo.stable_diffusion("Euler ancestral")
    torch.manual_seed(5)
    plain = bare(pipeline, generator=None)
    torch.manual_seed(5)
    recorded = run(pipeline, generator=None)
    after = torch.get_rng_state()
    assert torch.equal(recorded.output.images, plain)
    assert torch.equal(runner.branch(pipeline, recorded, 3).output.images, plain)
    assert torch.equal(torch.get_rng_state(), after)


def test_the_callers_things_stay_the_callers(pipeline):
    prompts, generator = ["a red cat"], torch.Generator().manual_seed(7)
    recorded = run(pipeline, prompt=prompts, negative_prompt=["night"], generator=generator)
    state = generator.get_state()
    prompts.append("changed afterwards")
    again = runner.branch(pipeline, recorded, 0)
    assert torch.equal(again.output.images, recorded.output.images)
    assert torch.equal(generator.get_state(), state)


def test_a_text_is_encoded_again_only_when_it_must_be(pipeline):
    calls: list[Any] = []

    def count(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return call(*args, **kwargs)

    with taps.tapped(pipeline, {"text_encoder": count}):
        recorded = run(pipeline)
        assert len(calls) == 2
        runner.branch(pipeline, recorded, 3, guidance_scale=2.0)
        assert len(calls) == 2
        runner.branch(pipeline, recorded, 3, prompt="the blue sea")
        assert len(calls) == 3
        with torch.no_grad():
            next(pipeline.text_encoder.parameters()).mul_(2)
        runner.branch(pipeline, recorded, 3)
        assert len(calls) == 5


def test_a_cancelled_run_ends_at_once_and_can_still_be_resumed(pipeline):
    seen: list[Any] = []
    cancelled = runner.run(pipeline, zoo.kwargs_of(NAME), watch=seen.append, cancelled=lambda: len(seen) == 5)
    assert (cancelled.state, cancelled.stopped) == ("cancelled", Moment("step.out", 1))
    assert torch.equal(runner.resume(pipeline, cancelled).output.images, bare(pipeline))


def test_two_threads_on_one_pipeline_do_not_mix(pipeline):
    wanted = [{"seed": seed, "num_inference_steps": steps} for seed, steps in ((1, 6), (2, 9), (3, 4))]
    plain = [bare(pipeline, **each) for each in wanted]
    runs: dict[int, Run] = {}

    def go(place: int) -> None:
        runs[place] = run(pipeline, **wanted[place])

    threads = [threading.Thread(target=go, args=[place]) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(runs[place].steps) for place in range(3)] == [6, 9, 4]
    for place in range(3):
        assert torch.equal(runs[place].output.images, plain[place])


SAME = Alter(noise=lambda noise: noise, text=lambda text, call: text, schedule=lambda scheduler: None)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_an_alteration_that_changes_nothing_changes_nothing(name):
    pipeline = zoo.ZOO[name][0]()
    finished = run(pipeline, name)
    again = runner.run(pipeline, zoo.kwargs_of(name), alter=SAME)
    assert torch.equal(again.output.images, finished.output.images)
    resumed = runner.branch(pipeline, finished, 2, alter=SAME)
    assert torch.equal(resumed.output.images, finished.output.images)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_other_noise_is_what_the_run_begins_with(name):
    pipeline = zoo.ZOO[name][0]()
    plain = run(pipeline, name)
    flipped = runner.run(pipeline, zoo.kwargs_of(name), alter=Alter(noise=lambda noise: noise.flip(-1)))
    assert torch.equal(flipped.noise, plain.noise.flip(-1))
    scaled = getattr(pipeline.scheduler.config, "sigma_data", 1.0)  # what SanaSprint multiplies it with
    assert torch.equal(flipped.steps[0].latents, flipped.noise * scaled)
    assert not torch.equal(flipped.output.images, plain.output.images)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_another_text_acts_from_its_step_on(name):
    pipeline = zoo.ZOO[name][0]()
    plain = run(pipeline, name)
    quiet = Alter(text=lambda text, call: text * 0)
    other = runner.branch(pipeline, plain, 2, alter=quiet)
    assert [torch.equal(a.latents, b.latents) for a, b in zip(plain.steps, other.steps, strict=True)] == [
        True, True, True, False,
    ]  # fmt: skip
    assert other.prompt_embeds.abs().max() == 0
    paused = runner.branch(pipeline, plain, 2, stop=Moment("step.out", 2), alter=quiet)
    assert torch.equal(runner.resume(pipeline, paused, alter=quiet).output.images, other.output.images)


def sooner(scheduler: Any) -> None:
    """Of the schedule's four steps the last two in one."""
    scheduler.timesteps = scheduler.timesteps[:3]
    scheduler.sigmas = torch.cat([scheduler.sigmas[:3], scheduler.sigmas[-1:]])


@pytest.mark.parametrize("scheduler", ["Euler", "Euler ancestral", "DPM++ 2M"])
def test_another_schedule_goes_on_where_the_old_one_stood(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    plain = run(pipeline)
    other = runner.branch(pipeline, plain, 1, alter=Alter(schedule=sooner))
    assert [step.of for step in other.steps] == [4, 3, 3]
    assert [torch.equal(a.latents, b.latents) for a, b in zip(plain.steps, other.steps, strict=False)] == [
        True, True, True,
    ]  # fmt: skip
    assert not torch.equal(other.steps[-1].prev_latents, plain.steps[2].prev_latents)
    for step in (1, 2, 3):
        again = runner.resume(pipeline, runner.back(other, step), alter=Alter(schedule=sooner))
        assert torch.equal(again.output.images, other.output.images), step
