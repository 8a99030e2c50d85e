"""What the curator sees, behind a token: how the kiosk is, and how it is used. Nothing of any visitor."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.gate import same
from app.i18n import _, named, preferred, speaking
from app.kiosk.asking import booth
from app.kiosk.booth import Booth
from app.kiosk.doing import FRESH
from app.wording import moment
from apparatus.errors import BrokenCuration
from apparatus.essays import Language
from apparatus.kiosk import composing
from apparatus.kiosk.cards import cards

PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{title}</title>
<link rel="icon" href="/app/static/icon.svg">
<link rel="stylesheet" href="/parts/base/base.css">
<link rel="stylesheet" href="/parts/kiosk/curator.css">
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
COOKIE = "kiosk-curator"
DAYS, WORDS = 31, 40
"""Days, and words, that the page shows; the CSV has all."""

Rows = Iterable[tuple[Any, ...]]


def trusted(request: Request) -> Booth:
    """The booth, where the curator asks: by a cookie, by the token in the address, or as a bearer of it.

    Raises:
        HTTPException: somebody else does, or tried too often.
    """
    here = booth(request)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    told = [request.cookies.get(COOKIE), request.query_params.get("token"), bearer]
    if any(same(one, here.token) for one in told):
        return here
    if request.query_params.get("token") is not None and here.knocking.wait("curator"):
        raise HTTPException(429)
    raise HTTPException(403)


async def page(request: Request) -> Response:
    """How it stands, to be read; a token in the address is remembered, and taken out of it."""
    here = trusted(request)
    if "token" in request.query_params:
        onward = RedirectResponse("/curator", 303, FRESH)
        onward.set_cookie(COOKIE, here.token, httponly=True, samesite="strict", path="/curator")
        return onward
    own = named(request.query_params.get("lang"))
    language = own or preferred(request.headers.get("accept-language"))
    return HTMLResponse(await asyncio.to_thread(drawn, here, language), headers=FRESH)


async def status(request: Request) -> Response:
    """How it stands, as JSON."""
    return JSONResponse(await asyncio.to_thread(trusted(request).told), headers=FRESH)


async def table(request: Request) -> Response:
    """Every count, as CSV."""
    here = trusted(request)
    found = await asyncio.to_thread(here.accounts.statistics.csv)
    headers = FRESH | {"Content-Disposition": 'attachment; filename="kiosk.csv"'}
    return Response(found, media_type="text/csv; charset=utf-8", headers=headers)


def drawn(here: Booth, language: Language) -> str:
    """The page."""
    told = here.told()
    totals = here.accounts.statistics.totals()
    with speaking(language):
        body = [
            _facts(_standing(told, language)),
            _links({"statistics.csv": _("All counts, as CSV"), "status.json": _("How it stands, as JSON")}),
            _table(_("Pictures by day"), _pictures(here, language)),
            _table(_("Where visits end, and why"), _rows(totals.get("end", {}), language, _ended())),
            _table(_("How long visits last, in seconds"), _rows(totals.get("seconds", {}), language)),
            _table(_("At what hour visits begin"), _rows(totals.get("visit", {}), language)),
            _table(_("Words that were chosen"), _rows(totals.get("word", {}), language, _words(language))),
            _table(_("Cards that were chosen"), _rows(totals.get("card", {}), language, _cards(language))),
        ]
        title = escape(_("The kiosk"))
    return PAGE.format(language=language, title=title, body="\n".join(filter(None, body)))


def _standing(told: dict[str, Any], language: Language) -> Rows:
    """How it stands, in words."""
    yes = {True: _("yes"), False: _("no")}
    unknown, last = _("this machine does not tell"), told["last_error"]
    disk, memory, heat = told["disk"], told["memory"], told["temperature"]
    ago = last and moment(datetime.fromisoformat(last["at"]))
    yield _("Open now"), yes[told["open"]]
    if told["changes"]:
        when = datetime.fromisoformat(told["changes"])
        yield _("Opens or closes next"), format_datetime(when, "EEEE HH:mm", locale=language)
    yield _("Pictures can be made"), yes[told["able"]]
    yield _("A screen shows it"), yes[told["shown"]]
    if told["curation"]:
        yield _("The file is broken; the one before holds"), told["curation"]
    yield _("Somebody is here now"), yes[told["visit"]]
    yield _("Running for"), format_timedelta(timedelta(seconds=told["uptime"]), locale=language)
    yield _("Starts within a day"), format_decimal(told["starts"], locale=language)
    yield _("Pictures since then"), format_decimal(told["pictures"], locale=language)
    yield _("Recordings"), _("{made} of {wanted}").format(made=told["recordings"], wanted=told["wanted"])
    yield _("Last error"), f"{last['kind']}, {ago} UTC" if last else _("none")
    yield _("Free on the disk"), _bytes(disk and disk["free"], language) or unknown
    yield _("Free memory"), _bytes(memory and memory["available"], language) or unknown
    yield _("Memory of the kiosk itself"), _bytes(memory and memory["own"], language) or unknown
    yield _("Temperature"), unknown if heat is None else f"{format_decimal(heat, locale=language)} °C"
    if told["statistics"]:
        yield _("Counts"), told["statistics"]


def _bytes(number: int | None, language: Language) -> str:
    if number is None:
        return ""
    unit = "Go" if language == "fr" else "GB"
    return f"{format_decimal(round(number / 1e9, 1), locale=language)}\N{NO-BREAK SPACE}{unit}"


def _pictures(here: Booth, language: Language) -> Rows:
    """Each of the last days with how many pictures were made on it."""
    for day, count in sorted(here.accounts.statistics.pictures().items(), reverse=True)[:DAYS]:
        said = format_date(datetime.fromisoformat(day).replace(tzinfo=UTC), locale=language)
        yield said, format_decimal(count, locale=language)


def _rows(counts: dict[str, int], language: Language, said: Mapping[str, str] | None = None) -> Rows:
    """What was counted most often; `said` is what each name is called in the reader's language."""
    for name, count in list(counts.items())[:WORDS]:
        yield (said or {}).get(name, name), format_decimal(count, locale=language)


