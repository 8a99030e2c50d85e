"""The kiosk from the first picture to the farewell: watched, walked through, opened, kept, by touch and by keys."""

import re

import booths
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
STAGES = ["program", "prompt", "encode", "noise", "denoise", "decode", "select"]
OPENED = [stage for stage in STAGES if stage != "prompt"]
NAMES = {"fr": "Français", "en": "English"}
SLOW = 200_000
STEPS = 3


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory):
    """A kiosk with the embedded model and few steps, whose walk stands still long enough to be looked at."""
    more = f"num_inference_steps = {STEPS}\npace = 60.0\nstill_there = 600\n{booths.ONE}"
    with booths.opened(tmp_path_factory.mktemp("gallery") / "kiosk", "obscura", more) as kiosk:
        yield kiosk.able(300)


def screen(page, name):
    expect(page.locator("body")).to_have_attribute("data-screen", name, timeout=SLOW)


def asked(stand, kiosk, size="upright", language="en"):
    """A window in which a picture was just asked for."""
    page = stand(kiosk, size)
    page.locator(".settings").get_by_role("button", name=NAMES[language]).tap()
    page.locator(".attract .begin").tap()
    screen(page, "compose")
    page.locator("#kind-animals").tap()
    page.locator(".compose .card[data-id='cat']").tap()
    page.wait_for_timeout(400)
    page.locator(".compose .card[data-id='red']").tap()
    expect(page.locator(".compose p.sentence")).to_have_text(
        re.compile("rouge" if language == "fr" else "red")
    )
    page.locator(".make").tap()
    screen(page, "watch")
    return page


def walked(stand, kiosk, size="upright", language="en", to="program"):
    """The same, led on to a stage."""
    page = asked(stand, kiosk, size, language)
    screen(page, "walk")
    for stage in STAGES:
        shown(page, stage)
        if stage == to:
            return page
        page.locator(".walk [data-act=next]").tap()
    return page


def shown(page, stage):
    expect(page.locator(".card-shown").last).to_have_attribute("data-stage", stage)


def opened(stand, kiosk, stage, size="upright", language="en"):
    page = walked(stand, kiosk, size, language, stage)
    page.locator("[data-act=inside]").tap()
    screen(page, "inside")
    return page


# ---- Watching ---------------------------------------------------------------------------------------------


def test_the_picture_comes_step_by_step_and_then_goes_on_by_itself(stand, kiosk):
    page = asked(stand, kiosk)
    frame = page.locator("[data-frame]")
    expect(page.locator(".watch .said")).to_contain_text("red cat")
    expect(frame).to_have_attribute("data-step", re.compile(r"\d"), timeout=SLOW)
    expect(frame.locator("img.front")).to_have_attribute("src", re.compile("^data:"))
    expect(frame).to_have_attribute("data-whole", "true", timeout=SLOW)
    expect(frame.locator("img.front")).to_have_attribute("src", re.compile("picture.png$"))
    expect(page.locator(".watch-row li:not([data-standing=done])")).to_have_count(0)
    screen(page, "walk")
    shown(page, "program")


def test_the_picture_never_changes_more_than_three_times_a_second(stand, kiosk):
    page = asked(stand, kiosk)
    page.evaluate("""() => {
        window.changes = []
        new MutationObserver((seen) => seen.some(({ target }) => target.matches(".front")) && changes.push(performance.now()))
            .observe(document.querySelector("[data-frame]"), { subtree: true, attributeFilter: ["src"] })
    }""")
    screen(page, "walk")
    changes = page.evaluate("changes")
    assert len(changes) > 1
    assert min(later - earlier for earlier, later in zip(changes, changes[3:] or [1e9], strict=False)) > 1000


