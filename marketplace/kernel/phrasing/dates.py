"""Days as papers and the record write them: in English for every reader."""

from datetime import date


def short_date(day: date) -> str:
    """Nov 24, 2026"""
    return f"{day:%b} {day.day}, {day.year}"


def long_date(day: date) -> str:
    """November 24, 2026"""
    return f"{day:%B} {day.day}, {day.year}"