def _ended() -> dict[str, str]:
    """Where and why a visit ends, by the name under which it is counted."""
    screens = {
        "compose": _("Choosing words"),
        "watch": _("Watching the picture come"),
        "walk": _("Walking through the stages"),
        "inside": _("Inside a stage"),
        "meaning": _("The three channels"),
        "farewell": _("Farewell"),
    }
    whys = {
        "farewell": _("finished"),
        "idle": _("nobody was there any more"),
        "again": _("begun anew"),
        "closed": _("closing time"),
        "fault": _("a fault"),
    }
    return {
        f"{at} {why}": f"{here}: {because}" for at, here in screens.items() for why, because in whys.items()
    }


def _words(language: Language) -> dict[str, str]:
    """Every word of the cards, by the name under which it is counted."""
    told = composing.words(language)
    groups = {"colours": "colour", "sizes": "size", "counts": "count", "places": "place", "walls": "wall"}
    groups |= {"settings": "setting", "lights": "light", "processes": "process"}
    named = {f"{name} {card['id']}": card["text"] for group, name in groups.items() for card in told[group]}
    return named | {f"noun {card['id']}": card["text"] for kind in told["nouns"].values() for card in kind}


def _cards(language: Language) -> dict[str, str]:
    """Every card, by its id."""
    with suppress(BrokenCuration):
        return {card.id: card.said(language) for card in cards()}
    return {}


def _links(files: Mapping[str, str]) -> str:
    told = (f'<a href="/curator/{name}">{escape(said)}</a>' for name, said in files.items())
    return f"<p>{' '.join(told)}</p>"


def _facts(rows: Rows) -> str:
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in rows)
    return f"<dl>{told}</dl>"


def _table(title: str, rows: Rows) -> str:
    """A table; nothing where nothing was counted."""
    told = "".join(
        f'<tr><th scope="row">{escape(str(name))}</th><td>{escape(str(count))}</td></tr>'
        for name, count in rows
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{told}</tbody></table>" if told else ""


def routes() -> list[Route]:
    """All of them."""
    return [
        Route("/curator", page),
        Route("/curator/status.json", status),
        Route("/curator/statistics.csv", table),
    ]
