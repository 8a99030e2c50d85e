"""`apparatus status`: how the kiosk is that runs on this machine."""

import json
import os
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from apparatus.cli.kiosk import PORT, kiosk_folder
from apparatus.errors import NoKiosk
from apparatus.placement import size

TOKEN = "token"
"""The file in the kiosk's folder that lets its curator in."""
PATIENCE = 10.0
DAY, HOUR, MINUTE = 86_400, 3600, 60
SOON = timedelta(minutes=15)


def status(
    folder: Annotated[
        Path | None, typer.Option(help="Where the kiosk lies. Left out: APPARATUS_KIOSK, or outputs/kiosk.")
    ] = None,
    port: Annotated[int, typer.Option(help="The port it listens on.", min=1, max=65535)] = PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    dark: Annotated[
        bool,
        typer.Option("--dark", help="Print nothing; exit code 0: the screen may go dark, 1: it may not."),
    ] = False,
) -> None:
    """Tell how the kiosk is: since when it runs, what it made, what went wrong, what the machine has left."""
    facts = _asked(kiosk_folder(folder), port)
    if dark:
        raise typer.Exit(0 if may_go_dark(facts, datetime.now().astimezone()) else 1)
    print(json.dumps(facts, ensure_ascii=False) if as_json else "\n".join(told(facts)))


def _asked(folder: Path, port: int) -> dict[str, Any]:
    """What the server says to its curator.

    Raises:
        NoKiosk: none answers there, or its token cannot be read.
    """
    where = f"http://127.0.0.1:{port}"
    try:
        token = (folder / TOKEN).read_text().strip()
    except OSError as error:
        why = f"{folder / TOKEN}: {error.strerror}"
        raise NoKiosk(where, why + "; try it with sudo" * isinstance(error, PermissionError)) from error
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/curator/status.json?token={quote(token)}")
        answer = connection.getresponse()
        if answer.status != 200:
            raise NoKiosk(
                where, f"what listens there answers {answer.status}: that is another kiosk's {folder}"
            )
        facts: dict[str, Any] = json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, NoKiosk):
            raise
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise NoKiosk(where, why or type(error).__name__) from error
    finally:
        connection.close()
    return facts


def may_go_dark(facts: dict[str, Any], now: datetime) -> bool:
    """Whether nobody misses the screen: it is closed, nobody is there, and it does not open soon."""
    changes = facts.get("changes")
    opens = datetime.fromisoformat(changes) - now if changes else SOON
    return not facts["open"] and not facts["visit"] and opens >= SOON


def told(facts: dict[str, Any]) -> list[str]:
    """It in lines, as a person reads them."""
    last = facts.get("last_error")
    trouble = f"{last['kind']}, {span(float(last['ago']))} ago ({facts['errors']} in all)" if last else "none"
    disk, memory = facts.get("disk"), facts.get("memory")
    degrees = facts.get("temperature")
    lines = {
        "runs for": f"{span(float(facts['uptime']))}, started {facts.get('starts', 1)} times within a day",
        "open": "yes" if facts.get("open") else "no, it is outside its hours",
        "a visitor": "is there" if facts.get("visit") else "is not there",
        "makes pictures": "yes" if facts.get("able") else "no: the recordings play",
        "a screen": "shows it" if facts.get("shown") else "shows nothing: look at the screen's own unit",
        "pictures made": f"{facts['pictures']}, today {facts.get('today', 0)}",
        "recordings": f"{facts.get('recordings', 0)} of {facts.get('wanted', 0)}",
        "last error": trouble,
        "disk": f"{size(disk['free'])} free of {size(disk['all'])}" if disk else "not readable",
        "memory": f"{size(memory['available'])} free of {size(memory['all'])}" if memory else "not readable",
        "the kiosk holds": size(memory["own"]) if memory else "not readable",
        "temperature": f"{degrees} °C" if degrees is not None else "not readable",
    }
    if facts.get("curation"):
        lines["curation"] = str(facts["curation"])
    if facts.get("statistics"):
        lines["statistics"] = str(facts["statistics"])
    return [f"{name:<18}{said}" for name, said in lines.items()]


def span(seconds: float) -> str:
    """A time as a person says it: "3 d 4 h", "12 min", "8 s"."""
    whole = int(seconds)
    if whole >= DAY:
        return f"{whole // DAY} d {whole % DAY // HOUR} h"
    if whole >= HOUR:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // MINUTE} min" if whole >= MINUTE else f"{whole} s"
