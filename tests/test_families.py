"""Every family of the zoo: looking changes nothing, what is seen is what is used, and one can come back."""

from functools import cache
from typing import Any

import pytest
import torch
import zoo
from torch.nn import functional

from apparatus import attention, guidance, runner, taps
from apparatus.adapters import adapter_for, preview
from apparatus.runner import Alter, Run

FAMILIES = list(zoo.ZOO)
SHAPES = {
    "stable diffusion": (77, 16, 16),
    "turbo": (77, 16, 16),
    "latent consistency": (77, 16, 16),
    "stable diffusion xl": (77, 8, 8),
    "xl turbo": (77, 8, 8),
    "stable diffusion 3": (125, 16, 16),
    "stable diffusion 3.5 skipping layers": (125, 16, 16),
    "flux": (48, 8, 8),
    "flux with true guidance": (48, 8, 8),
    "flux kontext": (48, 8, 8),
    "flux 2": (512, 8, 8),
    "flux 2 editing": (512, 8, 8),
    "flux 2 klein": (512, 8, 8),
    "pixart": (300, 8, 8),
    "pixart alpha": (120, 8, 8),
    "sana": (300, 16, 16),
    "sana sprint": (300, 16, 16),
    "aura flow": (256, 8, 8),
    "chroma": (48, 8, 8),
    "hunyuan dit": (333, 4, 4),
}
"""Of a map: what the denoiser is told, and where it lies. The others are told as much as was said."""
BEFORE = {"aura flow": 8}
"""Places that come before the text."""
IN_A_FLOW = (
    "stable diffusion 3", "flux", "flux with true guidance", "flux kontext", "flux 2", "flux 2 editing",
    "flux 2 klein", "qwen image", "z image", "aura flow", "chroma", "lumina 2",
)  # fmt: skip
"""Those whose last step ends exactly where it points."""
NEARLY = ("sana", "sana sprint", "latent consistency", "turbo", "xl turbo")

pipeline = cache(lambda name: zoo.ZOO[name][0]())


@cache
def plain(name: str) -> torch.Tensor:
    """The stock pipeline's picture."""
    return pipeline(name)(**zoo.kwargs_of(name)).images


@cache
def seen(name: str) -> tuple[Run, attention.Maps]:
    """A run with every tap, every hidden layer and attention."""
    kwargs = zoo.kwargs_of(name)
    with watched(name, kwargs) as maps:
        run = runner.run(pipeline(name), kwargs, watch=lambda seen: None, layers=True)
    return run, maps


def watched(name: str, kwargs: dict[str, Any], of: Any = None) -> Any:
    made = of or pipeline(name)
    adapter = adapter_for(made)
    assert adapter.text is not None
    return attention.watch(made, (kwargs["height"], kwargs["width"]), adapter.scheme, adapter.text)


def scale(kwargs: dict[str, Any]) -> float:
    return kwargs.get("true_cfg_scale") or kwargs["guidance_scale"]


@pytest.mark.parametrize("name", FAMILIES)
def test_looking_changes_nothing(name):
    run, _ = seen(name)
    assert torch.equal(run.output.images, plain(name))
    assert torch.equal(pipeline(name)(**zoo.kwargs_of(name)).images, plain(name))
    assert all(text.layers for text in run.texts)


@pytest.mark.parametrize("prompt", ["the blue sea", "a red dog"])
@pytest.mark.parametrize("name", FAMILIES)
def test_another_prompt_and_another_last_word_make_another_picture(name, prompt):
    """Else a prompt that was cut off would pass every other test."""
    assert not torch.equal(pipeline(name)(**zoo.kwargs_of(name, prompt=prompt)).images, plain(name))


@pytest.mark.parametrize("name", FAMILIES)
def test_from_every_step_one_comes_back_to_the_same_picture(name):
    run, _ = seen(name)
    for step in range(len(run.steps) + 1):
        again = runner.resume(pipeline(name), runner.back(run, step))
        assert torch.equal(again.output.images, plain(name)), step


