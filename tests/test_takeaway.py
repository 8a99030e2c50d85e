"""What is taken home shows what is in the record, and the script makes the very same picture again."""

import os
import shutil
import subprocess
import sys
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from apparatus import takeaway
from apparatus.alterations import (
    EncoderLayer,
    GuidanceScale,
    Latents,
    NegativePrompt,
    Noise,
    Prompt,
    Steps,
    WordVector,
    WordWeight,
)
from apparatus.errors import ExposureNotFound, FilmFailed, OutOfRange, StepNotFound
from apparatus.record import Exposure, ModelFacts, Record, StepFacts
from apparatus.settings import Settings
from apparatus.takeaway import lettering, words
from apparatus.takeaway.film import parting
from apparatus.takeaway.layout import grid

HOSTILE = (
    'it\'s "quoted" \'\'\'thrice\'\'\' """so""" {braces} {0} %s \\n \\ #',
    "œuf à la coque, мир, 日本, مرحبا, 😀 \u202e\u200b",
    "a" * 9_000,
    "",
)
HALF = ("#" * 8 + "." * 8,) * 16
DRAWN = ("." * 16, *("#" * 9 + "." * 7,) * 14, "." * 16)
LINES = (
    Noise(mask=HALF, seed=3, amount=0.5),
    Prompt(at=1, prompt=HOSTILE[0]),
    NegativePrompt(at=1, negative_prompt=HOSTILE[1]),
    GuidanceScale(at=1, guidance_scale=1.5),
    EncoderLayer(at=1, layer=2),
    WordWeight(at=2, word="boat", occurrence=2, weight=0),
    WordVector(at=2, word="boat", other="cat's", amount=0.3),
    WordVector(at=2, word="boat", how="average", other="sea"),
    WordVector(at=2, word="boat", how="noise", seed=9),
    Latents(at=2, how="erase", mask=DRAWN),
    Latents(at=2, how="shift", mask=HALF, rows=-2, columns=1),
    Latents(at=3, how="scale", mask=HALF, factor=-1.5),
    Latents(at=3, how="renoise", mask=HALF, amount=0.25, seed=4),
    Steps(at=3, remaining=2),
    GuidanceScale(at=3, guidance_scale=2),
)


def exposure(steps: int = 4, size: tuple[int, int] = (64, 64), shade: int = 0, **facts) -> Exposure:
    """One whose steps get lighter from one to the next."""
    settings = Settings(
        prompt=facts.pop("prompt", "a boat"), seed=7, num_inference_steps=20, guidance_scale=3
    )
    turns = [
        StepFacts(index=n, of=steps, timestep=999 - n, sigma=14.6 if n % 2 else None, signal=n / steps)
        for n in range(steps)
    ]
    record = Record(
        **{"id": "20261122-123456-ab12", "created": "2026-11-22T12:34:56Z", "state": "finished"} | facts,
        settings=settings,
        model=ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler"),
        steps=turns,
    )
    pictures = {f"steps/{n:03d}.webp": Image.new("RGB", size, (30 + n, 40 + n, shade)) for n in range(steps)}
    noise = np.random.default_rng(1).normal(size=(1, 4, 8, 8))
    return Exposure(record, {"noise": noise}, {**pictures, "picture.png": Image.new("RGB", size, "white")})


def decoded(file: bytes) -> tuple[list[Image.Image], list[float]]:
    with Image.open(BytesIO(file)) as film:
        shown = [(frame.convert("RGB"), frame.info["duration"]) for frame in ImageSequence.Iterator(film)]
    return [frame for frame, _ in shown], [length for _, length in shown]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("steps", [1, 2, 4, 20, 150])
def test_a_sheet_is_a_page_with_every_step_on_it(steps, language):
    shot = exposure(steps)
    page = takeaway.sheet(shot, language)
    assert (page.mode, page.size) in [("RGB", (2480, 3508)), ("RGB", (3508, 4961))]
    colours = {colour for _, colour in page.getcolors(1 << 24)}
    assert {step.picture.getpixel((0, 0)) for step in shot.steps} <= colours


@pytest.mark.parametrize("count", [*range(1, 41), 50, 75, 100, 149, 150])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.9])
def test_no_two_frames_of_a_grid_touch(count, ratio):
    shape = grid(count, 3208, 4300, ratio)
    places = list(shape.frames())
    assert len(set(places)) == count
    wide, high = shape.picture
    for x, y in places:
        assert 0 <= x <= 3208 - shape.wide
        assert y + shape.high <= shape.height
        assert x >= wide or y >= high


@pytest.mark.parametrize("prompt", HOSTILE)
def test_a_sheet_takes_any_prompt_id_and_alteration(prompt):
    shot = exposure(
        3, prompt=prompt, id="x" * 3000, name=prompt[:100], parent="y" * 900, alterations=LINES * 2
    )
    shot.pictures.pop("steps/001.webp")
    assert takeaway.sheet(shot, "fr").width in (2480, 3508)


def test_a_picture_of_any_shape_finds_a_page():
    for size in ((64, 1024), (1024, 64), (1024, 1024)):
        assert takeaway.sheet(exposure(9, size)).width in (2480, 3508)


