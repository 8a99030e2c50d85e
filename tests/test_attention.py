"""Attention is that of the layers themselves; each place's tokens sum to one; it lets go."""

import threading
from typing import Any

import pytest
import torch
import zoo
from torch.nn import functional

from apparatus import attention, guidance, runner, taps
from apparatus.adapters import adapter_for
from apparatus.attention import CROSS, FIRST, LAST, Text
from apparatus.guidance import Scheme

NAME = "stable diffusion"
TWO_CALLS = Scheme(order=("cond", "uncond"), stacked=False)
FAMILIES: dict[str, tuple[Scheme, Text, tuple[int, int, int]]] = {
    NAME: (Scheme(), CROSS, (77, 16, 16)),
    "stable diffusion xl": (Scheme(), CROSS, (77, 8, 8)),
    "stable diffusion 3": (Scheme(), LAST, (125, 16, 16)),
    "flux": (TWO_CALLS, FIRST, (48, 8, 8)),
    "flux with true guidance": (TWO_CALLS, FIRST, (48, 8, 8)),
    "pixart": (Scheme(), CROSS, (300, 8, 8)),
}


def watched(pipeline: Any, name: str = NAME, **others: Any) -> attention.Maps:
    scheme, text, _ = FAMILIES[name]
    kwargs = zoo.kwargs_of(name, **others)
    with attention.watch(pipeline, (kwargs["height"], kwargs["width"]), scheme, text) as maps:
        pipeline(**kwargs)
    return maps


@pytest.mark.parametrize("name", FAMILIES)
def test_there_is_one_map_a_step_and_the_tokens_of_each_place_sum_to_one(name):
    maps = watched(zoo.ZOO[name][0](), name)
    assert [each.shape for each in maps] == [(1, *FAMILIES[name][2])] * zoo.STEPS
    for each in maps:
        torch.testing.assert_close(each.sum(1), torch.ones_like(each.sum(1)))
        assert each.min() >= 0


def test_the_map_is_the_mean_of_what_the_layers_themselves_use():
    """Recomputed by diffusers' own `get_attention_scores`, of one picture without guidance."""
    pipeline = zoo.stable_diffusion()
    expected: list[torch.Tensor] = []

    def see(layer: Any) -> taps.Tap:
        def tap(
            call: taps.Tap, states: torch.Tensor, encoder_hidden_states: Any = None, **kwargs: Any
        ) -> Any:
            if encoder_hidden_states is not None:
                query = layer.head_to_batch_dim(layer.to_q(states))
                key = layer.head_to_batch_dim(layer.to_k(encoder_hidden_states))
                share = layer.get_attention_scores(query, key).mean(0)
                side = int(len(share) ** 0.5)
                share = share.T.reshape(1, -1, side, side)
                expected.append(functional.interpolate(share, size=(16, 16), mode="bilinear"))
            return call(states, encoder_hidden_states=encoder_hidden_states, **kwargs)

        return tap

    layers = {
        f"unet.{path}": see(layer) for path, layer in pipeline.unet.named_modules() if path.endswith("attn2")
    }
    with taps.tapped(pipeline, layers):
        maps = watched(pipeline, guidance_scale=1.0, num_inference_steps=1)
    assert len(expected) == len(layers) > 4
    torch.testing.assert_close(maps[0], torch.stack(expected).mean(0))


def test_of_both_branches_it_looks_at_the_one_with_the_prompt(pipeline):
    one = watched(pipeline, negative_prompt="the night", num_inference_steps=1)
    other = watched(pipeline, negative_prompt="a dog on a boat", num_inference_steps=1)
    alone = watched(pipeline, guidance_scale=1.0, num_inference_steps=1)
    torch.testing.assert_close(one[0], other[0])
    torch.testing.assert_close(one[0], alone[0])
    assert not torch.allclose(watched(pipeline, prompt="the sea", num_inference_steps=1)[0], one[0])


def test_of_two_calls_it_looks_at_the_one_with_the_prompt():
    name, pipeline = "flux with true guidance", zoo.flux()
    one = watched(pipeline, name, negative_prompt="the night", num_inference_steps=1)
    other = watched(pipeline, name, negative_prompt="a dog", num_inference_steps=1)
    torch.testing.assert_close(one[0], other[0])


