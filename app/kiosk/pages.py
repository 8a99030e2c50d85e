"""The kiosk's one page: a frame, and all that its script draws with, in both languages at once."""

import json
from functools import partial
from html import escape
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.cards import cards
from app.components.words import stage_words
from app.i18n import LANGUAGES, _, speaking
from app.kiosk.asking import booth
from app.kiosk.look_labels import look_labels
from app.kiosk.visit_labels import visit_labels
from apparatus.essays import Language
from apparatus.kiosk import composing
from apparatus.kiosk.curation import Curation
from apparatus.models.catalogue import DEFAULT

PAGE = """\
<!doctype html>
<html lang="{language}" class="{room}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{title}</title>
<link rel="icon" href="/app/static/icon.svg">
<link rel="stylesheet" href="/parts/base/base.css">
<link rel="stylesheet" href="/parts/kiosk/kiosk.css">
<script type="application/json" id="data">{data}</script>
<script type="module" src="/parts/kiosk/kiosk.js"></script>
</head>
<body>
<main id="page"></main>
<noscript><p>{noscript}</p></noscript>
</body>
</html>
"""
SHOWN = ("pace", "still_there", "countdown", "farewell", "typing", "light")
"""What the page must know of the curation."""


def page(request: Request) -> Response:
    """The page. Whoever loads it anew is nobody yet: a visit that was going on is over."""
    here = booth(request)
    visit = here.visit
    if visit is not None and request.method == "GET":
        here.end(visit, "fault")
    here.frame = here.frame or fixed(here.curation, enhance=here.enhancer is not None)
    data = here.frame | {"boot": here.boot, "recordings": here.recordings.ids}
    language: Language = here.curation.languages[0]
    with speaking(language):
        told = PAGE.format(
            language=language,
            room="light" if here.curation.light else "",
            title=escape(_("The apparatus")),
            noscript=escape(_("This page needs JavaScript.")),
            data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        )
    return HTMLResponse(told, headers={"Cache-Control": "no-store"})


def fixed(curation: Curation, *, enhance: bool) -> dict[str, Any]:
    """All that stays as it is while the kiosk runs."""
    languages = list(curation.languages)
    shown = {name: getattr(curation, name) for name in SHOWN}
    own = curation.model == DEFAULT
    return {
        "languages": languages,
        "curation": shown | {"enhance": enhance, "keep": curation.keep.pictures},
        "labels": {one: _in(one, lambda: visit_labels() | look_labels()) for one in languages},
        "words": {one: composing.words(one, curation.nouns) for one in languages} if own else None,
        "cards": [{one: card[one] for one in LANGUAGES} for card in cards()],
        "stages": {one: _in(one, partial(stages, curation)) for one in languages},
    }


def stages(curation: Curation) -> list[dict[str, Any]]:
    """The stages in words, each with the passages that the curator lets be shown."""
    allowed = {quote.id for quote in curation.passages_of()}
    return [
        stage | {"quotes": [quote for quote in stage["quotes"] if quote["id"] in allowed]}
        for stage in stage_words()
    ]


def _in(language: Language, say: Any) -> Any:
    with speaking(language):
        return say()


async def shown(request: Request) -> Response:
    """The page, put together beside the loop that serves everybody."""
    return await run_in_threadpool(page, request)


def routes() -> list[Route]:
    """All of them."""
    return [Route("/", shown)]