@pytest.mark.parametrize("name", FAMILIES)
def test_a_branch_is_a_run_of_its_own_and_the_steps_before_it_stay(name):
    run, _ = seen(name)
    changed = {"prompt": "the blue sea"}
    first = runner.branch(pipeline(name), run, 0, **changed)
    native = pipeline(name)(**zoo.kwargs_of(name, **changed)).images
    assert torch.equal(first.output.images, native)
    later = runner.branch(pipeline(name), run, 2, **changed)
    same = [torch.equal(a.latents, b.latents) for a, b in zip(run.steps, later.steps, strict=True)]
    assert same == [True, True, True, False]
    assert not torch.equal(later.output.images, native)
    back = runner.branch(pipeline(name), later, 2, prompt="a red cat")
    assert torch.equal(back.output.images, plain(name))


@pytest.mark.parametrize("name", FAMILIES)
def test_recombined_guidance_is_bit_for_bit_what_the_scheduler_got(name):
    scheme, kwargs = adapter_for(pipeline(name)).scheme, zoo.kwargs_of(name)
    for step in seen(name)[0].steps:
        cond, uncond = guidance.split(scheme, step.predictions, step.latents)
        if uncond is None:
            assert "negative_prompt" not in kwargs
            assert name == "sana sprint" or torch.equal(cond, step.model_output)
            continue
        guided = scheme.combine(cond, uncond, scale(kwargs))
        if scheme.stacked and len(step.predictions) > 1:  # Stable Diffusion 3.5, without some of its layers
            guided = guided + (cond - step.predictions[1][0]) * 2.8
        assert torch.equal(guided, step.model_output)
        assert not torch.equal(cond, uncond)


def test_guidance_by_a_call_without_some_layers_was_seen():
    calls = [len(step.predictions) for step in seen("stable diffusion 3.5 skipping layers")[0].steps]
    assert calls == [1, 2, 2, 1]


@pytest.mark.parametrize("name", [*IN_A_FLOW, *NEARLY])
def test_the_last_step_ends_where_it_points(name):
    step = seen(name)[0].steps[-1]
    scheduler = pipeline(name).scheduler
    clean = guidance.denoised(scheduler, step.model_output, step.timestep, step.latents, step.sigma)
    exactly = {"rtol": 0, "atol": 0} if name in IN_A_FLOW else {"rtol": 2e-6, "atol": 2e-6}
    torch.testing.assert_close(clean, step.prev_latents, **exactly)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_preview_of_the_last_latents_is_the_picture(name):
    made, kwargs = pipeline(name), zoo.kwargs_of(name)
    size, run = (kwargs["height"], kwargs["width"]), seen(name)[0]
    picture = run.decoded.image if run.decoded.image.ndim == 4 else run.decoded.image[:, :, 0]
    latents = run.steps[-1].prev_latents
    torch.testing.assert_close(preview(made, latents, size), picture)
    adapter = adapter_for(made)
    spread = adapter.spread(made, latents, size)
    assert spread.ndim == 4
    assert torch.equal(adapter.gathered(spread), latents)
    torch.testing.assert_close(preview(made, spread, size), picture)


@pytest.mark.parametrize("name", FAMILIES)
def test_there_is_a_map_a_step_and_the_columns_of_each_place_sum_to_one(name):
    run, maps = seen(name)
    told = 0 if run.prompt_embeds is None else run.prompt_embeds.shape[1]
    assert len(maps) == len(run.steps)
    for each in maps:
        assert each.shape[1:] == SHAPES.get(name, each.shape[1:])
        assert 20 < each.shape[1] <= told
        torch.testing.assert_close(each.sum(1), torch.ones_like(each.sum(1)))
        assert each.min() >= 0


class Layer:
    """What one layer attended with, as it came by."""

    def __init__(self, lie: Any, query: Any, key: Any, mask: Any, scale: float | None) -> None:
        self.image, self.text = lie
        self.query, self.key, self.mask, self.scale = query, key, mask, scale


