"""LoRA: real ones, made with peft, come and go, and leave a model as it was."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionXLPipeline
from safetensors.torch import load_file, save_file
from zoo import pixart, stable_diffusion, stable_diffusion_xl
from zoo.loras import trained

import apparatus
from apparatus import Lora, Moment, Settings, runner, stages
from apparatus.errors import LoraMisfit, NotALora, OtherModel, OutOfRange
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model
from apparatus.models.lora import on, worn
from apparatus.models.lora_files import listed
from apparatus.record import LoraFit
from apparatus.takeaway.script import script


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """`both` is on UNet and text encoder, `one` on the UNet, `other` on another family's."""
    into = tmp_path_factory.mktemp("loras")
    trained(stable_diffusion(), into / "both.safetensors", 1, text=True)
    trained(stable_diffusion(), into / "one.safetensors", 2, text=False)
    trained(stable_diffusion_xl(), into / "other.safetensors", 3, text=False)
    return into


@pytest.fixture(scope="module", params=["none", "model", "sequential"])
def model(request, tiny):
    return apparatus.load(tiny, device="cpu", offload=request.param)


@pytest.fixture
def whole(tiny):
    return apparatus.load(tiny, device="cpu")


@pytest.fixture
def asked(tiny, folder) -> Callable[..., Settings]:
    """Settings with these LoRAs of the folder, "name" or "name:weight"."""

    def settings(*names: str) -> Settings:
        files = [name.replace(*(":", ".safetensors:") if ":" in name else ("", "")) for name in names]
        files = [str(folder / (file if ".safetensors" in file else f"{file}.safetensors")) for file in files]
        return Settings(model=str(tiny), prompt="a red boat", seed=7, num_inference_steps=3, loras=files)

    return settings


def pixels(exposure) -> np.ndarray:
    return np.asarray(exposure.picture)


def same(one, other) -> bool:
    return bool((pixels(one) == pixels(other)).all())


def test_it_changes_the_picture_and_the_record_says_which_file_and_how_much(model, asked):
    plain, dressed = apparatus.expose(model, asked()), apparatus.expose(model, asked("both:0.8"))
    assert not same(plain, dressed)
    (lora,) = dressed.record.settings.loras
    assert (Path(lora.file).name, lora.weight, len(lora.sha256)) == ("both.safetensors", 0.8, 64)
    assert dressed.record.model.edition != plain.record.model.edition
    assert dressed.record.model.parts == plain.record.model.parts
    assert ("lora", "both (0.8)", "person") in [(d.what, d.value, d.who) for d in dressed.ledger]


def test_the_same_ones_make_the_same_picture_whatever_was_worn_between(model, asked):
    first = apparatus.expose(model, asked("both:0.8", "one:-1"))
    for between in ((), ("one",), ("both:0.5",)):
        assert not same(apparatus.expose(model, asked(*between)), first)
        assert same(apparatus.repeat(model, first.record), first)


def test_at_weight_0_or_taken_off_it_leaves_every_bit_as_it_was(model, asked):
    plain = apparatus.expose(model, asked())
    apparatus.expose(model, asked("both", "one"))
    for none in (asked(), asked("both:0"), asked("both:0", "one:0")):
        bare = apparatus.expose(model, none)
        assert same(bare, plain)
        assert bare.record.model.edition == plain.record.model.edition
        assert all((bare.tensors[name] == plain.tensors[name]).all() for name in plain.tensors)
    assert on(model.pipeline) == set()
    assert not [
        name for name, _ in model.pipeline.unet.named_modules() if "lora" in name or "base_layer" in name
    ]


def test_the_edition_differs_with_the_weight_and_with_the_file(whole, asked):
    editions = set()
    for names in ((), ("both",), ("both:0.5",), ("one",), ("both", "one"), ("one", "both")):
        with worn(whole, asked(*names).loras) as dressed:
            editions.add(dressed.edition)
    assert len(editions) == 6


def test_a_picture_names_its_lora_and_does_not_say_where_it_lies(whole, asked, folder, tmp_path):
    store = apparatus.Store(tmp_path)
    made = apparatus.expose(whole, asked("one:0.5"), store=store)
    file = (store.path(made.id) / "picture.png").read_bytes()
    assert b"one.safetensors" in file
    assert str(folder).encode() not in file
    data = stages.program.lay_open(made).data
    assert data["loras"] == [{"name": "one", "weight": 0.5}]
    assert data["placement"]["device"] == "cpu"


def test_the_script_that_makes_it_again_names_the_file(whole, asked, tmp_path):
    made = apparatus.expose(whole, asked("one:0.5"))
    lora = made.record.settings.loras[0]
    said = {"file": lora.file, "weight": 0.5, "sha256": lora.sha256}
    assert f"loras=({said!r},)" in script(made)
    assert "loras" not in script(apparatus.expose(whole, asked()))


