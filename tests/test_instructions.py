"""What a language model is told: files in two languages, a curator's own, and a text of one's own."""

import pytest

from apparatus import instructions
from apparatus.errors import NoInstruction


@pytest.mark.parametrize("name", instructions.names())
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_instruction_has_a_place_for_the_prompt_in_either_language(name, language):
    assert instructions.text(name, language).count(instructions.PLACE) == 1


def test_the_two_languages_differ_and_english_is_for_those_not_known():
    assert instructions.text("picture", "fr") != instructions.text("picture", "en")
    assert instructions.text("picture", None) == instructions.text("picture", "en")


def test_a_text_that_is_no_name_is_the_instruction():
    assert instructions.text("Say more: {prompt}", "fr") == "Say more: {prompt}"
    assert instructions.text("../../etc/passwd", "fr") == "../../etc/passwd"


def test_the_prompt_stands_in_its_place_or_behind():
    assert instructions.filled("A {prompt} B", "{x} cat") == "A {x} cat B"
    assert instructions.filled("Say more.", "a cat") == "Say more.\n\na cat"


def test_a_curators_folder_takes_their_place(tmp_path, monkeypatch):
    monkeypatch.setenv("APPARATUS_PROMPTS", str(tmp_path))
    assert "picture" in instructions.names()  # there is no folder of that kind in it
    (tmp_path / "enhance").mkdir()
    (tmp_path / "enhance" / "wild.toml").write_text('fr = "Plus ! {prompt}"\nen = "More! {prompt}"', "utf-8")
    (tmp_path / "enhance" / "broken.toml").write_text("fr = ", "utf-8")
    (tmp_path / "enhance" / "half.toml").write_text('fr = "Seul"', "utf-8")
    (tmp_path / "enhance" / "Not A Name.toml").write_text('fr = "x"', "utf-8")
    assert instructions.names() == ["broken", "half", "wild"]
    assert instructions.text("wild", "fr") == "Plus ! {prompt}"
    for name in ("broken", "half", "picture"):
        with pytest.raises(NoInstruction, match="There are: broken, half, wild"):
            instructions.text(name, "en")
