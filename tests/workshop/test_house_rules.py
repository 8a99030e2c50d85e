"""The block list: what is listed is found however it is dressed up, and what only looks like it passes."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apparatus.errors import BrokenRules
from apparatus.workshop.rules import Rules
from apparatus.world.grammar import caption, name, words
from apparatus.world.scene import scene
from apparatus.world.vocabulary import vocabulary

RULES = Rules.load()
SINGLE = [word for word in RULES.fr + RULES.en if len(word) > 2]
LEET = {"o": "0", "i": "1!", "e": "3", "a": "4@", "s": "5$", "t": "7"}
INNOCENT = """assiette Essex Sussex Middlesex class classe constitution cumin analyse analyste passage
assassin assess embrasser cocktail document titan Scunthorpe Penistone canal banal Janus Uranus
sextant sextuor bassin chasse cul-de-sac pique-nique piquenique pique-niquer râpe râpé retard
bite peacock coq chatte annals grape drapé vagir putois réputé dispute amputer merdique? saxo
sixième shiitake tortue naziréat violon violette viole poussin Moby Dick 455 4x4 A4 B52 1980
3000 h2o mp3 2*3 c*t f**t *fuel* mot*""".split()


@st.composite
def disguised(draw: st.DrawFn) -> tuple[str, str]:
    """A listed word, and the same dressed up in one of the ways that are seen through."""
    word = draw(st.sampled_from(SINGLE))
    way = draw(st.sampled_from(["case", "leet", "repeat", "spaced", "dotted", "hidden", "wide", "accent"]))
    each = [draw(st.booleans()) for _ in word]
    match way:
        case "case":
            said = "".join(c.upper() if up else c for c, up in zip(word, each, strict=True))
        case "leet":  # the first letter stays, so that a word does not become a number
            signs = [draw(st.sampled_from(LEET.get(c, c))) for c in word[1:]]
            said = word[0] + "".join(
                s if up else c for c, s, up in zip(word[1:], signs, each[1:], strict=True)
            )
        case "repeat":
            said = "".join(c * draw(st.integers(1, 4)) for c in word)
        case "spaced" | "dotted":
            between = draw(st.sampled_from([" ", "  "] if way == "spaced" else [".", "-", "_", "*", "·"]))
            said = between.join(word)
        case "hidden":
            said = draw(st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufeff", "\u0301"])).join(word)
        case "wide":
            said = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)
        case _:
            said = "".join(f"{c}\u0308" if up else c for c, up in zip(word, each, strict=True))
    return word, said


@settings(max_examples=300, deadline=None)
@given(disguised(), st.sampled_from(["{}", "la {} !", "({})", "« {} »", "big {}, blue", "l'{}", "7 {}!!!"]))
def test_a_listed_word_is_found_however_it_is_dressed_up(pair: tuple[str, str], around: str):
    word, said = pair
    assume(said not in RULES.allowed)  # "rapped" is a word of its own
    assert RULES.refused(around.format(said)) is not None, (word, said)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_answered(text: str):
    hit = RULES.refused(text)
    assert hit is None or hit in RULES.fr + RULES.en + RULES.phrases


@settings(deadline=None)
@given(st.integers(0, 20_000), st.sampled_from(["fr", "en"]))
def test_what_can_be_said_in_the_world_passes(number: int, language: str):
    assert RULES.refused(caption(scene(number), language, random.Random(number))) is None


def test_every_word_of_the_vocabulary_passes():
    every = set(words())
    for noun in vocabulary().nouns.values():
        for language in ("fr", "en"):
            every |= {name(noun, language)}
            every |= {form for word in getattr(noun, language) for form in (word.text, word.plural)}
    assert len(every) > 1900
    assert [said for said in sorted(every) if RULES.refused(said)] == []


@pytest.mark.parametrize("said", INNOCENT)
def test_what_only_looks_like_it_passes(said: str):
    assert RULES.refused(said) is None


@settings(deadline=None)
@given(st.sampled_from(SINGLE), st.sampled_from(["bl", "qu", "dr"]), st.sampled_from(["", "ment", "ique"]))
def test_inside_a_longer_word_it_is_not_found(word: str, before: str, after: str):
    assert RULES.refused(f"un {before}{word}{after} rouge") is None


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("Des SALOPES", "salope"),
        ("two bitches", "bitch"),
        ("enculées", "enculé"),
        ("5ex", "sex"),
        ("$h!t", "shit"),
        ("p.u.t.a.i.n", "putain"),
        ("un s e x bleu", "sex"),
        ("une a s s", "ass"),
        ("ѕех", "sex"),
        ("ⓢⓔⓧ", "sex"),
        ("𝐬𝐞𝐱", "sex"),
        ("sex2", "sex"),
        ("Croix-gammées", "croix gammée"),
        ("nique  ta\u00a0mère", "nique"),
        ("pique-nique puis nique", "nique"),
        ("se\u200bx", "sex"),
        ("f*ck", "fuck"),
        ("des P##ain de maisons", "putain"),
        ("sh*t!", "shit"),
    ],
)
def test_it_says_which_word_it_hit_as_the_list_has_it(said: str, listed: str):
    assert RULES.refused(said) == listed


def test_phrases_and_what_is_allowed():
    rules = Rules(fr=("chat",), phrases=("gros mot",), allowed=("chat noir",))
    assert rules.refused("un GR0S m0t") == "gros mot"
    assert rules.refused("un mot gros") is None
    assert rules.refused("un chat noir") is None
    assert rules.refused("un chat noir et un chat") == "chat"
    assert Rules().refused("n'importe quoi") is None


def test_a_very_long_prompt_does_not_hold_up_the_room():
    for text in ("a " * 5000, "a.b " * 2500, "s" * 10_000, "asse " * 2000, "\u0301" * 10_000):
        start = time.perf_counter()
        RULES.refused(text)
        assert time.perf_counter() - start < 30  # a second, on a machine that does nothing else


def test_a_curators_file_goes_first_and_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    assert Rules.load() == RULES
    file = tmp_path / "rules.toml"
    file.write_text('fr = ["bateau"]', "utf-8")
    assert Rules.load().refused("un bateau") == "bateau"
    file.write_text('en = ["harbour"]', "utf-8")
    assert Rules.load().refused("un bateau") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fr = ", "Invalid value"),
        ('fr = "mot"', "fr: "),
        ('de = ["Wort"]', "de: Extra inputs"),
        ('fr = ["a"]', "too short"),
        ('phrases = ["…"]', "too short"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path, monkeypatch, text, why):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    (tmp_path / "rules.toml").write_text(text, "utf-8")
    with pytest.raises(BrokenRules, match=r"rules\.toml") as caught:
        Rules.load()
    assert why in str(caught.value)
