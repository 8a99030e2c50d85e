"""What the READMEs say can be done: their Python runs, their commands and files exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer

HOUSE = Path(__file__).parent.parent
READMES = ("README.md", "README.fr.md")


def blocks(readme: str, language: str) -> list[str]:
    """The fenced blocks of one language in a README."""
    text = (HOUSE / readme).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(readme: str, program: str) -> list[list[str]]:
    """What a README gives this program to do, in its shell blocks."""
    lines = "\n".join(blocks(readme, "sh")).splitlines()
    split = [shlex.split(line, comments=True) for line in lines]
    return [words[1:] for words in split if words and Path(words[0]).name == program]


@pytest.mark.parametrize("readme", READMES)
def test_the_python_in_it_runs(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path / "outputs"))
    names: dict[str, object] = {}
    for block in blocks(readme, "python"):
        exec(compile(block, readme, "exec"), names)
    said = capsys.readouterr().out
    assert "denoise step" in said
    assert "exposure finished" in said
    assert len(list(tmp_path.glob("*.png"))) == 2


@pytest.mark.parametrize("readme", READMES)
def test_its_commands_are_understood(readme: str) -> None:
    from apparatus.cli import cli

    program = typer.main.get_command(cli)
    given = commands(readme, "apparatus")
    assert {words[0] for words in given} == set(program.commands)  # type: ignore[attr-defined]
    for name, *arguments in given:
        program.commands[name].make_context(name, arguments)  # type: ignore[attr-defined]


@pytest.mark.parametrize("readme", READMES)
def test_its_make_targets_exist(readme: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {target for words in commands(readme, "make") for target in words} <= targets


@pytest.mark.parametrize("readme", READMES)
def test_its_links_lead_somewhere(readme: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (HOUSE / readme).read_text(encoding="utf-8"))
    assert links
    assert not [link for link in links if not (HOUSE / link).exists()]


def test_both_say_the_same() -> None:
    def skeleton(readme: str) -> list[str]:
        text = (HOUSE / readme).read_text(encoding="utf-8")
        return re.findall(r"^(#+|```\w*|- |\d\. |\|)", text, re.MULTILINE)

    assert skeleton("README.md") == skeleton("README.fr.md")
