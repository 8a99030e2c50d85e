"""The page Channels: three sheets of one picture, what is written on them, what a dropped picture tells."""

import shutil
from io import BytesIO

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from test_views import given, kept, page

from app import distribution, sheets
from app.i18n import speaking
from apparatus import channels, essays, reading
from apparatus.channels import CHANNELS
from apparatus.provenance import keys


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "user_data_path", lambda name: tmp_path / "data" / name)
    sheets._made.cache_clear()


def channels_page(locale="fr-FR", **address):
    return page(locale, **address).switch_page("views/channels.py").run()


@pytest.mark.parametrize(("locale", "title"), [("fr-FR", "Une image"), ("en-GB", "One picture")])
def test_the_same_picture_three_times_with_its_passages(hub, exposed, locale, title):
    at = channels_page(locale, exposure=exposed)
    assert not at.exception
    assert not at.error
    assert at.title[0].value.startswith(title)
    assert len(at.header) == 4
    said = "".join(str(element.proto.body) for element in at.get("html"))
    words = {quote.id: quote.text for quote in essays.quotes()}
    for channel in CHANNELS:
        assert words[channels.template(channel).quote] in said
    assert words["indicative-imperative-artistic"] in said


def test_where_nothing_can_be_signed_the_sheets_are_shown_and_that_is_said(hub, exposed, tmp_path):
    pytest.importorskip("c2pa")
    signed = channels_page("en-GB", exposure=exposed)
    assert any("The PNG files are signed" in caption.value for caption in signed.caption)
    sheets._made.cache_clear()
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "data").write_text("no folder")
    at = channels_page("en-GB", exposure=exposed)
    assert not at.exception
    assert not at.error
    assert any("The files are not signed: the key" in caption.value for caption in at.caption)


def test_without_a_picture_the_page_says_so(empty):
    at = channels_page("en-GB")
    assert not at.exception
    assert "Nothing was exposed yet" in at.info[0].value


def test_the_newest_finished_one_is_taken_where_none_is_named(empty):
    assert sheets.newest() is None
    *_, last = kept(empty, 2)
    [paused] = kept(empty, 1, state="paused")
    assert sheets.newest() == last
    assert paused != last


def test_a_sheet_is_made_once_and_anew_when_it_says_something_else(hub, exposed):
    first = sheets.sheet(exposed, "imperative", "png", "fr", "a4", {})
    again = sheets.sheet(exposed, "imperative", "png", "fr", "a4", {})
    other = sheets.sheet(exposed, "imperative", "png", "fr", "a4", {"slogan": "Voyez"})
    assert first is again
    assert first != other
    with Image.open(BytesIO(first)) as opened:
        assert opened.height >= 1600


def test_what_is_written_on_the_page_comes_to_stand_on_the_sheet(hub, exposed):
    at = channels_page("en-GB", exposure=exposed)
    made = sheets._made.cache_info().misses
    at.text_input(key="imperative-slogan").set_value("See it").run()
    assert not at.exception
    assert sheets._made.cache_info().misses == made + 1


def test_the_chain_leads_to_the_page(hub, exposed):
    at = page("en-GB", exposure=exposed)
    assert given(at, "chain")["channelsUrl"] == f"/channels?exposure={exposed}&lang=en"


def upload(file, name):
    def script(file, name):
        from types import SimpleNamespace

        from app import distribution

        distribution.found(SimpleNamespace(getvalue=lambda: file, name=name))

    at = AppTest.from_function(script, kwargs={"file": file, "name": name})
    at.context = {"locale": "en-GB"}
    return at.run()


def test_a_dropped_picture_tells_what_it_claims_and_what_was_checked(hub, exposed):
    file = (hub.store.path(exposed) / "picture.png").read_bytes()
    at = upload(file, "<b>found</b>.png")
    assert not at.exception
    said = "".join(str(element.proto.body) for element in at.get("html"))
    assert "byte for byte" in said
    assert "a red boat on the sea" in said
    assert "trainedAlgorithmicMedia" in said


def test_mark_up_in_a_dropped_picture_is_text(hub):
    from PIL.PngImagePlugin import PngInfo

    told, file = PngInfo(), BytesIO()
    told.add_text("<img src=x onerror=alert(1)>", "<script>alert(1)</script>")
    Image.new("RGB", (4, 4)).save(file, "PNG", pnginfo=told)
    said = "".join(str(element.proto.body) for element in upload(file.getvalue(), "x.png").get("html"))
    assert "&lt;script&gt;" in said
    assert "<script>" not in said
    assert "<img" not in said


def test_what_is_no_picture_is_refused_in_the_readers_language(hub):
    at = upload(b"no picture", "x.png")
    assert "no picture that can be read" in at.error[0].value


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_finding_has_its_words(language):
    from typing import get_args

    from apparatus.provenance.checking import State
    from apparatus.reading.claims import Kind

    with speaking(language):
        assert set(distribution.credentials()) == set(get_args(State))
        assert set(distribution.kept()) == set(get_args(reading.Kept))
        assert set(distribution.claims()) == set(get_args(Kind))
        assert set(distribution.names()) == set(CHANNELS)
        assert {line for lines in channels.OPEN.values() for line in lines} == set(distribution.lines())
