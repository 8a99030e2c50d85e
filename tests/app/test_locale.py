"""Both catalogues say all that the app says, and nothing else."""

import ast
import re
from pathlib import Path

import pytest

from app import catalogues
from app.i18n import LANGUAGES, catalogue, preferred

APP = Path(catalogues.__file__).parent
NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def forms(string):
    return [string] if isinstance(string, str) else list(string)


def messages(language):
    return [message for message in catalogues.written(language) if message.id]


def said_in_code():
    """Every sentence given to `_` or `ngettext` anywhere in the app, found without Babel."""
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                yield file.name, node.args[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_exactly_the_sentences_of_the_code(language):
    code = {str(message.id) for message in catalogues.extracted() if message.id}
    assert {str(message.id) for message in messages(language)} == code


def test_every_sentence_is_extracted():
    extracted = {forms(message.id)[0] for message in catalogues.extracted() if message.id}
    found = list(said_in_code())
    assert len(found) > 30
    for file, argument in found:
        assert isinstance(argument, ast.Constant), f"{file}: a sentence must be written out"
        assert argument.value in extracted, f"{file}: {argument.value!r} is not found by Babel"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_none_is_fuzzy_or_obsolete(language):
    assert not catalogues.written(language).obsolete
    for message in messages(language):
        assert all(forms(message.string)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language):
    for message in messages(language):
        asked = set(re.findall(r"\{\w+\}", forms(message.id)[-1]))
        for string in forms(message.string):
            assert set(re.findall(r"\{\w+\}", string)) == asked, message.id


def test_french_has_its_own_words():
    def words(sentence):
        return re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}", "", sentence))

    assert not [m.id for m in messages("fr") if m.id == m.string and len(words(m.id)) > 1]


def test_french_typography():
    for message in messages("fr"):
        for string in forms(message.string):
            assert not re.search(rf"[^{NARROW}{WIDE}\d/][;!?]", string), message.id
            assert not re.search(rf"[^{WIDE}\d/]:(?!//)", string), message.id
            assert "'" not in string, f"{message.id}: the apostrophe is ’"
            assert "..." not in string, message.id
            assert not re.search(rf"«[^{WIDE}{NARROW}]|[^{WIDE}{NARROW}]»", string), message.id


def test_plural_follows_the_language():
    french, english = catalogue("fr"), catalogue("en")
    assert french.ngettext("{n} exposure", "{n} exposures", 0) == "{n} pose"
    assert english.ngettext("{n} exposure", "{n} exposures", 0) == "{n} exposures"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR-fr", "fr"),
        ("en-GB", "en"),
        ("de", "en"),
        ("frr", "en"),
        (None, "en"),
    ],
)
def test_the_browsers_language_is_the_default(locale, language):
    assert preferred(locale) == language