@pytest.mark.parametrize(("height", "width"), [(32, 64), (48, 32), (32, 32)])
def test_the_map_has_the_shape_of_the_picture(pipeline, height, width):
    maps = watched(pipeline, height=height, width=width, num_inference_steps=1)
    assert maps[0].shape == (1, 77, height // 2, width // 2)


def test_each_picture_of_several_has_its_own(pipeline):
    maps = watched(pipeline, prompt=["a red cat", "the sea"], negative_prompt=["", ""], num_inference_steps=1)
    assert maps[0].shape == (2, 77, 16, 16)
    assert not torch.allclose(maps[0][0], maps[0][1])


@pytest.mark.parametrize("kind", ["none", "bool", "added"])
@pytest.mark.parametrize("turns", [1, 4])
def test_shares_are_the_softmax(kind, turns, monkeypatch):
    query, key = torch.randn(2, 4, 9, 8), torch.randn(2, 2, 5, 8)
    allowed = torch.tensor([True, True, True, False, True])[None, None, None].expand(2, 1, 1, 5)
    added = torch.zeros(allowed.shape).masked_fill(~allowed, float("-inf"))
    mask = {"none": None, "bool": allowed, "added": added}[kind]
    monkeypatch.setattr(attention, "LARGEST", 2 * 9 * 5 * 4 // turns)
    found = attention.shares(query, key, mask)
    identity = torch.eye(5).expand(2, 2, 5, 5)
    used = functional.scaled_dot_product_attention(query, key, identity, attn_mask=mask, enable_gqa=True)
    torch.testing.assert_close(found, used.mean(1))


@pytest.mark.parametrize(
    ("places", "height", "width", "expected"),
    [(256, 512, 512, (16, 16)), (35, 72, 104, (5, 7)), (96, 768, 512, (12, 8)), (13, 512, 512, (1, 13))],
)
def test_places_lie_in_the_grid_nearest_to_the_pictures_shape(places, height, width, expected):
    assert attention.grid(places, height, width) in (
        expected,
        expected[::-1] if height == width else expected,
    )


def test_it_lets_go_even_when_the_run_fails(pipeline):
    attend = functional.scaled_dot_product_attention

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), attention.watch(pipeline, (32, 32)):
        pipeline(**zoo.kwargs_of(NAME, callback_on_step_end=fail))
    assert functional.scaled_dot_product_attention is attend
    assert not any("_compiled_call_impl" in vars(module) for module in pipeline.unet.modules())


def test_two_threads_each_see_their_own():
    pipelines = [zoo.stable_diffusion("DDIM"), zoo.stable_diffusion("Euler")]
    prompts = ["a red cat", "the blue sea"]
    alone = [watched(pipelines[place], prompt=prompts[place]) for place in range(2)]
    together: dict[int, attention.Maps] = {}

    def go(place: int) -> None:
        together[place] = watched(pipelines[place], prompt=prompts[place])

    attend = functional.scaled_dot_product_attention
    threads = [threading.Thread(target=go, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for place in range(2):
        assert all(map(torch.equal, together[place], alone[place]))
    assert functional.scaled_dot_product_attention is attend


def test_a_step_whose_layers_were_not_seen_has_no_map(pipeline):
    adapter = adapter_for(pipeline)
    with attention.watch(pipeline, (32, 32), adapter.scheme, FIRST) as maps:
        pipeline(**zoo.kwargs_of(NAME))
    assert maps == [None] * zoo.STEPS


def weights(name: str, token: int, weight: float) -> torch.Tensor:
    each = torch.ones(FAMILIES[name][2][0])
    each[token] = weight
    return each


@pytest.mark.parametrize("name", FAMILIES)
def test_a_token_of_no_weight_is_looked_at_by_nobody(name):
    scheme, text, _ = FAMILIES[name]
    pipeline = zoo.ZOO[name][0]()
    plain = watched(pipeline, name)
    with attention.weigh(pipeline, weights(name, 1, 0.0), scheme, text):
        maps = watched(pipeline, name)
    for before, each in zip(plain, maps, strict=True):
        assert each[:, 1].max() == 0 < before[:, 1].min()
        torch.testing.assert_close(each.sum(1), torch.ones_like(each.sum(1)))


@pytest.mark.parametrize("name", FAMILIES)
def test_weight_acts_on_the_branch_with_the_prompt_alone(name):
    scheme, text, _ = FAMILIES[name]
    pipeline = zoo.ZOO[name][0]()
    plain = runner.run(pipeline, zoo.kwargs_of(name)).steps[0]
    with attention.weigh(pipeline, weights(name, 1, 4.0), scheme, text):
        other = runner.run(pipeline, zoo.kwargs_of(name)).steps[0]
    before, after = (guidance.split(scheme, step.predictions, step.latents) for step in (plain, other))
    assert not torch.equal(before[0], after[0])
    if before[1] is not None:
        torch.testing.assert_close(before[1], after[1])


def test_a_weight_multiplies_what_a_token_gets_before_the_shares_sum_to_one():
    query, key, value = (torch.randn(1, 2, 5, 8) for _ in range(3))
    weighing = attention._Weighing(torch.tensor([1.0, 3.0, 1.0, 0.5, 1.0]), Scheme(), CROSS)
    weighing.words = 5
    mask = weighing._weigh(True, query, key, None)
    plain = (query @ key.mT / 8**0.5).exp()
    heavy = plain * torch.tensor([1.0, 3.0, 1.0, 0.5, 1.0])
    expected = heavy / heavy.sum(-1, keepdim=True) @ value
    torch.testing.assert_close(functional.scaled_dot_product_attention(query, key, value, mask), expected)