def test_a_picture_that_fails_is_followed_by_a_recording_that_says_so(stand, kiosk):
    page = stand(kiosk)
    failed = '{"exposure":"x","number":0,"stage":"exposure","kind":"failed","data":{},"pictures":{}}'
    stream = f'event: source\ndata: {{"recorded":false}}\n\nevent: stage\ndata: {failed}\n\nevent: end\ndata: {{"state":"failed"}}\n\n'
    page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=stream))
    page.locator(".attract .begin").tap()
    page.locator(".compose .card[data-id]").first.tap()
    expect(page.locator(".compose p.sentence")).to_be_visible()
    page.locator(".make").tap()
    expect(page.locator(".watch-now")).to_contain_text("pause")
    screen(page, "walk")
    expect(page.locator(".from-before")).to_be_visible()
    expect(page.locator(".from-before")).to_contain_text("Un enregistrement")
    for stage in STAGES[:-1]:
        shown(page, stage)
        page.locator(".walk [data-act=next]").tap()
    page.locator("[data-act=meaning]").tap()
    expect(page.locator(".sheet-large img")).to_be_visible(timeout=SLOW)
    page.locator(".meaning [data-act=next]").tap()
    expect(page.locator(".ledger-words")).not_to_contain_text("vous")


# ---- Walking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "language"), [("upright", "fr"), ("lying", "en")])
def test_each_stage_has_one_picture_one_sentence_and_one_passage(stand, kiosk, size, language):
    page = walked(stand, kiosk, size, language)
    said = set()
    for stage in STAGES:
        shown(page, stage)
        card = page.locator(".card-shown").last
        expect(card.locator("h2")).to_have_count(1)
        expect(card.locator(".ours")).to_have_count(1)
        expect(card.locator("figure.frame")).to_have_count(1)
        passage = card.locator("figure.passage")
        expect(passage.locator("blockquote")).to_have_text(re.compile("^«\u00a0.+\u00a0»$", re.DOTALL))
        expect(passage.locator("figcaption")).not_to_be_empty()
        expect(passage.locator(".translation")).to_have_count(1 if language == "en" else 0)
        said.add(card.locator(".ours").inner_text())
        inside(page)
        page.locator(".walk .acts .way").last.tap()
    assert len(said) == len(STAGES)
    screen(page, "meaning")


def inside(page):
    """Whatever is read or touched lies on the screen, and nothing of it is cut off."""
    spilt = page.evaluate("""() => {
        const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        const here = document.querySelector(`.${document.body.dataset.screen}`)
        const settings = document.querySelector(".settings").getBoundingClientRect().top
        const all = [...here.querySelectorAll("h1:not(.unseen), h2, p, button, figcaption, blockquote, img, canvas")].filter(shown)
        return all.filter((one) => {
            const box = one.getBoundingClientRect()
            return box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > settings + 1
        }).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`)
    }""")
    assert spilt == []


def test_the_walk_goes_on_by_itself_until_somebody_takes_over(stand, kiosk):
    page = walked(stand, kiosk)
    finish = "document.querySelector('.progress .now span').getAnimations().forEach((one) => one.finish())"
    page.evaluate(finish)
    shown(page, "prompt")
    pause = page.locator(".settings").get_by_role("button", name="Pause")
    pause.tap()
    running = "document.querySelector('.progress .now span').getAnimations().map((one) => one.playState)"
    assert page.evaluate(running) == ["paused"]
    page.locator(".settings").get_by_role("button", name="Go on").tap()
    assert page.evaluate(running) == ["running"]
    page.locator(".walk [data-act=next]").tap()
    shown(page, "encode")
    assert page.evaluate(running) == []
    page.locator(".walk [data-act=back]").tap()
    shown(page, "prompt")


def test_the_numbers_shown_are_those_of_this_picture(stand, kiosk):
    page = asked(stand, kiosk)
    with page.expect_response(re.compile(r"/pictures/[^/]+/picture.png")) as picture:
        screen(page, "walk")
    exposure = picture.value.url.split("/")[-2]
    told = {event["stage"]: event["data"] for event in booths.Page(kiosk).told(exposure)}
    while page.locator(".card-shown").last.get_attribute("data-stage") != "noise":
        page.locator(".walk [data-act=next]").tap()
        page.wait_for_timeout(100)
    expect(page.locator(".seed .number")).to_have_text(str(told["noise"]["seed"]))
    page.locator(".walk [data-act=next]").tap()
    page.locator(".walk [data-act=next]").tap()
    shown(page, "decode")
    expect(page.locator(".decode-frame .number").last).to_have_text(f"{told['decode']['numbers_out']:,}")


