"""How the shell, composing and the farewell look, whom they keep out, and what is seen when things fail."""

import json
import re
from datetime import datetime, timedelta
from io import BytesIO

import booths
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from visits import NAMES, SIZES, begun, card, composed, screen, take

pytestmark = pytest.mark.browser

# ---- How it looks -----------------------------------------------------------------------------------------


def within(page, size):
    """Nothing scrolls, nothing is cut off; what is touched is large, and low enough to be reached."""
    width, height = SIZES[size]
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width,
        height,
    ]
    boxes = page.locator("main button:visible, nav.settings button:visible").evaluate_all(
        "all => all.map((one) => [one.textContent, ...Object.values(one.getBoundingClientRect().toJSON())])"
    )
    for text, x, y, wide, high, *_ in boxes:
        assert min(wide, high) >= 44, text
        assert x >= 0, text
        assert x + wide <= width + 1, text
        assert y + high <= height + 1, text
        if size == "upright":
            assert y >= height / 3 - 1, text


def clean(page):
    page.wait_for_timeout(500)  # what comes softly is there
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["normal", "large"])
def test_everything_fits_and_keeps_nobody_out(stand, kiosk, language, size, text):
    page = begun(stand, kiosk, language, size)
    if text == "large":
        page.locator(".settings .switches button").first.tap()
        page.locator(".settings .switches button").nth(1).tap()
    within(page, size)
    clean(page)
    take(page, "animals", "rhinoceros")
    within(page, size)
    page.locator(".dice").tap()
    expect(page.locator(".compose .word.chance").first).to_be_visible()
    for step in range(6):
        if page.locator(".step").nth(step).is_enabled():
            page.locator(".step").nth(step).tap()
            within(page, size)
    clean(page)
    page.locator(".write").tap()
    within(page, size)
    clean(page)
    page.locator(".settings .over").tap()
    clean(page)


@pytest.mark.parametrize("size", SIZES)
def test_who_passes_by_sees_what_to_do(stand, kiosk, size):
    page = stand(kiosk, size)
    expect(page.locator(".attract .player")).to_be_visible()
    for language in ("fr", "en"):
        page.locator(".settings").get_by_role("button", name=NAMES[language]).tap()
        within(page, size)
        clean(page)


def test_the_farewell_gives_a_code_and_then_nothing_is_left(stand, kiosk):
    page = begun(stand, kiosk, "en")
    take(page, "animals", "cat")
    page.locator(".make").tap()
    screen(page, "walk")
    for _ in range(12):
        if page.locator("body").get_attribute("data-screen") != "walk":
            break
        page.locator(".walk [data-act=next]:visible, .walk [data-act=meaning]:visible").first.tap()
        page.wait_for_timeout(200)
    screen(page, "meaning")
    for _ in range(3):
        if page.locator("body").get_attribute("data-screen") == "meaning":
            page.locator(".meaning .act:visible").first.tap()
            page.wait_for_timeout(300)
    screen(page, "farewell")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        box = page.get_by_role("img", name="QR code").bounding_box()
        assert min(box["width"], box["height"]) >= 700
        for language in ("fr", "en"):
            page.locator(".settings").get_by_role("button", name=NAMES[language]).tap()
            expect(page.get_by_role("img", name=re.compile("QR"))).to_be_visible()
            within(page, size)
            clean(page)
    assert kiosk.left()
    page.locator(".farewell .act").tap()
    screen(page, "attract")
    booths.wait_for(lambda: not kiosk.left())


# ---- The machine ------------------------------------------------------------------------------------------


def test_outside_the_hours_the_screen_is_black(stand, tiny, tmp_path):
    later = (datetime.now() + timedelta(days=3)).strftime("%a").lower()
    with booths.opened(tmp_path / "kiosk", tiny, f'[hours]\n{later} = ["10:00", "10:01"]') as kiosk:
        page = stand(kiosk, ready=False)
        screen(page, "closed")
        page.touchscreen.tap(500, 900)
        screen(page, "closed")
        shown = page.screenshot()
    assert Image.open(BytesIO(shown)).convert("RGB").getextrema() == ((0, 0), (0, 0), (0, 0))


def test_another_model_has_whole_sentences(stand, tiny, tmp_path):
    with booths.opened(tmp_path / "kiosk", tiny) as kiosk:
        kiosk.able(300)
        page = begun(stand, kiosk, "en")
        expect(page.locator(".steps:visible")).to_have_count(0)
        card(page, "0")
        said = composed(page)
        page.locator(".settings").get_by_role("button", name="Français").tap()
        expect(page.locator(".compose p.sentence")).not_to_have_text(said)
        within(page, "upright")
        clean(page)
        with page.expect_response(re.compile("/pictures$")) as answer:
            page.locator(".make").tap()
        assert answer.value.status == 202


def test_a_machine_that_is_gone_is_waited_for_calmly(stand, kiosk):
    page = begun(stand, kiosk)
    take(page, "animals", "cat")
    kiosk.kill()
    expect(page.get_by_role("dialog", name="One moment")).to_be_visible(timeout=10_000)
    clean(page)
    screen(page, "attract")
    expect(page.locator(".attract .calm-line")).to_contain_text(re.compile("instant|moment"))
    expect(page.locator(".attract .card-shown").first).to_be_visible()
    kiosk.open()
    kiosk.able(300)
    expect(page.locator(".attract .begin")).to_be_enabled(timeout=60_000)
    page.locator(".attract .begin").tap()
    screen(page, "compose")
    page.locator(".dice").tap()
    expect(page.locator(".compose .word.chance").first).to_be_visible()


def test_a_page_whose_script_hangs_is_not_heard_any_more(stand, kiosk):
    page = stand(kiosk)

    def heard():
        said = json.loads(booths.Page(kiosk).get("/here")[1])
        return 60 if said["heard"] is None else said["heard"]

    booths.wait_for(lambda: heard() < 4)
    page.evaluate("setTimeout(() => { const end = Date.now() + 9000; while (Date.now() < end); })")
    booths.wait_for(lambda: heard() > 7, seconds=20)
    booths.wait_for(lambda: heard() < 4, seconds=20)
