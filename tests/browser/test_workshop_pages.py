"""A workshop in four windows: the host's, the beamer's, a phone's, a laptop's. With a real worker."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from rooms import Guest, made, opened

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

    def opened(path, cookies=None, routes=None, **options):
        context = browser.new_context(**options)
        windows.append(context)
        address = f"http://127.0.0.1:{room.port}"
        context.add_cookies([{"name": n, "value": v, "url": address} for n, v in (cookies or {}).items()])
        page = context.new_page()
        for pattern, act in (routes or {}).items():
            page.route(pattern, act)
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(f"{address}{path}")
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


def asked(page, prompt, button=re.compile("Make the picture|Faire l’image")):
    page.locator("#words").fill(prompt)
    page.get_by_role("button", name=button).click()


def test_a_room_makes_pictures_and_sees_them_on_the_wall(window, room):
    host = window(f"/host?token={room.token}", **LAPTOP)
    assert room.token not in host.url
    beamer = window(f"/wall?code={room.code}", **BEAMER)
    expect(beamer.get_by_text(re.compile(room.code[:3])).first).to_be_visible()
    phone = joined(window, room, "Zoé", **PHONE)
    laptop = joined(window, room, "Ada", **LAPTOP)
    asked(phone, "un bateau rouge")
    asked(laptop, "a blue cat <b>bold</b>")
    expect(phone.get_by_role("button", name="Voir l’intérieur").first).to_be_visible()
    expect(laptop.get_by_role("button", name="Look inside").first).to_be_visible()
    expect(beamer.get_by_text("a blue cat <b>bold</b>").first).to_be_visible()
    expect(beamer.get_by_text("un bateau rouge").first).to_be_visible()
    expect(host.get_by_text("Zoé").first).to_be_visible()
    expect(laptop.get_by_text("un bateau rouge")).to_have_count(0)


def test_the_whole_chain_opens_on_a_phone_and_closes_with_back(window, room):
    phone = joined(window, room, "Inès", **PHONE)
    asked(phone, "un chat noir")
    phone.get_by_role("button", name="Voir l’intérieur").first.click()
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
    expect(phone.get_by_role("button", name="Voir l’intérieur").first).to_be_visible()
    expect(phone.get_by_role("button", name="Voir l’intérieur")).to_have_count(1)


def test_a_page_goes_on_by_itself_when_the_app_was_killed_and_opened_again(window, room):
    laptop = joined(window, room, "Ida", **LAPTOP)
    laptop.evaluate("window.stays = true")
    room.kill()
    expect(laptop.get_by_text("The connection to the room is gone.")).to_be_visible()
    room.open()
    expect(laptop.get_by_text("The connection to the room is gone.")).to_be_hidden()
    asked(laptop, "a green tree")
    expect(laptop.get_by_role("button", name="Look inside")).to_have_count(1)
    assert laptop.evaluate("window.stays") is True


def test_a_picture_that_is_hidden_while_it_stands_large_is_gone_at_once(window, room):
    guest, host = Guest(room).join("Uwe").follow(), Guest(room).lead()
    id = made(guest, "a purple hat")
    beamer = window("/wall", **BEAMER, cookies=host.cookies)
    large = beamer.locator("section.large")
    expect(beamer.locator(f"img[src*='{id}']").first).to_be_visible()
    for _ in range(20):
        beamer.keyboard.press("ArrowRight")
        expect(large.locator(".plate img")).to_be_visible()
        if large.get_by_text("a purple hat").count():
            break
    expect(large.get_by_text("a purple hat").first).to_be_visible()
    assert host.post(f"/pictures/{id}/hang", {"wall": "hidden"})[0] == 200
    expect(large.get_by_text("a purple hat")).to_have_count(0)
    expect(beamer.locator(f"img[src*='{id}']")).to_have_count(0)
    guest.leave()


def test_a_picture_that_did_not_come_is_asked_for_again(window, room):
    guest, host = Guest(room).join("Kim").follow(), Guest(room).lead()
    id, lost = made(guest, "an orange boat"), []

    def once(route):
        lost.append(route.request.url)
        route.abort() if len(lost) == 1 else route.continue_()

    beamer = window("/wall", **BEAMER, cookies=host.cookies, routes={f"**/pictures/{id}/picture.png": once})
    expect(beamer.locator(f".grid img.there[src*='{id}']")).to_be_visible()
    assert len(lost) > 1
    guest.leave()


def test_by_what_three_pictures_differ_is_told_after_the_answer_and_a_round_may_offer_cards(window, room):
    host = Guest(room).lead()
    laptop = joined(window, room, "Mia", **LAPTOP)
    assert host.post("/room", {"exercise": "how-hard"})[0] == 200
    expect(laptop.locator("section.exercise")).to_be_visible()
    expect(laptop.locator(".carding")).to_be_hidden()
    laptop.locator("#guess").fill("the colours")
    asked(laptop, "a blue cat", re.compile("Make the 3 pictures"))
    expect(laptop.get_by_role("button", name="Look inside")).to_have_count(3)
    expect(laptop.get_by_text("made in")).to_have_count(3)
    expect(laptop.get_by_text("guidance 12")).to_have_count(0)
    laptop.locator(".answer textarea").fill("the third")
    laptop.get_by_role("button", name="Save the answer").click()
    expect(laptop.get_by_text("guidance 12")).to_be_visible()
    assert host.post("/room", {"exercise": "make-it-fail"})[0] == 200
    expect(laptop.locator(".carding")).to_be_visible()
    assert host.post("/room", {"exercise": ""})[0] == 200


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
