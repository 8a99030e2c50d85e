"""The kiosk's shell and composing, as visitors meet them: by touch, by keys, in both languages."""

import random
import re

import pytest
from playwright.sync_api import expect
from visits import SIZES, begun, card, composed, screen, take

from apparatus.kiosk import composing
from apparatus.kiosk.composing import Chosen

pytestmark = pytest.mark.browser

CAT = Chosen.read({"nouns": [{"noun": "cat", "colour": "red"}], "setting": "snow"})


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_a_sentence_grows_with_each_touch_and_becomes_a_picture(stand, kiosk, language, size):
    page = begun(stand, kiosk, language, size)
    make = page.locator(".make")
    expect(make).to_have_attribute("aria-disabled", "true")
    take(page, "animals", "cat")
    expect(make).to_have_attribute("aria-disabled", "false")
    expect(page.locator(".step[aria-current]")).to_have_count(1)
    card(page, "red")
    card(page, "snow")
    sentence = composing.sentence(CAT, language)
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"\s*".join(sentence.split())))
    with page.expect_response(re.compile("/pictures$")) as answer:
        make.tap()
    assert answer.value.status == 202
    asked = answer.value.request.post_data_json
    assert Chosen.read(asked["chosen"]) == CAT
    assert (asked["language"], asked["prompt"], asked["drawn"]) == (language, None, [])
    screen(page, "watch")


def test_another_language_keeps_the_place(stand, kiosk):
    page = begun(stand, kiosk, "fr")
    take(page, "animals", "cat")
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"un\s*chat"))
    page.locator(".step").first.tap()
    page.locator(".compose .later").tap()
    shown = page.locator(".compose .card").first.get_attribute("data-id")
    page.locator(".settings").get_by_role("button", name="English").tap()
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"a\s*cat"))
    assert page.locator(".compose .card").first.get_attribute("data-id") == shown
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#kind-animals")).to_have_attribute("aria-selected", "true")


def test_what_a_wall_rules_out_goes(stand, kiosk):
    page = begun(stand, kiosk)
    take(page, "animals", "cat")
    card(page, "red")
    card(page, "sea")
    card(page, "night")
    page.locator(".step").nth(2).tap()
    page.locator("#kind-wall").tap()
    card(page, "blue")
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"wall"))
    said = composed(page)
    assert "sea" not in said
    assert "night" not in said
    expect(page.locator(".step").nth(3)).to_be_disabled()


def test_a_second_thing_stands_where_it_was_put(stand, kiosk):
    page = begun(stand, kiosk)
    take(page, "animals", "cat")
    page.locator(".step").nth(5).tap()
    card(page, "left")
    take(page, "plants", "tree")
    chosen = Chosen.read({"nouns": [{"noun": "cat"}, {"noun": "tree"}], "place": "left"})
    words = composing.sentence(chosen, "en").split()
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"\s*".join(words)))


# ---- Chance -----------------------------------------------------------------------------------------------


def test_what_chance_chose_is_marked_and_what_a_person_chose_is_not(stand, kiosk):
    page = begun(stand, kiosk)
    take(page, "animals", "cat")
    with page.expect_response(re.compile("/dice$")) as answer:
        page.locator(".dice").tap()
    drawn = answer.value.json()["drawn"]
    assert "noun" not in drawn
    marked = page.locator(".compose .word.chance")
    expect(marked.first).to_be_visible()
    expect(page.locator(".compose .word .mark.chance").first).to_be_visible()
    assert "cat" not in " ".join(marked.all_inner_texts())
    expect(page.locator(".compose .told")).to_contain_text("chance")
    expect(page.locator(".step.by-chance").first).to_contain_text("chosen by chance")
    expect(page.locator(".step").first).to_contain_text("chosen by you")
    with page.expect_request(re.compile("/pictures$")) as asked:
        page.locator(".make").tap()
    assert sorted(asked.value.post_data_json["drawn"]) == sorted(drawn)


