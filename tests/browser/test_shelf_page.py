"""The page Models in a browser: LoRA files put on and taken off with the keys; the menu on narrow screens."""

import pytest
from playwright.sync_api import expect
from test_first_light import violations
from zoo import stable_diffusion
from zoo.loras import trained

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture(scope="module")
def app(tiny, serving, tmp_path_factory):
    """The address of an app whose model is a tiny one, with a folder of two LoRA files made for it."""
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "loras").mkdir()
    for seed, name in enumerate(("aquarelle", "gravure")):
        trained(stable_diffusion(), folder / "loras" / f"{name}.safetensors", seed, text=False)
    with serving(folder, APPARATUS_MODEL=str(tiny), APPARATUS_LORAS=str(folder / "loras")) as (_, address):
        yield address


def test_the_keys_alone_put_a_lora_on_and_take_it_off(visit):
    page = visit("/models")
    on = page.get_by_role("button", name="Ajouter aquarelle")
    weight = page.get_by_label("Poids de aquarelle")
    weight.fill("0.5")
    on.focus()
    page.keyboard.press("Enter")
    off = page.get_by_role("button", name="Retirer aquarelle")
    expect(off).to_be_focused()
    expect(weight).to_have_value("0.5")
    expect(page.get_by_role("button", name="Ajouter gravure")).to_be_visible()
    page.keyboard.press("Enter")
    expect(on).to_be_focused()


def test_who_chooses_a_model_with_the_keys_is_led_to_what_it_does_now(visit):
    page = visit("/models")
    page.get_by_role("button", name="L’utiliser").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="C’est lui qui fait vos images.")).to_be_focused()


def test_the_next_picture_wears_what_is_put_on(visit):
    page = visit("/models")
    page.get_by_role("button", name="Ajouter gravure").click()
    expect(page.get_by_role("button", name="Retirer gravure")).to_be_visible()
    page.get_by_role("link", name="La chaîne").first.click()
    page.get_by_label("Prompt", exact=True).fill("un bateau rouge")
    page.get_by_role("button", name="Exposer", exact=True).click()
    expect(page.locator(".status")).to_contain_text("Terminé", timeout=120_000)
    expect(page.locator(".chain")).to_contain_text("gravure × 1")


def test_a_weight_out_of_range_is_not_put_on(visit):
    page = visit("/models")
    page.get_by_label("Poids de aquarelle").fill("9")
    page.get_by_role("button", name="Ajouter aquarelle").click()
    expect(page.get_by_role("button", name="Ajouter aquarelle")).to_be_visible()
    expect(page.get_by_role("button", name="Retirer aquarelle")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (900, 1200)])
def test_on_narrow_screens_one_menu_holds_the_pages_and_the_language(visit, width, height):
    page = visit("/models", width=width, height=height)
    frame = page.locator(".st-key-frame")
    page.wait_for_function("document.querySelector('.st-key-frame').getBoundingClientRect().height <= 72")
    expect(frame.get_by_role("link")).to_have_count(0)
    menu = page.get_by_role("button", name="Menu")
    menu.focus()
    page.keyboard.press("Enter")
    ways = page.get_by_test_id("stPopoverBody").get_by_role("link")
    expect(ways).to_have_count(5)
    expect(ways.filter(has_text="Modèles")).to_have_attribute("aria-current", "page")
    assert all(way.bounding_box()["height"] >= 44 for way in ways.all())
    assert not violations(page)
    page.get_by_role("radio", name="en", exact=True).last.click()
    expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()
    page.get_by_test_id("stPopoverBody").get_by_role("link", name="Archive").click()
    expect(page.get_by_role("heading", level=1, name="Archive")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1080, 1920)])
def test_on_wide_screens_the_pages_stand_in_a_row(visit, width, height):
    page = visit("/models", width=width, height=height)
    expect(page.locator(".st-key-frame").get_by_role("link")).to_have_count(5)
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    page.wait_for_function("document.querySelector('.st-key-frame').getBoundingClientRect().height <= 72")
    assert not violations(page)
    assert page.evaluate(OVERFLOW) <= 0
