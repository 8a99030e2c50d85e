"""Guided rounds: whole in both languages, possible for the machine, and refused in a sentence when broken."""

import re
import tomllib
from pathlib import Path

import pytest

from apparatus.errors import ApparatusError, BrokenExercise, NoExercise
from apparatus.workshop.exercises import Exercise, exercise, exercises, folder
from apparatus.workshop.rules import Rules
from apparatus.world.grammar import split, words

ALL = exercises()
NOTE = {
    "fr": ("But\u00a0:", "Durée\u00a0:", "Déroulement\u00a0:", "À observer\u00a0:", "À demander\u00a0:"),
    "en": ("Aim:", "Time:", "Lead:", "Look for:", "Ask:"),
}
WHOLE = """
order = 1
passage = "vertigo"
title = { fr = "Un", en = "One" }
task = { fr = "Fais.", en = "Do." }
note = { fr = "Note.", en = "Note." }
"""


def named(one: Exercise) -> str:
    return one.id


def texts(one: Exercise, language: str) -> list[str]:
    after = one.after.said(language) if one.after else ()
    before = [one.before.said(language)] if one.before else []
    return [one.title.said(language), one.task.said(language), one.note.said(language), *before, *after]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A curator's folder of exercises."""
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    (tmp_path / "exercises").mkdir()
    return tmp_path / "exercises"


def test_there_are_at_least_ten_in_an_order_of_their_own():
    assert len(ALL) >= 10
    assert [one.order for one in ALL] == sorted({one.order for one in ALL})


@pytest.mark.parametrize("one", ALL, ids=named)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_task_is_short_enough_for_a_phone_and_a_note_long_enough_to_lead_by(one, language):
    assert len(one.title.said(language)) <= 40
    assert len(one.task.said(language)) <= 180
    assert len(re.findall(r"[.!?…](?=\s|$)", one.task.said(language))) <= 3
    note = one.note.said(language)
    assert tuple(part.partition(":")[0] + ":" for part in note.split("\n\n")) == NOTE[language]
    assert re.search(r"\d+\s?minutes", note)


@pytest.mark.parametrize("one", ALL, ids=named)
def test_typography_is_that_of_the_language(one):
    for text in texts(one, "fr"):
        assert "'" not in text
        assert '"' not in text
        assert not re.search(r"(?<!\u202f)[;!?]", text), text
        assert not re.search(r"(?<!\u00a0):", text), text
        assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", text), text
    for text in texts(one, "en"):
        assert "'" not in text
        assert '"' not in text
        assert not re.search(r"\s[;:!?]", text), text


@pytest.mark.parametrize("one", ALL, ids=named)
def test_it_works_with_a_passage_of_the_essays(one):
    assert one.quote.id == one.passage
    assert sum(other.passage == one.passage for other in ALL) == 1


@pytest.mark.parametrize("one", ALL, ids=named)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_given_to_begin_with_is_in_the_world_and_passes_the_rules(one, language):
    text = (one.prompt(language) or "") + one.start(language)
    unknown = [word for word in split(text) if word not in words(language)]
    assert bool(unknown) is (one.id in ("outside-its-world", "without")), unknown
    assert all(Rules.load().refused(said) is None for said in [text, *texts(one, language)])


@pytest.mark.parametrize(("language", "hints"), [("fr", "n’ose pas"), ("en", "hesitates")])
def test_the_hints_of_a_round_of_known_words_are_known_words(language, hints):
    one = exercise("make-it-fail")
    given = one.note.said(language).partition(hints)[2].partition(".")[0]
    assert len(given.split(",")) >= 4
    assert [word for word in split(given) if word not in words(language)] == []
    assert one.make.cards


@pytest.mark.parametrize("one", ALL, ids=named)
def test_a_note_says_where_the_pages_are_that_no_workshop_has(one):
    for language in ("fr", "en"):
        note = one.note.said(language)
        pages = re.findall(r"page (?:Sélection|Boucle|Canaux|Programme|Select|Loop|Channels|Program)", note)
        assert len(pages) == note.count("apparatus app")


@pytest.mark.parametrize("one", ALL, ids=named)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_submission_makes_as_many_pictures_as_it_says(one, language):
    made = one.settings("un chat", 7, language, model="tiny")
    assert len(made) == one.pictures <= 12
    assert {settings.model for settings in made} == {"tiny"}
    assert {settings.prompt for settings in made} == {one.prompt(language) or "un chat"} - {""} or {""}


def test_several_seeds_are_all_different_whatever_the_persons():
    seeds = [one.seed for one in exercise("keep-one").settings("un chat", 7, "fr")]
    assert len(set(seeds)) == 4
    assert None not in seeds
    assert seeds != [one.seed for one in exercise("keep-one").settings("un chat", 7, "fr")]


def test_variations_share_a_seed_that_is_drawn_where_there_is_none():
    steps = exercise("stop-early")
    assert [one.num_inference_steps for one in steps.settings("un chat", 7, "fr")] == [1, 4, 20]
    assert {one.seed for one in steps.settings("un chat", 7, "fr")} == {7}
    (drawn,) = {one.seed for one in steps.settings("un chat", None, "fr")}
    assert drawn is not None
    plain, enhanced = exercise("enhanced").settings("un chat", None, "fr")
    assert plain.enhance is None
    assert enhanced.enhance is not None
    assert enhanced.enhance.by == "obscura"
    assert [one.guidance_scale for one in exercise("how-hard").settings("", 1, "en")] == [1, 4, 12]


