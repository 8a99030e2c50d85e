"""How large models are: counted on their real classes, and on our own weights."""

import json

import pytest
from safetensors import safe_open

from apparatus.models.catalogue import catalogue, find
from apparatus.models.counting import count
from apparatus.models.sizes import KNOWN, embedded, known, of

BILLION = 1_000_000_000
PARTS = [
    pytest.param(part, id=f"{file.stem}-{part['name']}")
    for file in sorted(KNOWN.glob("*.json"))
    for part in json.loads(file.read_text("utf-8"))["parts"]
    if "like" not in part
]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_counts_what_its_class_holds_when_it_is_built_to_its_configuration(part):
    assert count(part["library"], part["kind"], part["config"]) == part["parameters"]


def test_every_part_says_where_its_configuration_was_found():
    for file in KNOWN.glob("*.json"):
        assert all(part["source"] for part in json.loads(file.read_text("utf-8"))["parts"]), file.stem


def test_every_model_of_the_catalogue_is_counted_and_nothing_else_is():
    listed = {entry.id for entry in catalogue() if entry.repository != entry.id} - {"obscura"}
    assert listed == {file.stem for file in KNOWN.glob("*.json")}
    assert all(of(entry) for entry in catalogue())


def test_the_memory_of_the_weights_is_their_number_times_the_bytes_of_one():
    size = of(next(entry for entry in catalogue() if entry.id == "flux-1-schnell"))
    assert size.parameters == 123_060_480 + 4_762_310_656 + 11_891_178_560 + 83_819_683
    assert size.memory == {
        "float32": 4 * size.parameters,
        "bfloat16": 2 * size.parameters,
        "float16": 2 * size.parameters,
    }


@pytest.mark.parametrize(
    ("model", "part", "published"),
    [
        ("stable-diffusion-v1-5", "unet", 0.860),
        ("stable-diffusion-v1-5", "text_encoder", 0.123),
        ("stable-diffusion-v1-5", "vae", 0.084),
        ("sd-turbo", "unet", 0.866),
        ("sd-turbo", "text_encoder", 0.340),
        ("small-sd", "unet", 0.579),
        ("lcm-dreamshaper-v7", "unet", 0.860),
        ("stable-diffusion-xl", "unet", 2.57),
        ("stable-diffusion-xl", "text_encoder_2", 0.695),
        ("flux-1-schnell", "transformer", 11.9),
        ("flux-1-dev", "transformer", 11.9),
        ("flux-1-dev", "text_encoder_2", 4.76),
        ("flux-2-dev", "transformer", 32.2),
        ("flux-2-dev", "text_encoder", 24.0),
        ("flux-2-klein-4b", "transformer", 3.88),
        ("z-image-turbo", "transformer", 6.15),
        ("z-image-turbo", "text_encoder", 4.02),
        ("qwen-image", "transformer", 20.43),
        ("qwen-image", "text_encoder", 8.29),
        ("pixart-sigma", "transformer", 0.611),
        ("sana", "transformer", 1.604),
        ("sana", "text_encoder", 2.61),
        ("lumina-2", "transformer", 2.61),
    ],
)
def test_the_counts_are_those_their_authors_publish(model, part, published):
    size = of(next(entry for entry in catalogue() if entry.id == model))
    counted = next(one.parameters for one in size.parts if one.name == part)
    assert counted / BILLION == pytest.approx(published, rel=0.005)


def test_the_known_models_come_smallest_first():
    assert [size.year for size in known()] == [2022, 2024, 2025]
    assert [size.parameters for size in known()] == sorted(size.parameters for size in known())


def test_the_embedded_model_is_counted_from_its_own_weights():
    for part in embedded().parts:
        held = 0
        for file in (find("obscura").folder / part.name).glob("*.safetensors"):
            with safe_open(file, "pt") as weights:
                held += sum(weights.get_tensor(name).numel() for name in weights.keys())  # noqa: SIM118
        assert part.parameters == held, part.name


def test_the_embedded_model_has_every_part_its_index_names_and_reads_as_many_tokens_as_its_tokenizer():
    folder = find("obscura").folder
    parts = {part.name: part for part in embedded().parts}
    assert {"tokenizer", "text_encoder", "unet", "vae", "scheduler"} <= set(parts)
    assert parts["scheduler"].parameters == parts["tokenizer"].parameters == 0
    tokens = json.loads((folder / "tokenizer/tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    assert parts["text_encoder"].vocabulary >= len(tokens)