def test_an_unfinished_run_has_a_sheet_and_a_film_too():
    shot = exposure(2, state="paused")
    shot.pictures.clear()
    assert takeaway.sheet(shot, "fr").size == (2480, 3508)
    assert len(takeaway.frames(shot)) == 1  # the noise


def test_without_a_step_there_is_nothing_to_take():
    for make in (takeaway.sheet, takeaway.sheet_pdf, takeaway.frames):
        with pytest.raises(StepNotFound):
            make(exposure(0))
    with pytest.raises(StepNotFound):
        takeaway.walk(exposure(0), exposure(1), lambda id: exposure(1).record)


def test_the_pdf_is_one_page_of_paper_size():
    pdf = takeaway.sheet_pdf(exposure(4), "fr")
    assert pdf.startswith(b"%PDF")
    assert b"/Count 1" in pdf
    assert b"595.2" in pdf  # points: the width of A4


def test_the_two_languages_have_the_same_words():
    fr, en = words.WORDS["fr"], words.WORDS["en"]
    assert fr.keys() == en.keys()
    for line in LINES:
        for language in ("fr", "en"):
            what, how = words.told(line, language)
            assert what, line
            assert how, line
    assert words.told(LINES[3], "fr") == ("guidage", "1,5")


def test_the_fonts_are_in_the_package_and_hold_both_languages():
    for face in (lettering.SERIF, lettering.MONO):
        for letter in "abcXYZ019àâçéèêëîïôùûüœŒæ«»’…–—×−Łő":
            assert Path(lettering._holder(letter, face)).parent == lettering.FONTS, letter


def test_wrapped_text_stays_within_its_room_and_loses_no_word():
    text = f"{'short words and then ' * 9}{'long' * 60} end"
    lines, whole = lettering.wrap(text, lettering.SERIF, 40, 500, 99)
    assert whole
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(lettering.width(line, lettering.SERIF, 40) <= 500 for line in lines)
    cut, whole = lettering.wrap(text, lettering.SERIF, 40, 500, 2)
    assert (len(cut), whole, cut[-1][-1]) == (2, False, "…")


def test_the_frames_go_from_the_noise_to_the_picture():
    shot = exposure(4)
    seen = takeaway.frames(shot)
    assert [frame.getpixel((0, 0)) for frame in seen[1:]] == [(30 + n, 40 + n, 0) for n in range(4)] + [
        (255, 255, 255)
    ]
    assert np.ptp(np.asarray(seen[0])) > 0
    assert {(frame.mode, frame.size) for frame in seen} == {("RGB", (64, 64))}


@pytest.mark.parametrize("kind", ["gif", "png"])
def test_an_animation_holds_every_frame_in_its_time(kind):
    seen = takeaway.frames(exposure(4))
    file = takeaway.animation(seen, kind, seconds=0.1, hold=1.5)
    shown, lengths = decoded(file)
    assert lengths == [100] * 5 + [1500]
    with Image.open(BytesIO(file)) as film:
        assert film.info["loop"] == 0
    for before, after in zip(seen, shown, strict=True):
        far = np.abs(np.asarray(before, int) - np.asarray(after, int)).mean()
        assert far == 0 if kind == "png" else far < 6


def test_an_animation_can_be_enlarged_in_whole_squares():
    seen = takeaway.frames(exposure(1))
    shown, _ = decoded(takeaway.animation(seen, "png", enlarged=3))
    assert shown[0].size == (192, 192)
    assert np.array_equal(np.asarray(shown[0])[::3, ::3], np.asarray(seen[0]))


