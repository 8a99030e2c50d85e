"""The real app in a real browser: a server of its own, the embedded model, Debian's Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import booths
import pytest
from playwright.sync_api import Error, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROOT = Path(__file__).parents[2]
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")  # while it is open an event loop runs, and no test may start another
def browser():
    if CHROMIUM is None:
        missing = "no Chromium on this machine: `make browser` installs one"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(folder, **environment):
    """The app's process and address, started from a folder that is not its own; it ends with the scope."""
    port = free_port()
    log = (folder / "log").open("w")
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    server = subprocess.Popen(
        [sys.executable, "-c", f"from app.main import run; run(port={port}, headless=True)"],
        cwd=folder,
        env=os.environ | {"APPARATUS_OUTPUTS": str(folder / "outputs"), "PYTHONPATH": path} | environment,
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urlopen(f"{address}/_stcore/health", timeout=5).close()
                break
            except (URLError, OSError):
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.25)
        yield server, address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture(scope="session")
def serving():
    """What starts another app: `with serving(folder, APPARATUS_MODEL=…) as (process, address)`."""
    return serve


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app as it is installed."""
    with serve(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.fixture(scope="session")
def app(server):
    """The app's address."""
    return server[1]


@pytest.fixture
def workers(server):
    """The process ids of the workers that make pictures, as they are now."""
    app = server[0].pid

    def workers():
        children = Path(f"/proc/{app}/task").glob("*/children")
        ids = [int(id) for child in children for id in child.read_text().split()]
        return [id for id in ids if b"apparatus.engine.worker" in Path(f"/proc/{id}/cmdline").read_bytes()]

    return workers


@pytest.fixture
def visit(browser, app):
    """Open an address of the app as a reader would; no request may go elsewhere, no script may fail."""
    contexts, failures = [], []

    def elsewhere(request):
        if not request.url.startswith((app, "data:", "blob:", app.replace("http", "ws"))):
            failures.append(f"asked for {request.url}")

    def visit(path="/", locale="fr-FR", width=1440, height=900, **options):
        size = {"width": width, "height": height}
        context = browser.new_context(locale=locale, viewport=size, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", elsewhere)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(app + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
        return page

    yield visit
    for context in contexts:
        try:
            context.close()
        except Error as error:
            failures.append(str(error))
    assert not failures


UPRIGHT, LYING = {"width": 1080, "height": 1920}, {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory):
    """A kiosk with the embedded model, which can make pictures and has a recording."""
    with booths.opened(tmp_path_factory.mktemp("gallery") / "kiosk", "obscura") as kiosk:
        yield kiosk.able(300)


@pytest.fixture
def stand(browser):
    """Stand before a kiosk's screen; no request goes elsewhere, no script fails, no browser asks."""
    windows, failures = [], []

    def stand(kiosk, size="upright", clock=False, ready=True):
        screen = UPRIGHT if size == "upright" else LYING
        window = browser.new_context(viewport=screen, has_touch=True, locale="fr-FR")
        windows.append(window)
        page = window.new_page()
        address = f"http://127.0.0.1:{kiosk.port}/"
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("dialog", lambda asked: failures.append(asked.message))
        page.on(
            "request",
            lambda asked: asked.url.startswith((address, "data:", "blob:")) or failures.append(asked.url),
        )
        if clock:
            page.clock.install()
        page.goto(address)
        if ready:
            expect(page.locator(".attract .begin")).to_be_enabled()
        return page

    yield stand
    for window in windows:
        window.close()
    assert not failures
