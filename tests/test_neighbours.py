"""The training pictures nearest to a picture: found again, in few bytes, or it is said what is missing."""

import shutil

import numpy as np
import pytest
from PIL import Image
from zoo import looking

from apparatus.engine.expose import expose
from apparatus.errors import NoNeighbours
from apparatus.models.loading import load
from apparatus.neighbours import INDEX, Neighbours, embeddings, eye, indexed, rounded, thumbnail
from apparatus.settings import Settings
from apparatus.world.renderer import picture


@pytest.fixture
def known(seeing):
    return Neighbours.load(seeing)


def seen(folder, n):
    """What the CLIP in `folder` sees in picture `n` of the world."""
    return embeddings(eye(folder), [picture(n)])[0]


@pytest.mark.parametrize("n", [0, 17, 39])
def test_a_picture_of_the_set_finds_itself_first(known, seeing, n):
    by_clip, by_pixels = known.by_clip(seen(seeing, n)), known.by_pixels(picture(n))
    assert by_clip[0] == (n, pytest.approx(1, abs=1e-3))
    assert by_pixels[0] == (n, 0)


def test_the_nearest_come_first(known, seeing):
    other = picture(1000)
    likeness = [value for _, value in known.by_clip(seen(seeing, 1000), count=40)]
    difference = [value for _, value in known.by_pixels(other, count=40)]
    assert likeness == sorted(likeness, reverse=True)
    assert difference == sorted(difference)
    assert difference[0] > 0
    assert [len(known.by_clip(seen(seeing, 1000))), len(known.by_pixels(other))] == [6, 6]


def test_what_differs_is_told_on_the_scale_of_a_byte(known):
    white = Image.new("L", (512, 320), 255)
    n, difference = known.by_pixels(white)[0]
    assert difference == pytest.approx(255 - known.thumbnails[n].mean())


def test_likeness_is_the_cosine_of_what_the_clip_sees(known, seeing):
    shown = seen(seeing, 1000)
    cosines = np.stack([seen(seeing, n) for n in range(40)]) @ shown
    assert [n for n, _ in known.by_clip(shown, count=1)] == [cosines.argmax()]
    assert all(value == pytest.approx(cosines[n], abs=1e-3) for n, value in known.by_clip(shown, count=40))
    assert [n for n, _ in known.by_clip(3 * shown)] == [n for n, _ in known.by_clip(shown)]


@pytest.mark.parametrize("loudest", [1, 10], ids=["even", "one number ten times the others"])
def test_a_byte_a_number_costs_next_to_nothing(loudest):
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(16_000, 256)).astype(np.float32)
    directions[:, 0] *= loudest
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    kept = rounded(directions)
    again = kept / np.linalg.norm(kept.astype(np.float32), axis=1, keepdims=True)
    errors = np.abs((again - directions) @ directions[:20].T)
    assert errors.max() < 0.01
    assert errors.mean() < 0.001
    assert kept.nbytes < 5e6


def test_a_thumbnail_is_the_mean_of_what_it_covers():
    halves = Image.new("RGB", (256, 256), (200, 0, 0))
    halves.paste((0, 0, 100), (0, 128, 256, 256))
    small = thumbnail(halves)
    assert small.shape == (12, 12, 3)
    assert (small[:6] == (200, 0, 0)).all()
    assert (small[6:] == (0, 0, 100)).all()


@pytest.fixture
def spoilt(seeing, tmp_path):
    shutil.copytree(seeing, tmp_path / "model")
    return tmp_path / "model"


def test_a_model_without_an_index_is_refused(spoilt):
    assert indexed(spoilt)
    (spoilt / INDEX).unlink()
    assert not indexed(spoilt)
    with pytest.raises(NoNeighbours, match=r"it holds no neighbours\.safetensors.*train clip neighbours"):
        Neighbours.load(spoilt)


def test_of_a_model_without_a_clip_pixels_are_still_compared(spoilt):
    shutil.rmtree(spoilt / "clip")
    assert not indexed(spoilt)
    assert Neighbours.load(spoilt).by_pixels(picture(3))[0] == (3, 0)
    with pytest.raises(NoNeighbours, match="it holds no clip"):
        eye(spoilt)


@pytest.mark.parametrize("kept", [0, 100, -1])
def test_a_damaged_index_is_refused(spoilt, kept):
    whole = (spoilt / INDEX).read_bytes()
    (spoilt / INDEX).write_bytes(whole[:kept])
    with pytest.raises(NoNeighbours, match=r"its neighbours\.safetensors is damaged"):
        Neighbours.load(spoilt)


def test_a_clip_that_cannot_be_loaded_is_refused(spoilt):
    (spoilt / "clip" / "model.safetensors").write_bytes(b"")
    with pytest.raises(NoNeighbours, match="its clip cannot be loaded"):
        eye(spoilt)


def test_what_another_clip_saw_is_kept_under_another_name(spoilt, known):
    assert eye(spoilt).image_embeds == known.image_embeds
    for part in looking(seed=1):
        part.save_pretrained(spoilt / "clip")
    eye.cache_clear()
    assert eye(spoilt).image_embeds != known.image_embeds


def test_the_same_clip_in_half_precision_is_no_other(spoilt, known):
    looking()[0].half().save_pretrained(spoilt / "clip")
    assert eye(spoilt).image_embeds == known.image_embeds
    n, likeness = known.by_clip(seen(spoilt, 3))[0]
    assert (n, likeness) == (3, pytest.approx(1, abs=2e-3))


@pytest.mark.parametrize("left_out", [None, INDEX, "clip/config.json"])
def test_an_exposure_keeps_what_the_models_clip_saw_where_there_is_an_index(tiny, spoilt, known, left_out):
    shutil.copytree(tiny, spoilt, dirs_exist_ok=True)
    if left_out:
        (spoilt / left_out).unlink()
    settings = Settings(model=str(spoilt), num_inference_steps=2, height=64, width=64)
    exposure = expose(load(str(spoilt)), settings)
    kept = exposure.tensors.get(known.image_embeds)
    if left_out:
        assert kept is None
    else:
        expected = embeddings(eye(spoilt), [exposure.picture])[0]
        np.testing.assert_array_equal(np.asarray(kept), expected)