def test_a_branch_and_a_pause_wear_what_they_began_with(whole, asked, tmp_path):
    store = apparatus.Store(tmp_path)
    finished = apparatus.expose(whole, asked("both"), store=store)
    paused = apparatus.expose(whole, asked("both"), store=store, stop=Moment("step.out", 0))
    apparatus.expose(whole, asked("one"))
    assert same(apparatus.go_on(whole, store.open(paused.id), store=store), finished)
    apparatus.expose(whole, asked())
    assert same(apparatus.branch(whole, store.open(finished.id), 2, store=store), finished)


def test_what_was_begun_with_one_is_not_gone_on_with_without_it(whole, asked):
    paused = apparatus.expose(whole, asked("both"), stop=Moment("step.out", 0))
    paused.record.settings = asked()
    with pytest.raises(OtherModel):
        apparatus.go_on(whole, paused)


def test_the_text_is_encoded_anew_when_the_weight_on_its_encoder_changes(whole, asked):
    def encoded(*loras: str, paused=None):
        with worn(whole, asked(*loras).loras):
            stop = Moment("denoise.in", 0)
            kwargs = {"prompt": "a red boat", "num_inference_steps": 2, "height": 64, "width": 64}
            if paused is None:
                return runner.run(whole.pipeline, kwargs, stop=stop)
            return runner.resume(whole.pipeline, paused, stop=stop)

    weak, strong = encoded("both:0.5"), encoded("both:1")
    assert not torch.equal(weak.prompt_embeds, strong.prompt_embeds)
    assert torch.equal(encoded("both:1", paused=weak).prompt_embeds, strong.prompt_embeds)
    assert torch.equal(encoded(paused=weak).prompt_embeds, encoded().prompt_embeds)
    assert torch.equal(encoded("one", paused=weak).prompt_embeds, encoded().prompt_embeds)


def test_one_of_another_model_is_said_and_leaves_nothing_behind(model, asked):
    plain = apparatus.expose(model, asked())
    with pytest.raises(LoraMisfit, match=r"other\.safetensors does not fit") as refused:
        apparatus.expose(model, asked("both", "other"))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 900
    assert on(model.pipeline) == set()
    assert same(apparatus.expose(model, asked()), plain)


def test_one_whose_layers_this_model_has_not_is_said(whole, asked, folder, tmp_path):
    tensors = {f"transformer.{name}": t for name, t in load_file(folder / "one.safetensors").items()}
    save_file(tensors, tmp_path / "else.safetensors")
    settings = asked().model_copy(update={"loras": (Lora(file=str(tmp_path / "else.safetensors")),)})
    with pytest.raises(LoraMisfit, match="does not fit"):
        apparatus.expose(whole, settings)


def layers(tensors) -> int:
    return len({name.partition(".lora")[0] for name in tensors})


@pytest.fixture(scope="module")
def partly(folder, tmp_path_factory) -> Path:
    """`both`, with layers beside its own for which a small Stable Diffusion has no place."""
    own = load_file(folder / "both.safetensors")
    deeper = {
        name.replace("down_blocks.0", "down_blocks.7"): t
        for name, t in own.items()
        if "down_blocks.0" in name
    }
    second = {
        name.replace("text_encoder", "text_encoder_2"): t for name, t in own.items() if "text_enc" in name
    }
    file = tmp_path_factory.mktemp("partly") / "partly.safetensors"
    save_file({name: tensor.clone() for name, tensor in (own | deeper | second).items()}, file)
    return file


def test_of_one_that_fits_only_partly_the_record_says_how_much_is_worn(whole, asked, folder, partly):
    there, all_of_it = layers(load_file(folder / "both.safetensors")), layers(load_file(partly))
    fitting = apparatus.expose(whole, asked("both"))
    misfit = apparatus.expose(whole, asked().model_copy(update={"loras": (Lora(file=str(partly)),)}))
    assert there < all_of_it
    assert fitting.record.model.loras == [LoraFit(name="both", layers=there, placed=there)]
    assert misfit.record.model.loras == [LoraFit(name="partly", layers=all_of_it, placed=there)]
    assert [fit.partly for fit in fitting.record.model.loras + misfit.record.model.loras] == [False, True]
    assert same(fitting, misfit)
    assert stages.program.lay_open(misfit).data["fits"][0]["placed"] == there


def test_the_command_line_says_how_much_of_it_is_worn(run, tiny, partly):
    code, _, err = run("expose", "a boat", "--model", tiny, "--steps", 1, "--lora", partly)
    assert code == 0
    said = next(line for line in err.splitlines() if line.startswith("Only "))
    assert "layers of the LoRA partly found their place" in said
    assert said in run("show", "last")[1]


