"""What is kept of an exposure: what that weighs, what can still be done, and what is said of the rest."""

import json
import re
from math import prod
from pathlib import Path
from typing import Any

import pytest
import zoo
from altered import SETTINGS
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import live
from app.live import Hub
from app.routes import routes
from apparatus import alterations as kinds
from apparatus import stages
from apparatus.cli import main
from apparatus.engine import LocalEngine, looks
from apparatus.engine.expose import branch, expose, go_on, repeat
from apparatus.errors import NotKept, OutOfRange
from apparatus.keeping import CHANCE, KEEPS, SHAPES, Shape, chosen, keeps, weighs
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model, edition
from apparatus.moments import Moment
from apparatus.record import Exposure
from apparatus.store import Store

HOUSE = Path(__file__).parent.parent
STEPS = zoo.STEPS
FAMILIES = {
    "stable diffusion": (
        zoo.stable_diffusion,
        Shape((4, 32, 32), True, (77, 32, 32), 2 * ((4, 77, 32),), 2 * 77 * 32, 4, 4),
    ),
    "stable diffusion 3": (
        zoo.stable_diffusion_3,
        Shape((4, 32, 32), True, (333, 32, 32), 4 * ((4, 77, 32),) + 2 * ((4, 256, 32),), 2 * 333 * 32, 4, 4),
    ),
    "flux": (
        zoo.flux,
        Shape((1, 32, 32), False, (512, 16, 16), ((4, 77, 32), (4, 512, 32)), 512 * 32, 4, 4),
    ),
}


def model(name: str) -> Model:
    pipeline = FAMILIES[name][0]()
    entry = Entry(name, None, num_inference_steps=STEPS, guidance_scale=5.0, height=64, width=64)
    return Model(entry, pipeline, None, edition(pipeline))


def numbers(exposure: Exposure) -> int:
    """Bytes of the tensors in its file."""
    return sum(exposure.tensors[name].nbytes for name in exposure.tensors)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "outputs")


@pytest.mark.parametrize("keep", KEEPS)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_record_weighs_what_is_said(name, keep, store):
    exposure = expose(model(name), SETTINGS, store=store, keep=keep)
    opened = store.open(exposure.id)
    shape = FAMILIES[name][1]
    way_back = opened.folder / "replay.safetensors"
    said = weighs(shape, STEPS, keep)
    if keeps(keep, "replay.safetensors"):
        back = STEPS * (4 * prod(shape.latents) + CHANCE)
        assert numbers(opened) == said - back
        there = way_back.stat().st_size
        latents = 4 * prod(shape.latents)  # DDIM returns its prediction, too; JSON tells the rest
        assert back <= there <= back + STEPS * latents * (name == "stable diffusion") + 60_000
    else:
        assert not way_back.exists()
        assert numbers(opened) == said


@pytest.mark.parametrize("keep", KEEPS)
def test_however_little_is_kept_it_opens_and_tells_what_is_left(keep, store):
    told: list[Any] = []
    exposure = expose(model("stable diffusion"), SETTINGS, told.append, store=store, keep=keep)
    steps = [event for event in told if event.kind == "step"]
    assert all({"latents", "denoised", "guidance"} <= event.pictures.keys() for event in steps)
    opened = store.open(exposure.id)
    assert opened.record.keep == keep
    assert opened.picture.tobytes() == exposure.picture.tobytes()
    again = list(stages.replay(opened))
    assert [event.kind for event in again if event.kind == "step"] == ["step"] * STEPS
    assert again[-1].kind == "finished"
    first = opened.steps[0]
    assert (first.latents is None) is (keep == "picture")
    assert (first.picture is None) is (keep == "picture")
    assert (first.cond is None) is (keep != "all")
    assert (first.denoised is None) is (keep in ("latents", "picture"))
    assert opened.folder is not None
    assert (opened.folder / "replay.safetensors").exists() is (keep != "picture")
    assert sorted(exposure.tensors) == sorted(opened.tensors)


