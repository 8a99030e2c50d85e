"""The enhancer: its lessons keep what was asked, its tokenizer loses nothing, and it learns."""

import random
import subprocess
import sys
from itertools import islice

import pytest
import torch

from apparatus.training import enhancer, prompts, spelling
from apparatus.training.effort import Effort
from apparatus.training.enhancer import ENHANCE, FIRST
from apparatus.training.prompts import holds, lesson
from apparatus.training.tokenizer import BEGIN, END, tokenizer
from apparatus.world.grammar import split, spoken, words
from apparatus.world.parser import parse
from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import LANGUAGES

ODD = ["L'Œil d’un  zeppelin !", "an old man’s cat\n", "日本 🚤", "مرحبا", "1984", "\x07", "", " "]


@pytest.fixture(scope="module")
def bpe():
    return spelling.tokenizer(enhancer.vocabulary_of_prompts(), ENHANCE)


@pytest.fixture(scope="module")
def lessons():
    return [lesson(FIRST + n) for n in range(200)]


def small(monkeypatch):
    """An enhancer of one layer, so that a test need not wait."""
    monkeypatch.setattr(enhancer, "LAYERS", 1)
    monkeypatch.setattr(enhancer, "WIDTH", 64)
    torch.manual_seed(0)


def test_every_word_of_the_world_is_one_token_behind_a_space_and_at_the_beginning(bpe):
    forms = [form for word in sorted(words()) for form in (word, f" {word}", word.capitalize())]
    assert all(len(ids) == 1 for ids in bpe(forms).input_ids)


def test_prompts_come_back_as_they_were(bpe, lessons):
    texts = [*ODD, *(text for pair in lessons for text in pair)]
    assert [bpe.decode(ids) for ids in bpe(texts).input_ids] == texts


def test_nothing_but_the_marks_is_a_mark(bpe):
    marks = {bpe.bos_token_id, bpe.eos_token_id, bpe.convert_tokens_to_ids(ENHANCE)}
    assert all(marks.isdisjoint(ids) for ids in bpe(ODD).input_ids)
    assert set(bpe(f"{BEGIN}{ENHANCE}{END}").input_ids) == marks


def test_the_tokenizer_is_the_same_each_time(bpe):
    again = spelling.tokenizer(enhancer.vocabulary_of_prompts(), ENHANCE)
    assert again.get_vocab() == bpe.get_vocab()


def test_what_is_asked_stays_asked(lessons):
    assert all(holds(full, terse) for terse, full in lessons)
    assert all(spoken(terse) in (None, spoken(full)) for terse, full in lessons)


def test_a_full_prompt_says_where_its_things_stand_and_more_than_was_asked(lessons):
    shown = [parse(full, language) for (_, full), language in zip(lessons, LANGUAGES * 100, strict=True)]
    assert all(one.setting or one.wall for one in shown)
    assert sum(thing.colour is not None for one in shown for thing in one.things) > 1.1 * len(shown)
    assert sum(len(full) > len(terse) for terse, full in lessons) > 0.95 * len(lessons)


def test_terse_prompts_are_bare_words_and_longer_ones_in_both_languages(lessons):
    lengths = [len(terse.split()) for terse, _ in lessons]
    assert lengths.count(1) > 10
    assert sum(length > 4 for length in lengths) > 30
    assert sum(spoken(terse) == "fr" for terse, _ in lessons) > 50
    assert sum(spoken(terse) == "en" for terse, _ in lessons) > 50


def test_full_prompts_are_in_the_words_of_the_world_and_fit_the_text_tower(lessons):
    ids = tokenizer()([full for _, full in lessons]).input_ids
    assert max(map(len, ids)) <= 40
    assert all(full == full.lower() for _, full in lessons)
    assert {word for _, full in lessons for word in split(full)} <= words()


def test_a_scene_that_there_are_no_words_for_gives_way_to_another():
    cat = Scene((Thing("cat"),))
    assert not list(prompts.sayings(cat, "en", random.Random(0), without=prompts.namings("en")))
    assert list(islice(prompts.sayings(cat, "en", random.Random(0)), 1))
    unsaid = FIRST + 381
    assert lesson(unsaid) == lesson(unsaid + prompts.ELSEWHERE)


def test_what_was_typed_in_haste_is_still_what_was_asked():
    rng = random.Random(0)
    typed = {prompts.hasty("l'écureuil", rng) for _ in range(300)}
    assert {"l'écureuil", "l'ecureuil", "L'écureuil", "l’écureuil"} < typed
    assert any("écureuil" not in text and "ecureuil" not in text for text in typed)
    assert not any(set(prompts.strange(rng).split()) & words() for _ in range(300))


