"""A retouch is the stock pipeline's picture, and says what it touched and what it did not."""

import json
import struct
from functools import cache
from inspect import signature
from io import BytesIO
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
import zoo
from PIL import Image
from zoo.joint import stable_diffusion_3

from apparatus.adapters import adapter_for
from apparatus.engine.expose import branch, expose, go_on, repeat
from apparatus.engine.retouching import begun, ways
from apparatus.errors import (
    CannotRetouch,
    MaskMisfit,
    NoSource,
    NotAPicture,
    NothingPainted,
    OutOfRange,
)
from apparatus.models.catalogue import Entry, catalogue, cell, find
from apparatus.models.loading import Model, edition, load
from apparatus.moments import Moment
from apparatus.provenance.signing import manifest
from apparatus.record import Record, Settings
from apparatus.retouching import WAYS, Retouch, framed, measured, opened, pasted
from apparatus.stages.distribute import COMPOSED, MADE, read, source_type
from apparatus.store import Store

FAMILIES = (
    ("stable diffusion", "image_to_image"),
    ("stable diffusion", "inpaint"),
    ("latent consistency", "image_to_image"),
    ("stable diffusion xl", "image_to_image"),
    ("stable diffusion xl", "inpaint"),
    ("stable diffusion 3", "image_to_image"),
    ("stable diffusion 3", "inpaint"),
    ("flux", "image_to_image"),
    ("flux", "inpaint"),
    ("flux kontext", "instruct"),
    ("flux kontext", "inpaint"),
    ("flux 2", "instruct"),
    ("flux 2 klein", "instruct"),
    ("flux 2 klein", "inpaint"),
    ("chroma", "image_to_image"),
    ("qwen image", "image_to_image"),
    ("qwen image", "inpaint"),
    ("z image", "image_to_image"),
    ("z image", "inpaint"),
)
SIDE = 64
BEFORE = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")


@cache
def model(name: str) -> Model:
    pipeline = stable_diffusion_3(16) if name == "stable diffusion 3" else zoo.ZOO[name][0]()
    entry = Entry(id=name, num_inference_steps=5, guidance_scale=4.0, height=SIDE, width=SIDE)
    return Model(entry, pipeline, None, edition=edition(pipeline))


