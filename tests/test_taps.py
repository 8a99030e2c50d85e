"""A tap sees every call, changes nothing by looking, and lets go."""

import threading
from collections import Counter
from typing import Any

import pytest
import torch
import zoo

from apparatus import taps
from apparatus.errors import SiteNotFound

NAME = "stable diffusion"
CALLS = {
    "text_encoder": 2, "prepare_latents": 1, "scheduler.set_timesteps": 1, "scheduler.step": 4, "unet": 4,
    "unet.mid_block": 4, "vae.decode": 1, "vae.decoder": 1,
}  # fmt: skip


def picture(pipeline: Any, **others: Any) -> torch.Tensor:
    return pipeline(**zoo.kwargs_of(NAME, **others)).images


def observe(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
    return call(*args, **kwargs)


def attributes(pipeline: Any) -> list[set[str]]:
    """What everything that can be tapped has of its own."""
    owners = [pipeline, pipeline.scheduler, *(part for part in pipeline.components.values() if part)]
    modules = [module for part in owners if isinstance(part, torch.nn.Module) for module in part.modules()]
    return [set(vars(owner)) for owner in owners + modules]


@pytest.mark.parametrize("site", CALLS)
def test_it_sees_every_call(pipeline, site):
    seen: Counter[str] = Counter()

    def count(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        seen[site] += 1
        return call(*args, **kwargs)

    with taps.tapped(pipeline, {site: count}):
        picture(pipeline)
    assert seen[site] == CALLS[site]


@pytest.mark.parametrize("scheduler", ["DDIM", "Euler ancestral"])
def test_with_every_site_tapped_the_picture_is_the_same(scheduler):
    pipeline = zoo.stable_diffusion(scheduler)
    plain = picture(pipeline)
    with taps.tapped(pipeline, dict.fromkeys(taps.sites(pipeline), observe)):
        watched = picture(pipeline)
        other = picture(pipeline, prompt="the blue sea")
    assert torch.equal(watched, plain)
    assert not torch.equal(other, plain)


def test_what_goes_in_can_be_replaced(pipeline):
    def without_text(call: taps.Tap, *args: Any, encoder_hidden_states: Any, **kwargs: Any) -> Any:
        return call(*args, encoder_hidden_states=torch.zeros_like(encoder_hidden_states), **kwargs)

    with taps.tapped(pipeline, {"unet": without_text}):
        assert torch.equal(picture(pipeline, prompt="a red cat"), picture(pipeline, prompt="the blue sea"))


def test_what_comes_out_can_be_replaced(pipeline):
    def negative(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        return (-call(*args, **kwargs)[0],)

    plain = picture(pipeline, output_type="latent")
    with taps.tapped(pipeline, {"vae.decode": negative, "prepare_latents": lambda call, *args: call(*args)}):
        assert torch.equal(picture(pipeline, output_type="latent"), plain)
        assert not torch.equal(picture(pipeline), plain)


def test_a_result_can_be_supplied_without_computing(pipeline):
    latents = torch.full((1, 4, 16, 16), 0.25)
    with taps.tapped(pipeline, {"scheduler.step": lambda call, *args, **kwargs: (latents,)}):
        assert torch.equal(picture(pipeline, output_type="latent"), latents)


def test_it_can_stop_the_run(pipeline):
    def stop(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        raise taps.Stop

    with pytest.raises(taps.Stop), taps.tapped(pipeline, {"vae.decode": stop}):
        picture(pipeline)


def test_taps_on_one_site_nest_the_last_outermost(pipeline):
    order = []

    def named(name: str) -> taps.Tap:
        def tap(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
            order.append(name)
            return call(*args, **kwargs)

        return tap

    with (
        taps.tapped(pipeline, {"vae.decode": named("in")}),
        taps.tapped(pipeline, {"vae.decode": named("out")}),
    ):
        picture(pipeline)
    assert order == ["out", "in"]


def test_it_lets_go_even_when_the_run_fails(pipeline):
    picture(pipeline)
    before = attributes(pipeline)

    def fail(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), taps.tapped(pipeline, dict.fromkeys(taps.sites(pipeline), fail)):
        picture(pipeline)
    assert attributes(pipeline) == before


def test_a_site_that_is_not_there_is_named_with_the_nearest(pipeline):
    with pytest.raises(SiteNotFound, match=r"no site 'vae.decod'. Nearest: vae.decode"):
        taps.find(pipeline, "vae.decod")


@pytest.mark.parametrize("site", ["vae.config.scaling_factor", "unet.nothing.at.all", "", "scheduler"])
def test_what_is_no_call_is_no_site(pipeline, site):
    with pytest.raises(SiteNotFound):
        taps.find(pipeline, site)


def test_a_look_aside_passes_by_every_tap(pipeline):
    def refuse(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("seen")

    with taps.tapped(pipeline, dict.fromkeys(taps.sites(pipeline), refuse)), taps.bare():
        picture(pipeline)


def test_a_call_from_another_thread_passes_by(pipeline):
    seen = []

    def see(call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        seen.append(threading.get_ident())
        return call(*args, **kwargs)

    with taps.tapped(pipeline, {"vae.decode": see}):
        other = threading.Thread(target=picture, args=[pipeline])
        other.start()
        other.join()
        picture(pipeline)
    assert seen == [threading.get_ident()]


def test_pipelines_that_share_a_part_share_its_lock(pipeline):
    sibling = type(pipeline)(**pipeline.components, requires_safety_checker=False)
    entered = threading.Event()

    def enter() -> None:
        with taps.lock(sibling):
            entered.set()

    other = threading.Thread(target=enter)
    with taps.lock(pipeline):
        other.start()
        assert not entered.wait(0.2)
    other.join()
    assert entered.is_set()


@pytest.mark.parametrize("name", ["stable diffusion", "stable diffusion 3", "flux", "pixart"])
def test_hidden_states_are_those_of_transformers(name):
    pipeline = zoo.ZOO[name][0]()
    encoders = [part for part in pipeline.components if part.startswith("text_encoder")]
    for encoder in (getattr(pipeline, part) for part in encoders):
        states: list[torch.Tensor] = []
        ids = torch.tensor([[5, 6, 7, 8]])
        with torch.no_grad(), taps.layers_watched(encoder, states.append):
            returned = encoder(ids, output_hidden_states=True)
        assert len(states) == len(returned.hidden_states) == len(taps.layers(encoder)) + 1
        for ours, theirs in zip(states[:-1], returned.hidden_states[:-1], strict=True):
            assert torch.equal(ours, theirs)


def test_a_replaced_layer_counts_for_what_follows_the_first_time_and_later(pipeline):
    def silence(states: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(states)

    plain = picture(pipeline, clip_skip=None)
    with taps.layers_watched(pipeline.text_encoder, silence):
        cold, warm = picture(pipeline), picture(pipeline)
    assert torch.equal(cold, warm)
    assert not torch.equal(cold, plain)
    assert torch.equal(picture(pipeline), plain)
