"""`apparatus kiosk`: a machine alone in a gallery. The server, a full screen, and what keeps both there."""

import json
import os
import signal
import sys
import threading
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from apparatus.errors import BrokenCuration, NoBrowser
from apparatus.essays import Language
from apparatus.kiosk.browser import Browser, found
from apparatus.kiosk.checks import Finding, Machine
from apparatus.kiosk.curation import Curation
from apparatus.kiosk.supervising import Charge, Presence, Pulse, Supervisor, die_with_parent, launch
from apparatus.store import Store

PORT = 8530
BEHIND = 5
"""The niceness of the server and its worker: the screen comes first."""
SILENT = 20.0
"""Seconds without a word of the server, after which it is ended and started again."""
UNSEEN, LOADING = 18.0, 60.0
"""Seconds without a word of the page, after which the browser is begun anew; and until its first word."""
MARKS = {"ok": "ok", "missing": "missing", "unknown": "could not tell"}


def kiosk(
    config: Annotated[
        Path | None, typer.Option(help="The curator's file. Left out: prompts/kiosk.toml, or the package's.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where all of it lies. Left out: APPARATUS_KIOSK, or outputs/kiosk.")
    ] = None,
    port: Annotated[int, typer.Option(help="The port it listens on.", min=1, max=65535)] = PORT,
    bind: Annotated[
        str, typer.Option(help='0.0.0.0 lets phones fetch their picture, where farewell = "address".')
    ] = "127.0.0.1",
    device: Annotated[
        str | None, typer.Option(help="cuda, xpu, mps, cpu. Left out: the best there is.")
    ] = None,
    window: Annotated[bool, typer.Option("--window", help="In a window, for trying it.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="The server alone.")] = False,
    screen: Annotated[
        bool, typer.Option("--screen", help="The browser alone: another unit runs the server.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Start nothing: tell what is missing on this machine.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --check: print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Open the kiosk: a full screen that a gallery can leave alone."""
    place = kiosk_folder(folder)
    if check:
        _tell(Machine(config=config, folder=place, port=port, device=device, app=_app()).findings(), as_json)
        return
    language = _greets(config, screen)
    program = None if no_browser else found()
    if program is None and not no_browser:
        raise NoBrowser(os.environ.get("APPARATUS_BROWSER"))
    address = f"http://127.0.0.1:{port}/"
    charges: list[Charge] = []
    pulse = Pulse(f"{address}alive", patience=SILENT)
    if screen:
        die_with_parent(signal.SIGTERM)  # a session of its own keeps what the compositor leaves behind
    else:
        import_module("app.listening").listen(bind, port).close()
        charges.append(_server(pulse, config, place, bind, port, device))
        print(f"The kiosk opens at {address} . Ctrl-C ends it.", flush=True)
    browser = Browser(program, address, language, window=window) if program else None
    if browser is not None:
        charges.append(_shown(browser, pulse, Presence(f"{address}here")))
    try:
        Supervisor(charges, _said).run(_until_told())
    finally:
        pulse.close()
        if browser is not None:
            browser.close()


def _greets(config: Path | None, screen: bool) -> Language:
    """The language of the browser; the screen alone is no reason to stay dark where the file is broken.

    Raises:
        BrokenCuration: it is, and the server is to be started as well.
    """
    try:
        return Curation.load(config).languages[0]
    except BrokenCuration:
        if not screen:
            raise
        return "fr"


def kiosk_folder(said: Path | None) -> Path:
    """Where a kiosk lies: as it is said, else as APPARATUS_KIOSK says, else in the outputs."""
    return (said or Path(os.environ.get("APPARATUS_KIOSK") or Store().folder / "kiosk")).expanduser()


def _server(
    pulse: Pulse, config: Path | None, folder: Path, bind: str, port: int, device: str | None
) -> Charge:
    command = [sys.executable, "-P", "-m", "app.kiosk", "--folder", str(folder), "--bind", bind]
    command += ["--port", str(port)]
    command += ["--config", str(config.expanduser().absolute())] if config else []
    command += ["--device", device] if device else []
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    start = partial(launch, command, environment, behind=BEHIND)
    return Charge("server", start, heard=lambda: pulse.heard, patience=SILENT)


def _shown(browser: Browser, pulse: Pulse, page: Presence) -> Charge:
    return Charge(
        "browser", browser.start, wanted=lambda: pulse.open, heard=lambda: page.heard, lost=browser.lost,
        patience=UNSEEN, slow=LOADING,
    )  # fmt: skip


def _until_told() -> threading.Event:
    """Set when this process is asked to end."""
    asked = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, lambda *_: asked.set())
    return asked


def _said(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _app() -> Path:
    """Where the app lies: its fonts are packaged there."""
    spec = find_spec("app")
    return Path(spec.origin).parent if spec and spec.origin else Path("app")


def _tell(findings: list[Finding], as_json: bool) -> None:
    lacking = [one for one in findings if one.lacking]
    if as_json:
        told: dict[str, Any] = {"ready": not lacking, "findings": [vars(one) for one in findings]}
        print(json.dumps(told, ensure_ascii=False))
    else:
        for one in findings:
            if one.stays and not any(other.stays for other in findings[: findings.index(one)]):
                print("\nTo stand alone for weeks:")
            print(f"{MARKS[one.state]:<14}  {one.what:<12}  {one.said}")
            if one.do:
                print(f"{'':<30}{one.do}")
        print(f"\n{len(lacking)} of these must be mended first." if lacking else "\nThe kiosk can open.")
    if lacking:
        raise typer.Exit(1)
