"""A component may be tidied up after Streamlit has called it anew: what came since stays open."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PLAYED = """async () => {
  const fetched = performance.getEntriesByType("resource").map((one) => one.name)
  const address = fetched.find((one) => /mounts\\.js/.test(one))
  const mount = (await import(address)).mounts()
  const closed = []
  const open = (name) => () => ({ name, close: () => closed.push(name) })
  const place = document.createElement("div")
  const first = mount(place, "fr", open("first"))
  const second = mount(place, "fr", open("never"))
  first()
  const afterFirst = [...closed]
  const third = mount(place, "en", open("third"))
  second()
  const afterSecond = [...closed]
  third()
  third()
  return { afterFirst, afterSecond, closed }
}"""


def test_only_the_newest_call_tidies_up_and_once(visit):
    page = visit()
    page.get_by_label("Prompt", exact=True).wait_for()
    page.locator(".chain .stages").wait_for()
    assert page.evaluate(PLAYED) == {
        "afterFirst": [],
        "afterSecond": ["first"],
        "closed": ["first", "third"],
    }
