"""The two predictions, recombined, are what the scheduler got; and where they point is where it goes."""

from typing import Any

import pytest
import torch
import zoo
from diffusers import StableDiffusionPipeline
from diffusers.callbacks import SDCFGCutoffCallback

from apparatus import guidance, runner, taps
from apparatus.adapters import NEUTRAL, adapter_for, preview
from apparatus.guidance import Scheme
from apparatus.runner import Run, Stepped

NAME = "stable diffusion"
SIZE = (32, 32)


def run(pipeline: Any, name: str = NAME, **others: Any) -> Run:
    return runner.run(pipeline, zoo.kwargs_of(name, **others))


def clean(pipeline: Any, step: Stepped) -> torch.Tensor:
    found = guidance.denoised(pipeline.scheduler, step.model_output, step.timestep, step.latents, step.sigma)
    assert found is not None
    return found


def test_without_guidance_there_is_one_prediction(pipeline):
    for step in run(pipeline, guidance_scale=1.0).steps:
        cond, uncond = guidance.split(Scheme(), step.predictions, step.latents)
        assert uncond is None
        assert torch.equal(cond, step.model_output)


def test_guidance_that_ends_half_way_is_seen_to(pipeline):
    callback = SDCFGCutoffCallback(cutoff_step_ratio=0.5)
    steps = run(pipeline, num_inference_steps=6, callback_on_step_end=callback).steps
    acting = [guidance.split(Scheme(), step.predictions, step.latents)[1] is not None for step in steps]
    assert acting == [True, True, True, True, False, False]


def test_its_facts_are_root_mean_squares():
    cond, uncond = torch.full((1, 4, 2, 2), 3.0), torch.full((1, 4, 2, 2), -1.0)
    facts = guidance.facts(cond, uncond, 7.5)
    assert (facts.scale, facts.cond, facts.uncond, facts.delta) == (7.5, 3.0, 1.0, 4.0)


@pytest.mark.parametrize("scheduler", ["DDIM", "DDIM v", "DDPM", "Euler", "Euler ancestral"])
def test_denoised_is_what_the_scheduler_itself_predicts(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    recorded = run(pipeline)
    for step, end in zip(recorded.steps, recorded.replay.checkpoints, strict=True):
        assert torch.equal(clean(pipeline, step), end.returned[1])


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize("scheduler", ["DPM++ 2M", "DPM++ 2M karras", "DPM++ 2M SDE", "UniPC"])
def test_so_it_is_with_schedulers_that_keep_it_to_themselves(scheduler, prediction):
    pipeline = zoo.stable_diffusion(scheduler)
    pipeline.scheduler.register_to_config(prediction_type=prediction)
    predicted = []

    def see(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        predicted.append(call(*args, **kwargs))
        return predicted[-1]

    with taps.tapped(pipeline, {"scheduler.convert_model_output": see}):
        recorded = run(pipeline)
    for step, theirs in zip(recorded.steps, predicted, strict=True):
        torch.testing.assert_close(clean(pipeline, step), theirs, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("scheduler", ["Euler", "Heun", "DPM++ 2M", "UniPC"])
def test_the_last_step_ends_where_denoised_points(scheduler, prediction):
    pipeline = zoo.stable_diffusion(scheduler)
    pipeline.scheduler.register_to_config(prediction_type=prediction)
    last = run(pipeline).steps[-1]
    torch.testing.assert_close(clean(pipeline, last), last.prev_latents, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("scheduler", ["DDIM", "Euler", "DPM++ 2M"])
def test_latents_are_mixed_of_what_is_clean_and_noise(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    for step in run(pipeline).steps:
        signal, noise = guidance.mixture(pipeline.scheduler, step.timestep, step.sigma)
        again = signal * clean(pipeline, step) + noise * step.model_output
        torch.testing.assert_close(again, step.latents, rtol=1e-4, atol=1e-4)


def test_clipping_is_the_schedulers(pipeline):
    pipeline.scheduler.register_to_config(clip_sample=True, clip_sample_range=0.5)
    recorded = run(pipeline)
    assert torch.equal(clean(pipeline, recorded.steps[0]), recorded.replay.checkpoints[0].returned[1])
    assert clean(pipeline, recorded.steps[0]).abs().max() == 0.5


def test_of_a_scheduler_it_does_not_know_it_says_nothing(pipeline):
    from diffusers import IPNDMScheduler

    pipeline.scheduler = IPNDMScheduler()
    step = run(pipeline).steps[0]
    assert guidance.denoised(pipeline.scheduler, step.model_output, step.timestep, step.latents, None) is None


def test_a_family_that_is_not_known_gets_the_neutral_adapter():
    pipeline = zoo.stable_diffusion(kind=type("UnheardOfPipeline", (StableDiffusionPipeline,), {}))
    assert adapter_for(pipeline) is NEUTRAL
    assert preview(pipeline, torch.zeros(1, 4, 16, 16), SIZE) is None


def test_a_decoder_in_half_precision_is_raised_for_a_preview_and_put_back():
    pipeline = zoo.stable_diffusion_xl()
    latents = torch.randn(1, 4, 16, 16)
    pipeline.vae.to(torch.float16)
    shown = preview(pipeline, latents, SIZE)
    assert shown.dtype == torch.float32
    assert pipeline.vae.dtype == torch.float16
    assert torch.equal(preview(pipeline, latents, SIZE), shown)
    pipeline.vae.to(torch.float32)
    assert torch.equal(preview(pipeline, latents, SIZE), shown)


def test_a_decoder_that_centres_its_channels_is_previewed_as_the_pipeline_decodes():
    pipeline = zoo.stable_diffusion_xl()
    config = {"latents_mean": [0.1, -0.2, 0.3, 0.0], "latents_std": [1.1, 0.9, 1.0, 2.0]}
    pipeline.vae.register_to_config(**config)
    recorded = run(pipeline, "stable diffusion xl")
    shown = preview(pipeline, recorded.steps[-1].prev_latents, SIZE)
    torch.testing.assert_close(shown, recorded.decoded.image)
