"""Which words of a rewritten prompt are the person's: in order, moved, mended, elided, gone."""

import random
import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apparatus import alignment
from apparatus.alignment import told_apart, whose


def marked(prompt: str, text: str) -> str:
    """The text with what was added in [], what was mended in ()."""
    signs = {"kept": "{}", "mended": "({})", "added": "[{}]"}
    return " ".join(signs[word.whose].format(word.text) for word in told_apart(prompt, text).words)


@pytest.mark.parametrize(
    ("prompt", "text", "told"),
    [
        ("a cat", "a small black cat at night", "a [small] [black] cat [at] [night]"),
        (
            "chat la nuit",
            "un petit chat noir en ville, la nuit",
            "[un] [petit] chat [noir] [en] [ville] [,] la nuit",
        ),
        ("L'oeil d'un chat", "l’œil d’un chat", "(l’) (œil) (d’) un chat"),
        ("elephant", "un éléphant", "[un] (éléphant)"),
        ("Éléphant", "un éléphant", "[un] (éléphant)"),
        ("chat noir", "noir, un chat", "[noir] [,] [un] chat"),
        ("the dog and the cat", "the cat and the dog", "the cat and the dog"),
        ("la nuit un chat", "un chat la nuit", "un chat la nuit"),
        ("cat cat", "a cat", "[a] cat"),
        ("cat", "a cat and a cat", "[a] cat [and] [a] [cat]"),
        ("", "a boat", "[a] [boat]"),
        ("a boat", "", ""),
        ("aujourd'hui il n'est pas là", "aujourd’hui il n’est pas là", "(aujourd’hui) il (n’) est pas là"),
        ("🐱 日本", "日本, 🐱", "日本 [,] 🐱"),
    ],
)
def test_what_the_person_wrote_is_told_from_what_was_added(prompt, text, told):
    if prompt == "chat noir":  # one of the two moved: which of them stays in order is the matcher's choice
        assert "[" not in marked(prompt, text).replace("[,]", "").replace("[un]", "")
    else:
        assert marked(prompt, text) == told


def test_an_elided_article_and_its_noun_are_two_words():
    apart = told_apart("homme", "l'homme")
    assert [(word.text, word.whose) for word in apart.words] == [("l'", "added"), ("homme", "kept")]


def test_a_mended_word_says_what_it_was():
    (word,) = told_apart("elephant", "éléphant").words
    assert (word.whose, word.was) == ("mended", "elephant")
    assert told_apart("e\u0301le\u0301phant", "éléphant").words[0].whose == "kept"


def test_words_that_fell_away_are_told_and_signs_are_not():
    assert told_apart("a freedom, cat!", "a black cat").dropped == ("freedom",)


def test_a_stretch_of_the_text_has_the_owner_of_the_word_it_touches():
    words = told_apart("chat", "un chat noir").words
    assert [whose(words, *span) for span in ((0, 2), (2, 7), (3, 5), (7, 8), (8, 12), (12, 12))] == [
        "added", "kept", "kept", "added", "added", "added",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("a b " * 1000, "b b a " * 700),
        ("," * 10_000, ",!" * 5000),
        (
            "a b " * 150 + " ".join(map(str, range(3000))),
            "b b a " * 100 + " ".join(map(str, range(0, 6000, 2))),
        ),
    ],
)
def test_long_texts_that_repeat_themselves_hold_nobody_up(prompt, text):
    begun = perf_counter()
    words = told_apart(prompt, text).words
    for place in range(len(text)):
        whose(words, place, place + 1)
    assert perf_counter() - begun < 2


def test_in_long_texts_as_many_words_stay_in_order_as_can(monkeypatch):
    monkeypatch.setattr(alignment, "MOST", 0)
    assert marked("the dog and the cat", "a dog and a small cat") == "[a] dog and [a] [small] cat"
    assert told_apart("a b c d", "c d a b").dropped == ()
    chance = random.Random(3)
    for _ in range(200):
        said, found = (chance.choices("abcd", k=chance.randrange(9)) for _ in range(2))
        pairs = [*alignment._in_order(said, found)]
        assert all(said[one] == found[other] for other, one in pairs)
        assert sorted(pairs, reverse=True) == pairs
        assert len(pairs) == longest(said, found)


def longest(one: list[str], other: list[str]) -> int:
    """How many words two texts have in common in one order."""
    if not one or not other:
        return 0
    if one[-1] == other[-1]:
        return longest(one[:-1], other[:-1]) + 1
    return max(longest(one[:-1], other), longest(one, other[:-1]))


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_stand_where_they_say_and_none_of_the_persons_counts_twice(prompt, text):
    apart = told_apart(prompt, text)
    assert all(text[word.begin : word.end] == word.text for word in apart.words)
    kept = [word for word in apart.words if word.whose != "added" and word.word]
    said = told_apart("", unicodedata.normalize("NFC", prompt)).words
    assert len(kept) + len(apart.dropped) == sum(word.word for word in said)
