"""What a picture is near to, in a browser: from the chain to the page Program, or by an address."""

import shutil

import pytest
from playwright.sync_api import expect
from test_first_light import expose, finished, violations

from apparatus.models.catalogue import find
from apparatus.neighbours import INDEX

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def app(seeing, serving, tmp_path_factory):
    """The address of an app whose model is the embedded one with a CLIP and an index beside it."""
    folder = tmp_path_factory.mktemp("near")
    shutil.copytree(find("obscura").folder, folder / "model", ignore=shutil.ignore_patterns("clip"))
    shutil.copytree(seeing / "clip", folder / "model" / "clip")
    shutil.copy(seeing / INDEX, folder / "model")
    with serving(folder, APPARATUS_MODEL=str(folder / "model")) as (_, address):
        yield address


@pytest.fixture(scope="module")
def made():
    """The id of an exposure, once it was made."""
    return {}


@pytest.fixture
def compared(visit, made):
    """The page Program, on the nearest to that exposure; it is made in the chain the first time."""

    def compared(**how):
        if made:
            page = visit(f"/program?exposure={made['id']}", **how)
        else:
            page = visit(**how)
            expose(page, "un bateau rouge sur la mer", 4)
            finished(page)
            page.get_by_role("link", name="De quelles images").click()
            expect(page.get_by_role("heading", level=1, name="Le programme")).to_be_visible()
            made["id"] = page.url.split("exposure=")[1].split("&")[0]
        expect(page.locator(".nearest li")).to_have_count(12, timeout=120_000)
        return page

    return compared


def test_the_chain_leads_to_the_nearest_pictures(compared):
    page = compared()
    expect(page.locator(".exposed figcaption")).to_have_text("un bateau rouge sur la mer")
    expect(page.locator(".exposed img")).to_have_js_property("naturalWidth", 256)
    expect(page.locator(".part-near h2")).to_be_in_viewport()
    expect(page.locator(".part-near")).to_contain_text("La ressemblance n’est pas une cause")
    for image in page.locator(".nearest img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("naturalWidth", 256)


def test_each_is_a_picture_of_the_world_with_its_caption_and_its_figure(compared, made):
    page = compared()
    address = page.url.split("/program")[0]
    told = page.request.get(f"{address}/world/near/{made['id']}.json").json()
    shown = page.locator(".way-near").first.locator("li").first
    n = told["clip"][0]["n"]
    said = page.request.get(f"{address}/world/pictures/{n}.json").json()["said"]
    expect(shown).to_contain_text(f"N° {n}")
    expect(shown).to_contain_text("cosinus")
    expect(shown).to_contain_text(said["fr"])
    expect(page.locator(".way-near").last.locator("li").first).to_contain_text("écart")


def test_a_picture_can_be_chosen_and_the_address_names_it(compared, made, visit):
    compared().close()
    page = visit("/program")
    expect(page.locator(".choices img")).to_have_count(1)
    expect(page.locator(".nearest li")).to_have_count(0)
    page.locator(".choices a").click()
    expect(page.locator(".nearest li")).to_have_count(12)
    page.wait_for_url(f"**exposure={made['id']}**")
    expect(page.locator(".choices a")).to_have_attribute("aria-current", "true")


def test_an_exposure_that_is_not_there_is_said(visit):
    page = visit("/program?exposure=20260101-000000-0000")
    expect(page.locator(".part-near [role=status]")).to_have_text("Il n’y a pas ici d’image de cette pose.")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing_against_wcag(compared, width, height):
    page = compared(width=width, height=height)
    assert not violations(page)
    edges = page.locator(".part-near, .part-near *").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().right)"
    )
    assert max(edges) <= page.evaluate("document.documentElement.clientWidth")
