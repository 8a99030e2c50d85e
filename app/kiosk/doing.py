"""What the page says: somebody is here, has chosen, wants to see, leaves."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.i18n import LANGUAGES
from app.kiosk import leaving, making
from app.kiosk.asking import (
    Beginning,
    Composing,
    Ending,
    Leaving,
    Letting,
    Pointing,
    Standing,
    Wishing,
    booth,
    visiting,
)
from app.kiosk.booth import Booth
from app.kiosk.refusals import NoTyping
from app.saying import said
from apparatus.errors import BrokenCuration, NothingChosen, NotWanted
from apparatus.kiosk import composing
from apparatus.kiosk.cards import Card, cards
from apparatus.record import Who
from apparatus.workshop.rules import Rules

FRESH = {"Cache-Control": "no-store"}
SIGN, LOOK = 5.0, 0.25
"""Seconds between two signs of life on the machine's own stream; and between two looks at how it stands."""
WIPING = 5.0
"""Seconds that a page waits at most until all that was the visitor's is gone."""


def answered(told: Any, status: int = 200) -> JSONResponse:
    """An answer that nobody keeps."""
    return JSONResponse(told, status, FRESH)


async def begin(request: Request) -> Response:
    """Somebody is here."""
    asked: Beginning = await said(request, Beginning)
    visit = await asyncio.to_thread(booth(request).begin, asked.language)
    return answered({"visit": visit.id})


async def sentence(request: Request) -> Response:
    """What was chosen so far, as a sentence, in both languages."""
    asked: Composing = await said(request, Composing)
    return answered({one: composing.sentence(asked.chosen, one) for one in LANGUAGES})


async def dice(request: Request) -> Response:
    """Chance chooses what was left open; of the second thing it is said that it is the `other`."""
    asked: Composing = await said(request, Composing)
    chosen, drawn = composing.dice(asked.chosen, random.SystemRandom(), booth(request).curation.nouns)
    told = {"chosen": chosen.model_dump(), "drawn": ["other" if one == "second" else one for one in drawn]}
    return answered(told | {one: composing.sentence(chosen, one) for one in LANGUAGES})


async def picture(request: Request) -> Response:
    """A picture; what is still made of another goes."""
    asked: Wishing = await said(request, Wishing)
    visit, here = visiting(request), booth(request)
    here.expect()
    prompt = await asyncio.to_thread(_prompt, here, asked)
    curation = here.curation
    steps = curation.num_inference_steps or None
    settings = making.expose(curation.model, prompt, asked.language, steps, here.enhancer)
    wish = here.making.picture(visit, settings, _who(asked))
    here.drop([one for one in visit.wishes.values() if one is not wish])
    here.ask(visit, wish)
    here.accounts.asked(asked.chosen, asked.drawn, None if asked.chosen else _card(asked))
    return answered({"exposure": wish.exposure}, 202)


def _prompt(here: Booth, asked: Wishing) -> str:
    """The words.

    Raises:
        NothingChosen: there are none.
        NoTyping: they were typed, and nothing may be.
        NotWanted: the house rules do not want one of them.
        BrokenRules: nobody knows what those are.
    """
    if asked.prompt is None:
        return composing.prompt(asked.chosen or composing.Chosen(), asked.language)
    text = " ".join(asked.prompt.split())
    if not text:
        raise NothingChosen
    if _card(asked) is not None:
        return text
    if not here.curation.typing:
        raise NoTyping
    if here.curation.rules and Rules.load().refused(text) is not None:
        raise NotWanted(text)
    return text


def _card(asked: Wishing) -> Card | None:
    """The card whose sentence it is; None where it is none's."""
    text = " ".join((asked.prompt or "").split())
    with suppress(BrokenCuration):  # cards that cannot be read are on no screen
        return next((card for card in cards() if " ".join(card.said(asked.language).split()) == text), None)
    return None


def _who(asked: Wishing) -> Who:
    """Who chose the words: chance, where it drew every one of them."""
    if asked.chosen is None:
        return "chance" if "prompt" in asked.drawn else "person"
    drawn = set(asked.drawn)
    things = [("noun", "colour", "size"), ("other", "other colour", "other size")]
    chosen = {
        name
        for pick, names in zip(asked.chosen.nouns, things, strict=False)
        for name, value in zip(names, (pick.noun, pick.colour, pick.size), strict=True)
        if value
    }
    chosen |= {
        name for name in ("place", "setting", "light", "wall", "process") if getattr(asked.chosen, name)
    }
    return "chance" if chosen and chosen <= drawn else "person"


