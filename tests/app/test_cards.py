"""Prompt cards: an offer that may be missing or broken, and then the page does without."""

import pytest

from app.cards import cards


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    cards.cache_clear()
    yield tmp_path / "cards.toml"
    cards.cache_clear()


def test_a_curators_cards_are_read(written):
    written.write_text('[[card]]\nid = "boat"\nfr = "un bateau"\nen = "a boat"\n')
    assert cards() == ({"fr": "un bateau", "en": "a boat"},)


def test_without_a_file_there_are_none(written):
    assert cards() == ()


@pytest.mark.parametrize("text", ["[[card", "", "card = 3", '[[card]]\nfr = "un bateau"\n', "card = [1, 2]"])
def test_a_broken_file_is_named_in_the_log_and_offers_none(written, caplog, text):
    written.write_text(text)
    assert cards() == ()
    assert str(written) in caplog.text