def test_who_chooses_again_what_chance_drew_has_chosen_it(stand, kiosk):
    page = begun(stand, kiosk)
    page.locator(".dice").tap()
    expect(page.locator(".compose .word.chance").first).to_be_visible()
    page.locator(".step").nth(0).tap()
    take(page, "animals", "cat")
    page.locator(".step").nth(1).tap()
    take(page, "colour", "red")
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"red\s*cat"))
    words = page.locator(".compose .sentence .word")
    chance = words.evaluate_all(
        "all => all.map((one) => [one.textContent.trim(), one.classList.contains('chance')])"
    )
    at = [text for text, _ in chance].index("cat")
    assert [by for _, by in chance[at - 1 : at + 1]] == [False, False]


def test_the_words_of_chance_are_found_in_every_sentence(stand, kiosk):
    page = stand(kiosk)
    rng = random.Random(8)
    for _ in range(40):
        own = Chosen.read(
            {"nouns": [{"noun": rng.choice(composing.table("noun"))}]} if rng.random() < 0.5 else {}
        )
        chosen, drawn = composing.dice(own, rng)
        for language in ("fr", "en"):
            cards = [called(chosen, part, language) for part in drawn]
            marks = page.evaluate(
                "async ([said, all]) => (await import('/parts/kiosk/compose_marks.js')).marked(said, all)",
                [composing.sentence(chosen, language), cards],
            )
            assert sum(one["chance"] for one in marks) >= len(cards), (marks, cards)
            if "noun" not in drawn:
                noun = called(chosen, "noun", language).split()[-1]
                kept = [one["text"] for one in marks if not one["chance"]]
                assert any(word.startswith(noun[:3]) for word in kept), (marks, noun)


def called(chosen, part, language):
    words = composing.words(language)
    if part == "noun":
        return next(
            one["text"]
            for kind in words["nouns"].values()
            for one in kind
            if one["id"] == chosen.nouns[0].noun
        )
    value = getattr(chosen.nouns[0], part) if part in ("colour", "size") else getattr(chosen, part)
    shelf = "processes" if part == "process" else f"{part}s"
    return next(one["text"] for one in words[shelf] if one["id"] == value)


# ---- Writing ----------------------------------------------------------------------------------------------


def test_one_writes_on_the_page_and_with_a_keyboard(stand, kiosk):
    page = begun(stand, kiosk, "fr")
    page.locator(".write").tap()
    field = page.locator("textarea.sentence")
    expect(field).to_be_focused()
    for letter in "été":
        page.locator(".key", has_text=re.compile(f"^{letter}$")).tap()
    expect(field).to_have_value("été")
    page.locator(".key.wide").tap()
    page.locator(".key.space").tap()
    page.keyboard.type("bleu")
    expect(field).to_have_value("ét bleu")
    assert page.locator(".keys").nth(1).inner_text().split()[:6] == list("azerty")
    page.locator(".settings").get_by_role("button", name="English").tap()
    expect(field).to_have_value("ét bleu")
    assert page.locator(".keys").nth(0).inner_text().split()[:6] == list("qwerty")
    for key in page.locator(".key").all():
        box = key.bounding_box()
        assert box["height"] >= 72
        assert box["width"] >= 44
    page.locator(".key.done").tap()
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"ét\s*bleu"))
    with page.expect_request(re.compile("/pictures$")) as asked:
        page.locator(".make").tap()
    assert asked.value.post_data_json["prompt"] == "ét bleu"
    assert asked.value.post_data_json["chosen"] is None


def test_a_sentence_that_was_only_looked_at_stays_one_of_cards(stand, kiosk):
    page = begun(stand, kiosk)
    take(page, "animals", "cat")
    expect(page.locator(".compose p.sentence")).to_be_visible()
    page.locator(".write").tap()
    page.locator(".write").tap()
    with page.expect_request(re.compile("/pictures$")) as asked:
        page.locator(".make").tap()
    assert asked.value.post_data_json["chosen"]["nouns"][0]["noun"] == "cat"


