"""The page Enhance in a real browser: words come, a token is touched, the text goes on from another."""

import re

import endpoints
import pytest
from playwright.sync_api import expect
from test_first_light import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(serving, tmp_path_factory):
    with endpoints.endpoint() as server:
        models = f"{server.by('good', 'llamacpp')} {server.by('page')}"
        with serving(tmp_path_factory.mktemp("enhance"), APPARATUS_ENDPOINTS=models) as (_, address):
            yield address


def rewrite(page, prompt, model):
    page.get_by_label("Ce que vous écrivez").fill(prompt)
    page.get_by_text(model, exact=True).click()
    page.get_by_role("button", name="Réécrire", exact=True).click()


def records(frames):
    """Where the records of the pictures in these frames are."""
    ids = [
        re.search(r"exposure=([\w-]+)", link.get_attribute("href"))[1] for link in frames.locator("a").all()
    ]
    return [f"/exposures/{id}/record.json" for id in ids]


def test_another_token_is_chosen_and_the_pictures_of_all_roads_stand_side_by_side(visit, app):
    page = visit("/enhance")
    rewrite(page, "Chat la nuit", "good")
    expect(page.locator(".token")).to_have_count(7)
    expect(page.locator(".token.person")).to_have_count(3)
    page.locator(".token").nth(3).click()
    expect(page.locator(".odds")).to_contain_text("50")
    page.locator(".road button").filter(has_text="gris").click()
    expect(page.locator(".token.chosen")).to_have_text(" gris")
    expect(page.locator(".former-road")).to_have_count(1)
    page.get_by_role("button", name="Faire les deux images").click()
    frames = page.locator(".both figure")
    expect(frames).to_have_count(2)
    page.locator(".former-road").click()
    page.get_by_role("button", name="Faire aussi l’image de ce texte").click()
    expect(frames).to_have_count(3)
    expect(page.get_by_role("button", name="Faire aussi l’image de ce texte")).to_be_hidden()
    for frame in frames.all():
        finished = re.compile(r"/exposures/.*/picture\.png")
        expect(frame.locator("img.front")).to_have_attribute("src", finished, timeout=180_000)
    alone = [frame.locator(".alone").all_text_contents() for frame in frames.all()]
    assert alone == [[], ["gris", "et", "voilà"], ["noir", ",", "la", "nuit"]]
    expect(frames.nth(1).locator(".person.alone")).to_have_text("gris")
    told = [page.request.get(f"{app}{way}").json() for way in records(frames)]
    assert len({record["settings"]["seed"] for record in told}) == 1
    page.set_viewport_size({"width": 390, "height": 844})
    assert frames.nth(0).bounding_box()["y"] == frames.nth(1).bounding_box()["y"]
    assert not [one for one in violations(page) if not one.startswith("target-size")]  # words in a line
    frames.nth(1).get_by_role("link").click()
    stage = page.locator(".stage-enhance")
    expect(stage.locator(".token.chosen")).to_have_text(" gris")
    stage.locator(".token.chosen").click()
    expect(stage.locator(".road.taken")).to_contain_text("gris")


def test_another_language_wipes_nothing(visit):
    page = visit("/enhance?prompt=un+chien")
    expect(page.get_by_label("Ce que vous écrivez")).to_have_value("un chien")
    rewrite(page, "Chat la nuit", "good")
    expect(page.locator(".token")).to_have_count(7)
    page.get_by_label("Images de chaque sorte").select_option("4")
    page.get_by_role("button", name="Faire les deux images").click()
    page.get_by_role("button", name="Les faire").click()
    expect(page.locator(".sheet-pictures li")).to_have_count(8)
    links = ".both a, .sheet-pictures a"
    ids = "all => all.map((one) => new URL(one.href).searchParams.get('exposure'))"
    before = page.locator(links).evaluate_all(ids)
    page.get_by_role("radio", name="en", exact=True).last.click()
    expect(page.get_by_label("What you write")).to_have_value("Chat la nuit")
    expect(page.locator(".token")).to_have_count(7)
    assert page.locator(links).evaluate_all(ids) == before
    page.locator(".various").get_by_role("button", name="Stop").click()
    expect(page.locator(".various")).to_contain_text("Too few of them were finished to compare.")
    expect(page.get_by_role("button", name="Make them")).to_be_enabled()
    page.get_by_label("What you write").fill("Chien la nuit")
    page.get_by_role("button", name="Rewrite", exact=True).click()
    expect(page.locator(".both figure")).to_have_count(0)
    expect(page.get_by_role("button", name="Make both pictures")).to_be_visible()


def test_a_server_that_does_not_answer_is_asked_again_and_one_that_refuses_is_not(visit):
    asked = []

    def answer(route):
        asked.append(route)
        refusal = {"problem": "ExposureNotFound", "sentence": "Rien de tel."}
        route.abort() if len(asked) == 1 else route.fulfill(status=404, json=refusal)

    page = visit("/enhance")
    page.route("**/enhance/compared.json*", answer)
    page.route("**/enhance/several*", lambda route: route.fulfill(json={"raw": ["a"], "enhanced": ["b"]}))
    page.get_by_label("Ce que vous écrivez").fill("Chat la nuit")
    make = page.get_by_role("button", name="Les faire")
    make.click()
    expect(page.locator(".various")).to_contain_text("Rien de tel.")
    expect(make).to_be_enabled()
    page.wait_for_timeout(2000)
    assert len(asked) == 2


def test_what_misbehaves_says_so_and_the_words_stay(visit):
    page = visit("/enhance")
    rewrite(page, "Chat la nuit", "page")
    expect(page.locator(".account .warning")).to_contain_text("n’est pas un modèle de langage")
    expect(page.get_by_label("Ce que vous écrivez")).to_have_value("Chat la nuit")
    expect(page.get_by_role("button", name="Faire les deux images")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900), (1080, 1920)])
def test_nothing_is_wider_than_the_screen(visit, width, height):
    page = visit("/enhance", width=width, height=height)
    rewrite(page, "Chat la nuit " * 12, "good")
    expect(page.locator(".token")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