@pytest.fixture
def layers(monkeypatch):
    """Every layer that has text, in a list, instead of in a map."""
    found: list[Layer] = []

    def see(self: Any, cross: bool, _: str, query: Any, key: Any, mask: Any, scale: Any) -> None:
        lie = self.lie(cross, query.shape[2], key.shape[2])
        if lie is not None:
            found.append(Layer(lie, query, key, mask, scale))

    monkeypatch.setattr(attention._Watching, "_see", see)
    return found


def first_layer(name: str, layers: list[Layer], alter: Alter | None = None) -> Layer:
    kwargs = zoo.kwargs_of(name)
    layers.clear()
    with watched(name, kwargs):
        runner.run(pipeline(name), kwargs, stop=runner.Moment("step.in", 0), alter=alter)
    return layers[0]


@pytest.mark.parametrize("name", FAMILIES)
def test_another_text_is_other_keys_just_where_the_text_stands(name, layers):
    before = first_layer(name, layers)
    after = first_layer(name, layers, Alter(text=lambda text, call: text.flip(-1) + 1))
    cond = adapter_for(pipeline(name)).scheme.cond
    differs = (cond(before.key, 1) != cond(after.key, 1)).any(-1).any(1)[0].nonzero().flatten().tolist()
    keys = before.key.shape[2]
    text = list(range(keys))[before.text]
    if name == "z image":  # what it fills the text up with has read the text
        text = list(range(text[0], keys))
    if (
        name == "hunyuan dit"
    ):  # what it is told of padding is always the same: told are four words and two ends
        text = [*range(5), *range(77, 81)]
    assert differs == text
    if adapter_for(pipeline(name)).text.place == "first":
        assert differs[0] == BEFORE.get(name, 0)
    if adapter_for(pipeline(name)).text == attention.LAST:
        assert differs[-1] == keys - 1


@pytest.mark.parametrize("name", FAMILIES)
def test_shares_are_the_texts_part_of_the_attention_to_all_keys(name, layers):
    layer = first_layer(name, layers)
    query, key = (adapter_for(pipeline(name)).scheme.cond(each, 1) for each in (layer.query, layer.key))
    mask = layer.mask if layer.mask is None or len(layer.mask) == 1 else layer.mask[-len(query) :]
    if mask is not None and len(layer.mask) > 1 and adapter_for(pipeline(name)).scheme.order[0] == "cond":
        mask = layer.mask[: len(query)]
    weights = query.float() @ key.float().mT * (layer.scale or query.shape[-1] ** -0.5)
    if mask is not None:
        weights = weights.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else weights + mask
    rows = weights.softmax(-1)
    torch.testing.assert_close(rows.sum(-1), torch.ones_like(rows[..., 0]))
    text = rows[:, :, layer.image, layer.text]
    expected = (text / text.sum(-1, keepdim=True)).mean(1)
    if mask is not None:
        mask = mask[..., layer.text] if mask.shape[-2] == 1 else mask[..., layer.image, layer.text]
    found = attention.shares(query[:, :, layer.image], key[:, :, layer.text], mask, layer.scale)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_said_is_not_what_else_is_in_the_sequence(name, layers):
    """The places are those of the picture, not of one that is edited, nor padding."""
    layer = first_layer(name, layers)
    queries = layer.query[:, :, layer.image].shape[2]
    maps = seen(name)[1]
    assert queries == maps[0][0, 0].numel()


