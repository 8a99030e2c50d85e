"""Numbers and dates as the reader's language writes them."""

from datetime import datetime

from babel.dates import format_datetime, get_timezone
from babel.numbers import format_decimal

from app.i18n import language


def plain(number: float) -> str:
    """A number with its groups and its decimal sign: "10 000" in French, "10,000" in English."""
    return format_decimal(number, locale=language())


def moment(when: datetime, zone: str | None = None) -> str:
    """Day and time of day, in the reader's time zone when it is known, else UTC."""
    pattern = "d MMM y, HH:mm" if language() == "fr" else "MMM d, y, HH:mm"
    return format_datetime(when, pattern, get_timezone(zone or "UTC"), language())
