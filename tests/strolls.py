"""What the browser tests of the kiosk share: a visitor who has a picture made, and is led on to a stage."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

STAGES = ["program", "prompt", "encode", "noise", "denoise", "decode", "select"]
NAMES = {"fr": "Français", "en": "English"}
RED = {"fr": "rouge", "en": "red"}
SLOW = 200_000
STEPS = 3
FEW = f"num_inference_steps = {STEPS}\npace = 60.0\nstill_there = 600\n"
"""A kiosk with few steps, whose walk stands still long enough to be looked at."""

SPILT = """() => {
    const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    const here = document.querySelector(`.${document.body.dataset.screen}`)
    const foot = document.querySelector(".settings").getBoundingClientRect().top
    const kinds = "h1:not(.unseen), h2, p, button, figcaption, blockquote, img, canvas"
    return [...here.querySelectorAll(kinds)].filter(seen).filter((one) => {
        const box = one.getBoundingClientRect()
        return box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > foot + 1
    }).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`)
}"""
COVERED = """() => {
    const here = document.querySelector(`.${document.body.dataset.screen}`)
    const kinds = "h1:not(.unseen), h2, .ours, .lead, .note, blockquote, .translation, .choice, .way, .act"
    const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]")
    const shown = [...here.querySelectorAll(kinds)].filter(seen)
    const boxes = shown.map((one) => [one, one.getBoundingClientRect()])
    const wide = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left)
    const high = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
    const apart = (one, other) => !one.contains(other) && !other.contains(one)
    const over = ([one, a], [other, b]) => apart(one, other) && wide(a, b) > 4 && high(a, b) > 6
    return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => over(one, other))
        .map((other) => `${one[0].textContent.slice(0, 30)} | ${other[0].textContent.slice(0, 30)}`))
}"""
SMALL = """() => [...document.querySelectorAll("button, input")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .map((one) => [one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)"""


def screen(page, name):
    """Wait until that one is shown."""
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
    expect(page.locator(".compose p.sentence")).to_have_text(re.compile(RED[language]))
    page.locator(".make").tap()
    screen(page, "watch")
    return page


def walked(stand, kiosk, size="upright", language="en", to="program"):
    """The same, led on to a stage of the walk."""
    page = asked(stand, kiosk, size, language)
    screen(page, "walk")
    for stage in STAGES:
        shown(page, stage)
        if stage == to:
            break
        page.locator(".walk [data-act=next]").tap()
    return page


def shown(page, stage):
    """Wait until the walk has come to that stage."""
    expect(page.locator(".card-shown").last).to_have_attribute("data-stage", stage)


def opened(stand, kiosk, stage, size="upright", language="en"):
    """The same, with that stage opened."""
    page = walked(stand, kiosk, size, language, stage)
    page.locator("[data-act=inside]").tap()
    screen(page, "inside")
    return page


def whole(page):
    """Whatever is read or touched lies on the screen, none of it over another."""
    assert page.evaluate(SPILT) == []
    assert page.evaluate(COVERED) == []


def fine(page):
    """axe finds nothing, a thumb finds everything, nothing is cut off; once what comes softly is there."""
    page.wait_for_timeout(900)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    whole(page)
    assert page.evaluate(SMALL) == []


def tab_to(page, selector):
    """Go there by Tab alone."""
    for _ in range(60):
        if page.evaluate("(one) => document.activeElement?.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def press(page, selector, key="Enter"):
    """Press a key there."""
    tab_to(page, selector)
    page.keyboard.press(key)