async def without(request: Request) -> Response:
    """The same picture without one of its words."""
    asked: Letting = await said(request, Letting)
    visit, here = visiting(request), booth(request)
    here.expect()
    make = here.making.without
    wish = await asyncio.to_thread(make, visit, asked.exposure, asked.word, asked.occurrence)
    here.ask(visit, wish)
    return answered({"exposure": wish.exposure}, 202)


async def others(request: Request) -> Response:
    """Three more of the same words; asked for again, the same three."""
    asked: Pointing = await said(request, Pointing)
    visit, here = visiting(request), booth(request)
    if asked.exposure not in visit.others:
        here.expect()
        here.ask(visit, *await asyncio.to_thread(here.making.others, visit, asked.exposure))
    return answered({"exposures": visit.others[asked.exposure]}, 202)


async def keep(request: Request) -> Response:
    """The visitor would keep this one; which the program would have kept, and the ledger with both."""
    asked: Pointing = await said(request, Pointing)
    visit, here = visiting(request), booth(request)
    told = await asyncio.to_thread(here.making.choose, visit, asked.exposure)
    return answered({"kept": asked.exposure} | told)


async def farewell(request: Request) -> Response:
    """What the visitor takes away, as a code for a phone."""
    asked: Leaving = await said(request, Leaving)
    visit, here = visiting(request), booth(request)
    return answered(await asyncio.to_thread(leaving.code, here, visit, asked.exposure, asked.language))


async def standing(request: Request) -> Response:
    """The page shows another screen."""
    asked: Standing = await said(request, Standing)
    visiting(request).screen = asked.screen
    return Response(status_code=204)


async def end(request: Request) -> Response:
    """The visit is over; the answer comes when nothing of it is left."""
    asked: Ending = await said(request, Ending)
    gone = booth(request).end(visiting(request), asked.why)
    await asyncio.wait([asyncio.wrap_future(gone)], timeout=WIPING)
    return Response(status_code=204)


async def here(request: Request) -> Response:
    """The page's script runs: said every few seconds, and asked for by whoever looks after the browser."""
    asked = booth(request)
    if request.method == "POST":
        asked.hear()
        return Response(status_code=204)
    return answered({"heard": asked.heard, "pages": asked.pages})


async def alive(request: Request) -> Response:
    """How it stands with the machine, whenever that changes; and a sign of life."""
    page = "sec-fetch-mode" in request.headers  # as a browser says of itself, and no other program
    return EventSourceResponse(
        _told(booth(request), page), ping=3600, headers={"Cache-Control": "no-store"}, send_timeout=20
    )


async def _told(here: Booth, page: bool) -> AsyncIterator[ServerSentEvent]:
    last, said_at = "", 0.0
    here.pages += page
    try:
        while not here.ending:
            state = json.dumps(here.state(), separators=(",", ":"))
            if state != last:
                last, said_at = state, time.monotonic()
                yield ServerSentEvent(event="state", data=state, retry=1000)
            elif time.monotonic() - said_at >= SIGN:
                said_at = time.monotonic()
                yield ServerSentEvent(event="alive", data="1")
            await asyncio.sleep(LOOK)
    finally:
        here.pages -= page


def routes() -> list[Route]:
    """All of them."""
    post = ["POST"]
    return [
        Route("/alive", alive),
        Route("/here", here, methods=["GET", *post]),
        Route("/sentence", sentence, methods=post),
        Route("/dice", dice, methods=post),
        Route("/visits", begin, methods=post),
        Route("/visits/{visit}/pictures", picture, methods=post),
        Route("/visits/{visit}/without", without, methods=post),
        Route("/visits/{visit}/others", others, methods=post),
        Route("/visits/{visit}/keep", keep, methods=post),
        Route("/visits/{visit}/farewell", farewell, methods=post),
        Route("/visits/{visit}/at", standing, methods=post),
        Route("/visits/{visit}/end", end, methods=post),
    ]
