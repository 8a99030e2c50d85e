"""The events of one exposure, for as many followers as there are."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

from apparatus.stages import Event


class Broadcast:
    """The events of one exposure, from the first to the last, whenever a follower joins.

    for event in broadcast: ...                  # in a thread, waits for what is to come
    async for event in broadcast.follow(7): ...  # in an event loop, from number 8 on
    """

    def __init__(self, exposure: str) -> None:
        """Nothing was sent yet."""
        self.id = exposure
        self._events: list[Event] = []
        self._more = threading.Condition()
        self._sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def over(self) -> bool:
        """Whether the last event is in: finished, failed, cancelled or interrupted."""
        last = self._events[-1:]
        return bool(last) and last[0].stage == "exposure" and last[0].kind != "waiting"

    def send(self, event: Event) -> None:
        """Give every follower one more event; its number is its place in this broadcast."""
        with self._more:
            self._events.append(event.model_copy(update={"number": len(self._events)}))
            self._more.notify_all()
            for loop, wake in self._sleepers:
                with suppress(RuntimeError):  # that loop was closed
                    loop.call_soon_threadsafe(wake.set)

    def __iter__(self) -> Iterator[Event]:
        """Every event, waiting for those to come."""
        number = 0
        while True:
            with self._more:
                while number == len(self._events):
                    if self.over:
                        return
                    self._more.wait()
            yield self._events[number]
            number += 1

    async def follow(self, after: int = -1) -> AsyncIterator[Event]:
        """Every event with a number greater than `after`, waiting for those to come."""
        sleeper = asyncio.get_running_loop(), asyncio.Event()
        with self._more:
            self._sleepers.add(sleeper)
        try:
            number = after + 1
            while True:
                sleeper[1].clear()
                for event in self._events[number:]:
                    yield event
                    number += 1
                if self.over and number >= len(self._events):
                    return
                await sleeper[1].wait()
        finally:
            with self._more:
                self._sleepers.discard(sleeper)