@pytest.mark.parametrize("keep", ["latents", "picture"])
def test_the_pictures_of_a_run_do_not_hang_on_what_is_kept(keep, store):
    one = expose(model("stable diffusion"), SETTINGS, store=store)
    other = expose(model("stable diffusion"), SETTINGS, store=store, keep=keep)
    assert one.picture.tobytes() == other.picture.tobytes()
    assert repeat(model("stable diffusion"), other.record).picture.tobytes() == one.picture.tobytes()


@pytest.mark.parametrize("keep", ["latents", "picture"])
def test_a_branch_and_a_pause_need_no_more_than_that(keep, store):
    made, line = model("stable diffusion"), kinds.GuidanceScale(at=2, guidance_scale=9.0)
    whole = expose(made, SETTINGS, store=store)
    wanted = branch(made, whole, 2, [line]).picture.tobytes()
    little = expose(made, SETTINGS, store=store, keep=keep)
    grown = branch(made, store.open(little.id), 2, [line], store=store)
    assert (grown.record.keep, grown.picture.tobytes()) == (keep, wanted)
    paused = expose(made, SETTINGS, store=store, keep=keep, stop=Moment("step.out", 1))
    assert (paused.folder / "replay.safetensors").exists()
    ended = go_on(made, store.open(paused.id), store=store)
    assert ended.picture.tobytes() == whole.picture.tobytes()
    assert (ended.folder / "replay.safetensors").exists() is (keep == "latents")


@pytest.mark.parametrize(
    ("keep", "possible"),
    [
        ("all", {"decoded", "branches", "layers", "pull"}),
        ("no-predictions", {"decoded", "layers", "pull"}),
        ("latents", {"layers", "pull"}),
        ("picture", set()),
    ],
)
def test_a_look_that_takes_more_is_refused_in_a_sentence(keep, possible, store):
    made = model("stable diffusion")
    opened = store.open(expose(made, SETTINGS, store=store, keep=keep).id)
    for kind in ("decoded", "branches", "layers", "pull"):
        if kind in possible:
            assert looks.look(made, opened, kind, 1).with_suffix(".json").exists()
        else:
            with pytest.raises(NotKept, match=f"only '{keep}' was kept"):
                looks.look(made, opened, kind, 1)


def test_the_pages_answer_without_tensors(tiny, store, monkeypatch):
    with LocalEngine(store, model=str(tiny)) as engine:
        monkeypatch.setenv("APPARATUS_KEEP", "picture")
        hub = Hub(engine, store, str(tiny))
        monkeypatch.setattr(live, "hub", lambda: hub)
        exposure = expose(_loaded(tiny), SETTINGS, store=store)
        client, here = TestClient(Starlette(routes=routes())), f"/darkroom/{exposure.id}"
        assert exposure.record.keep == "picture"
        assert client.get(f"{here}.json").json()["keep"] == "picture"
        assert client.get(f"{here}/steps/1.json").json()["pictures"] == {}
        assert client.get(f"{here}/noise.json").json() == {}
        assert client.get(f"{here}/trajectory.json").json()["runs"] == []
        assert len(client.get(f"{here}/encode.json").json()["events"]) == 2
        refused = client.get(f"{here}/looks/decoded/1.json?lang=fr")
        assert (refused.status_code, refused.json()["problem"]) == (422, "NotKept")
        assert refused.json()["sentence"].startswith("Cela n’a pas été conservé")
        for file in ("events", "picture.png", "thumbnail.webp", "record.json", "tensors.safetensors"):
            assert client.get(f"/exposures/{exposure.id}/{file}").status_code == 200, file
        for file in ("sheet.png", "run.gif", "repeat.py"):
            assert client.get(f"{here}/take/{file}").status_code == 200, file
        assert [entry.id for entry in store.list()] == [exposure.id]


def _loaded(folder: Path) -> Model:
    import apparatus

    return apparatus.load(str(folder), device="cpu")


