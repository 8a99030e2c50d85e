"""The workshop's pages: the door, a participant's, the wall, the host's; framed here, drawn by scripts."""

import json
from functools import partial
from html import escape
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.cards import cards
from app.components import problems
from app.components.enhance_labels import enhance_labels
from app.components.labels import labels
from app.components.loop_labels import looped
from app.components.meter_labels import metered
from app.components.retouch_labels import retouched
from app.components.select_labels import selected
from app.components.words import stage_words
from app.gate import same
from app.i18n import _, speaking
from app.workshop import states
from app.workshop.asking import asked_language, caller, hosting, is_host, keep, looking, person, room
from app.workshop.guest_labels import guest_labels
from app.workshop.host_labels import host_labels
from app.workshop.wall_labels import wall_labels
from apparatus import essays
from apparatus.essays import Language
from apparatus.workshop.queue import Ticket

PAGE = """\
<!doctype html>
<html lang="{language}" class="{name}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark light">
<title>{title}</title>
<link rel="icon" href="/app/static/icon.svg">
<link rel="stylesheet" href="/parts/base/base.css">
<link rel="stylesheet" href="/parts/workshop/workshop.css">
<link rel="stylesheet" href="/parts/workshop/{name}.css">
<script type="application/json" id="data">{data}</script>
<script type="module" src="/parts/workshop/{name}.js"></script>
</head>
<body>
<main id="page"></main>
<noscript><p>{noscript}</p></noscript>
</body>
</html>
"""


def framed(
    name: str, title: str, data: dict[str, Any], language: Language, status: int = 200
) -> HTMLResponse:
    """A page whose script is `/parts/workshop/<name>.js`, and which it gives `data`."""
    said = json.dumps(data | {"lang": language}, ensure_ascii=False).replace("<", "\\u003c")
    with speaking(language):
        noscript, app = _("This page needs JavaScript."), _("The apparatus")
    page = PAGE.format(
        language=language, name=name, title=escape(f"{title} · {app}"), data=said, noscript=escape(noscript)
    )
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


def door(request: Request) -> Response:
    """For whoever joined, their page; for others the door, where the code of the address is filled in."""
    language, own = asked_language(request), person(request)
    with speaking(language):
        data: dict[str, Any] = {"labels": guest_labels() | problems()}
        title = _("Workshop")
    if own is None:
        data |= {"code": request.query_params.get("code", "")[:16]}
        return framed("door", title, data, language)
    data |= {
        "name": own.name,
        "cards": [card[language] for card in cards()],
        "placeholder": data["labels"]["placeholder"],
        "enhancing": True,
        "host": is_host(request),
    }
    return framed("guest", title, data, language)


def wall(request: Request) -> Response:
    """The wall, for whoever may look; with the code in its address, for a beamer on another machine."""
    here, language = room(request), asked_language(request)
    told = request.query_params.get("code")
    if told is not None:
        _knock(request, same(told, here.code))
    if not looking(request) and not same(told, here.code):
        return RedirectResponse("/?wall=1", 303)
    with speaking(language):
        data = {
            "labels": wall_labels() | problems(),
            "address": here.address,
            "qr": states.code(f"{here.address}/?code={here.code}"),
            "stages": {stage["id"]: stage["title"] for stage in stage_words()},
            "passages": [
                states.passage(quote, language) | {"stage": quote.stages[0]}
                for quote in essays.quotes()
                if quote.short
            ],
        }
        page = framed("wall", _("The wall"), data, language)
    if same(told, here.code):
        keep(page, request, "wall", here.ticket)
    return page


def host(request: Request) -> Response:
    """The host's page; the token in its address is remembered, and taken out of it."""
    here, language = room(request), asked_language(request)
    token = request.query_params.get("token")
    if token is not None:
        if not same(token, here.token):  # too long to be guessed: the true one passes whoever tries others
            _knock(request, False)
            raise HTTPException(403)
        onward = RedirectResponse("/host", 303)
        keep(onward, request, "host", here.token)
        return onward
    hosting(request)
    with speaking(language):
        data = {
            "labels": host_labels() | problems(),
            "address": here.address,
            "alone": "127.0.0.1" in here.address,
            "name": here.queue.folder.name,
            "qr": states.code(f"{here.address}/?code={here.code}"),
            "exercises": states.offered(language),
        }
        return framed("host", _("The host’s page"), data, language)


def _knock(request: Request, right: bool) -> None:
    """Count what was tried: who tried too often hears nothing for a while, not even that they are right.

    Raises:
        HTTPException: that is so.
    """
    knocking = room(request).knocking
    if knocking.wait(caller(request), take=False):
        raise HTTPException(429)
    if not right:
        knocking.wait(caller(request))


def chain(ticket: Ticket, language: Language) -> dict[str, Any]:
    """What the chain's script draws with: where one picture's events are, and every sentence."""
    with speaking(language):
        said = labels() | enhance_labels() | retouched() | selected() | looped() | metered() | problems()
        return {
            "lang": language,
            "exposure": ticket.exposure,
            "eventsUrl": f"/pictures/{ticket.id}/events",
            "pictureUrl": f"/pictures/{ticket.id}/picture.png",
            "labels": said,
            "stages": stage_words(),
        }


def missing(request: Request, status: int) -> Response:
    """What is not there, or is nobody's business, as a page."""
    language = asked_language(request)
    with speaking(language):
        said = {
            403: _(
                "This page is for another. The host’s address holds a token; yours is the one you joined by."
            ),
            429: _("That was tried too often. Wait a minute, then try again."),
        }.get(status, _("There is nothing here."))
        data = {"said": said, "labels": {"to_door": _("To the workshop")}}
        return framed("lost", _("Workshop"), data, language, status)


def routes() -> list[Route]:
    """All of them. What reads the disk does so beside the loop that serves everybody."""

    def aside(show: Any) -> Any:
        async def shown(request: Request) -> Response:
            answer: Response = await run_in_threadpool(partial(show, request))
            return answer

        return shown

    return [Route("/", aside(door)), Route("/wall", aside(wall)), Route("/host", aside(host))]