def mask(pipeline: Any) -> tuple[str, ...]:
    """The left half is painted."""
    cells = SIDE // pipeline.vae_scale_factor
    return ("#" * (cells // 2) + "." * (cells - cells // 2),) * cells


def settings(name: str, way: str, **others: Any) -> Settings:
    rows = mask(model(name).pipeline) if way == "inpaint" else ()
    retouch = Retouch(way=way, mask=rows, strength=0.8, **others)
    return Settings(prompt="a blue cat", seed=3, num_inference_steps=5, retouch=retouch)


def stock(name: str, way: str) -> Image.Image:
    """What diffusers' own pipeline makes of it, with nothing of ours."""
    pipeline = model(name).pipeline
    kind = type(pipeline)
    if way != "instruct":
        ending = {"image_to_image": "Img2ImgPipeline", "inpaint": "InpaintPipeline"}[way]
        kind = getattr(diffusers, kind.__name__.removesuffix("Pipeline") + ending)
    parts = {**pipeline.config, **pipeline.components}
    other = kind(**{key: parts[key] for key in signature(kind).parameters if key in parts})
    painted = Image.new("L", (SIDE, SIDE))
    painted.paste(255, (0, 0, SIDE // 2, SIDE))
    asked = {
        "prompt": "a blue cat", "negative_prompt": adapter_for(other).negative or None, "image": BEFORE,
        "mask_image": painted, "strength": 0.8, "num_inference_steps": 5, "height": SIDE, "width": SIDE,
        adapter_for(other).guidance: 4.0, "generator": torch.Generator().manual_seed(3),
        "max_area": SIDE * SIDE, "_auto_resize": False,
    }  # fmt: skip
    taken = signature(kind.__call__).parameters
    given = {key: value for key, value in asked.items() if key in taken and value is not None}
    torch.manual_seed(3)
    return other(**given).images[0]


@pytest.mark.parametrize(("name", "way"), FAMILIES)
def test_a_retouch_is_the_stock_pipelines_picture(name: str, way: str) -> None:
    assert way in ways(model(name).pipeline)
    exposure = expose(model(name), settings(name, way), source=BEFORE)
    assert exposure.picture.tobytes() == stock(name, way).tobytes()
    taken = 5 if way == "instruct" or name == "latent consistency" else 4
    assert [step.facts.of for step in exposure.steps] == [taken] * taken
    assert all(step.cond is not None and step.latents.ndim == 4 for step in exposure.steps)
    assert exposure.record.retouched.own > 0
    assert exposure.record.meter.multiply_adds["retouch"] > 0


@pytest.mark.parametrize(("name", "way"), FAMILIES)
def test_it_goes_on_where_it_was_paused(name: str, way: str, tmp_path) -> None:
    whole = expose(model(name), settings(name, way), source=BEFORE)
    store = Store(tmp_path)
    paused = expose(model(name), settings(name, way), source=BEFORE, store=store, stop=Moment("step.out", 1))
    finished = go_on(model(name), store.open(paused.id), store=store)
    assert finished.picture.tobytes() == whole.picture.tobytes()
    other = branch(model(name), store.open(paused.id), 2, store=store)
    assert other.picture.tobytes() == whole.picture.tobytes()
    assert store.open(other.id).record.retouched == finished.record.retouched


def test_obscura_retouches_its_own_pictures_and_says_what_it_left_alone(tmp_path) -> None:
    obscura, store = load("obscura"), Store(tmp_path)
    channels = obscura.pipeline.unet.config.in_channels
    first = expose(
        obscura, Settings(prompt="a red boat on the sea", seed=7, num_inference_steps=4), store=store
    )
    cells = 256 // obscura.pipeline.vae_scale_factor
    rows = ("#" * (cells // 2) + "." * (cells // 2),) * cells
    asked = Settings(
        prompt="a blue house on the sea",
        seed=8,
        num_inference_steps=6,
        retouch=Retouch(way="inpaint", source=first.id, mask=rows, strength=1),
    )
    made = expose(obscura, asked, store=store)
    facts = store.open(made.id).record.retouched
    assert facts.inside > facts.outside
    assert facts.outside == pytest.approx(facts.own, rel=0.5)  # the latents there are the source's own
    assert facts.untouched < 1
    pasted_back = asked.model_copy(update={"retouch": asked.retouch.model_copy(update={"paste": True})})
    kept = expose(obscura, pasted_back, store=store).record.retouched
    assert (kept.outside, kept.greatest, kept.untouched) == (0, 0, 1)
    assert kept.inside == facts.inside
    assert obscura.pipeline.unet.config.in_channels == channels
    again = repeat(obscura, store.open(made.id).record, store)
    assert again.picture.tobytes() == made.picture.tobytes()
    decided = {(line.what, line.who) for line in made.ledger if line.stage == "retouch"}
    assert decided == {("way", "person"), ("source", "person"), ("strength", "person"), ("mask", "person")}


def test_what_is_made_of_a_composite_is_one_too(tmp_path) -> None:
    store, tiny = Store(tmp_path), model("stable diffusion")

    def again(**asked: Any) -> Any:
        retouch = Retouch(source=asked.pop("of", ""), strength=0.8)
        made = Settings(prompt="a cat", seed=1, num_inference_steps=3, retouch=retouch)
        return expose(tiny, made, store=store, **asked)

    plain = expose(tiny, Settings(prompt="a cat", seed=1, num_inference_steps=3), store=store)
    kinds = {MADE: [plain, again(of=plain.id)], COMPOSED: [again(source=BEFORE)]}
    kinds[COMPOSED].append(again(of=kinds[COMPOSED][0].id))
    kinds[COMPOSED].append(again(of=kinds[COMPOSED][1].id))
    kinds[COMPOSED].append(branch(tiny, kinds[COMPOSED][2], 1, store=store))
    for kind, exposures in kinds.items():
        for exposure in exposures:
            record = store.open(exposure.id).record
            assert source_type(record) == kind
            assert kind in read(store.path(exposure.id) / "picture.png").xmp
            assert manifest(record)["assertions"][0]["data"]["actions"][0]["digitalSourceType"] == kind


def test_a_picture_that_is_given_is_named_by_its_pixels_whatever_the_settings_say(tmp_path) -> None:
    store, tiny = Store(tmp_path), model("stable diffusion")
    first = expose(tiny, Settings(prompt="a cat", seed=1, num_inference_steps=3), store=store)
    retouch = Retouch(source=first.id, strength=0.8, elsewhere=False)
    asked = Settings(prompt="a cat", seed=1, num_inference_steps=3, retouch=retouch)
    said = expose(tiny, asked, store=store, source=BEFORE).record.settings.retouch
    assert said.source.startswith("sha256:")
    assert said.elsewhere


def test_a_retouch_that_was_recorded_before_anybody_asked_where_it_came_from_still_loads() -> None:
    made = expose(model("stable diffusion"), settings("stable diffusion", "image_to_image"), source=BEFORE)
    told = made.record.model_dump(mode="json")
    del told["settings"]["retouch"]["elsewhere"]
    assert source_type(Record.model_validate(told)) == COMPOSED


def test_what_cannot_be_done_is_said_before_anything_is_made(tmp_path) -> None:
    store = Store(tmp_path)
    cells = SIDE // model("stable diffusion").pipeline.vae_scale_factor

    def asked(name: str = "stable diffusion", **retouch: Any) -> None:
        source = retouch.pop("picture", BEFORE)
        made = Settings(prompt="a cat", seed=1, num_inference_steps=5, retouch=Retouch(**retouch))
        expose(model(name), made, store=store, source=source)

    with pytest.raises(CannotRetouch, match="It can do this"):
        asked(way="instruct")
    with pytest.raises(CannotRetouch, match="retouches in no way"):
        asked("pixart", way="inpaint", mask=("#",))
    with pytest.raises(NoSource):
        asked(picture=None)
    with pytest.raises(NothingPainted):
        asked(way="inpaint", mask=("." * cells,) * cells)
    with pytest.raises(MaskMisfit):
        asked(way="inpaint", mask=("#",))
    with pytest.raises(OutOfRange, match="strength"):
        asked(strength=0.1)
    with pytest.raises(OutOfRange):
        Settings(retouch={"strength": 0})
    klein = Entry("klein", pipeline="Flux2KleinPipeline", multiple=16, num_inference_steps=4)
    large = Settings(retouch=Retouch(way="inpaint", mask=("#",)))
    with pytest.raises(OutOfRange, match=r"2048 x 1536 pixels .* up to 1048576"):
        begun(klein, large, Image.new("RGB", (4000, 3000)), None)
    assert not store.list()


def test_a_mask_that_covers_all_leaves_nothing_outside() -> None:
    cells = SIDE // model("stable diffusion").pipeline.vae_scale_factor
    retouch = Retouch(way="inpaint", mask=("#" * cells,) * cells)
    exposure = expose(model("stable diffusion"), Settings(prompt="a cat", retouch=retouch), source=BEFORE)
    facts = exposure.record.retouched
    assert facts.outside is facts.greatest is facts.untouched is None
    assert facts.inside > 0


def test_the_measures_are_those_of_the_pixels() -> None:
    before, after = Image.new("RGB", (4, 2), (10, 10, 10)), Image.new("RGB", (4, 2), (13, 10, 10))
    painted = Image.new("L", (4, 2))
    painted.paste(255, (0, 0, 1, 2))
    facts = measured(before, after, Image.new("RGB", (4, 2), (10, 16, 10)), painted)
    assert (facts.inside, facts.outside, facts.greatest, facts.untouched, facts.own) == (1, 1, 3, 0, 2)
    put_back = pasted(before, after, painted)
    assert np.asarray(put_back)[0, :2].tolist() == [[13, 10, 10], [10, 10, 10]]
    assert measured(before, put_back, None, painted).untouched == 1


def test_a_picture_of_another_shape_is_cut_about_its_middle() -> None:
    wide = Image.new("RGB", (400, 100), "red")
    wide.paste("blue", (150, 0, 250, 100))
    cut = np.asarray(framed(wide, (SIDE, SIDE)))[:, 4:-4]
    assert (cut == (0, 0, 255)).all()


@pytest.mark.parametrize("kind", sorted({entry.pipeline for entry in catalogue() if entry.repository}))
def test_what_the_app_knows_of_a_pipeline_is_what_diffusers_has(kind: str) -> None:
    assert tuple(ways(object.__new__(getattr(diffusers, kind)))) == WAYS[kind]


@pytest.mark.parametrize("name", sorted({name for name, way in FAMILIES if way == "inpaint"}))
def test_the_cell_of_an_autoencoder_is_the_pipelines(name: str, tmp_path) -> None:
    pipeline = model(name).pipeline
    pipeline.vae.save_config(tmp_path / "vae")
    assert cell(Entry(name, folder=tmp_path)) == pipeline.vae_scale_factor
    assert cell(Entry(name, folder=tmp_path / "nothing")) is None


def test_the_cell_of_obscura_is_its_pipelines() -> None:
    assert cell(find("obscura")) == load("obscura").pipeline.vae_scale_factor


def test_what_would_start_a_program_is_not_opened() -> None:
    file = BytesIO()
    BEFORE.save(file, "EPS")
    with pytest.raises(NotAPicture):
        opened(file.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("tag", [(0x11A, 2, 2, 65), (0x10F, 5, 1, 38), (0x128, 2, 2, 65)])
def test_a_picture_whose_exif_alone_is_damaged_is_opened_as_it_lies(kind: str, tag: tuple[int, ...]) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + struct.pack("<HHII", 0x112, 3, 1, 6)  # turned by a quarter
    file = BytesIO()
    wide = BEFORE.resize((48, 32))
    wide.save(file, kind, exif=exif + struct.pack("<HHII", *tag) + bytes(36))
    seen = opened(file.getvalue())
    assert (seen.size, seen.mode) == ((48, 32), "RGB")
    assert framed(seen, (48, 32)).tobytes() == seen.tobytes()


def test_a_damaged_picture_of_whatever_kind_is_refused() -> None:
    for kind in ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF"):
        file = BytesIO()
        BEFORE.save(file, kind)
        whole = file.getvalue()
        for damaged in (whole[: len(whole) // 2], whole[:20], b""):
            with pytest.raises(NotAPicture):
                opened(damaged)
    Image.linear_gradient("L").convert("RGB").save(file := BytesIO(), "AVIF")
    whole = file.getvalue()
    with pytest.raises(NotAPicture):
        opened(whole[:-97] + b"\xff" * 20 + whole[-77:])


def test_a_large_photo_is_retouched_in_a_mask_of_its_own_size(run, tiny, tmp_path) -> None:
    BEFORE.resize((4000, 3000)).save(tmp_path / "photo.jpg")
    painted = Image.new("L", (4000, 3000))
    painted.paste(255, (0, 0, 2000, 3000))
    painted.save(tmp_path / "mask.png")
    asked = ("retouch", tmp_path / "photo.jpg", "a red cat", "--mask", tmp_path / "mask.png", "--paste")
    code, said, failed = run(*asked, "--model", tiny, "--steps", 3, "--seed", 1, "--json")
    assert code == 0, failed
    told = json.loads(said)
    record = Store(tmp_path / "outputs").open(told["id"]).record
    assert (record.settings.width, record.settings.height) == (128, 96)
    rows = record.settings.retouch.mask
    assert rows == ("#" * (len(rows[0]) // 2) + "." * (len(rows[0]) // 2),) * len(rows)
    assert told["retouched"]["untouched"] == 1
