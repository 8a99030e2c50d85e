"""The page Enhance in a real browser: words come, a token is touched, the text goes on from another."""

import re

import endpoints
import pytest
from playwright.sync_api import expect

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


def test_another_token_is_chosen_and_both_pictures_are_made(visit):
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
    for side in ("raw", "enhanced"):
        finished = re.compile(r"/exposures/.*/picture\.png")
        expect(page.locator(f".both-{side} img")).to_have_attribute("src", finished)
    page.locator(".both-enhanced a").click()
    stage = page.locator(".stage-enhance")
    expect(stage.locator(".token.chosen")).to_have_text(" gris")
    stage.locator(".token.chosen").click()
    expect(stage.locator(".road.taken")).to_contain_text("gris")


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