# ---- Inside -----------------------------------------------------------------------------------------------


def test_a_touched_word_lights_where_the_machine_looked_and_buttons_go_through_the_steps(stand, kiosk):
    page = opened(stand, kiosk, "denoise")
    light = page.locator(".inside .screen .light")
    expect(light).to_be_hidden()
    word = page.locator(".choice", has_text=re.compile("^cat$"))
    word.tap()
    expect(word).to_have_attribute("aria-pressed", "true")
    expect(light).to_be_visible()
    expect(page.locator(".tools .note")).to_contain_text("cat")
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", f"step 2 of {STEPS}")
    page.get_by_role("button", name="One step on").tap()
    expect(slider).to_have_attribute("aria-valuetext", f"step {STEPS} of {STEPS}")
    expect(page.get_by_role("button", name="One step on")).to_be_disabled()
    page.get_by_role("button", name="One step back").tap()
    page.get_by_role("button", name="One step back").tap()
    expect(slider).to_have_attribute("aria-valuetext", f"step 1 of {STEPS}")
    word.tap()
    expect(light).to_be_hidden()
    expect(page.locator("[data-act=without]")).to_be_disabled()


def test_without_a_word_another_picture_comes_of_the_same_noise(stand, kiosk):
    page = opened(stand, kiosk, "denoise")
    page.locator(".choice", has_text=re.compile("^cat$")).tap()
    with page.expect_response(re.compile("/without$")) as answer:
        page.locator("[data-act=without]").tap()
    assert answer.value.request.post_data_json["word"] == "cat"
    other = answer.value.json()["exposure"]
    pair = page.locator(".pair .side")
    expect(pair.nth(1).locator("img.front")).to_have_attribute(
        "src", re.compile(f"{other}/picture.png"), timeout=SLOW
    )
    expect(page.locator(".tools .lead")).to_contain_text("only “cat” was not looked at")
    expect(page.locator(".tools .lead")).to_contain_text(re.compile(r"\d+% of its points|Hardly a point"))
    page.locator(".inside [data-act=back]").tap()
    expect(page.locator(".choice").first).to_be_visible()
    page.locator(".inside [data-act=back]").tap()
    screen(page, "walk")
    shown(page, "denoise")


def test_the_others_come_and_the_visitor_keeps_one(stand, kiosk):
    page = opened(stand, kiosk, "select")
    candidates = page.locator(".candidate")
    expect(candidates).to_have_count(4)
    expect(page.locator(".candidate:not(:disabled)")).to_have_count(4, timeout=SLOW)
    expect(page.locator(".keepers .program")).to_have_count(1)
    values = [float(text) for text in page.locator(".candidate .number").all_inner_texts()]
    assert len(values) == 4
    worst = values.index(min(values))
    candidates.nth(worst).tap()
    expect(page.locator(".keepers .person")).to_have_count(1)
    with page.expect_response(re.compile("/keep$")) as answer:
        page.locator("[data-act=keep]").tap()
    kept = answer.value.json()
    assert any(line["what"] == "kept" and line["who"] == "person" for line in kept["ledger"])
    expect(page.locator(".tools .lead")).to_contain_text(
        "another one" if kept["program"] != kept["kept"] else "the same one"
    )
    page.locator(".inside [data-act=back]").tap()
    with page.expect_response(re.compile(f"{kept['kept']}/channels/indicative")) as sheet:
        page.locator("[data-act=meaning]").tap()
    assert sheet.value.ok
    page.locator(".meaning [data-act=next]").tap()
    expect(page.locator(".ledger-words .person")).to_contain_text("which picture is kept")
    counts = [int(text) for text in page.locator(".ledger-count").all_inner_texts()]
    assert sum(counts) == len(kept["ledger"])
    assert counts[0] == sum(line["who"] == "person" for line in kept["ledger"])