def test_what_cannot_be_made_is_refused(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert takeaway.formats() == ("gif", "png")
    picture = Image.new("RGB", (8, 8))
    for asked in ({"kind": "mp4"}, {"seconds": 0}, {"hold": 1e9}, {"enlarged": 0}):
        with pytest.raises(OutOfRange):
            takeaway.animation([picture], **asked)
    with pytest.raises(OutOfRange):
        takeaway.animation([])


def test_a_film_is_made_by_ffmpeg_with_an_even_size():
    if "mp4" not in takeaway.formats():
        pytest.skip("there is no ffmpeg here")
    film = takeaway.animation([Image.new("RGB", (65, 63), c) for c in ("red", "blue")], "mp4", hold=0.5)
    assert film[4:8] == b"ftyp"


@pytest.mark.parametrize("body", ["echo no such encoder >&2; exit 1", "cat >/dev/null; exit 3"])
def test_an_ffmpeg_that_fails_says_why(body, tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert takeaway.formats() == ("gif", "png", "mp4")
    with pytest.raises(FilmFailed, match="encoder" if "echo" in body else "ffmpeg"):
        takeaway.animation([Image.new("RGB", (900, 900))] * 3, "mp4")


def family() -> dict[str, Exposure]:
    """A root; b leaves it at 2, c leaves b at 3, d leaves the root at 1, e left b at 1 before b's own."""
    made = {"a": exposure(4, id="a")}
    for shade, (id, parent, at) in enumerate(
        [("b", "a", 2), ("c", "b", 3), ("d", "a", 1), ("e", "b", 1)], start=1
    ):
        made[id] = exposure(4, id=id, parent=parent, branch_step=at, shade=60 * shade)
    return made


@pytest.mark.parametrize(
    ("one", "other", "at"),
    [("a", "b", 2), ("b", "a", 2), ("b", "c", 3), ("a", "c", 2), ("c", "d", 1), ("c", "e", 1), ("e", "d", 1)],
)
def test_branches_part_where_they_share_the_last_step(one, other, at):
    made = family()
    assert parting(made[one].record, made[other].record, lambda id: made[id].record) == at


def test_a_walk_goes_back_to_the_parting_and_forward_again():
    made = family()
    way = takeaway.walk(made["a"], made["c"], lambda id: made[id].record)
    assert [frame.getpixel((0, 0)) for frame in way] == [
        (255, 255, 255), (33, 43, 0), (32, 42, 0), (31, 41, 0), (32, 42, 120), (33, 43, 120), (255, 255, 255),
    ]  # fmt: skip
    assert all(one != other for one, other in pairwise(way))


def test_a_walk_needs_a_family_even_where_its_root_is_gone():
    made = family()

    def gone(id: str) -> Record:
        raise ExposureNotFound(id, "outputs")

    assert parting(made["b"].record, made["d"].record, gone) == 1
    ring = exposure(2, id="r", parent="s"), exposure(2, id="s", parent="r")
    with pytest.raises(OutOfRange):
        takeaway.walk(made["a"], ring[0], lambda id: {"r": ring[0], "s": ring[1]}[id].record)


@pytest.mark.parametrize("prompt", HOSTILE)
def test_a_script_says_exactly_what_the_record_says(prompt, tmp_path, monkeypatch, capsys):
    import apparatus

    shot = exposure(2, prompt=prompt, id="../'x\"{y}\n", alterations=LINES, software={"torch": "'\n{}"})
    said = {}

    def expose(model, settings, alterations):
        said.update(model=model, settings=settings, alterations=tuple(alterations))
        return shot

    monkeypatch.setattr(apparatus, "load", lambda name: name, raising=False)
    monkeypatch.setattr(apparatus, "expose", expose, raising=False)
    monkeypatch.chdir(tmp_path)
    source = takeaway.script(shot)
    exec(compile(source, "again.py", "exec"), {})
    assert said["model"] == "obscura"
    assert said["settings"] == shot.record.settings
    assert said["alterations"] == LINES
    assert "The same picture as" in capsys.readouterr().out
    assert '("#" * 8 + "." * 8,) * 16' in source
    assert len(list(tmp_path.glob("again-*.png"))) == 1
    assert max(map(len, source.splitlines())) < 400


def test_a_folder_is_named_by_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    shot = exposure(1)
    shot.record.model.id = "mine"
    assert f"apparatus.load({str(tmp_path / 'mine')!r})" in takeaway.script(shot)


def ran(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "again.py").write_text(source, "utf-8")
    return subprocess.run(
        [sys.executable, "again.py"], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip


def test_the_script_of_a_retouched_picture_asks_for_the_one_it_began_with(tmp_path):
    import apparatus
    from apparatus.retouching import SOURCE, Retouch

    model = apparatus.load("obscura", device="cpu")
    begun = Image.effect_noise((256, 256), 80).convert("RGB")
    mask = tuple("".join(2 * cell for cell in row) for row in DRAWN for _ in range(2))
    painted = Retouch(way="inpaint", mask=mask, strength=0.9)
    settings = apparatus.Settings(prompt="a cat", seed=7, num_inference_steps=3, retouch=painted)
    made = apparatus.expose(model, settings, source=begun)
    source = takeaway.script(made)
    alone = ran(source, tmp_path)
    assert (alone.returncode, "source.png" in alone.stderr) == (1, True)
    made.picture_of(SOURCE).save(tmp_path / "source.png")
    told = ran(source, tmp_path)
    assert told.stdout == f"The same picture as {made.record.id}, bit for bit.\n", told.stderr


def test_in_another_process_the_script_makes_the_same_picture(tmp_path):
    import apparatus

    model, store = apparatus.load("obscura", device="cpu"), apparatus.Store(tmp_path / "outputs")
    settings = apparatus.Settings(
        prompt=f"a red boat {HOSTILE[0]} {HOSTILE[1]}", seed=7, num_inference_steps=4, height=128, width=128
    )
    left = ("####............",) * 16
    lines = [WordWeight(at=1, word="boat", weight=3), Latents(at=2, how="renoise", mask=left)]
    before = apparatus.expose(model, settings, store=store)
    made = apparatus.branch(model, store.open(before.id), 1, lines, store=store)
    source = takeaway.script(store.open(made.id))
    told = ran(source, tmp_path)
    assert told.stdout == f"The same picture as {made.id}, bit for bit.\n", told.stderr
    other = ran(source.replace("seed=7", "seed=8"), tmp_path)
    assert (other.returncode, "Not the same picture" in other.stdout) == (1, True)
