"""Candidates, scores, choices: each score is what its network says, each choice stands in every ledger."""

import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
import torch
from PIL import Image

from apparatus import scoring
from apparatus.engine.expose import expose
from apparatus.engine.looks import look
from apparatus.errors import NoBatch, OutOfRange
from apparatus.models.catalogue import Entry
from apparatus.models.loading import load
from apparatus.record import Settings, new_id
from apparatus.selection import Batch, Score, candidates, ranked
from apparatus.store import Store

PROMPT = "a red boat on the sea"


@pytest.fixture
def picture() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (96, 64, 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture
def entry(tmp_path) -> Entry:
    return Entry(id="nobody", folder=tmp_path)


def test_a_clip_says_what_transformers_says(scorers, picture, entry, monkeypatch) -> None:
    monkeypatch.setenv("APPARATUS_SCORERS", str(scorers))
    found = {score.by: score for score in scoring.scores(entry, picture, PROMPT)}
    reader = scoring.readers(entry)[0]
    given = reader.processor(images=[picture], return_tensors="pt").pixel_values
    longest = reader.model.config.text_config.max_position_embeddings
    texts = reader.words(
        [PROMPT, "a red on the sea"], padding="max_length", max_length=longest, return_tensors="pt"
    )
    with torch.no_grad():
        said = reader.model(input_ids=texts.input_ids, pixel_values=given)
    cosines = (said.image_embeds @ said.text_embeds.T)[0]
    assert found["small-clip"].value == pytest.approx(float(cosines[0]), abs=1e-5)
    added = dict(found["small-clip"].words)
    assert [word for word, _ in found["small-clip"].words] == PROMPT.split()
    assert added["boat"] == pytest.approx(float(cosines[0] - cosines[1]), abs=1e-5)
    assert 0 < found["taste"].value < 1
    assert "clip" not in found


def test_one_that_fails_is_warned_of_and_costs_nobody_the_picture(
    scorers, picture, entry, monkeypatch, tmp_path
) -> None:
    shutil.copytree(scorers, tmp_path / "scorers")
    (tmp_path / "scorers/small-clip/model.safetensors").write_bytes(b"no weights")
    monkeypatch.setenv("APPARATUS_SCORERS", str(tmp_path / "scorers"))
    with pytest.warns(UserWarning, match="small-clip can say nothing of a picture"):
        found = scoring.scores(entry, picture, PROMPT)
    assert "taste" in {score.by for score in found}
    assert "small-clip" not in {score.by for score in found}


def test_nobody_says_anything_of_a_prompt_outside_the_world_where_there_are_no_scorers(
    picture, entry
) -> None:
    assert scoring.scores(entry, picture, "xyzzy") == []
    assert scoring.scores(entry, picture, "") == []


def test_where_a_score_comes_from_is_how_far_it_falls_where_the_picture_is_covered(
    scorers, picture, entry, monkeypatch
) -> None:
    monkeypatch.setenv("APPARATUS_SCORERS", str(scorers))
    reader = scoring.readers(entry)[0]
    maps = scoring.where(reader, picture, PROMPT)
    assert set(maps) == {"", *map(str, range(6))}
    covered = picture.copy()
    mean = tuple(int(level) for level in np.asarray(picture).mean((0, 1)).round())
    covered.paste(mean, (0, 12, 8, 24))  # the first place of the second row
    fallen = scoring.read(reader, picture, PROMPT).value - scoring.read(reader, covered, PROMPT).value
    assert maps[""].shape == (scoring.GRID, scoring.GRID)
    assert maps[""][1, 0] == pytest.approx(fallen, abs=1e-5)


def test_candidates_differ_in_their_seed_alone() -> None:
    asked = Settings(prompt=PROMPT, seed=2**32 - 2)
    several = candidates(asked, 3, "b")
    assert [settings.seed for settings, _ in several] == [2**32 - 2, 2**32 - 1, 0]
    assert [batch for _, batch in several] == [Batch(id="b", index=n, of=3) for n in range(3)]
    assert len({settings.model_copy(update={"seed": 0}) for settings, _ in several}) == 1
    chance = candidates(Settings(prompt=PROMPT), 2, "b")
    assert chance[0][0].seed != candidates(Settings(prompt=PROMPT), 2, "b")[0][0].seed
    for count in (0, 25):
        with pytest.raises(OutOfRange):
            candidates(asked, count, "b")


def test_the_best_comes_first_and_what_has_no_score_last() -> None:
    scores = {"a": [Score(by="clip", value=0.1)], "b": [], "c": [Score(by="clip", value=0.3)]}
    assert ranked(scores, "clip") == ["c", "a", "b"]


def test_a_choice_stands_in_the_ledger_of_the_kept_and_of_the_rejected(tmp_path) -> None:
    obscura, store = load("obscura"), Store(tmp_path)
    batch = new_id(datetime.now(UTC))
    asked = Settings(prompt=PROMPT, seed=5, num_inference_steps=2)
    made = [
        expose(obscura, settings, store=store, batch=place).id
        for settings, place in candidates(asked, 3, batch)
    ]
    alone = expose(obscura, asked, store=store).id
    assert [exposure.id for exposure in store.batch(batch)] == made
    store.choose(made[1], "program", "clip")
    store.choose(made[2], "person")
    store.choose(made[0], "person")
    for exposure in store.batch(batch):
        lines = {(line.what, line.who): line.value for line in exposure.ledger if line.stage == "select"}
        assert lines == {
            ("candidates", "person"): 3,
            ("kept by clip", "program"): made[1],
            ("kept", "person"): made[0],
        }
    assert store.open(alone).record.batch is None
    with pytest.raises(NoBatch):
        store.choose(alone, "person")


def test_where_is_looked_at_in_the_record_of_an_exposure(scorers, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("APPARATUS_SCORERS", str(scorers))
    obscura, store = load("obscura"), Store(tmp_path)
    made = expose(obscura, Settings(prompt=PROMPT, seed=5, num_inference_steps=2), store=store)
    scores = {score.by: score for score in made.record.scores}
    assert {"small-clip", "taste"} <= set(scores)
    files = look(obscura, store.open(made.id), "score", 0)
    assert files.with_suffix(".safetensors").exists()
    assert made.record.timings["select"] > 0
