"""The pages, run as Streamlit runs them: both languages, what is refused, what the archive shows."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import parts, refusals, state
from apparatus.errors import (
    DiskFull,
    EngineClosed,
    ModelNotFound,
    NotAModel,
    NoWorker,
    OutOfRange,
    StoreUnwritable,
    WorkerDied,
)
from apparatus.record import STAGES, Exposure, ModelFacts, Record, Settings, new_id

APP = Path(state.__file__).parent
PAGES = sorted(file for file in (APP / "views").glob("*.py") if file.stem != "__init__")


def page(locale="fr-FR", **address):
    at = AppTest.from_file(str(APP / "frame.py"), default_timeout=30)
    at.context = {"locale": locale, "timezone": "Europe/Paris"}
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def archive(at):
    return at.switch_page("views/archive.py").run()


def given(at, component):
    """The data that a component was given."""
    drawn = next(each for each in at.get("bidi_component") if each.proto.component_name == component)
    return json.loads(drawn.proto.json)


def expose(at, **form):
    for key, value in form.items():
        at.get_by_key(key).set_value(value)
    return at.button(key="expose").click().run()


def kept(hub, count, state="finished", prompt="a red boat"):
    """Exposures in the archive, one a minute, oldest first."""
    began = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    for minute in range(count):
        created = began + timedelta(minutes=minute)
        record = Record(
            id=new_id(created),
            created=created,
            state=state,
            settings=Settings(prompt=prompt, seed=minute),
            model=ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler"),
        )
        hub.store.save(Exposure(record))
        yield record.id


@pytest.mark.parametrize(
    ("locale", "title", "button"),
    [("fr-FR", "Un prompt, une image", "Exposer"), ("en-GB", "One prompt, one picture", "Expose")],
)
def test_the_page_speaks_the_browsers_language(empty, locale, title, button):
    at = page(locale)
    assert not at.exception
    assert at.title[0].value == title
    assert at.button(key="expose").label == button
    assert given(at, "tongue")["lang"] == locale[:2]


def test_the_address_overrules_the_browser(empty):
    at = page("fr-FR", lang="en")
    assert at.title[0].value == "One prompt, one picture"


def test_the_language_can_be_switched_and_stays_on_the_next_page(empty):
    at = page("fr-FR")
    at.segmented_control(key="lang").set_value("en").run()
    assert at.title[0].value == "One prompt, one picture"
    assert archive(at).title[0].value == "Archive"
    assert given(at, "tongue")["lang"] == "en"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_chain_at_rest_has_all_stages_in_words(empty, lang):
    data = given(page(lang=lang), "chain")
    assert [stage["id"] for stage in data["stages"]] == list(STAGES)
    assert data["exposure"] is None
    assert data["eventsUrl"] is None
    for stage in data["stages"]:
        assert stage["title"]
        assert stage["plain"]
        assert stage["quotes"], stage["id"]
    quote = data["stages"][0]["quotes"][0]
    assert quote["lang"] == "fr"
    assert bool(quote["translation"]) == (lang == "en")


def test_a_prompt_becomes_an_exposure_in_the_address(hub):
    at = expose(page(), prompt="un bateau rouge sur la mer", seed=7, steps=2)
    assert not at.error
    exposure = at.query_params["exposure"]
    assert given(at, "chain")["eventsUrl"] == f"/exposures/{exposure}/events"
    assert list(hub.engine.follow(exposure))[-1].kind == "finished"
    record = hub.record(exposure)
    assert record.settings.prompt == "un bateau rouge sur la mer"
    assert record.settings.language == "fr"
    assert (record.settings.seed, record.settings.num_inference_steps) == (7, 2)


def test_reloading_the_address_shows_the_same_exposure(hub, exposed):
    at = page(exposure=exposed)
    assert given(at, "chain")["exposure"] == exposed


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "   ",
        "a\0b\x07c\nd",
        "‮שלום עולם",
        "🐙🏳️‍🌈",
        "<script>alert(1)</script><h1>x</h1>",
        "# **b** $x$ :red[y] [l](http://x)",
        "x " * 4999,
    ],
)
def test_any_prompt_gets_a_picture_and_the_page_stays_whole(hub, prompt):
    at = expose(page(), prompt=prompt, steps=1)
    assert not at.exception
    assert not at.error
    assert list(hub.engine.follow(at.query_params["exposure"]))[-1].kind == "finished"


@pytest.mark.parametrize(
    ("form", "french", "english"),
    [
        ({"prompt": "x" * 10_001}, "10\N{NARROW NO-BREAK SPACE}000 caractères", "10,000 characters"),
        ({"steps": 151}, "de 1 à 150", "from 1 to 150"),
        ({"steps": 0}, "de 1 à 150", "from 1 to 150"),
        ({"guidance": 30.5}, "de 0 à 30", "from 0 to 30"),
        ({"seed": -1}, "de 0 à 4\N{NARROW NO-BREAK SPACE}294", "from 0 to 4,294,967,295"),
        ({"seed": 2**32}, "de 0 à 4\N{NARROW NO-BREAK SPACE}294", "from 0 to 4,294,967,295"),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_range(empty, form, french, english):
    for lang, sentence in (("fr", french), ("en", english)):
        at = expose(page(lang=lang), **form)
        assert not at.exception
        assert len(at.error) == 1
        assert sentence in at.error[0].value
        assert "exposure" not in at.query_params
        assert not at.run().error, "a refusal is said once"


@pytest.mark.parametrize("error", [DiskFull("/x", 0), StoreUnwritable("/x", "y"), EngineClosed()])
def test_every_failure_has_its_sentence_and_no_path_in_it(empty, monkeypatch, error):
    def fail(settings):
        raise error

    at = page()
    monkeypatch.setattr(empty, "expose", fail)
    expose(at)
    assert len(at.error) == 1
    assert "/x" not in at.error[0].value
    assert at.error[0].value != refusals.refusal(Exception())


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (str(OutOfRange("height", 32, "64 to 2048")), "OutOfRange"),
        (str(ModelNotFound("x", ["y"])), "ModelNotFound"),
        (str(NotAModel("/x", "no\nmodel_index.json")), "NotAModel"),
        (str(StoreUnwritable("/x", "read-only")), "StoreUnwritable"),
        (str(DiskFull("/x", 0)), "DiskFull"),
        (str(WorkerDied("20260101-000000-0000", -9)), "WorkerDied"),
        (str(NoWorker(OSError(12, "Cannot allocate memory"))), "NoWorker"),
        ("RuntimeError: something else", "Other"),
        ("", ""),
    ],
)
def test_a_message_in_a_record_has_its_sentence(message, name):
    assert refusals.problem(message) == name


def test_the_chain_has_a_sentence_for_every_problem(empty):
    labels = given(page(lang="fr"), "chain")["labels"]
    assert all(labels[f"problem_{name}"] for name in [*refusals.SIGNS, refusals.OTHER])


@pytest.mark.parametrize("name", ["20260101-000000-0000", "../../etc/passwd", "<b>x</b>", "last"])
def test_an_exposure_that_is_not_there_is_said_and_the_page_stays(empty, name):
    at = page(exposure=name)
    assert not at.exception
    assert len(at.error) == 1
    assert name not in at.error[0].value
    assert given(at, "chain")["exposure"] is None


def test_a_broken_record_is_said(empty):
    exposure = next(kept(empty, 1))
    (empty.store.path(exposure) / "record.json").write_text("{")
    at = page(exposure=exposure)
    assert len(at.error) == 1
    assert given(archive(page()), "sheet")["plates"][0]["state"] == "broken"


def test_a_card_fills_the_form(empty):
    at = page(lang="en")
    cards = at.pills(key="card")
    card = cards.options[0]
    cards.set_value(card).run()
    assert at.text_area(key="prompt").value == card


def test_a_card_says_in_which_language_it_is(hub):
    at = page(lang="fr")
    card = at.pills(key="card").options[0]
    at = expose(at, prompt=card, steps=1)
    exposure = at.query_params["exposure"]
    assert list(hub.engine.follow(exposure))[-1].kind == "finished"
    assert hub.record(exposure).settings.language == "fr"


def test_the_chain_is_found_again_as_it_was_left(hub, exposed):
    at = page(exposure=exposed)
    at.text_area(key="prompt").set_value("un chat").run()
    archive(at)
    at.switch_page("views/chain.py").run()
    assert given(at, "chain")["exposure"] == exposed
    assert at.query_params["exposure"] == exposed


def test_an_empty_archive_says_so(empty):
    at = archive(page(lang="en"))
    assert not at.exception
    assert given(at, "sheet")["plates"] == []
    assert at.caption[0].value == "0 exposures"


def test_the_archive_shows_the_newest_first_page_by_page(empty):
    ids = list(kept(empty, 26))
    at = archive(page(lang="fr"))
    assert at.caption[0].value == "26 poses"
    assert [plate["id"] for plate in given(at, "sheet")["plates"]] == ids[:1:-1]
    at.get_by_key("page").set_value(2).run()
    assert [plate["id"] for plate in given(at, "sheet")["plates"]] == ids[1::-1]


def test_a_plate_says_what_was_asked_when_and_by_what_seed(empty):
    list(kept(empty, 1, prompt="<i>**x**</i>"))
    plate = given(archive(page(lang="fr")), "sheet")["plates"][0]
    assert plate["caption"] == "<i>**x**</i>"
    assert plate["when"] == "22 nov. 2026, 13:00"
    assert plate["seed"] == "0"
    assert plate["ended"] == ""
    assert plate["address"] == f"/?exposure={plate['id']}&lang=fr"


def test_a_long_prompt_is_cut_under_its_picture(empty):
    list(kept(empty, 1, prompt="x" * 10_000))
    assert len(given(archive(page()), "sheet")["plates"][0]["caption"]) == 201


@pytest.mark.parametrize(
    ("state", "french"), [("interrupted", "interrompue"), ("failed", "manquée"), ("cancelled", "arrêtée")]
)
def test_what_did_not_end_well_is_shown_as_such(empty, state, french):
    list(kept(empty, 1, state=state))
    assert given(archive(page(lang="fr")), "sheet")["plates"][0]["ended"] == french


def test_a_page_that_fails_says_one_sentence_and_no_detail():
    at = AppTest.from_string("from app.failures import say\nassert say(ValueError('/secret'))").run()
    assert not at.exception
    assert len(at.error) == 1
    assert "/secret" not in at.error[0].value


def test_a_label_obeys_no_markdown():
    assert parts.unmarked("**x** :red[y] $z$ `w`") == r"\*\*x\*\* \:red\[y\] \$z\$ \`w\`"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_view_only_says_what_stands_on_the_page(file):
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) <= 40
    assert not [line for line in lines if line.lstrip().startswith(("if ", "for ", "while ", "import numpy"))]


def test_no_module_of_the_app_hides_one_of_pythons():
    assert not {file.stem for file in APP.glob("*.py")} & sys.stdlib_module_names