def test_it_says_whose_the_settings_are_that_no_person_chooses():
    assert exercise("keep-one").who["seed"] == "chance"
    assert exercise("stop-early").who["seed"] == "chance"
    assert exercise("one-word-changed").who["seed"] == "program"
    assert exercise("stop-early").who["num_inference_steps"] == "program"
    assert exercise("enhanced").who["enhance"] == "program"
    assert exercise("many-seeds").who["prompt"] == "program"
    assert "prompt" not in exercise("stop-early").who


def test_one_picture_has_the_persons_seed_or_leaves_it_to_chance():
    assert exercise("one-word-changed").make.same_seed
    assert [one.seed for one in exercise("one-word-changed").settings("un chat", 7, "fr")] == [7]
    assert [one.seed for one in exercise("before-you-see").settings("un chat", None, "fr")] == [None]


def test_a_prompt_for_everybody_is_not_changed_and_an_empty_one_is_one():
    assert exercise("many-seeds").settings("autre chose", 1, "en")[0].prompt == "a red boat on the sea"
    assert exercise("without-a-word").prompt("fr") == ""
    assert exercise("without-a-word").settings("autre chose", 1, "fr")[0].prompt == ""
    assert exercise("before-you-see").prompt("fr") is None


def test_the_language_is_told_by_the_words_where_they_tell():
    asked = exercise("french-or-english")
    assert asked.settings("a black cat in the snow", 1, "fr")[0].language == "en"
    assert asked.settings("xyz", 1, "fr")[0].language == "fr"


def test_a_curators_folder_takes_their_place_and_is_read_again(own: Path):
    assert folder() == own
    assert exercises() == ()
    (own / "b.toml").write_text(WHOLE, "utf-8")
    (own / "a.toml").write_text(WHOLE, "utf-8")
    (own / "Not A Name.toml").write_text("not read", "utf-8")
    assert [one.id for one in exercises()] == ["a", "b"]
    (own / "a.toml").write_text(WHOLE.replace("order = 1", "order = 22"), "utf-8")
    assert [one.id for one in exercises()] == ["b", "a"]


def test_a_variation_may_refuse_in_either_language(own: Path):
    make = "make.variations = [{ negative_prompt = { fr = 'rouge', en = 'red' } }, { negative_prompt = 'x' }]"
    (own / "no.toml").write_text(WHOLE + make, "utf-8")
    refused = [one.negative_prompt for one in exercise("no").settings("", None, "en")]
    assert refused == ["red", "x"]


BROKEN = {
    "no-toml": ("order = ", "Invalid value"),
    "no-order": (WHOLE.replace("order = 1", ""), "order: Field required"),
    "half": (WHOLE.replace(', en = "One"', ""), "title.en: Field required"),
    "empty": (WHOLE.replace('"Fais."', '" "'), "task.fr"),
    "unknown-key": (WHOLE + "colour = 'red'", "colour: Extra inputs"),
    "passage": (WHOLE.replace("vertigo", "nobody-said-so"), "no quotation 'nobody-said-so'"),
    "id": (WHOLE + "id = 'other'", "id: it is the file's name"),
    "four": (WHOLE + "after = { fr = ['1','2','3','4'], en = ['1','2','3','4'] }", "after.fr"),
    "uneven": (WHOLE + "after = { fr = ['1'], en = ['1', '2'] }", "1 questions in French, 2 in English"),
    "both": (
        WHOLE + "make = { prompt = { fr = 'a', en = 'b' }, start = { fr = 'a', en = 'b' } }",
        "prompt and",
    ),
    "seeds": (WHOLE + "make = { seeds = 2, same_seed = true }", "seeds and same_seed"),
    "crossed": (WHOLE + "make = { seeds = 2, variations = [{}] }", "seeds and variations"),
    "many": (WHOLE + "make = { seeds = 1000 }", "make.seeds"),
    "steps": (
        WHOLE + "make.variations = [{ num_inference_steps = 1000 }]",
        "num_inference_steps cannot be 1000",
    ),
    "key": (WHOLE + "make.variations = [{ width = 64 }]", "make.variations.0.width: Extra inputs"),
    "endpoint": (WHOLE + "make.variations = [{ enhance = 'http://x' }]", "enhance"),
}


@pytest.mark.parametrize("id", BROKEN)
def test_a_broken_file_is_named_with_what_is_wrong(own: Path, id: str):
    text, why = BROKEN[id]
    (own / f"{id}.toml").write_text(text, "utf-8")
    for read in (lambda: exercise(id), exercises):
        with pytest.raises(BrokenExercise) as caught:
            read()
        assert isinstance(caught.value, ApparatusError)
        assert why in str(caught.value)
        assert f"{id}.toml" in str(caught.value)


def test_bytes_that_are_no_text_are_a_broken_file(own: Path):
    (own / "latin.toml").write_bytes("order = 1 # é".encode("latin-1"))
    with pytest.raises(BrokenExercise, match=r"latin\.toml"):
        exercise("latin")


@pytest.mark.parametrize("id", ["nothing", "../rules", "", "STOP-EARLY", "stop-early.toml"])
def test_an_unknown_id_is_refused_with_those_there_are(id: str):
    with pytest.raises(NoExercise, match="stop-early"):
        exercise(id)


def test_the_readme_s_example_can_be_read():
    readme = (folder().parent / "README.md").read_text("utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    example = next(block for block in blocks if "[make]" in block)
    assert set(tomllib.loads(example)["make"]) == set(type(ALL[0].make).model_fields)
