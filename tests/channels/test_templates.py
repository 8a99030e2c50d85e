"""The curator's templates: those given are whole, a curator's own goes first, a broken one is named."""

import re

import pytest
from shots import shot

from apparatus import essays
from apparatus.channels import CHANNELS, LONGEST, OPEN, compose, template
from apparatus.channels.template import FIELDS, MOMENTS
from apparatus.errors import BrokenTemplate, OutOfRange

GIVEN = 'quote = "q"\npapers = ["a4"]\nlines = ["title"]\n'
BOTH = GIVEN + '[fr]\ntitle = "{title}"\n[en]\ntitle = "{title}"\n'


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    (tmp_path / "channels").mkdir()
    return tmp_path / "channels/artistic.toml"


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_template_is_whole_in_both_languages(channel):
    read = template(channel)
    assert read.quote in {quote.id for quote in essays.quotes("distribute")}
    assert set(OPEN[channel]) <= set(read.lines)
    fields = dict.fromkeys(FIELDS, 3)
    for language in ("fr", "en"):
        for line in read.lines:
            for moment in (None, *MOMENTS):
                assert read.said(line, language, fields, moment).strip()


@pytest.mark.parametrize("channel", CHANNELS)
def test_french_lines_do_not_break_before_their_signs(channel):
    texts = template(channel).fr
    for line in template(channel).lines:
        for text in texts.all(line):
            assert not re.search(r" [:;!?»]|« ", text), text


def test_each_sheet_says_that_a_machine_made_the_picture():
    said = {"indicative": "lead", "imperative": "print", "artistic": "technique"}
    for channel, line in said.items():
        for language, words in (("fr", r"machine|calculée"), ("en", r"machine|computed")):
            for text in getattr(template(channel), language).all(line):
                assert re.search(words, text), text


def test_the_seed_picks_a_slogan():
    read = template("imperative")
    said = {read.said("slogan", "en", {"seed": seed}) for seed in range(6)}
    assert said == set(read.en.variants("slogan"))
    assert all(len(slogan) <= LONGEST["slogan"] for slogan in said)


def test_a_curators_own_goes_before_the_given_and_the_others_stay(own):
    own.write_text(BOTH)
    assert template("artistic").lines == ("title",)
    assert template("imperative").quote == "ever-more-targeted"
    own.write_text(BOTH.replace('"q"', '"another"'))
    assert template("artistic").quote == "another"


def test_a_paper_that_the_template_does_not_have_is_refused(own):
    own.write_text(BOTH)
    with pytest.raises(OutOfRange, match="a3"):
        compose(shot(), "artistic", paper="a3")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("quote = ", "artistic.toml"),
        ("", "quote"),
        (GIVEN, "fr"),
        (BOTH.replace("{title}", "{password}"), "password"),
        (BOTH.replace("{title}", "{seed.__class__}"), "seed.__class__"),
        (BOTH.replace("{title}", "{"), "artistic.toml"),
        (BOTH.replace('["title"]', '["title", "price"]'), "price"),
        (BOTH.replace('["title"]', '["title", "author"]'), "author"),
        (BOTH.replace('["a4"]', '["a4", "letter"]'), "papers"),
        (BOTH.replace('"{title}"', "2026"), "fr.title"),
        (BOTH.replace('"{title}"', '["a", 2026]'), "fr.title"),
        (BOTH.replace("{title}", "{year:z}"), "fr.title"),
        (BOTH.replace("{title}", "{title:d}"), "fr.title"),
        (BOTH.replace("{title}", "{title!x}"), "fr.title"),
        (BOTH.replace("{title}", "{year:{password}}"), "fr.title"),
        (BOTH + '[en.silent]\ntitle = "{year:z}"\n', "en.title"),
    ],
)
def test_a_broken_template_says_what_is_wrong(own, text, why):
    own.write_text(text)
    with pytest.raises(BrokenTemplate, match=re.escape(why)):
        template("artistic")
