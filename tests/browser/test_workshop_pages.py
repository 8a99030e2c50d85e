"""A workshop in four windows: the host's, the beamer's, a phone's, a laptop's. With a real worker."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from rooms import opened

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "fr-FR"}
LAPTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
BEAMER = {"viewport": {"width": 1920, "height": 1080}, "locale": "fr-FR"}


@pytest.fixture(scope="module")
def room(tiny, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("outputs"), str(tiny)) as room:
        yield room


@pytest.fixture
def window(browser, room):
    """Opens a page of its own in a window of its own; whatever a script throws fails the test."""
    windows, thrown = [], []

    def opened(path, **options):
        context = browser.new_context(**options)
        windows.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(f"http://127.0.0.1:{room.port}{path}")
        return page

    yield opened
    for one in windows:
        one.close()
    assert thrown == []


def joined(window, room, name, **options):
    page = window(f"/?code={room.code}", **options)
    fields = page.get_by_role("textbox")
    expect(fields.first).to_have_value(re.compile(room.code[:3]))
    fields.last.fill(name)
    page.get_by_role("button").filter(has_text=re.compile("Join|Rejoindre|Entrer|Come in", re.I)).click()
    expect(page.get_by_text(name).first).to_be_visible()
    return page


def asked(page, prompt):
    page.locator("textarea").last.fill(prompt)
    page.get_by_role("button", name=re.compile("Make the picture|Faire l’image")).click()


def test_a_room_makes_pictures_and_sees_them_on_the_wall(window, room):
    host = window(f"/host?token={room.token}", **LAPTOP)
    assert room.token not in host.url
    beamer = window(f"/wall?code={room.code}", **BEAMER)
    expect(beamer.get_by_text(re.compile(room.code[:3])).first).to_be_visible()
    phone = joined(window, room, "Zoé", **PHONE)
    laptop = joined(window, room, "Ada", **LAPTOP)
    asked(phone, "un bateau rouge")
    asked(laptop, "a blue cat <b>bold</b>")
    expect(phone.get_by_role("button", name="Regarder dedans").first).to_be_visible()
    expect(laptop.get_by_role("button", name="Look inside").first).to_be_visible()
    expect(beamer.get_by_text("a blue cat <b>bold</b>").first).to_be_visible()
    expect(beamer.get_by_text("un bateau rouge").first).to_be_visible()
    expect(host.get_by_text("Zoé").first).to_be_visible()
    expect(laptop.get_by_text("un bateau rouge")).to_have_count(0)


def test_the_whole_chain_opens_on_a_phone_and_closes_with_back(window, room):
    phone = joined(window, room, "Inès", **PHONE)
    asked(phone, "un chat noir")
    phone.get_by_role("button", name="Regarder dedans").first.click()
    expect(phone.locator("section[data-stage]")).to_have_count(11)
    expect(phone.get_by_text("chat").first).to_be_visible()
    phone.go_back()
    expect(phone.locator("section[data-stage]")).to_have_count(0)


def test_what_was_typed_and_who_one_is_survive_a_reload(window, room):
    phone = joined(window, room, "Léo", **PHONE)
    phone.locator("textarea").last.fill("une phrase commencée")
    phone.reload()
    expect(phone.get_by_text("Léo").first).to_be_visible()
    expect(phone.locator("textarea").last).to_have_value("une phrase commencée")


def test_a_wish_that_the_network_lost_is_sent_when_it_is_back(window, room):
    phone = joined(window, room, "Noé", **PHONE)
    phone.context.set_offline(True)
    asked(phone, "un arbre vert")
    phone.wait_for_timeout(500)
    phone.context.set_offline(False)
    expect(phone.get_by_role("button", name="Regarder dedans").first).to_be_visible()
    expect(phone.get_by_role("button", name="Regarder dedans")).to_have_count(1)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("place", ["door", "guest", "wall", "host", "lost"])
def test_nothing_keeps_anybody_out(window, room, place, language):
    options = PHONE if place in ("door", "guest", "lost") else LAPTOP
    paths = {
        "door": f"/?lang={language}",
        "wall": f"/wall?code={room.code}&lang={language}",
        "host": f"/host?token={room.token}",
        "lost": f"/host?lang={language}",
    }
    if place == "guest":
        page = joined(window, room, "Ada", **options | {"locale": language})
    else:
        page = window(paths[place], **options | {"locale": language})
    expect(page.locator("main")).not_to_be_empty()
    page.wait_for_timeout(700)  # what comes softly is there
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
