"""The page Program in a browser: searched, walked with the keys, opened, asked, and clean to axe."""

import pytest
from playwright.sync_api import expect
from test_first_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

THINGS = ".mosaic .thing:not([hidden])"
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture
def opened(visit):
    """The page, once its mosaic is there."""

    def opened(**how):
        page = visit("/program", **how)
        expect(page.locator(THINGS)).to_have_count(344)
        return page

    return opened


@pytest.mark.parametrize(
    ("typed", "found"),
    [("mélancolique", 0), ("HIBOU", 1), ("owls", 1), ("oeil", 1), ("œil", 1), ("velo", 1), ("un arbre", 1)],
)
def test_a_word_is_found_in_either_language_with_or_without_accents(opened, typed, found):
    page = opened()
    page.get_by_role("searchbox").fill(typed)
    expect(page.locator(THINGS)).to_have_count(found)


def test_what_is_outside_the_program_is_said(opened):
    page = opened()
    page.get_by_role("button", name="liberté").click()
    expect(page.locator(".status")).to_contain_text("hors du programme")
    expect(page.locator(THINGS)).to_have_count(0)
    page.get_by_role("searchbox").fill("rouge")
    expect(page.locator(".status")).to_contain_text("rouge (couleurs)")


def test_a_kind_leaves_its_things_only(opened):
    page = opened()
    page.locator('.kind[data-kind="feelings"]').click()
    expect(page.locator(THINGS)).to_have_count(8)
    expect(page.locator(".status")).to_contain_text("8 choses sur 344")


def test_the_keys_alone_lead_to_a_thing_its_words_and_its_picture(opened):
    page = opened()
    page.locator(THINGS).first.focus()
    assert page.locator('.thing[tabindex="0"]').count() == 1
    for key in ("End", "Home", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="un homme", level=3)
    expect(heading).to_be_focused()
    expect(page.locator(".detail")).to_contain_text("pluriel : hommes")
    expect(page.locator(".renders img")).to_have_count(4)
    for render in page.locator(".renders img").all():
        expect(render).to_have_js_property("naturalWidth", 256)
    page.keyboard.press("Escape")
    expect(page.locator(".thing[data-noun=man]")).to_be_focused()
    expect(heading).to_be_hidden()


def test_a_thing_becomes_the_prompt_of_the_chain(opened):
    page = opened()
    page.locator("[data-noun=owl]").click()
    page.get_by_role("link", name="En faire une image").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("un hibou")
    assert "prompt=" not in page.url


def test_any_picture_can_be_asked_for_by_its_number(opened):
    page = opened()
    expect(page.locator(".handful li")).to_have_count(8)
    number = page.get_by_label("Numéro de l’image")
    number.fill("douze")
    number.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    number.fill("12")
    number.press("Enter")
    expect(page.locator(".handful li")).to_have_count(1)
    said = page.request.get(page.url.split("/program")[0] + "/world/pictures/12.json").json()["said"]
    expect(page.locator(".handful li")).to_contain_text(said["fr"])
    expect(page.locator(".handful img")).to_have_attribute("alt", said["fr"])
    page.get_by_role("button", name="Une autre poignée").click()
    expect(page.locator(".handful li")).to_have_count(8)


def test_the_squares_are_as_large_as_what_the_models_learnt(opened):
    page = opened(locale="en-GB")
    sides = page.locator(".model > .drawn > .square").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().width)"
    )
    told = page.locator(".sources .sum .number-cell").all_text_contents()
    counts = [int(text.replace(",", "")) for text in told]
    for side, count in zip(sides, counts, strict=True):
        assert side**2 / sides[-1] ** 2 == pytest.approx(count / counts[-1], rel=0.02)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "Dark"), (390, 844, "Light")])
def test_axe_finds_nothing_against_wcag(opened, width, height, scheme):
    page = opened(width=width, height=height)
    if scheme == "Light":
        page.get_by_role("button", name="Pleine lumière").click()
        expect(page.locator(THINGS)).to_have_count(344)
    page.locator("[data-noun=hourglass]").click()
    expect(page.locator(".renders img")).to_have_count(4)
    page.get_by_text("Chaque partie, et d’où vient sa taille").click()
    assert not violations(page)
    assert page.evaluate(OVERFLOW) <= 0


def test_nothing_moves_after_it_was_drawn(opened):
    page = opened()
    page.evaluate(
        """window.moved = 0
        const unasked = (list) => list.getEntries().filter((one) => !one.hadRecentInput)
        new PerformanceObserver((list) => unasked(list).forEach((one) => (window.moved += one.value)))
            .observe({ type: "layout-shift" })"""
    )
    for part in ("attributes", "training", "sizes"):
        page.locator(f".part-{part}").scroll_into_view_if_needed()
        page.wait_for_timeout(1500)
    assert page.evaluate("window.moved") < 0.05
