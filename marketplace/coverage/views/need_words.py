"""The days and hours of a need in words."""

from marketplace.coverage.queries import Seats
from marketplace.needs.models import Need
from marketplace.needs.texts import clock_span, days_between, weekday_words, weekdays_of


def need_in_words(need: Need, seats: Seats) -> dict[str, object]:
    """A need with its seats, weekdays ("Mon – Fri"), hours ("9am – 5pm") and days ("Nov 30 – Dec 18, 2026")."""
    first, last = seats.first or need.first_day, seats.last or need.until or need.first_day
    return {
        "need": need,
        "seats": seats,
        "days": days_between(first, max(first, last)),
        "weekdays": weekday_words(weekdays_of(need)),
        "hours": clock_span(need.starts_local, need.ends_local),
    }
