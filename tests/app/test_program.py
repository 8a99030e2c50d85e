"""The page Program: what it says is in the world, what it counts is there, what it serves is nothing else."""

import itertools
import json
import random
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image, ImageChops
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_views import given, page

from app import world
from app.i18n import LANGUAGES, catalogue
from app.routes import routes
from apparatus.models.sizes import embedded
from apparatus.world.grammar import plain, split, words
from apparatus.world.parser import parse
from apparatus.world.renderer import picture, render
from apparatus.world.scene import Scene, Thing, scene
from apparatus.world.vocabulary import vocabulary


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=routes()))


def program(locale="fr-FR"):
    return page(locale).switch_page("views/program.py").run()


def image(response):
    assert response.headers["content-type"] == "image/webp"
    return Image.open(BytesIO(response.content)).convert("RGB")


def alike(one, other):
    """Whether two pictures are the same but for what the file format loses."""
    difference = ImageChops.difference(one, other).resize((32, 32), Image.Resampling.BOX)
    return max(top for _, top in difference.getextrema()) < 24


@pytest.mark.parametrize(("locale", "title"), [("fr-FR", "Le programme"), ("en-GB", "The program")])
def test_the_page_speaks_the_readers_language(empty, locale, title):
    at = program(locale)
    assert not at.exception
    assert at.title[0].value == title
    assert given(at, "world")["lang"] == locale[:2]


def test_the_page_counts_the_world_and_the_model_as_they_are(empty):
    data = given(program(), "world")
    known = vocabulary()
    for kind in ("nouns", "colours", "sizes", "places", "settings", "lights", "processes"):
        assert data["extent"][kind] == len(getattr(known, kind)), kind
    assert data["sizes"][0]["parameters"] == embedded().parameters
    assert [size["id"] for size in data["sizes"]][1:] == ["stable-diffusion-v1-5", "flux-1-dev", "flux-2-dev"]


def test_every_kind_of_thing_and_of_attribute_has_a_name(empty):
    labels = given(program(), "world")["labels"]
    assert {f"kind_{noun.kind}" for noun in vocabulary().nouns.values()} <= set(labels)
    assert {f"group_{kind}" for kind in world.attributes()} <= set(labels)


def test_the_essays_stand_beside_what_they_speak_of(empty):
    passages = given(program("en-GB"), "world")["passages"]
    assert passages["sizes"]["quotes"][0]["id"] == "thirty-two-billion-parameters"
    assert all(beside["quotes"][0]["translation"] for beside in passages.values())


def test_a_prompt_in_the_address_is_put_into_the_form_once(empty):
    at = page(prompt="un hibou dans la forêt")
    assert at.text_area(key="prompt").value == "un hibou dans la forêt"
    assert "prompt" not in at.query_params
    at.session_state["prompt"] = "un chat"
    at.run()
    assert at.text_area(key="prompt").value == "un chat"


def test_the_scenes_are_counted_as_they_can_be_told_apart():
    known = vocabulary()
    few = replace(
        known,
        nouns={id: known.nouns[id] for id in ("cat", "dog", "joy")},
        colours={"red": known.colours["red"]},
        sizes={"big": known.sizes["big"]},
        numbers={2: known.numbers[2]},
        settings={id: known.settings[id] for id in ("sea", "room")},
        lights={"night": known.lights["night"]},
        processes={"sepia": known.processes["sepia"]},
    )
    assert world.scenes(few) == len(set(every_scene(few)))


def every_scene(known):
    """Each scene of a small world, of two that mirror each other the one with its things in order."""
    looks = list(itertools.product(known.nouns, [None, *known.colours], [None, *known.sizes]))
    alone = [
        (None, (Thing(*look, count),))
        for look in looks
        for count in ((1,) if known.nouns[look[0]].abstract else (1, *known.numbers))
    ]
    pairs = [
        (place, (Thing(*one), Thing(*other)))
        for place in ("left", "above", "behind")
        for one, other in itertools.product(looks, looks)
        if one[0] != other[0]
    ]
    for place, things in alone + pairs:
        for process in (None, *known.processes):
            for wall in known.colours:
                yield Scene(things, place, wall=wall, process=process)
            for setting in known.settings.values():
                for light in (None, *known.lights) if setting.sky else (None,):
                    yield Scene(things, place, setting.id, light, process=process)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scene_that_is_varied_is_the_one_the_page_says(language):
    sentence = catalogue(language).gettext("a cat to the left of a camera in a meadow")
    assert parse(sentence.replace("’", "'"), language) == world.BASE


