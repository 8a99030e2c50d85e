"""A visitor's hands and eyes: touches a kiosk's page by Chromium's own protocol, and measures the answer."""

import random
import time
from contextlib import suppress
from typing import Any

from kiosk_show import Show, wait
from playwright.sync_api import Browser, CDPSession, Error, Page, Playwright

PROBE = """
if (!window.seen) {
  const seen = window.seen = { touches: [], asked: null, shown: {} }
  addEventListener("pointerdown", ({ timeStamp: from }) => {
    const watch = new MutationObserver(changed)
    function changed() {
      watch.disconnect()
      requestAnimationFrame(() => setTimeout(() => seen.touches.push(performance.now() - from)))
    }
    if (document.querySelector(".pressed")) return changed()
    watch.observe(document, { subtree: true, attributes: true, childList: true, characterData: true })
    setTimeout(() => watch.disconnect(), 3000)
  }, { capture: true })
  addEventListener("click", ({ target, timeStamp }) => {
    if (target.closest?.(".make")) Object.assign(seen, { asked: timeStamp, shown: {} })
  }, { capture: true })
  new MutationObserver(() => {
    const { step, whole } = document.querySelector("[data-frame]")?.dataset ?? {}
    if (seen.asked === null || document.body.dataset.screen !== "watch") return
    const note = (name) => seen.shown[name] ??= performance.now() - seen.asked
    if (step !== "" && step !== undefined) note("noise")
    if (Number(step) >= 1) note("step")
    if (whole === "true") note("whole")
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-step", "data-whole"] })
}
"""
"""Notes when a touch was answered by a change on the screen, and when pictures came after the last card."""
DRAIN = """() => {
  const { touches, shown } = seen
  Object.assign(seen, { touches: [], shown: {}, asked: null })
  return { touches, shown }
}"""
PLACE = """(found) => {
  const { x, y, width, height } = found.getBoundingClientRect()
  const point = { x: x + width / 2, y: y + height / 2 }
  const there = document.elementFromPoint(point.x, point.y)
  return there && (found.contains(there) || there.contains(found)) && !found.disabled ? point : null
}"""
WATCHED = """document.body.dataset.screen !== 'watch'
  || document.querySelector('[data-frame]').dataset.whole === 'true'"""
ABLE = 120.0
"""Seconds until the recordings' screen lets somebody in: a model may have to be loaded first."""
HELD = 0.06
"""Seconds that a finger stays."""


class Stuck(Exception):
    """The page did not do what a visitor may expect of it."""


class Hands:
    """They find the page of whatever browser runs now, and touch it."""

    def __init__(self, playwright: Playwright, show: Show) -> None:
        """Nothing is touched yet."""
        self._playwright, self._show = playwright, show
        self._browser: Browser | None = None
        self.page: Page | None = None
        self._wire: CDPSession | None = None
        self.elsewhere: list[str] = []

    def find(self, seconds: float = 90) -> float:
        """Wait for a browser that shows the page, and take hold of it; how long that took."""
        begun = time.monotonic()
        self.let_go()
        while time.monotonic() - begun < seconds:
            with suppress(Error, OSError):
                address = f"http://127.0.0.1:{self._show.debug}"
                self._browser = self._playwright.chromium.connect_over_cdp(address, timeout=5000)
                pages = [page for context in self._browser.contexts for page in context.pages]
                self._hold(next(page for page in pages if f":{self._show.port}/" in page.url))
                return time.monotonic() - begun
            time.sleep(0.2)
        raise Stuck("no browser shows the page")

    def let_go(self) -> None:
        """Hold no browser any more."""
        if self._browser is not None:
            with suppress(Error):
                self._browser.close()
        self._browser = self.page = self._wire = None

    def _hold(self, page: Page) -> None:
        page.set_default_timeout(15_000)
        page.add_init_script(PROBE)
        page.on("request", self._asked)
        self._wire = page.context.new_cdp_session(page)
        self.page = page
        self.sees("document.body?.dataset.screen")
        page.evaluate(PROBE)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((f"http://127.0.0.1:{self._show.port}/", "data:", "blob:")):
            self.elsewhere.append(request.url)

    # ---- What they do ------------------------------------------------------------------------------------

    def there(self, selector: str) -> bool:
        """Whether something like that is on the page."""
        return bool(self._held().locator(selector).count())

    def screen(self) -> str:
        """The screen that is shown."""
        return str(self._held().evaluate("document.body.dataset.screen ?? ''"))

    def until(self, *screens: str, seconds: float = 30) -> str:
        """Wait for one of these screens."""
        return self.sees(
            f"{list(screens)}.includes(document.body.dataset.screen) && document.body.dataset.screen", seconds
        )

    def sees(self, expression: str, seconds: float = 30) -> Any:
        """Wait until an expression holds in the page; its value."""
        end, page, lost = time.monotonic() + seconds, self._held(), ""
        while time.monotonic() < end:
            try:
                if value := page.evaluate(expression):
                    return value
            except Error as error:  # the page is being loaded anew; or it is gone
                lost = f" ({error.message[:80]})"
                if page.is_closed() or self._gone():
                    break
            time.sleep(0.05)
        raise Stuck(f"it never came true at {self._where()}{lost}: {expression}")

    def _gone(self) -> bool:
        return self._browser is None or not self._browser.is_connected()

    def tap(self, selector: str, nth: int = 0, seconds: float = 10) -> None:
        """Touch something that can be touched where it lies."""
        page, point = self._held(), None
        found = page.locator(selector).locator("visible=true").nth(nth)

        def there() -> bool:
            nonlocal point
            with suppress(Error):
                point = found.evaluate(PLACE, timeout=2000)
            return point is not None

        if wait(there, seconds, 0.05) is None or point is None or self._wire is None:
            raise Stuck(f"{selector} cannot be touched at {self._where()}")
        try:
            self._wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
            time.sleep(HELD)
            self._wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        except Error as error:
            raise Stuck(f"the browser went away: {error.message[:60]}") from error

    def to(self, selector: str, *screens: str) -> None:
        """Touch what leads to another screen; again, as a visitor would, where it moved under the finger."""
        for _ in range(3):
            self.tap(selector)
            with suppress(Stuck):
                self.until(*screens, seconds=10)
                return
        raise Stuck(f"{selector} does not lead to {screens[0]} from {self._where()}")

    def some(self, selector: str) -> None:
        """Touch one of several, by chance."""
        many = self._held().locator(selector).locator("visible=true").count()
        if many:
            self.tap(selector, random.randrange(many))

    def noted(self) -> dict[str, Any]:
        """What was measured since it was asked last: milliseconds."""
        with suppress(Error):
            return dict(self._held().evaluate(DRAIN))
        return {"touches": [], "shown": {}}

    def heap(self) -> dict[str, float]:
        """Bytes of the page's script after collecting, and how many nodes and listeners it has."""
        assert self._wire is not None
        self._wire.send("HeapProfiler.collectGarbage")
        self._wire.send("Performance.enable")
        told = {one["name"]: one["value"] for one in self._wire.send("Performance.getMetrics")["metrics"]}
        return {"heap": told["JSHeapUsedSize"], "nodes": told["Nodes"], "listeners": told["JSEventListeners"]}

    def _held(self) -> Page:
        if self.page is None:
            raise Stuck("no page is held")
        return self.page

    def _where(self) -> str:
        with suppress(Error, Stuck):
            return self.screen()
        return "no screen"


