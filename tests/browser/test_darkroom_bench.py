"""The darkroom's bench in a browser: in haste, in two tabs, after a loss; every alteration with a control."""

import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def stands(page, how):
    """Wait until the transport says so, and nothing is under way."""
    expect(page.locator(".how-far")).to_have_text(re.compile(how))
    expect(page.locator(".table-top")).to_have_attribute("aria-busy", "false")


@pytest.fixture
def started(visit):
    """An exposure of six steps, in English, which stands after chance."""

    def started(**how):
        page = visit("/darkroom", locale="en-GB", **how)
        page.evaluate("localStorage.setItem('apparatus-darkroom-walked', 'yes')")
        form = page.locator(".start-form")
        form.get_by_label("Prompt", exact=True).fill("a red boat on the sea")
        form.get_by_label("Seed", exact=True).fill("7")
        form.get_by_label("Steps", exact=True).fill("6")
        form.get_by_label("Stop at").select_option("chance")
        form.get_by_role("button", name="Expose", exact=True).click()
        stands(page, r"Paused\.")
        return page

    return started


def identity(page):
    return page.url.split("exposure=")[1].split("&")[0]


def test_the_first_visitor_is_shown_around_a_picture_of_the_programs_own(visit):
    page = visit("/darkroom", locale="en-GB")
    page.get_by_role("button", name="Show me around").click()
    walk = page.get_by_role("dialog", name="Walk through")
    expect(walk).to_be_visible()
    expect(page.locator(".how-far")).to_contain_text("Finished.")
    for stop in range(1, 8):
        expect(walk.locator(".walk-count")).to_have_text(f"{stop} / 7")
        expect(walk).to_be_in_viewport(ratio=1)
        walk.locator(".primary").click()
    expect(walk).to_be_hidden()


def test_steps_asked_for_in_haste_are_all_made(started):
    page = started()
    for _ in range(4):
        page.keyboard.press(".")
    stands(page, r"Paused\..*after step 4\.")
    page.get_by_role("button", name="Breakpoint: stop here (before the decoder)").click()
    page.keyboard.press("Space")
    stands(page, r"Paused\..*before the decoder\.")
    page.keyboard.press(".")
    stands(page, r"Finished\.")
    expect(page.locator(".eye")).to_contain_text("the picture")


def test_every_kind_of_line_develops_together(started):
    page = started()
    page.keyboard.press("Space")
    stands(page, r"Finished\.")
    page.get_by_role("button", name="after step 2", exact=True).click()
    group = {name: page.locator(f".group-{name}") for name in ("prompt", "guidance", "region", "vector")}
    for each in group.values():
        each.locator("summary").click()
    group["prompt"].get_by_label("Negative prompt").fill("night")
    group["guidance"].locator("input[type=range]").fill("6")
    vector = group["vector"]
    for how in ("average", "noise", "toward"):
        vector.locator("select").nth(1).select_option(how)
        if how == "toward":
            vector.locator("input[type=text]").fill("house")
        vector.get_by_role("button", name="Gather").click()
    region = group["region"]
    region.get_by_role("button", name="Invert").click()
    for act in ("Erase", "Scale", "Noise again"):
        region.get_by_role("button", name=act, exact=True).click()
    region.get_by_role("button", name="Move up by a cell").click()
    lines = page.locator(".gathered .lines li")
    expect(lines).to_have_count(9)
    page.keyboard.press("Enter")
    expect(page.locator(".tree-part .branch")).to_have_count(2)
    stands(page, r"Finished\.")
    expect(page.locator(".past summary")).to_contain_text("9")
    expect(page.locator(".head .refused, .notice:visible")).to_have_count(0)


def test_the_later_of_two_tabs_is_told_where_it_stands_now(started):
    first = started()
    second = first.context.new_page()
    second.goto(first.url)
    stands(second, r"Paused\.")
    first.keyboard.press(".")
    stands(first, r"Paused\..*after step 1\.")
    second.keyboard.press(".")
    expect(second.locator(".notice")).to_be_visible()
    stands(second, r"Paused\..*after step 1\.")


def test_a_branch_from_what_was_deleted_is_refused_and_its_lines_stay(started, app):
    page = started()
    page.keyboard.press("Space")
    stands(page, r"Finished\.")
    page.get_by_role("button", name="after step 3", exact=True).click()
    expect(page.locator(".eye")).to_contain_text("after step 3")
    page.locator(".faders .slider input").first.focus()
    page.keyboard.press("Home")
    lines = page.locator(".gathered .lines li")
    expect(lines).to_have_count(1)
    body = f'{{"exposure": "{identity(page)}"}}'.encode()
    headers = {"Content-Type": "application/json", "Origin": app}
    urlopen(Request(f"{app}/darkroom/prune", body, headers), timeout=20).close()
    page.get_by_role("button", name="Develop", exact=True).click()
    expect(page.locator(".gathered .refused")).to_be_visible()
    expect(lines).to_have_count(1)


def test_a_reload_while_it_runs_finds_the_run(visit):
    page = visit("/darkroom", locale="en-GB")
    page.evaluate("localStorage.setItem('apparatus-darkroom-walked', 'yes')")
    form = page.locator(".start-form")
    form.get_by_label("Prompt", exact=True).fill("a red boat on the sea")
    form.get_by_label("Steps", exact=True).fill("90")
    form.get_by_role("button", name="Expose", exact=True).click()
    expect(page.locator(".how-far")).to_have_text(re.compile(r"Running\..*after step"))
    page.reload()
    expect(page.locator(".how-far")).to_have_text(re.compile(r"Running\..*after step"))
    page.keyboard.press("Space")
    stands(page, r"Paused by a person\.")
    expect(page.locator(".head .asked")).to_have_text("a red boat on the sea")


def test_the_browsers_way_back_leads_to_the_beginning_and_on_again(started):
    page = started()
    page.locator(".faders .slider input").first.focus()
    page.keyboard.press("Home")
    lines = page.locator(".gathered .lines li")
    expect(lines).to_have_count(1)
    page.go_back()
    expect(page.locator(".start-form")).to_be_visible()
    page.go_forward()
    stands(page, r"Paused\.")
    expect(lines).to_have_count(0)
