"""Pictures of arrays: a pixel a number, the right colour, the scale said."""

from io import BytesIO

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from apparatus import pictures


def opened(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture)


def test_a_latent_space_whose_channels_are_colours_shows_the_colours_themselves():
    latents = np.zeros((1, 12, 2, 3), np.float32)
    latents[0, 0], latents[0, 1, 0], latents[0, 2] = 2, 1, -2  # twice the mean colour, in [-1, 1]
    shown = pictures.colours(latents, "obscura")
    assert shown.projection == "colour channels"
    assert opened(shown.png).shape == (2, 3, 3)
    assert opened(shown.png)[0, 0].tolist() == [255, 191, 0]
    assert opened(shown.png)[1, 2].tolist() == [255, 128, 0]


def test_known_latent_spaces_are_shown_by_their_linear_map():
    ones = np.ones((4, 2, 2), np.float32)
    sdxl = pictures.colours(ones, "sdxl")
    assert sdxl.projection == "linear"
    assert opened(sdxl.png)[0, 0].tolist() == [
        60 - 60 + 25 - 70 + 150,
        60 - 5 + 15 - 50 + 140,
        60 + 10 - 5 - 35 + 130,
    ]
    red = 127.5 * (1 + 0.298 + 0.187 - 0.158 - 0.184)
    assert opened(pictures.colours(ones, "sd").png)[0, 0, 0] == pytest.approx(red, abs=1)


def test_an_unknown_space_is_shown_by_its_principal_components_and_says_so():
    rng = np.random.default_rng(0)
    latents = rng.standard_normal((16, 8, 8), dtype=np.float32) * 0.01
    latents[5] += np.where(np.arange(8) < 4, 3, -3)[:, None]  # what differs most is above and below
    shown = pictures.colours(latents)
    assert shown.projection == "principal components"
    first = opened(shown.png)[..., 0].astype(int)
    assert abs(first[:4].mean() - first[4:].mean()) > 60
    assert pictures.colours(latents).png == shown.png


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_few_channels_have_principal_components_too(channels):
    noise = np.random.default_rng(0).standard_normal((channels, 4, 4))
    assert opened(pictures.colours(noise).png).shape == (4, 4, 3)


def test_a_space_with_fewer_channels_than_its_map_is_not_forced_into_it():
    assert pictures.colours(np.zeros((2, 4, 4)), "obscura").projection == "principal components"


@pytest.mark.parametrize("count", [1, 3, 4, 12, 16])
def test_every_channel_is_there_pixel_for_pixel(count):
    values = np.random.default_rng(0).standard_normal((count, 5, 7), dtype=np.float32)
    shown = pictures.channels(values)
    sheet = opened(shown.png)
    for index in range(count):
        y, x = index // shown.columns * 6, index % shown.columns * 8
        there = sheet[y : y + 5, x : x + 7]
        assert (there[..., 3] == 255).all()
        assert ((there[..., 2] > there[..., 0]) == (values[index] < 0))[np.abs(values[index]) > 0.1].all()
    assert (sheet[5::6, :, 3] == 0).all()
    assert (sheet[:, 7::8, 3] == 0).all()


def test_heat_is_symmetric_around_a_black_zero_and_its_limit_is_said():
    shown = pictures.heat(np.array([[-2.0, 0.0, 1.0, 2.0]]))
    below, zero, half, above = opened(shown.png)[0].astype(int)
    assert shown.limit == pytest.approx(2, rel=0.01)
    assert zero.tolist() == [0, 0, 0]
    assert below.tolist() == pictures.BELOW.tolist()
    assert above.tolist() == pictures.ABOVE.tolist()
    assert np.abs(half * 2 - above).max() <= 3


def test_one_wild_number_does_not_darken_the_others():
    values = np.random.default_rng(0).standard_normal((48, 64))
    values[0, 0] = 1000
    assert pictures.heat(values).limit < 5


def test_grey_is_black_at_zero_and_white_where_it_is_said():
    values = np.array([[0.0, 0.1, 0.2]])
    assert opened(pictures.grey(values).png)[0].tolist() == [0, 128, 255]
    assert pictures.grey(values).limit == pytest.approx(0.2)
    assert opened(pictures.grey(values, 0.4).png)[0].tolist() == [0, 64, 128]
    assert opened(pictures.grey(values, 0.1).png)[0].tolist() == [0, 255, 255]


@settings(deadline=None, max_examples=40)
@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6),
        elements=st.floats(width=32),
    )
)
def test_no_numbers_break_a_picture(values):
    for shown in (pictures.colours(values), pictures.colours(values, "obscura"), pictures.channels(values)):
        opened(shown.png)
    assert opened(pictures.heat(values[0]).png).shape == (*values[0].shape, 3)
    assert opened(pictures.grey(values[0]).png).shape == values[0].shape


def test_live_and_reopened_arrays_look_the_same():
    live = torch.randn(1, 12, 4, 4, dtype=torch.bfloat16, requires_grad=True)
    reopened = live.detach().float().numpy()
    assert pictures.colours(live, "obscura") == pictures.colours(reopened, "obscura")
    assert pictures.channels(live) == pictures.channels(reopened)


def test_webp_is_lossless():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8))
    assert (opened(pictures.webp(picture)) == np.asarray(picture)).all()