def test_how_much_can_be_said_for_the_whole_machine(monkeypatch):
    assert chosen() == "all"
    monkeypatch.setenv("APPARATUS_KEEP", "latents")
    assert (chosen(), chosen("picture")) == ("latents", "picture")
    monkeypatch.setenv("APPARATUS_KEEP", "nothing")
    with pytest.raises(OutOfRange, match=r"keep cannot be nothing\. Allowed: all, no-predictions"):
        chosen()


def test_the_command_keeps_as_much_as_it_is_told(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path))
    asked = ["expose", "a red boat", "--model", str(tiny), "--steps", "2", "--device", "cpu", "--json"]
    for said in (["--keep", "no-predictions"], []):
        with pytest.raises(SystemExit) as ended:
            main([*asked, *said])
        assert not ended.value.code
        id = json.loads(capsys.readouterr().out)["id"]
        assert Store().open(id).record.keep == (said[-1] if said else "all")
        with pytest.raises(SystemExit):
            main(["show", id])
        assert ("only 'no-predictions' was kept" in capsys.readouterr().out) is bool(said)
    with pytest.raises(SystemExit) as refused:
        main([*asked, "--keep", "nothing"])
    assert refused.value.code == 2


def megabytes(bytes: float, comma: str = ".") -> str:
    """Two figures, or whole megabytes from ten on."""
    size = bytes / 1e6
    return (f"{size:.0f}" if size >= 10 else f"{size:.1f}").replace(".", comma)


STATED = {
    "obscura, 256×256": 20,
    "Stable Diffusion 1.5, 512×512": 30,
    "Stable Diffusion XL, 1024×1024": 30,
    "Stable Diffusion 3.5, 1024×1024": 28,
    "PixArt-Sigma, 1024×1024": 20,
    "Flux.1 [dev], 1024×1024": 28,
    "Flux.2 [dev], 1024×1024": 50,
    "Z-Image Turbo, 1024×1024": 9,
    "Qwen-Image, 1328×1328": 50,
}


def rows(comma: str = ".") -> list[str]:
    """The table of the READMEs: a step, then a whole run with each of what can be kept."""
    found = []
    for name, steps in STATED.items():
        shape = SHAPES[name]
        step = weighs(shape, 1) - weighs(shape, 0)
        sizes = [step, *(weighs(shape, steps, keep) for keep in KEEPS[:3])]
        cells = " | ".join(megabytes(size, comma) for size in sizes)
        found.append(f"| {name.replace('×', ' × ')} | {steps} | {cells} |")
    return found


@pytest.mark.parametrize(("readme", "comma"), [("README.md", "."), ("README.fr.md", ",")])
def test_the_readme_states_what_is_computed(readme, comma):
    text = (HOUSE / readme).read_text(encoding="utf-8")
    there = [re.sub(r"[\u00a0\u202f]", " ", line) for line in text.splitlines()]
    assert set(STATED) == set(SHAPES)
    for row in rows(comma):
        assert row in there, row


def test_the_shape_of_obscura_is_its_own(tmp_path):
    import apparatus

    store = Store(tmp_path)
    made = apparatus.load("obscura", device="cpu")
    asked = apparatus.Settings(prompt="a red boat on the sea", seed=7, num_inference_steps=2)
    exposure = store.open(apparatus.expose(made, asked, store=store, keep="no-predictions").id)
    clip = sum(exposure.tensors[name].nbytes for name in exposure.tensors if name.startswith("clip/"))
    latents = exposure.tensors["noise"].nbytes
    shape = SHAPES["obscura, 256×256"]
    assert numbers(exposure) - clip == weighs(shape, 2, "no-predictions") - 2 * (latents + CHANCE)


def test_a_file_that_says_less_is_smaller(store):
    sizes = []
    for keep in KEEPS:
        exposure = expose(model("stable diffusion"), SETTINGS, store=store, keep=keep)
        assert json.loads((exposure.folder / "record.json").read_text("utf-8"))["keep"] == keep
        sizes.append(sum(file.stat().st_size for file in exposure.folder.rglob("*.*")))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 20
