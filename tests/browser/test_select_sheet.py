"""The page Select in a browser: the sheet fills, a candidate says why, one is kept, the others stay."""

import pytest
from playwright.sync_api import expect
from test_first_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture(scope="module")
def app(scorers, serving, tmp_path_factory):
    """The address of an app with two scorers beside its model: small, and untrained."""
    with serving(tmp_path_factory.mktemp("select"), APPARATUS_SCORERS=str(scorers)) as (_, address):
        yield address


@pytest.fixture(scope="module")
def made():
    """The address of a batch of three, once it was made."""
    return {}


@pytest.fixture
def chosen_from(visit, made):
    """The page with three candidates; they are asked for in it the first time."""

    def chosen_from(**how):
        page = visit(made.get("address", "/select"), **how)
        if not made:
            page.get_by_label("Prompt", exact=True).fill("un bateau rouge")
            page.get_by_label("Nombre de candidates").fill("3")
            page.get_by_text("Réglages", exact=True).click()
            page.get_by_label("Graine de la première").fill("7")
            page.get_by_label("Pas", exact=True).fill("2")
            page.get_by_role("button", name="Les faire").click()
        expect(page.get_by_text("3 candidates ont été faites.")).to_be_visible()
        expect(page.locator(".plates .plate-of, .kept-one")).not_to_have_count(0)
        made["address"] = "/select" + page.url.partition("/select")[2]
        return page

    return chosen_from


def test_the_sheet_fills_and_is_found_again(chosen_from):
    page = chosen_from()
    expect(page.locator(".plates .plate-of")).to_have_count(3)
    assert "batch=" in page.url
    page.reload()
    expect(page.locator(".plates .plate-of")).to_have_count(3)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("un bateau rouge")


def test_a_server_that_does_not_answer_is_asked_again(chosen_from, made, visit):
    chosen_from().context.close()
    page = visit("/select")
    page.route("**/select/*.json?*", lambda route: route.abort())
    page.get_by_label("Prompt", exact=True).fill("un chat")
    page.get_by_label("Nombre de candidates").fill("2")
    page.get_by_text("Réglages", exact=True).click()
    page.get_by_label("Pas", exact=True).fill("1")
    page.get_by_role("button", name="Les faire").click()
    expect(page.get_by_text("La connexion est perdue.")).to_be_visible()
    page.unroute("**/select/*.json?*")
    expect(page.get_by_text("2 candidates ont été faites.")).to_be_visible()
    expect(page.get_by_text("La connexion est perdue.")).to_be_hidden()


def test_a_batch_that_is_not_there_any_more_is_dropped(visit):
    page = visit("/select?batch=20200101-000000-aaaa")
    expect(page.get_by_role("alert")).to_have_text("Il n’y a pas ici de candidates de ce nom. Faites-en.")
    page.wait_for_url(lambda url: "batch" not in url)
    expect(page.get_by_role("button", name="Les faire")).to_be_enabled()


def press(way):
    """Press a way to sort, and wait until it was drawn."""
    way.click()
    expect(way).to_have_attribute("aria-pressed", "true")


def test_the_sheet_is_sorted_by_a_score_or_as_it_was_made(chosen_from):
    page = chosen_from()
    press(page.get_by_role("button", name="small-clip", exact=True))
    values = [float(each.replace(",", ".")) for each in page.locator(".plates .computed").all_text_contents()]
    assert values == sorted(values, reverse=True)
    press(page.get_by_role("button", name="l’ordre où elles"))
    names = page.locator(".plate-told > :first-child").all_text_contents()
    assert names == ["Candidate 1", "Candidate 2", "Candidate 3"]


def test_a_candidate_says_which_words_score_and_where(chosen_from):
    page = chosen_from()
    page.locator(".plate-of").first.focus()
    page.keyboard.press("Enter")
    closer = page.locator(".closer")
    expect(closer.locator(".bars")).to_have_count(2)
    expect(closer.locator(".bars").last.locator("li")).to_have_count(3)
    closer.get_by_role("button", name="Où dans l’image").click()
    expect(closer.locator(".veil-of")).to_be_visible()
    expect(closer.get_by_text("Clair là où couvrir")).to_be_visible()
    boat = closer.get_by_role("button", name="bateau").last
    boat.click()
    expect(boat).to_have_attribute("aria-pressed", "true")
    expect(closer).to_contain_text("« bateau »".replace(" ", "\N{NO-BREAK SPACE}"))
    boat.click()
    expect(closer.locator(".veil-of")).to_be_hidden()


def test_a_person_and_the_program_keep_one_each_and_the_others_stay(chosen_from):
    page = chosen_from()
    page.get_by_role("button", name="small-clip", exact=True).click()
    page.locator(".plate-of").last.click()
    page.get_by_role("button", name="Garder celle-ci").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Vous gardez celle-ci.")).to_be_visible()
    expect(page.locator(".closer")).to_be_focused()
    page.get_by_role("button", name="Laisser le programme").click()
    expect(page.locator(".kept-one")).to_have_count(2)
    expect(page.locator(".kept-part")).to_contain_text("classe le choix de la personne au rang 3 sur 3")
    expect(page.get_by_role("heading", name="Le mur des rejetées")).to_be_visible()
    expect(page.locator(".plates .plate-of")).to_have_count(1)
    page.reload()
    expect(page.locator(".kept-one")).to_have_count(2)
    page.locator(".kept-one .plate-of").first.click()
    page.get_by_role("link", name="Toute sa chaîne").click()
    stage = page.locator(".stage-select")
    expect(stage).to_contain_text("Une personne a gardé celle-ci.")
    expect(stage).to_contain_text("Le programme en a gardé une autre, selon small-clip.")
    stage.get_by_role("link", name="Toutes les candidates").click()
    expect(page.locator(".kept-one")).to_have_count(2)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (1080, 1920)])
def test_axe_finds_nothing_against_wcag(chosen_from, width, height):
    page = chosen_from(width=width, height=height)
    page.locator(".plate-of").first.click()
    assert not violations(page)
    assert page.evaluate(OVERFLOW) <= 0
    small = (
        "all => all.filter((one) => one.offsetHeight && one.offsetHeight < 44).map((one) => one.outerHTML)"
    )
    assert not page.locator(".selecting :is(button:not(.term), a.quiet, summary)").evaluate_all(small)