def test_each_attribute_changes_one_thing_in_the_scene():
    goes = {"walls": {"setting", "wall"}, "numbers": {"things", "place"}}  # one thing comes, another leaves
    fields = {"colours": "things", "sizes": "things", "places": "place", "settings": "setting"}
    fields |= {"lights": "light", "processes": "process"}
    for kind, values in world.attributes().items():
        for value in values:
            shown = world.varied(kind, value["id"])
            changed = {name for name in vars(shown) if getattr(shown, name) != getattr(world.BASE, name)}
            as_it_was = (kind, value["id"]) in {("places", "left"), ("settings", "meadow")}
            assert changed == (set() if as_it_was else goes.get(kind) or {fields[kind]}), value["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_to_try_are_inside_and_outside_the_program_as_the_page_means(language):
    said = catalogue(language).gettext
    assert {plain(said("bicycle")), plain(said("apple"))} <= words()
    assert not [word for word in ("freedom", "war", "tomorrow") if plain(said(word)) in words()]


def test_every_form_that_can_be_looked_for_is_made_of_known_words():
    told = world.told()
    for noun in told["nouns"]:
        forms = [
            word[form] for language in LANGUAGES for word in noun[language] for form in ("text", "plural")
        ]
        assert {plain(word) for form in forms for word in split(form)} <= set(told["words"]), noun["id"]


def test_the_words_come_in_the_order_of_the_atlas(client):
    told = client.get("/world/words.json").json()
    assert [noun["id"] for noun in told["nouns"]] == list(vocabulary().nouns)
    atlas = Image.open(BytesIO(client.get("/world/atlas.webp").content))
    assert atlas.width // told["columns"] * -(-len(told["nouns"]) // told["columns"]) == atlas.height


def test_picture_n_is_picture_n_and_its_captions_say_it(client):
    response = client.get("/world/pictures/7.webp")
    assert alike(image(response), picture(7))
    assert "max-age" in response.headers["cache-control"]
    said = client.get("/world/pictures/7.json").json()["said"]
    for language in LANGUAGES:
        nouns = {thing.noun for thing in parse(said[language], language).things}
        assert nouns == {thing.noun for thing in scene(7).things}


def test_a_varied_scene_is_a_true_render(client):
    red = image(client.get("/world/scenes/colours/red.webp"))
    assert alike(red, render(world.varied("colours", "red"), random.Random("varied")))
    assert not alike(red, image(client.get("/world/scenes/base/as-it-is.webp")))


def test_a_noun_is_shown_as_its_captions_say(client):
    said = client.get("/world/nouns/owl.json").json()
    assert len(said) == world.VIEWS
    assert image(client.get("/world/nouns/owl/0.webp")).size == (256, 256)
    assert all("owl" in [t.noun for t in parse(caption["fr"], "fr").things] for caption in said)


@pytest.mark.parametrize(
    "path",
    [
        "pictures/-1.webp",
        "pictures/1000000000.webp",
        "pictures/99999999999999999999.json",
        "pictures/x.webp",
        "nouns/freedom.json",
        "nouns/owl/4.webp",
        "nouns/..%2f..%2fowl.json",
        "scenes/colours/nothing.webp",
        "scenes/nothing/red.webp",
        "scenes/things/cat.webp",
    ],
)
def test_what_is_not_in_the_world_is_not_served(client, path):
    assert client.get(f"/world/{path}").status_code == 404


def test_how_many_pictures_it_learnt_from_is_said_only_where_the_model_says_it(monkeypatch):
    for told, learnt in (
        ({"pictures": 12000}, 12000),
        ({"summary": "?"}, None),
        ({"pictures": "many"}, None),
    ):
        monkeypatch.setattr(world, "find", lambda name, told=told: SimpleNamespace(training=told))
        assert world.learnt() == learnt


def test_how_many_things_the_model_was_shown_is_counted_by_its_words(monkeypatch):
    known = frozenset({"chat", "cat", "appareil", "photo", "camera", "souris"})
    monkeypatch.setattr(world, "words_of", lambda entry: known)
    assert world.met() == 2
    monkeypatch.setattr(world, "words_of", lambda entry: None)
    assert world.met() == len(vocabulary().nouns)


def test_the_words_are_small_enough_for_a_phone(client):
    assert len(json.dumps(client.get("/world/words.json").json())) < 200_000
