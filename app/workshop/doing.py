"""What a page can do: join, ask for a picture, cancel, answer, hang; and, the host's, lead the room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from typing import Any

from sse_starlette import ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.gate import drawn, same
from app.saying import said
from app.workshop import states
from app.workshop.asking import (
    Answering,
    Hanging,
    Joining,
    Naming,
    Setting,
    Wishing,
    asked_language,
    caller,
    entry,
    hosting,
    is_host,
    joined,
    keep,
    person,
    room,
    ticket,
)
from app.workshop.room import Page, Room
from app.workshop.streams import Stream
from apparatus.enhancements import OWN, Enhance
from apparatus.errors import NotWanted, TooFast
from apparatus.essays import Language
from apparatus.settings import Settings
from apparatus.workshop.exercises import exercise
from apparatus.workshop.queue import Ticket

DONE = {"done": True}
Act = Callable[[Request], Awaitable[Response]]


async def join(request: Request) -> Response:
    """Somebody at the door, with the code; who was in already is still who they were."""
    asked: Joining = await said(request, Joining)
    here = room(request)
    if wait := here.knocking.wait(caller(request), take=False):
        raise TooFast(wait)
    if not same(asked.code, here.code):
        here.knocking.wait(caller(request))
        return JSONResponse({"problem": "WrongCode"}, 403)
    if wait := here.joining.wait(caller(request)):
        raise TooFast(wait)
    if (known := person(request)) is not None:
        return JSONResponse({"name": known.name})
    wish = "" if await asyncio.to_thread(here.refused, asked.name) else asked.name
    own, secret = await asyncio.to_thread(here.queue.join, wish, asked_language(request))
    here.changed()
    answer = JSONResponse({"name": own.name})
    keep(answer, request, "person", secret)
    return answer


async def rename(request: Request) -> Response:
    """Another name for whoever asks."""
    asked: Naming = await said(request, Naming)
    own, here = joined(request), room(request)
    wish = "" if await asyncio.to_thread(here.refused, asked.name) else asked.name
    name = await asyncio.to_thread(here.queue.rename, own.id, wish, asked_language(request))
    here.changed()
    return JSONResponse({"name": name})


async def leave(request: Request) -> Response:
    """Whoever asks goes."""
    await _gone(room(request), joined(request).id)
    answer = JSONResponse(DONE)
    answer.delete_cookie(f"person-{room(request).mark}", path="/")
    return answer


async def _gone(here: Room, id: str) -> None:
    for running in await asyncio.to_thread(here.queue.leave, id):
        await asyncio.to_thread(here.service.cancel, running)
    here.drop(id)
    here.service.wake()


async def wish(request: Request) -> Response:
    """A picture, or as many as the exercise makes of one prompt."""
    own, here = joined(request), room(request)
    asked: Wishing = await said(request, Wishing)
    again = here.queue.tickets("person = ? AND key = ?", own.id, asked.key)
    if not again and (wait := here.asking.wait(own.id)):
        raise TooFast(wait)
    language = asked_language(request)
    await _passed(here, asked.prompt, asked.guess)
    tickets = await asyncio.to_thread(_submitted, here, own.id, asked, language)
    here.service.wake()
    return JSONResponse({"tickets": [one.id for one in tickets]}, 202)


async def _passed(here: Room, *texts: str) -> None:
    """Have the house rules read them, beside the loop that serves everybody.

    Raises:
        NotWanted: one holds a word that is not wanted.
    """
    for text in texts:
        if await asyncio.to_thread(here.refused, text):
            raise NotWanted(text)


def _submitted(here: Room, person: str, asked: Wishing, language: Language) -> list[Ticket]:
    """The tickets of one wish; whose choices its settings are is kept with them."""
    if not asked.exercise:
        by = Enhance(by=OWN) if asked.enhance else None
        own = Settings(model=here.model, prompt=asked.prompt, seed=asked.seed, enhance=by)
        return here.queue.submit(person, asked.key, [own], guess=asked.guess)
    one = exercise(asked.exercise)
    seed = int(sha256(f"{person} {one.id}".encode()).hexdigest()[:8], 16) if one.make.same_seed else None
    wanted = one.settings(asked.prompt, seed, language, here.model)
    return here.queue.submit(person, asked.key, wanted, exercise=one.id, guess=asked.guess, who=one.who)


async def cancel(request: Request) -> Response:
    """Whoever asked for a picture, or the host, does not want it any more."""
    stopped = await asyncio.to_thread(room(request).service.cancel, ticket(request).id)
    return JSONResponse({"done": stopped})


async def answer(request: Request) -> Response:
    """What its maker says of a picture."""
    asked: Answering = await said(request, Answering)
    one, here = ticket(request), room(request)
    await _passed(here, asked.text)
    await asyncio.to_thread(here.queue.answer, one.id, asked.text)
    here.changed()
    return JSONResponse(DONE)


async def hang(request: Request) -> Response:
    """A picture goes up or comes down: its maker may take it down and put it back, the host may do all."""
    asked: Hanging = await said(request, Hanging)
    one, here = ticket(request), room(request)
    up = "pending" if here.queue.fact("approve") else "shown"
    wall: Any = asked.wall
    if not is_host(request):
        if asked.pinned is not None or one.wall == "hidden" or wall == "hidden":
            raise HTTPException(403)
        wall = up if wall == "shown" else wall
    await asyncio.to_thread(here.queue.hang, one.id, wall, asked.pinned)
    here.changed()
    return JSONResponse(DONE)


async def setting(request: Request) -> Response:
    """The host says how the room is to be."""
    asked: Setting = await said(request, Setting)
    here = hosting(request)
    if asked.exercise:
        exercise(asked.exercise)
    told = asked.model_dump(exclude_none=True)
    if "still" in told:
        told["stilled"] = told.pop("still")
    await asyncio.to_thread(lambda: here.queue.say(**told))
    here.service.wake()
    return JSONResponse(DONE)


async def recode(request: Request) -> Response:
    """Another join code; who is in stays in, but for walls that were opened by the old one."""
    here = hosting(request)
    old = here.ticket
    await asyncio.to_thread(lambda: here.queue.say(code=drawn()))
    here.drop(old)
    here.changed()
    return JSONResponse(DONE)


async def dismiss(request: Request) -> Response:
    """The host has somebody leave."""
    await _gone(hosting(request), request.path_params["person"])
    return JSONResponse(DONE)


async def end(request: Request) -> Response:
    """The host deletes everything, and the workshop is over."""
    here = hosting(request)
    try:
        await asyncio.to_thread(here.erase)
    finally:
        here.over()
    return JSONResponse(DONE)


async def stream(request: Request) -> Response:
    """What one page shows, from now on: `state`, and, for a participant, each `step` of their pictures."""
    here, language = room(request), asked_language(request)
    kind = request.path_params["page"]
    if kind == "guest":
        own = joined(request).id
        page = Page(lambda standing: states.guest(here, own, language, standing), own, own)
    elif kind == "wall" and (by := entry(request)):
        page = Page(lambda standing: states.wall(here, language, standing), by)
    elif kind == "host":
        hosting(request)
        page = Page(lambda standing: states.host(here, language, standing), "host")
    else:
        raise HTTPException(403)
    return Stream(request, _told(here, page), send_timeout=20)


async def _told(here: Room, page: Page) -> AsyncIterator[ServerSentEvent]:
    async for kind, data in here.messages(page):
        yield ServerSentEvent(event=kind, data=data)


def _paced(act: Act) -> Act:
    """The same, refused to a participant whose device asks for things in a loop."""

    async def done(request: Request) -> Response:
        own = person(request)
        if own is not None and (wait := room(request).telling.wait(own.id)):
            raise TooFast(wait)
        return await act(request)

    return done


def routes() -> list[Route]:
    """All of them."""
    acts: dict[str, Act] = {
        "/join": join,
        "/name": rename,
        "/leave": leave,
        "/pictures": wish,
        "/pictures/{ticket}/cancel": cancel,
        "/pictures/{ticket}/answer": answer,
        "/pictures/{ticket}/hang": hang,
        "/room": setting,
        "/room/code": recode,
        "/room/end": end,
        "/people/{person}/dismiss": dismiss,
    }
    posts = [Route(path, _paced(act), methods=["POST"]) for path, act in acts.items()]
    return [*posts, Route("/stream/{page}", stream)]
