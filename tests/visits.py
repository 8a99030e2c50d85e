"""A kiosk's visitor, as tests are one: what they touch, and what they wait for."""

from playwright.sync_api import expect

SIZES = {"upright": (1080, 1920), "lying": (1920, 1080)}
NAMES = {"fr": "Français", "en": "English"}
SLOW = 120_000


def screen(page, name):
    expect(page.locator("body")).to_have_attribute("data-screen", name, timeout=SLOW)


def composed(page):
    """The sentence, as it is read."""
    return page.locator(".compose .sentence:visible").inner_text().replace("\n", " ").strip()


def begun(stand, kiosk, language="en", size="upright"):
    page = stand(kiosk, size)
    page.locator(".settings").get_by_role("button", name=NAMES[language]).tap()
    page.locator(".attract .begin").tap()
    screen(page, "compose")
    return page


def take(page, kind, id):
    page.locator(f"#kind-{kind}").tap()
    card(page, id)


def card(page, id):
    """Touch a card, wherever in its pages it stands."""
    found = page.locator(f".compose .card[data-id='{id}']")
    page.wait_for_timeout(400)  # nobody is faster, and who taps twice means the first
    for _ in range(60):
        if found.count():
            break
        page.locator(".compose .later").tap()
    found.tap()
