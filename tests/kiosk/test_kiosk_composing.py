"""Words chosen one by one become a sentence: grammatical, in both languages, and read back as meant."""

import random
import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apparatus.errors import BrokenCuration, NotAChoice, NothingChosen
from apparatus.kiosk.cards import cards
from apparatus.kiosk.composing import GROUPS, Chosen, Pick, dice, prompt, sentence, table, words
from apparatus.world.grammar import split
from apparatus.world.grammar import words as world_words
from apparatus.world.parser import parse
from apparatus.world.scene import Scene, Thing
from apparatus.world.vocabulary import LANGUAGES, vocabulary


def one_of(group):
    return st.sampled_from(table(group))


def maybe(group):
    return st.none() | one_of(group)


NOUNS = maybe("noun") | one_of("noun")
PICKS = st.fixed_dictionaries(
    {"noun": NOUNS, "colour": maybe("colour"), "size": maybe("size"), "count": st.integers(1, 3)}
)
BACKGROUNDS = st.just({}) | st.builds(dict, setting=one_of("setting")) | st.builds(dict, wall=one_of("wall"))
CHOICES = st.builds(
    lambda nouns, place, light, process, background: (
        {"nouns": nouns, "place": place, "light": light, "process": process} | background
    ),
    st.lists(PICKS, max_size=2),
    maybe("place"),
    maybe("light"),
    maybe("process"),
    BACKGROUNDS,
)


def misread(chosen, language):
    """Behind a colour the parser takes "mountains" for the setting: "two red mountains"."""
    mountains = [pick for pick in chosen.nouns if pick.noun == "mountain" and pick.count > 1 and pick.colour]
    return language == "en" and bool(mountains)


def chosen(noun=None, colour=None, size=None, count=1, **rest):
    pick = {"noun": noun, "colour": colour, "size": size, "count": count}
    second = rest.pop("second", None)
    return Chosen.read({"nouns": [pick, *([{"noun": second}] if second else [])]} | rest)


@settings(max_examples=400, deadline=None)
@given(CHOICES, st.sampled_from(LANGUAGES))
def test_what_is_asked_for_is_read_back_as_it_was_chosen(said, language):
    choice = Chosen.read(said)
    if not choice.ready:
        with pytest.raises(NothingChosen):
            prompt(choice, language)
    elif not misread(choice, language):
        assert parse(prompt(choice, language), language) == choice.scene


@settings(max_examples=300, deadline=None)
@given(CHOICES, st.sampled_from(LANGUAGES))
def test_only_words_of_the_world_are_asked_for(said, language):
    choice = Chosen.read(said)
    if choice.ready:
        assert set(split(prompt(choice, language))) <= world_words(language)