def test_layers_are_counted_as_diffusers_makes_them_of_another_trainers(whole, asked, folder, tmp_path):
    tensors = {}
    for name, tensor in load_file(folder / "one.safetensors").items():
        layer, _, end = name.removeprefix("unet.").partition(".lora")
        layer = "lora_unet_" + layer.replace(".", "_")
        tensors[f"{layer}.lora_{'down' if 'A' in end else 'up'}.weight"] = tensor
        tensors[f"{layer}.alpha"] = torch.tensor(2.0)
    save_file(tensors, tmp_path / "kohya.safetensors")
    settings = asked().model_copy(update={"loras": (Lora(file=str(tmp_path / "kohya.safetensors")),)})
    other, own = apparatus.expose(whole, settings), apparatus.expose(whole, asked("one"))
    (fit,) = other.record.model.loras
    assert (fit.layers, fit.placed) == (len(tensors) // 3, len(tensors) // 3)
    assert same(other, own)


def test_a_family_that_takes_none_is_said(asked):
    model = Model(Entry("pixart"), pixart(), None)
    with worn(model, ()) as plain:
        assert plain.loras == ()
    with pytest.raises(LoraMisfit, match="PixArtSigmaPipeline takes none"), worn(model, asked("one").loras):
        pytest.fail("it was worn")


@pytest.mark.parametrize(
    ("name", "holds", "said"),
    [
        ("gone.safetensors", None, "there is no such file"),
        ("some.bin", b"\x80\x02", "can run code"),
        ("empty.safetensors", b"", "header cannot be read"),
        ("short.safetensors", b"\x08\0\0\0\0\0\0\0{}", "its header speaks of 16"),
        ("a\0b", None, "there is no such file"),
        ("x" * 300, None, "no path"),
    ],
)
def test_what_is_no_lora_is_said(whole, asked, tmp_path, name, holds, said):
    if holds is not None:
        (tmp_path / name).write_bytes(holds)
    settings = asked().model_copy(update={"loras": (Lora(file=str(tmp_path / name)),)})
    with pytest.raises(NotALora, match=said) as refused:
        apparatus.expose(whole, settings)
    assert "\n" not in str(refused.value)


def test_weights_of_something_else_are_no_lora(whole, asked, tiny):
    file = tiny / "unet" / "diffusion_pytorch_model.safetensors"
    settings = asked().model_copy(update={"loras": (Lora(file=str(file)),)})
    with pytest.raises(NotALora, match="none of its weights"):
        apparatus.expose(whole, settings)


def test_another_file_of_the_same_name_is_refused(whole, asked, folder, tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes((folder / "one.safetensors").read_bytes())
    made = apparatus.expose(whole, asked().model_copy(update={"loras": (Lora(file=str(file)),)}))
    file.write_bytes((folder / "both.safetensors").read_bytes())
    with pytest.raises(NotALora, match="another file"):
        apparatus.repeat(whole, made.record)


def test_those_of_a_folder_are_listed_and_go_by_their_names(whole, asked, folder, tmp_path, monkeypatch):
    assert listed() == []
    monkeypatch.setenv("APPARATUS_LORAS", str(folder))
    assert listed() == ["both", "one", "other"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one").write_bytes(b"what lies where the command was started does not come before the folder")
    by_name = asked().model_copy(update={"loras": (Lora(file="one"),)})
    assert same(apparatus.expose(whole, by_name), apparatus.expose(whole, asked("one")))


def test_it_is_asked_for_as_text_and_written_as_json(asked):
    asked_for = Settings(loras=["a.safetensors", "b.safetensors:0.5", "C:/c.safetensors"])
    assert [(one.file, one.weight) for one in asked_for.loras] == [
        ("a.safetensors", 1.0), ("b.safetensors", 0.5), ("C:/c.safetensors", 1.0)
    ]  # fmt: skip
    assert Settings(**json.loads(asked_for.model_dump_json())) == asked_for
    for wrong in ("a:5", "", "x" * 5000, {"weight": 1}, 3):
        with pytest.raises(OutOfRange, match="FILE:WEIGHT"):
            Settings(loras=[wrong])


def test_a_wider_family_takes_them_too(folder, tmp_path):
    stable_diffusion_xl().save_pretrained(tmp_path / "xl")
    model = apparatus.load(tmp_path / "xl", device="cpu")
    assert isinstance(model.pipeline, StableDiffusionXLPipeline)
    plain = Settings(model=model.id, prompt="a boat", seed=1, num_inference_steps=2, height=64, width=96)
    dressed = plain.model_copy(update={"loras": (Lora(file=str(folder / "other.safetensors")),)})
    bare = apparatus.expose(model, plain)
    assert not same(apparatus.expose(model, dressed), bare)
    assert same(apparatus.expose(model, plain), bare)