@pytest.mark.parametrize(
    ("terse", "full", "held"),
    [
        ("black cat", "a small black cat in a meadow", True),
        ("black cat", "a small white cat in a meadow", False),
        ("black cat", "un petit chat noir dans un pré", False),
        ("black cat", "a black dog in a meadow", False),
        ("cat left of dog", "a cat to the left of a big dog", True),
        ("cat left of dog", "a dog to the left of a cat", False),
        ("two cats", "a cat", False),
        ("chat la nuit", "un chat noir en ville", False),
        ("qwrtz", "a cat", True),
    ],
)
def test_it_is_seen_whether_a_full_prompt_holds_a_terse_one(terse, full, held):
    assert holds(full, terse) is held


def test_a_scene_without_a_thing_contains_only_what_asks_for_none():
    cat = Scene((Thing("cat"),))
    assert prompts.contains(cat, Scene(()))
    assert not prompts.contains(Scene(()), cat)


def test_only_the_full_prompt_and_its_end_are_learnt(bpe):
    pairs = [("cat", "a cat on the sea"), ("a dog in the snow", "a dog")]
    ids, told = enhancer.batch(bpe, pairs)
    assert [bpe.decode(row[mask]) for row, mask in zip(ids, told, strict=True)] == [
        f"{full}{END}" for _, full in pairs
    ]


def test_every_lesson_is_drawn_once_beside_others_of_its_length():
    steps = [enhancer.drawn(number, 6) for number in range(8)]
    whole = [lesson(FIRST + n) for n in range(48)]
    assert sorted(pair for lessons in steps for pair in lessons) == sorted(whole)
    lengths = [[len(terse + full) for terse, full in lessons] for lessons in steps]
    assert all(max(lengths[at]) <= min(lengths[at + 1]) for at in (0, 1, 2, 4, 5, 6))


def test_the_forms_of_a_word_begin_near_one_another(bpe, monkeypatch):
    small(monkeypatch)
    known = enhancer.model(bpe).get_input_embeddings().weight
    one, other, far = (known[bpe(forms).input_ids[0]] for forms in ("Éléphant", " elephant", " cat"))
    assert torch.cosine_similarity(one, other, dim=0) > 0.5 > torch.cosine_similarity(one, far, dim=0) + 0.1


def test_it_learns_its_lessons(bpe, monkeypatch):
    small(monkeypatch)
    monkeypatch.setattr(enhancer, "POOL", 1)
    monkeypatch.setattr(enhancer, "lesson", lambda n: lesson(FIRST + n % 4))
    model = enhancer.model(bpe)
    loss = enhancer.objective(model, bpe, 4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        loss(0).backward()
        optimizer.step()
    terse, full = zip(*(lesson(FIRST + n) for n in range(4)), strict=True)
    assert enhancer.enhanced(model.eval(), bpe, terse, sampled=False) == list(full)


def test_by_chance_it_never_settles(bpe, monkeypatch):
    small(monkeypatch)
    monkeypatch.setattr(enhancer, "LONGEST", 12)
    model = enhancer.model(bpe).eval()
    assert len(set(enhancer.enhanced(model, bpe, ["cat"] * 8, sampled=True))) > 4
    assert len(set(enhancer.enhanced(model, bpe, ["cat"] * 8, sampled=False))) == 1


def test_its_rates_tell_an_echo_from_a_mute(bpe, monkeypatch):
    small(monkeypatch)
    model = enhancer.model(bpe)
    monkeypatch.setattr(enhancer, "enhanced", lambda model, words, prompts, sampled: list(prompts))
    echo = enhancer.rates(model, bpe, 24)
    assert {echo[f"{language} {way}"] for language in LANGUAGES for way in ("greedy", "sampled")} == {1.0}
    assert echo["distinct"] == 1 / enhancer.SAMPLES
    monkeypatch.setattr(enhancer, "enhanced", lambda model, words, prompts, sampled: [""] * len(prompts))
    assert enhancer.rates(model, bpe, 24)["en greedy"] < 0.3


def test_it_trains_goes_on_and_loads_with_nothing_of_ours(tmp_path, monkeypatch, capsys):
    small(monkeypatch)
    monkeypatch.setattr(enhancer, "TRIED", 8)
    monkeypatch.setattr(enhancer, "LONGEST", 40)
    enhancer.main(tmp_path, Effort(steps=2, batch=4))
    enhancer.main(tmp_path, Effort(steps=3, batch=4))
    assert "step 3: fr greedy" in capsys.readouterr().out
    script = (
        "import sys; from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; "
        f"words, model = T.from_pretrained({str(tmp_path / 'enhancer')!r}), "
        f"M.from_pretrained({str(tmp_path / 'enhancer')!r}); "
        f"given = words({BEGIN + 'Œil d’un chat' + ENHANCE!r}, return_tensors='pt'); "
        "ids = model.generate(**given); assert ids.shape[1] > given.input_ids.shape[1]; "
        f"assert words.decode(ids[0]).startswith({BEGIN + 'Œil d’un chat' + ENHANCE!r}); "
        "assert model.generation_config.do_sample; "
        "assert not any(m.startswith('apparatus') for m in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_it_is_small(bpe):
    weights = sum(weight.numel() for weight in enhancer.model(bpe).parameters())
    assert 2 * weights < 7e6
