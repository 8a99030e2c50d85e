"""The house holds: imports run one way, the app stays light, files stay short, what is declared starts."""

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PROJECT = HOUSE / "pyproject.toml"

# A room imports only from the rooms before it. `apparatus` itself is the front door and imports from all.
ROOMS = (
    "errors",
    "taps",
    "checkpoints",
    "alignment",
    "enhancements",
    "masks",
    "retouching",
    "metering",
    "settings",
    "selection",
    "moments",
    "placement",
    "keeping",
    "alterations",
    "tensors",
    "encodings",
    "record",
    "runs",
    "runner",
    "guidance",
    "attention",
    "adapters",
    "pictures",
    "stages",
    "models",
    "world",
    "previews",
    "judge",
    "neighbours",
    "scoring",
    "captioning",
    "instructions",
    "enhancers",
    "essays",
    "index",
    "store",
    "looping",
    "takeaway",
    "provenance",
    "channels",
    "reading",
    "evaluation",
    "engine",
    "diversity",
    "workshop",
    "kiosk",
    "training",
    "cli",
)
TENSORS = {"torch", "diffusers", "transformers", "accelerate", "tokenizers"}
LIGHT = (
    "apparatus",
    "apparatus.errors",
    "apparatus.record",
    "apparatus.alterations",
    "apparatus.diversity",
    "apparatus.enhancements",
    "apparatus.enhancers",
    "apparatus.instructions",
    "apparatus.keeping",
    "apparatus.looping",
    "apparatus.metering",
    "apparatus.retouching",
    "apparatus.selection",
    "apparatus.stages",
    "apparatus.store",
    "apparatus.takeaway",
    "apparatus.provenance",
    "apparatus.channels",
    "apparatus.reading",
    "apparatus.essays",
    "apparatus.world",
    "apparatus.engine",
    "apparatus.engine.driving",
    "apparatus.models",
    "apparatus.models.captioners",
    "apparatus.models.fetching",
    "apparatus.models.lora_files",
    "apparatus.models.sizes",
    "apparatus.models.weights",
    "apparatus.neighbours",
    "apparatus.kiosk.cards",
    "apparatus.kiosk.composing",
    "apparatus.kiosk.curation",
    "apparatus.kiosk.health",
    "apparatus.kiosk.keeping",
    "apparatus.kiosk.keepsake",
    "apparatus.kiosk.statistics",
    "apparatus.workshop.exercises",
    "apparatus.workshop.rules",
    "apparatus.workshop.taking",
    "app",
)


def sources(*folders: str) -> list[Path]:
    """Every python file in these folders of the house."""
    return sorted(path for folder in folders for path in (HOUSE / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file, relative ones resolved."""
    package = path.relative_to(HOUSE).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                start = package[: len(package) - node.level + 1] if node.level else ()
                module = ".".join((*start, *filter(None, [node.module])))
                yield from (f"{module}.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    """The room of the library that a file stands in, "" for the front door."""
    inside = path.relative_to(HOUSE / "apparatus").with_suffix("").parts
    return "" if inside[0] in ("__init__", "__main__") else inside[0]


def named(path: Path) -> str:
    """A file as a test's name."""
    return str(path.relative_to(HOUSE))


def modules_after(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


@pytest.mark.parametrize("path", sources("apparatus"), ids=named)
def test_a_room_imports_only_from_the_rooms_before_it(path: Path) -> None:
    here = room(path)
    if not here:
        return
    assert here in ROOMS, f"{here} has no place in the order of rooms: give it one in {Path(__file__).name}"
    reached = {name.split(".")[1] for name in imports(path) if name.startswith("apparatus.")} & set(ROOMS)
    ahead = {name for name in reached if ROOMS.index(name) > ROOMS.index(here)}
    assert not ahead, f"{here} imports from {', '.join(sorted(ahead))}, which stand after it"


@pytest.mark.parametrize("path", sources("apparatus"), ids=named)
def test_the_library_knows_nothing_of_the_app(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & {"streamlit", "app"}


@pytest.mark.parametrize("path", sources("app"), ids=named)
def test_the_app_knows_nothing_of_tensors(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & TENSORS


@pytest.mark.parametrize("path", sources("app/views"), ids=named)
def test_a_view_reckons_nothing(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & {"numpy", "pandas"}


@pytest.mark.parametrize("module", LIGHT)
def test_importing_it_leaves_torch_out(module: str) -> None:
    assert not modules_after(f"import {module}") & {"torch", "diffusers", "transformers"}


def test_nothing_that_the_app_imports_brings_torch_in() -> None:
    """The views and the entry point run a page when imported; all that they import is named here instead."""
    wanted = {
        name if (HOUSE / (name.replace(".", "/") + ".py")).exists() else name.rpartition(".")[0]
        for path in sources("app")
        for name in imports(path)
        if name.startswith(("app.", "apparatus."))
    } - {"app.main"}
    statement = "import " + ", ".join(sorted(name for name in wanted if not name.startswith("app.views")))
    assert not modules_after(statement) & {"torch", "diffusers", "transformers"}


@pytest.mark.parametrize("path", sources("apparatus", "app", "tests"), ids=named)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("name", tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["scripts"])
def test_every_declared_command_starts(name: str) -> None:
    command = Path(sysconfig.get_path("scripts")) / name
    ran = subprocess.run([command, "--help"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "Usage" in ran.stdout


def test_the_prompt_cards_are_whole_and_stay_in_the_world() -> None:
    from apparatus.world.grammar import words

    cards = tomllib.loads((HOUSE / "prompts/cards.toml").read_text(encoding="utf-8"))["card"]
    assert len({card["id"] for card in cards}) == len(cards)
    world = words()
    for card in cards:
        assert set(card) == {"id", "fr", "en"}, card["id"]
        assert re.fullmatch(r"[a-z0-9-]+", card["id"])
        for language in ("fr", "en"):
            unknown = [word for word in re.findall(r"[^\W\d_]+", card[language].lower()) if word not in world]
            assert bool(unknown) is (card["id"] == "freedom"), f"{card['id']}: {unknown}"