@settings(max_examples=300, deadline=None)
@given(CHOICES)
def test_a_sentence_is_well_made(said):
    choice = Chosen.read(said)
    for language in LANGUAGES:
        text = sentence(choice, language)
        assert text == sentence(choice, language)
        assert text == text.strip() == re.sub(r" +", " ", text).replace(" ,", ",")
        assert not text.startswith(",")
        assert bool(text) is bool(choice.words)
    french = f" {sentence(choice, 'fr')} "
    assert not re.search(r" (de le|de les|de [aeiouéèêœ]|(le|la|de) homme|que rouge) ?", french)
    assert not re.search(r"[ld]'(hibou|hérisson|homard|hache|haut)", french)
    english = f" {sentence(choice, 'en')} "
    assert not re.search(r" a (?!uni|ufo)[aeiou]| an [^aeiouh]| a hour", english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_thing_is_read_back(language):
    forms = [(None, 1), ("red", 1), ("white", 3)]
    for noun, (colour, count) in product(table("noun"), forms):
        choice = chosen(noun, colour, count=count)
        if not misread(choice, language):
            assert parse(sentence(choice, language), language).things == choice.scene.things


@pytest.mark.parametrize(
    ("choice", "french", "english"),
    [
        (Chosen(), "", ""),
        (chosen("cat", "red", setting="sea"), "un chat rouge sur la mer", "a red cat on the sea"),
        (chosen("apple", "green", "big"), "une grande pomme verte", "a big green apple"),
        (chosen("eye", "blue", count=2), "deux yeux bleus", "two blue eyes"),
        (chosen("horse", "white", "small", 3), "trois petits chevaux blancs", "three small white horses"),
        (chosen("cat", second="dog"), "un chat et un chien", "a cat and a dog"),
        (
            chosen("cat", second="tree", place="left"),
            "un chat à gauche d'un arbre",
            "a cat to the left of a tree",
        ),
        (
            chosen("cat", second="doubt", place="left"),
            "un chat à gauche du doute",
            "a cat to the left of doubt",
        ),
        (
            chosen("cat", second="love", place="above"),
            "un chat au-dessus de l'amour",
            "a cat above love",
        ),
        (chosen("joy", "white"), "la joie blanche", "white joy"),
        (chosen("unicorn"), "une licorne", "a unicorn"),
        (chosen("hourglass"), "un sablier", "an hourglass"),
        (chosen("moon", light="night"), "une lune, la nuit", "a moon at night"),
        (
            chosen("owl", setting="forest", light="fog"),
            "un hibou dans une forêt, dans le brouillard",
            "an owl in a forest, in the fog",
        ),
        (
            chosen("boat", wall="orange", process="sepia"),
            "un bateau devant un mur orange, en sépia",
            "a boat in front of an orange wall, in sepia",
        ),
        # Words that would be read as another thing, or twice in a row
        (chosen("fire", "red"), "une flamme rouge", "a red fire"),
        (chosen("ferriswheel", size="big"), "une énorme grande roue", "a big ferris wheel"),
        (chosen("rose", "pink"), "une rose rose", "a pink rose"),
        # Nothing but what stands around
        (Chosen(setting="sea", light="sunset"), "la mer au coucher du soleil", "the sea at sunset"),
        (Chosen(wall="yellow"), "un mur jaune", "a yellow wall"),
        (Chosen(light="night"), "la nuit", "the night"),
        (Chosen(process="sepia"), "une photographie sépia", "a sepia photograph"),
        # What waits for its noun
        (chosen(colour="red"), "quelque chose de rouge", "something red"),
        (
            chosen(colour="orange", size="big"),
            "quelque chose de grand et d'orange",
            "something big and orange",
        ),
        (chosen(colour="white", count=2), "deux choses blanches", "two white things"),
        (
            chosen("cat", place="right", setting="snow"),
            "un chat à droite de quelque chose dans la neige",
            "a cat to the right of something in the snow",
        ),
        (
            Chosen(place="behind"),
            "quelque chose derrière quelque chose",
            "something behind something",
        ),
    ],
)
def test_sentences(choice, french, english):
    assert (sentence(choice, "fr"), sentence(choice, "en")) == (french, english)


def test_what_waits_for_its_noun_is_not_asked_for():
    choice = Chosen.read({"nouns": [{"noun": "cat"}, {"colour": "red"}], "place": "left", "setting": "sea"})
    assert sentence(choice, "en") == "a cat to the left of something red on the sea"
    assert prompt(choice, "en") == "a cat on the sea"
    assert choice.scene == Scene((Thing("cat"),), setting="sea")


@pytest.mark.parametrize(
    ("choice", "ready"),
    [
        (Chosen(), False),
        (chosen(colour="red", size="big", count=2), False),
        (Chosen(process="sepia"), False),
        (Chosen(place="left"), False),
        (chosen("cat"), True),
        (Chosen(setting="sea"), True),
        (Chosen(wall="red"), True),
        (Chosen(light="night"), True),
    ],
)
def test_a_picture_needs_something_that_can_be_seen(choice, ready):
    assert choice.ready is ready


def test_a_feeling_is_not_counted():
    assert chosen("joy", count=3).nouns[0].count == 1


@pytest.mark.parametrize(
    ("said", "where", "why"),
    [
        ({"nouns": [{"noun": "catt"}]}, "nouns.0.noun", "there is no noun 'catt'. Nearest: cat"),
        ({"nouns": [{"noun": "cat", "colour": "crimson"}]}, "nouns.0.colour", "there is no colour"),
        ({"setting": "moon"}, "setting", "there is no setting 'moon'"),
        ({"setting": "sea", "wall": "red"}, "", "a scene has one of them"),
        ({"nouns": [{"noun": "cat", "count": 4}]}, "nouns.0.count", "less than or equal to 3"),
        ({"nouns": [{}, {}, {}]}, "nouns", "at most 2"),
        ({"sky": "blue"}, "sky", "not permitted"),
        ({"nouns": [{"noun": ["cat"]}]}, "nouns.0.noun", "string"),
        ([], "", "dictionary"),
        (None, "", "dictionary"),
    ],
)
def test_what_no_card_says_is_refused(said, where, why):
    with pytest.raises(NotAChoice, match=re.escape(why)) as refused:
        Chosen.read(said)
    assert refused.value.where == where


def test_a_choice_goes_to_json_and_back():
    choice = chosen("cat", "red", second="tree", place="left", wall="blue")
    assert Chosen.model_validate_json(choice.model_dump_json()) == choice


def test_every_word_that_is_chosen_is_told_with_its_group():
    choice = chosen("cat", "red", "big", 2, second="tree", place="left", setting="sea", process="sepia")
    assert choice.words == (
        ("noun", "cat"),
        ("colour", "red"),
        ("size", "big"),
        ("count", "2"),
        ("noun", "tree"),
        ("place", "left"),
        ("setting", "sea"),
        ("process", "sepia"),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_card_for_every_word(language):
    given = words(language)
    nouns = [card["id"] for kind in given["nouns"].values() for card in kind]
    assert sorted(nouns) == sorted(vocabulary().nouns)
    shelves = {"colour": "colours", "size": "sizes", "place": "places", "setting": "settings"}
    shelves |= {"light": "lights", "wall": "walls", "process": "processes"}
    for group in GROUPS[1:]:
        assert [card["id"] for card in given[shelves[group]]] == table(group)
    every = [card for shelf in given.values() if isinstance(shelf, list) for card in shelf]
    assert all(card["text"].strip() for card in every)


def test_cards_read_well():
    french, english = words("fr"), words("en")
    assert {"id": "cat", "text": "un chat"} in french["nouns"]["animals"]
    assert {"id": "joy", "text": "la joie"} in french["nouns"]["feelings"]
    assert {"id": "hourglass", "text": "an hourglass"} in english["nouns"]["machines"]
    assert {"id": "sea", "text": "sur la mer", "sky": True} in french["settings"]
    assert {"id": "space", "text": "in space", "sky": False} in english["settings"]
    assert {"id": "orange", "text": "in front of an orange wall"} in english["walls"]
    assert {"id": "sepia", "text": "en sépia"} in french["processes"]


def test_a_curator_may_leave_things_out():
    given = words("fr", ("house", "cat"))
    assert given["nouns"] == {
        "animals": [{"id": "cat", "text": "un chat"}],
        "buildings": [{"id": "house", "text": "une maison"}],
    }


@settings(max_examples=200, deadline=None)
@given(CHOICES, st.integers(0, 2**32))
def test_chance_keeps_what_was_chosen_and_tells_what_it_drew(said, seed):
    choice = Chosen.read(said)
    thrown, drawn = dice(choice, random.Random(seed))
    assert thrown == Chosen.read(thrown.model_dump())
    assert thrown.ready
    assert thrown.nouns[0].noun
    before = choice.model_dump()
    for group in ("place", "setting", "light", "wall", "process"):
        assert (getattr(thrown, group) == before[group]) is (group not in drawn)
    first = choice.nouns[0] if choice.nouns else Pick()
    for group in ("noun", "colour", "size"):
        assert (getattr(thrown.nouns[0], group) == getattr(first, group)) is (group not in drawn)
    assert ("other" in drawn) is (
        len(thrown.nouns) == 2 and (len(choice.nouns) < 2 or choice.nouns[1].noun is None)
    )


def test_chance_is_the_generators():
    thrown = [dice(Chosen(), random.Random(seed)) for seed in (1, 1, 2)]
    assert thrown[0] == thrown[1] != thrown[2]


def test_chance_draws_only_from_the_cards_there_are():
    seen = {dice(Chosen(), random.Random(seed), ("cat", "house"))[0].nouns[0].noun for seed in range(40)}
    assert seen == {"cat", "house"}


def test_chance_lights_only_what_has_a_sky():
    for seed in range(300):
        thrown, drawn = dice(Chosen(light="night") if seed % 2 else Chosen(), random.Random(seed))
        if thrown.light and ("light" in drawn or "setting" in drawn):
            assert vocabulary().settings[thrown.setting].sky


def test_whole_sentences_are_there_for_other_models():
    given = {card.id: card for card in cards()}
    assert given["boat"].said("fr") == "un bateau rouge sur la mer"
    assert given["boat"].said("en") == "a red boat on the sea"


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ('[[card]]\nid = "a"\nfr = "un chat"\n', "card.0.en"),
        ("[[card", ""),
        ('[[card]]\nid = "É"', "card.0.id"),
    ],
)
def test_broken_cards_are_named(tmp_path, monkeypatch, file, where):
    (tmp_path / "cards.toml").write_text(file, encoding="utf-8")
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    with pytest.raises(BrokenCuration, match=r"cards\.toml") as broken:
        cards()
    assert broken.value.where == where


def test_no_cards_are_no_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    assert cards() == ()
