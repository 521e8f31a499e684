"""Amounts and lengths of time as people read them, in whichever language."""

from typing import NamedTuple


def dollars(cents: int) -> str:
    """Cents as people read them: $1,234.50, or -$12.00."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def hours_and_minutes(minutes: int) -> str:
    """Minutes as h:mm, the way a timesheet prints them: 425 is 7:05, 70,935 is 1182:15."""
    sign = "-" if minutes < 0 else ""
    return f"{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def duration(minutes: int) -> str:
    """Minutes as a sentence says them: 42 h, 3 h 20 min, 0 min. Tables print `hours_and_minutes` instead."""
    sign, (whole, left) = "-" if minutes < 0 else "", divmod(abs(minutes), 60)
    return sign + " ".join(filter(None, (f"{whole:,} h" if whole else "", f"{left} min" if left or not whole else "")))


class Dollars(NamedTuple):
    """Cents as a value of a phrase."""

    cents: int

    def read(self, _language: object) -> str:
        """$1,234.50"""
        return dollars(self.cents)


class Hours(NamedTuple):
    """Minutes as a value of a phrase, the way a timesheet prints them."""

    minutes: int

    def read(self, _language: object) -> str:
        """7:05"""
        return hours_and_minutes(self.minutes)


class Length(NamedTuple):
    """Minutes as a value of a phrase, the way people say them."""

    minutes: int

    def read(self, _language: object) -> str:
        """42 h, 3 h 20 min"""
        return duration(self.minutes)