class Visitor:
    """Somebody who comes, touches, sees, leaves."""

    def __init__(self, hands: Hands, language: str) -> None:
        """They speak French or English."""
        self.hands, self.language = hands, language

    def enter(self) -> None:
        """From the recordings to the cards, in their language."""
        hands = self.hands
        hands.until("attract")
        hands.sees("document.querySelector('.attract .begin')?.disabled === false", ABLE)
        hands.tap(f".settings button[lang={self.language}]")
        hands.to(".attract .begin", "compose")

    def ask(self) -> None:
        """Some words, and the picture."""
        hands = self.hands
        hands.some(".compose .card")
        for _ in range(random.randrange(3)):
            hands.some(".compose .card")
        if random.random() < 0.4:
            hands.tap(".compose .dice")
        hands.sees("document.querySelector('.make')?.getAttribute('aria-disabled') === 'false'")
        hands.tap(".compose .make")
        hands.until("watch", "walk")

    def watch(self, seconds: float = 90) -> None:
        """Until the picture is whole, and on."""
        hands = self.hands
        hands.sees(WATCHED, seconds)
        if hands.screen() == "watch":
            with suppress(Stuck):
                hands.tap(".watch [data-act=next]", seconds=4)
        hands.until("walk")

    def look(self) -> None:
        """Through the walk, into one of its stages and out again."""
        hands, inside = self.hands, random.randrange(1, 6)
        for turn in range(14):
            if hands.screen() != "walk":
                break
            if turn == inside and hands.there(".walk [data-act=inside]:not(.none)"):
                hands.to(".walk [data-act=inside]", "inside")
                hands.some(".inside [data-hold]")
                while hands.screen() == "inside":
                    hands.tap(".inside [data-act=back]")
                    time.sleep(0.2)
            with suppress(Stuck):
                hands.tap(".walk [data-act=next], .walk [data-act=meaning]", seconds=4)
            time.sleep(0.1)
        hands.until("meaning")

    def leave(self) -> None:
        """By the ledger and the farewell."""
        hands = self.hands
        hands.tap(".meaning [data-act=next]")
        hands.to(".meaning [data-act=farewell]", "farewell")
        hands.to(".farewell .foot .act", "attract")

    def whole(self) -> None:
        """A whole visit, with a picture."""
        self.enter()
        self.ask()
        self.watch()
        self.look()
        self.leave()

    def glance(self) -> None:
        """Look at a recording for a moment, choose a word, and begin again."""
        hands = self.hands
        hands.until("attract")
        time.sleep(random.random())
        self.enter()
        hands.some(".compose .card")
        hands.tap(".settings .over")
        hands.tap("dialog[open] .way")
        hands.until("attract")
