"""When a kiosk is open: spans of each day of the week, by the clock on the wall."""

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
"""Minutes."""

TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

Span = tuple[int, int]
"""From when until when, in minutes since the midnight before it began: 1080 to 1560 is 18:00 to 2:00."""


def spans(said: Any) -> tuple[Span, ...]:
    """["10:00", "18:00"], or several such pairs; a span that ends before it begins goes past midnight.

    Raises:
        ValueError: it is none of that.
    """
    if not isinstance(said, list | tuple):
        raise ValueError(f"it is {said!r}, and that is no pair of times")
    pairs = [said] if said and not isinstance(said[0], list | tuple) else said
    return tuple(map(_span, pairs))


def _span(pair: Any) -> Span:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"{pair!r} is no pair of times")
    begin, end = map(_minute, pair)
    if begin == DAY:
        raise ValueError("a day begins at 00:00; 24:00 is only an end")
    if begin == end:
        raise ValueError(f'it opens and closes at {pair[0]}; the whole day is ["00:00", "24:00"]')
    return begin, end if end > begin else end + DAY


def _minute(said: Any) -> int:
    if isinstance(said, time):  # TOML knows times without quotes, with seconds
        return said.hour * 60 + said.minute
    if said == "24:00":
        return DAY
    found = TIME.fullmatch(said.strip()) if isinstance(said, str) else None
    if found is None:
        raise ValueError(f"{said!r} is no time of day")
    return int(found[1]) * 60 + int(found[2])


Spans = Annotated[tuple[Span, ...] | None, BeforeValidator(spans)]


class Hours(BaseModel):
    """The spans of each day; `daily` are those of the days that are not named. Nothing said: always open.

    A span that goes past midnight belongs to the day on which it began.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    daily: Spans = None
    mon: Spans = None
    tue: Spans = None
    wed: Spans = None
    thu: Spans = None
    fri: Spans = None
    sat: Spans = None
    sun: Spans = None

    def of(self, weekday: int) -> tuple[Span, ...]:
        """The spans that begin on a day, Monday 0."""
        own: tuple[Span, ...] | None = getattr(self, DAYS[weekday % 7])
        return (self.daily or ()) if own is None else own

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open then, by the clock of `moment`."""
        if self == Hours():
            return True
        now = moment.hour * 60 + moment.minute
        today, yesterday = self.of(moment.weekday()), self.of(moment.weekday() - 1)
        return any(begin <= now < end for begin, end in today) or any(
            begin <= now + DAY < end for begin, end in yesterday
        )

    def changes(self, after: datetime) -> datetime | None:
        """When it next opens or closes, by the clock of `after`; None if it never does."""
        midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
        edges = sorted(
            midnight + timedelta(days=day, minutes=minute)
            for day in range(-1, 9)
            for span in self.of(after.weekday() + day)
            for minute in span
        )
        now = self.open_at(after)
        return next((edge for edge in edges if edge > after and self.open_at(edge) != now), None)