# ---- Nobody there, begun again ----------------------------------------------------------------------------


def test_who_is_gone_is_asked_first_and_then_forgotten(stand, kiosk):
    page = stand(kiosk, clock=True)
    page.locator(".attract .other:visible").tap()
    screen(page, "compose")
    take(page, "animals", "cat")
    page.locator(".settings").get_by_role("button", name="Larger text").tap()
    page.clock.fast_forward(61_000)
    question = page.get_by_role("alertdialog")
    expect(question).to_be_visible()
    page.clock.fast_forward(10_000)
    expect(question.get_by_role("timer")).to_have_text(re.compile(r"^1\d$"))
    question.locator(".act").tap()
    expect(question).to_be_hidden()
    assert "cat" in composed(page)
    page.clock.fast_forward(61_000)
    expect(question).to_be_visible()
    with page.expect_request(re.compile("/end$")) as ended:
        page.clock.fast_forward(26_000)
    assert ended.value.post_data_json == {"why": "idle"}
    screen(page, "attract")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html.large")).to_have_count(0)
    page.locator(".attract .begin").tap()
    screen(page, "compose")
    expect(page.locator(".compose p.sentence")).to_be_hidden()
    assert "cat" not in page.locator(".compose").inner_text().split()


def test_beginning_again_is_asked_and_wipes(stand, kiosk):
    page = begun(stand, kiosk)
    take(page, "animals", "cat")
    page.get_by_role("button", name="Begin again").tap()
    question = page.get_by_role("alertdialog")
    question.locator(".act").tap()
    assert "cat" in composed(page)
    page.get_by_role("button", name="Begin again").tap()
    with page.expect_request(re.compile("/end$")) as ended:
        question.locator(".way").tap()
    assert ended.value.post_data_json == {"why": "again"}
    screen(page, "attract")


# ---- By keys, by touch ------------------------------------------------------------------------------------


def test_a_keyboard_alone_composes(stand, kiosk):
    page = stand(kiosk, "lying")
    page.keyboard.press("Enter")
    screen(page, "compose")
    tab_to(page, "#kind-people")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#kind-animals")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(r"un\s*chien"))
    expect(page.locator(".step").nth(1)).to_have_attribute("aria-current", "step")
    page.keyboard.press("Escape")
    expect(page.locator(".step").nth(0)).to_have_attribute("aria-current", "step")
    tab_to(page, ".make")
    page.keyboard.press("Enter")
    screen(page, "watch")


def tab_to(page, selector):
    for _ in range(40):
        if page.evaluate("one => document.activeElement?.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_touch_answers_at_once(stand, kiosk):
    page = begun(stand, kiosk)
    took = page.evaluate("""() => new Promise((resolve) => {
        const card = document.querySelector(".compose .card")
        const ground = () => getComputedStyle(card).backgroundColor
        const before = ground()
        const began = performance.now()
        card.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, pointerType: "touch" }))
        requestAnimationFrame(() => resolve(ground() === before ? Infinity : performance.now() - began))
    })""")
    assert took < 100


def test_a_second_tap_is_not_for_what_came_meanwhile(stand, kiosk):
    page = stand(kiosk)
    box = page.locator(".attract .begin").bounding_box()
    page.touchscreen.tap(box["x"] + 60, box["y"] + box["height"] / 2)
    page.touchscreen.tap(box["x"] + 60, box["y"] + box["height"] / 2)
    screen(page, "compose")
    page.wait_for_timeout(500)
    expect(page.locator(".compose p.sentence")).to_be_hidden()
    box = page.locator(".compose .card").nth(4).bounding_box()
    for _ in range(2):
        page.touchscreen.tap(box["x"] + 60, box["y"] + box["height"] / 2)
    expect(page.locator(".step").nth(0)).to_have_class(re.compile("by-person"))
    page.wait_for_timeout(500)
    expect(page.locator(".step").nth(1)).to_have_class(re.compile("by-program"))
