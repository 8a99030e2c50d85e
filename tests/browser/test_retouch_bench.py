"""The page Retouch in a browser: painting by mouse and by keys, a file from the disk, what became of it."""

import re
import time
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect
from test_first_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture(scope="module")
def app(serving, tmp_path_factory):
    """The address of an app of its own."""
    with serving(tmp_path_factory.mktemp("retouch")) as (_, address):
        yield address


@pytest.fixture(scope="module")
def made():
    """The id of an exposure of two steps, and the address of its retouch, once they were made."""
    return {}


@pytest.fixture
def begun(visit, app, made):
    """The page with an exposure on it; that is made the first time."""

    def begun(**how):
        if "id" not in made:
            page = visit("/retouch", **how)
            asked = {"prompt": "un bateau rouge sur la mer", "seed": 7, "num_inference_steps": 2}
            made["id"] = page.request.post(f"{app}/darkroom/expose", data=asked).json()["id"]
            for _ in range(120):
                if page.request.get(f"{app}/exposures/{made['id']}/picture.png").ok:
                    break
                time.sleep(0.5)
            page.context.close()
        page = visit(f"/retouch?id={made['id']}", **how)
        expect(page.locator(".bench-part img")).to_have_js_property("naturalWidth", 256)
        return page

    return begun


def paint(page):
    """Stroke from one corner of the picture to its middle."""
    box = page.locator(".easel").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.15)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=6)
    page.mouse.up()


def go(page, steps):
    page.get_by_text("Réglages", exact=True).click()
    page.get_by_label("Pas", exact=True).fill(str(steps))
    page.get_by_role("button", name="Retoucher", exact=True).click()
    expect(page.locator(".done .curtain")).to_be_visible()


def test_what_is_painted_is_made_anew_and_what_became_of_it_is_said(begun, made):
    page = begun()
    page.get_by_role("button", name="Ce qui est peint").click()
    act = page.get_by_role("button", name="Retoucher", exact=True)
    expect(act).to_be_disabled()
    paint(page)
    expect(page.get_by_text("Peint :".replace(" ", "\N{NO-BREAK SPACE}"))).to_be_visible()
    page.get_by_label("Ce que montre la nouvelle image").fill("un chat bleu")
    page.get_by_label("Remettre les anciens pixels").check()
    go(page, 3)
    expect(page.locator(".plainly")).to_contain_text("resté le même, au pixel près")
    expect(page.locator(".done figure")).to_have_count(3)
    seam = page.get_by_label("Où l’avant finit")
    seam.focus()
    before = page.locator(".curtain .over").evaluate("it => getComputedStyle(it).clipPath")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert page.locator(".curtain .over").evaluate("it => getComputedStyle(it).clipPath") != before
    page.reload()
    expect(page.locator(".done .curtain")).to_be_visible()
    assert f"id={made['id']}" in page.url
    made["page"] = page.url.partition("/retouch")[2]
    page.get_by_role("link", name="Toute sa chaîne").click()
    stage = page.locator(".stage-retouch")
    expect(stage.locator(".curtain")).to_be_visible()
    expect(stage).to_contain_text("Une personne a choisi")
    expect(stage.get_by_role("link", name="une autre pose")).to_be_visible()


def test_the_keys_alone_paint_and_ask(begun):
    page = begun()
    way = page.get_by_role("button", name="Ce qui est peint")
    way.focus()
    page.keyboard.press("Enter")
    page.locator(".easel").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    undo = page.get_by_role("button", name="Annuler")
    expect(undo).to_be_enabled()
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Retoucher", exact=True)).to_be_disabled()
    page.locator(".easel").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Retoucher", exact=True)).to_be_enabled()


def test_a_file_from_the_disk_is_gone_over_whole(visit):
    page = visit("/retouch")
    file = BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((400, 300)).save(file, "PNG")
    page.set_input_files(
        "#retouch-file", {"name": "x.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    )
    expect(page.get_by_role("alert")).to_contain_text("PNG, JPEG, WebP")
    page.set_input_files(
        "#retouch-file", {"name": "a.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    expect(page.locator(".bench-part img")).to_have_js_property("naturalWidth", 256)
    page.reload()
    expect(page.locator(".bench-part img")).to_have_js_property("naturalWidth", 256)
    page.get_by_role("button", name="L’image entière").click()
    page.get_by_label("Ce que montre la nouvelle image").fill("la mer")
    go(page, 2)
    expect(page.locator(".plainly")).to_contain_text("sur 255")


def test_what_is_painted_stays_in_another_language_and_when_the_same_file_comes_back(visit):
    page = visit("/retouch")
    gradient = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(gradient, "PNG")
    file = {"name": "a.png", "mimeType": "image/png", "buffer": gradient.getvalue()}
    page.set_input_files("#retouch-file", file)
    expect(page.locator(".bench-part img")).to_have_js_property("naturalWidth", 256)
    page.get_by_role("button", name="Ce qui est peint").click()
    paint(page)
    page.get_by_label("Ce que montre la nouvelle image").fill("la mer")
    told = page.locator(".tools [role=status]")
    expect(told).to_contain_text("cases")
    cells = re.search(r"\d+", told.text_content())[0]
    page.get_by_role("button", name="Une autre image").click()
    page.set_input_files("#retouch-file", file)
    expect(told).to_contain_text(f"{cells} cases")
    page.get_by_role("radio", name="en", exact=True).last.click()
    expect(told).to_contain_text(f"{cells} cells")
    expect(page.get_by_label("What the new picture shows")).to_have_value("la mer")


def test_what_is_not_there_is_said(visit):
    page = visit("/retouch?id=20260101-000000-0000")
    expect(page.get_by_role("alert")).to_contain_text("Il n’y a pas ici de pose de ce nom")
    expect(page.get_by_text("Choisir un fichier")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (1080, 1920)])
def test_axe_finds_nothing_against_wcag(visit, begun, made, width, height):
    begun().context.close()
    page = visit(f"/retouch{made.get('page', '?id=' + made['id'])}", width=width, height=height)
    expect(page.locator(".bench-part img")).to_have_js_property("naturalWidth", 256)
    page.get_by_role("button", name="Ce qui est peint").click()
    assert not violations(page)
    assert page.evaluate(OVERFLOW) <= 0
    small = (
        "all => all.filter((one) => one.offsetHeight && one.offsetHeight < 44).map((one) => one.outerHTML)"
    )
    assert not page.locator(".retouching :is(button:not(.term), a.quiet, summary)").evaluate_all(small)