@pytest.mark.parametrize("name", FAMILIES)
def test_in_half_precision_two_pictures_a_prompt_come_back_too(name):
    made = zoo.ZOO[name][0]().to(torch.bfloat16)

    def kwargs() -> dict[str, Any]:
        generators = [torch.Generator().manual_seed(seed) for seed in (3, 4)]
        return zoo.kwargs_of(name, generator=generators, num_images_per_prompt=2)

    stock = made(**kwargs()).images
    assert not torch.equal(stock[0], stock[1])
    with watched(name, kwargs(), made) as maps:
        run = runner.run(made, kwargs(), layers=True)
    assert torch.equal(run.output.images, stock)
    assert torch.equal(runner.branch(made, run, 2).output.images, stock)
    assert [len(each) for each in maps] == [2] * len(run.steps)
    assert not torch.equal(maps[0][0], maps[0][1])
    scheme = adapter_for(made).scheme
    for step in run.steps:
        cond, uncond = guidance.split(scheme, step.predictions, step.latents)
        assert len(cond) == 2
        if uncond is not None and len(step.predictions) <= 2 - scheme.stacked:
            guided = scheme.combine(cond, uncond, scale(kwargs()))
            assert torch.equal(guided, step.model_output)


@pytest.mark.parametrize("name", FAMILIES)
def test_pictures_need_not_be_square(name):
    made, kwargs = pipeline(name), zoo.kwargs_of(name)
    wide = {"height": kwargs["height"], "width": 2 * kwargs["width"]}
    if "max_area" in kwargs:
        wide["max_area"] = wide["height"] * wide["width"]
    kwargs = zoo.kwargs_of(name, **wide)
    stock = made(**zoo.kwargs_of(name, **wide)).images
    assert stock.shape[2:] == (wide["height"], wide["width"])
    with watched(name, kwargs) as maps:
        run = runner.run(made, kwargs)
    assert torch.equal(run.output.images, stock)
    assert torch.equal(runner.branch(made, run, 1).output.images, stock)
    rows, columns = maps[0].shape[2:]
    assert columns == 2 * rows
    latents = adapter_for(made).spread(made, run.noise, (wide["height"], wide["width"]))
    assert latents.shape[3] == 2 * latents.shape[2]


@pytest.mark.parametrize("name", FAMILIES)
def test_a_token_of_no_weight_is_looked_at_by_nobody(name):
    made, kwargs = pipeline(name), zoo.kwargs_of(name)
    adapter, maps = adapter_for(made), seen(name)[1]
    token = int(maps[0][0].mean((1, 2)).argmax())
    weights = torch.ones(maps[0].shape[1])
    weights[token] = 0
    with attention.weigh(made, weights, adapter.scheme, adapter.text), watched(name, kwargs) as others:
        run = runner.run(made, kwargs)
    assert all(each[:, token].max() == 0 for each in others)
    assert not torch.equal(run.output.images, plain(name))
    assert torch.equal(made(**zoo.kwargs_of(name)).images, plain(name))


@pytest.mark.parametrize("name", ["z image", "lumina 2", "qwen image", "flux"])
def test_prompts_of_several_lengths_have_maps_where_padding_makes_them_alike(name):
    prompts = {"prompt": ["a red cat", "the sea"], "negative_prompt": ["", "the night"]}
    made, kwargs = pipeline(name), zoo.kwargs_of(name, num_inference_steps=1, **prompts)
    with watched(name, kwargs) as maps:
        run = runner.run(made, kwargs)
    assert torch.equal(
        run.output.images, made(**zoo.kwargs_of(name, num_inference_steps=1, **prompts)).images
    )
    if name in ("z image", "lumina 2"):
        assert maps == [None]
    else:
        torch.testing.assert_close(maps[0].sum(1), torch.ones_like(maps[0].sum(1)))
        assert not torch.equal(maps[0][0], maps[0][1])


def test_it_lets_go():
    attend = functional.scaled_dot_product_attention
    for name in FAMILIES:
        seen(name)
        assert not any("_compiled_call_impl" in vars(part) for part in taps_of(pipeline(name)))
    assert functional.scaled_dot_product_attention is attend


def taps_of(made: Any) -> list[Any]:
    parts = [getattr(made, name) for name in taps.DENOISERS if name in made.components]
    return [part for denoiser in parts for part in denoiser.modules()]