def test_the_layers_the_grid_and_the_words_answer_to_touch(stand, kiosk):
    page = opened(stand, kiosk, "noise")
    page.get_by_role("button", name="After the last step").tap()
    expect(page.get_by_role("button", name="After the last step")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".tools")).to_contain_text("the picture is in them")
    page.locator(".inside [data-act=back]").tap()
    page.locator(".walk [data-act=back]").tap()
    shown(page, "encode")
    page.locator("[data-act=inside]").tap()
    before = pixels(page, ".picture-place canvas")
    page.locator(".choice", has_text=re.compile("^red$")).tap()
    expect(page.locator(".tools .note").first).to_contain_text("red")
    page.wait_for_timeout(200)
    assert pixels(page, ".picture-place canvas") != before
    page.locator(".inside [data-act=back]").tap()
    for _ in range(3):
        page.locator(".walk [data-act=next]").tap()
    shown(page, "decode")
    page.locator("[data-act=inside]").tap()
    grid = page.locator(".grid-touched")
    where = grid.get_attribute("aria-label")
    page.get_by_role("button", name="To the left").tap()
    assert grid.get_attribute("aria-label") != where
    grid.tap(position={"x": 5, "y": 5})
    expect(grid).to_have_attribute("aria-label", re.compile("column 1 and row 1"))


def pixels(page, canvas):
    return page.evaluate("(one) => document.querySelector(one).toDataURL()", canvas)


# ---- The meaning, and everything else ---------------------------------------------------------------------


def test_the_same_picture_stands_on_three_sheets(stand, kiosk):
    page = walked(stand, kiosk, to="select")
    page.locator("[data-act=meaning]").tap()
    screen(page, "meaning")
    large = page.locator(".sheet-large img")
    expect(large).to_be_visible(timeout=SLOW)
    seen = set()
    for name in ("indicative", "imperative", "artistic"):
        page.get_by_role("button", name=name).tap()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        expect(large).to_be_visible(timeout=SLOW)
        seen.add(
            (
                large.get_attribute("src"),
                page.locator(".says .ours").inner_text(),
                page.locator(".says blockquote").inner_text(),
            )
        )
    assert len(seen) == 3
    assert len({sentence for _, sentence, _ in seen}) == 3


def test_another_language_keeps_the_place_everywhere(stand, kiosk):
    page = walked(stand, kiosk, language="fr", to="noise")
    english = page.locator(".settings").get_by_role("button", name="English")
    french = page.locator(".settings").get_by_role("button", name="Français")
    french_title = page.locator(".card-shown h2").last.inner_text()
    english.tap()
    shown(page, "noise")
    assert page.locator(".card-shown h2").last.inner_text() != french_title
    expect(page.locator(".card-shown .translation").last).to_be_visible()
    page.locator(".walk [data-act=next]").tap()
    page.locator("[data-act=inside]").tap()
    page.locator(".choice", has_text=re.compile("^chat$")).tap()
    page.get_by_role("button", name="One step back").tap()
    french.tap()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"pas 1 sur {STEPS}")
    expect(page.locator(".choice[aria-pressed=true]")).to_have_text("chat")
    page.locator(".inside [data-act=back]").tap()
    page.locator(".walk [data-act=next]").tap()
    page.locator(".walk [data-act=next]").tap()
    page.locator("[data-act=meaning]").tap()
    page.get_by_role("button", name="artistique").tap()
    english.tap()
    expect(page.get_by_role("button", name="artistic")).to_have_attribute("aria-pressed", "true")
    page.locator(".meaning [data-act=next]").tap()
    french.tap()
    expect(page.locator(".meaning h1")).to_have_text(re.compile("Qui a décidé quoi"))


