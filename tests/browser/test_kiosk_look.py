"""A picture at the kiosk: watched as it comes, walked through stage by stage, opened, one of four kept."""

import re

import booths
import pytest
from playwright.sync_api import expect
from strolls import FEW, RED, SLOW, STAGES, STEPS, asked, opened, screen, shown, walked, whole
from visits import take

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory):
    """A kiosk with the embedded model and a recording."""
    place = tmp_path_factory.mktemp("gallery") / "kiosk"
    with booths.opened(place, "obscura", FEW + booths.ONE) as kiosk:
        yield kiosk.able(300)


FAILED = """\
event: source
data: {"recorded":false}

event: stage
data: {"exposure":"x","number":0,"stage":"exposure","kind":"failed","data":{},"pictures":{}}

event: end
data: {"state":"failed"}

"""


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
        const front = ({ target }) => target.matches(".front")
        const note = (seen) => seen.some(front) && changes.push(performance.now())
        const frame = document.querySelector("[data-frame]")
        new MutationObserver(note).observe(frame, { subtree: true, attributeFilter: ["src"] })
    }""")
    screen(page, "walk")
    changes = page.evaluate("changes")
    assert len(changes) > 1
    assert min(later - earlier for earlier, later in zip(changes, changes[3:] or [1e9], strict=False)) > 1000


def test_a_picture_that_fails_is_followed_by_a_recording_that_says_so(stand, kiosk):
    page = stand(kiosk)
    page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=FAILED))
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


def test_other_words_make_another_picture_and_the_first_choice_is_forgotten(stand, kiosk):
    page = walked(stand, kiosk)
    page.locator(".walk [data-act=back]").tap()
    screen(page, "watch")
    page.wait_for_timeout(400)  # two taps at one place are one
    page.locator(".watch [data-act=back]").tap()
    screen(page, "compose")
    page.wait_for_timeout(400)
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(RED["en"]))
    page.locator(".step").nth(1).tap()
    take(page, "colour", "blue")
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"blue\s*cat"))
    with page.expect_response(re.compile("/pictures$")) as answer:
        page.locator(".make").tap()
    exposure = answer.value.json()["exposure"]
    screen(page, "walk")
    assert booths.Page(kiosk).get(f"/pictures/{exposure}/picture.png")[0] == 200
    expect(page.locator(".watch .said")).to_have_text(re.compile(r"blue\s*cat"))


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
        whole(page)
        page.locator(".walk .acts .way").last.tap()
    assert len(said) == len(STAGES)
    screen(page, "meaning")


def test_the_walk_goes_on_by_itself_until_somebody_takes_over(stand, kiosk):
    page = walked(stand, kiosk)
    finish = (
        "document.querySelector('.walk .progress .now span').getAnimations().forEach((one) => one.finish())"
    )
    page.evaluate(finish)
    shown(page, "prompt")
    pause = page.locator(".settings").get_by_role("button", name="Pause")
    pause.tap()
    running = (
        "document.querySelector('.walk .progress .now span').getAnimations().map((one) => one.playState)"
    )
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
    expect(page.locator(".keepers span.program")).to_have_count(1)
    values = [float(text) for text in page.locator(".candidate .number").all_inner_texts()]
    assert len(values) == 4
    worst = values.index(min(values))
    candidates.nth(worst).tap()
    expect(page.locator(".keepers span.person")).to_have_count(1)
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
    expect(page.locator(".ledger-words li.person")).to_contain_text("which picture is kept")
    counts = [int(text) for text in page.locator(".ledger-count").all_inner_texts()]
    assert sum(counts) == len(kept["ledger"])
    assert counts[0] == sum(line["who"] == "person" for line in kept["ledger"])


def test_the_layers_the_grid_and_the_words_answer_to_touch(stand, kiosk):
    page = opened(stand, kiosk, "noise")
    page.get_by_role("button", name="After the last step").tap()
    expect(page.get_by_role("button", name="After the last step")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".tools")).to_contain_text("the picture is in them")
    page.locator(".inside [data-act=back]").tap()
    page.wait_for_timeout(400)  # two taps at one place are one
    page.locator(".walk [data-act=back]").tap()
    shown(page, "encode")
    page.locator("[data-act=inside]").tap()
    before = pixels(page, ".picture-place canvas")
    page.locator(".choice", has_text=re.compile("^cat$")).tap()
    expect(page.locator(".tools .note").first).to_contain_text("cat")
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
