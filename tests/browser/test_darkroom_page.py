"""The darkroom in a browser: stop, look, alter, branch, come back; with mouse, keyboard and finger."""

import re

import pytest
from playwright.sync_api import expect
from test_first_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PROMPT = "un bateau rouge sur la mer"


@pytest.fixture(scope="module")
def made():
    """The id of an exposure that was stepped through to its end, once it was."""
    return {}


def stands(page, how):
    """Wait until the transport says so, and nothing is under way."""
    expect(page.locator(".how-far")).to_have_text(re.compile(how.replace(" ", r"\s")))
    expect(page.locator(".table-top")).to_have_attribute("aria-busy", "false")


def branches(page, count):
    expect(page.locator(".tree-part .branch")).to_have_count(count)


@pytest.fixture
def bench(visit, made):
    """The page with a finished exposure of four steps on it, which was stepped through by hand."""

    def opened(**how):
        page = visit(f"/darkroom?exposure={made['id']}" if made else "/darkroom", **how)
        if not made:
            form = page.locator(".start-form")
            form.get_by_label("Prompt", exact=True).fill(PROMPT)
            form.get_by_label("Graine", exact=True).fill("7")
            form.get_by_label("Pas", exact=True).fill("4")
            form.get_by_label("S’arrêter à").select_option("chance")
            form.get_by_role("button", name="Exposer", exact=True).click()
            stands(page, r"En pause\.")
            leave_walk(page)
            for step in (1, 2):
                page.keyboard.press(".")
                stands(page, rf"En pause\..*après le pas {step}\.")
            page.keyboard.press("Space")
            made["id"] = page.url.split("exposure=")[1].split("&")[0]
        stands(page, r"Terminée\.")
        leave_walk(page)
        return page

    return opened


def leave_walk(page):
    """The first visit is guided; here it is not wanted."""
    page.wait_for_timeout(900)
    walk = page.get_by_role("dialog", name="Visite")
    if walk.is_visible():
        page.keyboard.press("Escape")
        expect(walk).to_be_hidden()


def go_to_step(page, step):
    page.get_by_role("button", name=f"après le pas {step}", exact=True).click()
    expect(page.locator(".eye")).to_contain_text(f"après le pas {step}")


def test_stepped_through_by_hand_it_ends_in_a_picture(bench):
    page = bench()
    expect(page.locator(".glass img.front")).to_have_js_property("naturalWidth", 256)
    expect(page.locator(".head .asked")).to_have_text(PROMPT)
    branches(page, 1)
    assert violations(page) == []


def test_a_word_let_go_of_grows_a_branch_and_the_steps_before_stay(bench):
    page = bench()
    go_to_step(page, 2)
    fader = page.locator(".faders .slider", has_text="bateau").locator("input")
    fader.focus()
    page.keyboard.press("Home")
    expect(page.locator(".gathered .lines li")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator(".gathered .lines li")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".gathered .lines li")).to_have_count(1)
    page.get_by_role("button", name="Développer", exact=True).click()
    branches(page, 2)
    stands(page, r"Terminée\.")
    expect(page.locator(".past")).to_contain_text("bateau")
    assert violations(page) == []


def test_a_painted_region_is_erased(bench):
    page = bench()
    go_to_step(page, 2)
    page.locator(".group-region summary").click()
    page.get_by_role("button", name="Peindre", exact=True).click()
    box = page.locator(".glass").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5, steps=6)
    page.mouse.up()
    expect(page.locator(".painted")).to_contain_text(re.compile(r"\d+ cases"))
    page.get_by_role("button", name="Effacer", exact=True).click()
    page.get_by_role("button", name="Développer", exact=True).click()
    stands(page, r"Terminée\.")
    expect(page.locator(".past summary")).to_be_visible()


def test_a_closer_look_is_made_when_it_is_asked_for(bench):
    page = bench()
    go_to_step(page, 3)
    page.get_by_role("button", name="Regarder de près", exact=True).click()
    page.get_by_role("button", name="Couche par couche", exact=True).click()
    expect(page.locator(".side-inspect img, .side-inspect canvas").first).to_be_visible(timeout=60_000)
    word = page.locator(".share-bar", has_text="bateau")
    word.click()
    expect(word).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".glass .veil")).to_be_visible()
    expect(page.locator(".stage-part .told")).to_contain_text("bateau")


def test_it_is_there_again_after_a_reload_with_its_tree(bench):
    page = bench()
    before = page.locator(".tree-part .branch").count()
    page.reload()
    stands(page, r"Terminée\.")
    branches(page, before)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1080, 1920), (1920, 1080)])
def test_nothing_hangs_over_the_edge(bench, width, height):
    page = bench(width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".transport")).to_be_in_viewport()


def test_the_shortcuts_are_shown(bench):
    page = bench()
    page.keyboard.press("?")
    keys = page.locator("dialog.key-sheet")
    expect(keys).to_be_visible()
    expect(keys.locator("kbd").first).to_have_text("Espace", ignore_case=True)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