def tab_to(page, selector):
    for _ in range(60):
        if page.evaluate("(one) => document.activeElement?.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def press(page, selector, key="Enter"):
    tab_to(page, selector)
    page.keyboard.press(key)


def test_a_keyboard_alone_does_the_whole_visit(stand, kiosk):
    page = stand(kiosk, "lying")
    page.keyboard.press("Enter")
    screen(page, "compose")
    press(page, ".compose .card[data-id]")
    expect(page.locator(".compose p.sentence")).to_be_visible()
    press(page, ".make")
    expect(page.locator("[data-frame]")).to_have_attribute("data-whole", "true", timeout=SLOW)
    screen(page, "walk")
    for stage in STAGES[:4]:
        shown(page, stage)
        page.keyboard.press("ArrowRight")
    shown(page, "denoise")
    press(page, "[data-act=inside]")
    screen(page, "inside")
    press(page, ".choice")
    expect(page.locator(".choice[aria-pressed=true]")).to_have_count(1)
    tab_to(page, "input[type=range]")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"pas 1 sur {STEPS}")
    press(page, "[data-act=without]")
    expect(page.locator(".pair")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".choice").first).to_be_visible()
    page.keyboard.press("Escape")
    screen(page, "walk")
    shown(page, "denoise")
    press(page, ".walk [data-act=next]")
    press(page, ".walk [data-act=next]")
    shown(page, "select")
    press(page, "[data-act=inside]")
    expect(page.locator(".candidate:not(:disabled)")).to_have_count(4, timeout=SLOW)
    press(page, ".candidate")
    press(page, "[data-act=keep]")
    expect(page.locator(".inside .act")).to_be_disabled()
    page.keyboard.press("Escape")
    press(page, "[data-act=meaning]")
    screen(page, "meaning")
    press(page, ".sheet[data-hold=imperative]")
    expect(page.locator(".sheet[data-hold=imperative]")).to_have_attribute("aria-pressed", "true")
    press(page, ".meaning [data-act=next]")
    press(page, "[data-act=farewell]")
    screen(page, "farewell")


def test_a_visit_by_touch_leads_from_the_picture_to_the_farewell(stand, kiosk):
    page = walked(stand, kiosk, to="select")
    page.locator("[data-act=meaning]").tap()
    page.locator(".meaning [data-act=next]").tap()
    expect(page.locator(".ledger-count")).to_have_count(3)
    page.locator("[data-act=farewell]").tap()
    screen(page, "farewell")
    page.keyboard.press("Escape")
    screen(page, "meaning")
    expect(page.locator(".ledger-count")).to_have_count(3)


@pytest.mark.parametrize(("size", "language"), [("upright", "en"), ("lying", "fr")])
def test_nothing_keeps_anybody_out(stand, kiosk, size, language):
    page = asked(stand, kiosk, size, language)
    fine(page)
    screen(page, "walk")
    larger = page.locator(".settings .switches button").first
    for stage in STAGES:
        shown(page, stage)
        fine(page)
        if stage in OPENED:
            page.locator("[data-act=inside]").tap()
            screen(page, "inside")
            fine(page)
            larger.tap()
            fine(page)
            larger.tap()
            page.locator(".inside [data-act=back]").tap()
            shown(page, stage)
        page.locator(".walk .acts .way").last.tap()
    screen(page, "meaning")
    expect(page.locator(".sheet-large img")).to_be_visible(timeout=SLOW)
    fine(page)
    page.locator(".meaning .act").tap()
    fine(page)
    larger.tap()
    fine(page)


def fine(page):
    """axe finds nothing, a thumb finds everything, and nothing is cut off; once what comes softly is there."""
    page.wait_for_timeout(900)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    inside(page)
    small = page.evaluate("""() => [...document.querySelectorAll("button, input")].filter((one) => one.checkVisibility({ visibilityProperty: true }))
        .map((one) => [one.textContent, one.getBoundingClientRect()]).filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)""")
    assert small == []
