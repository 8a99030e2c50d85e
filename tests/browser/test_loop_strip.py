"""The page Loop in a browser: a loop begun, seen, stepped into with the keys; and one of 300 rounds."""

import pytest
from playwright.sync_api import expect
from test_first_light import violations
from zoo.captioners import untrained

from apparatus.looping import Loop, Loops, Round
from apparatus.record import Exposure, ModelFacts, Record, Settings
from apparatus.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("loop")


@pytest.fixture(scope="module")
def app(serving, outputs, tmp_path_factory):
    """The address of an app that knows a captioner."""
    captioners = untrained(tmp_path_factory.mktemp("captioners"))
    with serving(outputs, APPARATUS_CAPTIONERS=str(captioners)) as (_, address):
        yield address


@pytest.fixture
def long(outputs):
    """A loop of 300 rounds whose pictures are gone."""
    loops = Loops(Store(outputs / "outputs"))
    asked = Loop(settings=Settings(prompt="un bateau rouge"), rounds=300)
    record = loops.begin(asked, seed=1)
    facts = {"exposure": "20260101-000000-abcd", "prompt": "un bateau", "caption": "un bateau vert en mer"}
    record.rounds = [
        Round(number=n, from_first=n / 300, shared=0.5, vocabulary=5, **facts) for n in range(300)
    ]
    record.state = "finished"
    loops.save(record)
    return record.id


@pytest.fixture
def quick(outputs):
    """An exposure of two steps, with whose settings a loop can begin."""
    facts = ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="EulerDiscreteScheduler")
    record = Record(
        id="20261122-123456-ab12",
        created="2026-11-22T12:34:56Z",
        state="finished",
        settings=Settings(prompt="un chat", seed=7, num_inference_steps=2),
        model=facts,
    )
    Store(outputs / "outputs").save(Exposure(record))
    return record.id


def test_a_loop_is_begun_seen_and_stepped_into(visit, quick):
    page = visit(f"/loop?exposure={quick}")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("un chat")
    page.get_by_label("Prompt", exact=True).fill("un bateau rouge")
    page.get_by_label("Tours", exact=True).fill("3")
    page.get_by_role("button", name="Laisser tourner", exact=True).click()
    expect(page.locator(".loop-head .status")).to_contain_text("Tous les tours", timeout=200_000)
    rounds = page.locator(".strip li")
    expect(rounds).to_have_count(3)
    expect(page.locator(".measure")).to_have_count(6)
    assert "id=" in page.url
    assert not violations(page)

    rounds.nth(2).get_by_role("button").focus()
    page.keyboard.press("Home")
    expect(rounds.first.get_by_role("button")).to_be_focused()
    expect(page.locator(".one-round h2")).to_have_text("Tour 1")
    page.locator("summary", has_text="Intervenir ici").click()
    page.locator(".step-in textarea").fill("une maison bleue")
    page.get_by_role("button", name="Laisser tourner cet avenir").click()
    expect(page.locator(".future")).to_have_count(2)
    expect(page.locator(".loop-head .status")).to_contain_text("Tous les tours", timeout=200_000)
    expect(page.locator(".future").nth(1).locator("li")).to_have_count(2)
    expect(page.locator(".measure")).to_have_count(8)
    page.reload()
    expect(page.locator(".future")).to_have_count(2)

    page.get_by_role("link", name="Toute sa chaîne").click()
    expect(page.locator(".took .by-stage tbody tr")).not_to_have_count(0)
    expect(page.locator(".took .counts").last).to_contain_text("du programme")
    expect(page.get_by_role("link", name="Faire rentrer l’image dans la boucle")).to_be_visible()
    assert not violations(page)


@pytest.mark.parametrize("width", [390, 1440])
def test_three_hundred_rounds_are_seen_whole_and_one_by_one(visit, long, width):
    page = visit(f"/loop?id={long}", width=width)
    expect(page.locator(".strip li:visible")).not_to_have_count(0)
    touched = page.locator(".strip li:visible button")
    assert all(one.bounding_box()["width"] >= 44 for one in touched.all())
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name="Voir chaque tour").click()
    expect(page.locator(".strip li:visible")).to_have_count(300)
    assert page.evaluate(OVERFLOW) <= 0
