"""A whole visit to the kiosk: by touch and by keys alone, in both languages, both ways up, for everyone."""

import re

import booths
import pytest
from playwright.sync_api import expect
from strolls import FEW, SLOW, STAGES, STEPS, asked, fine, press, screen, shown, tab_to, walked

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory):
    """A kiosk with the embedded model and a recording."""
    place = tmp_path_factory.mktemp("gallery") / "kiosk"
    with booths.opened(place, "obscura", FEW + booths.ONE) as kiosk:
        yield kiosk.able(300)


def test_the_same_picture_stands_on_three_sheets(stand, kiosk):
    page = walked(stand, kiosk, to="select")
    page.locator("[data-act=meaning]").tap()
    screen(page, "meaning")
    large = page.locator(".sheet-large img")
    expect(large).to_be_visible(timeout=SLOW)
    seen = set()
    for name in ("indicative", "imperative", "artistic"):
        page.get_by_role("button", name=name).tap()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        expect(large).to_be_visible(timeout=SLOW)
        seen.add(
            (
                large.get_attribute("src"),
                page.locator(".says .ours").inner_text(),
                page.locator(".says blockquote").inner_text(),
            )
        )
    assert len(seen) == 3
    assert len({sentence for _, sentence, _ in seen}) == 3


def test_another_language_keeps_the_place_everywhere(stand, kiosk):
    page = walked(stand, kiosk, language="fr", to="noise")
    english = page.locator(".settings").get_by_role("button", name="English")
    french = page.locator(".settings").get_by_role("button", name="Français")
    french_title = page.locator(".card-shown h2").last.inner_text()
    english.tap()
    shown(page, "noise")
    assert page.locator(".card-shown h2").last.inner_text() != french_title
    expect(page.locator(".card-shown .translation").last).to_be_visible()
    page.locator(".walk [data-act=next]").tap()
    page.locator("[data-act=inside]").tap()
    page.locator(".choice", has_text=re.compile("^chat$")).tap()
    page.get_by_role("button", name="One step back").tap()
    french.tap()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"pas 1 sur {STEPS}")
    expect(page.locator(".choice[aria-pressed=true]")).to_have_text("chat")
    page.locator(".inside [data-act=back]").tap()
    page.locator(".walk [data-act=next]").tap()
    page.locator(".walk [data-act=next]").tap()
    page.locator("[data-act=meaning]").tap()
    page.get_by_role("button", name="artistique").tap()
    english.tap()
    expect(page.get_by_role("button", name="artistic")).to_have_attribute("aria-pressed", "true")
    page.locator(".meaning [data-act=next]").tap()
    french.tap()
    expect(page.locator(".meaning h1")).to_have_text(re.compile("Qui a décidé quoi"))


def test_a_keyboard_alone_does_the_whole_visit(stand, kiosk):
    page = stand(kiosk, "lying")
    page.keyboard.press("Enter")
    screen(page, "compose")
    press(page, ".compose .card[data-id]")
    expect(page.locator(".compose p.sentence")).to_be_visible()
    press(page, ".make")
    expect(page.locator("[data-frame]")).to_have_attribute("data-whole", "true", timeout=SLOW)
    screen(page, "walk")
    for stage in STAGES[:4]:
        shown(page, stage)
        page.keyboard.press("ArrowRight")
    shown(page, "denoise")
    steps_by_keys(page)
    press(page, ".walk [data-act=next]")
    press(page, ".walk [data-act=next]")
    shown(page, "select")
    one_kept_by_keys(page)
    press(page, "[data-act=meaning]")
    screen(page, "meaning")
    press(page, ".sheet[data-hold=imperative]")
    expect(page.locator(".sheet[data-hold=imperative]")).to_have_attribute("aria-pressed", "true")
    press(page, ".meaning [data-act=next]")
    press(page, "[data-act=farewell]")
    screen(page, "farewell")


def steps_by_keys(page):
    """Open the steps, touch a word, go back a step, let go of the word, and come out again."""
    press(page, "[data-act=inside]")
    screen(page, "inside")
    press(page, ".choice")
    expect(page.locator(".choice[aria-pressed=true]")).to_have_count(1)
    tab_to(page, "input[type=range]")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"pas 1 sur {STEPS}")
    press(page, "[data-act=without]")
    expect(page.locator(".pair")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".choice").first).to_be_visible()
    page.keyboard.press("Escape")
    screen(page, "walk")
    shown(page, "denoise")


def one_kept_by_keys(page):
    """Open the choice, wait for all, and keep the first."""
    press(page, "[data-act=inside]")
    expect(page.locator(".candidate:not(:disabled)")).to_have_count(4, timeout=SLOW)
    press(page, ".candidate")
    press(page, "[data-act=keep]")
    expect(page.locator(".inside .act")).to_be_disabled()
    page.keyboard.press("Escape")


def test_a_visit_by_touch_leads_from_the_picture_to_the_farewell(stand, kiosk):
    page = walked(stand, kiosk, to="select")
    page.locator("[data-act=meaning]").tap()
    page.locator(".meaning [data-act=next]").tap()
    expect(page.locator(".ledger-count")).to_have_count(3)
    page.locator("[data-act=farewell]").tap()
    screen(page, "farewell")
    page.keyboard.press("Escape")
    screen(page, "meaning")
    expect(page.locator(".ledger-count")).to_have_count(3)


@pytest.mark.parametrize(("size", "language"), [("upright", "en"), ("lying", "fr")])
def test_nothing_keeps_anybody_out(stand, kiosk, size, language):
    page = asked(stand, kiosk, size, language)
    fine(page)
    screen(page, "walk")
    larger = page.locator(".settings .switches button").first
    for stage in STAGES:
        shown(page, stage)
        fine(page)
        if stage != "prompt":
            page.locator("[data-act=inside]").tap()
            screen(page, "inside")
            fine(page)
            larger.tap()
            fine(page)
            larger.tap()
            page.locator(".inside [data-act=back]").tap()
            shown(page, stage)
        page.locator(".walk .acts .way").last.tap()
    screen(page, "meaning")
    expect(page.locator(".sheet-large img")).to_be_visible(timeout=SLOW)
    fine(page)
    page.locator(".meaning .act").tap()
    fine(page)
    larger.tap()
    fine(page)
