"""Overtime of a workweek: which minutes are regular, which are not, and what each comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction


class EarnCode(StrEnum):
    """What kind of hour it is."""

    REGULAR = "regular"
    OVERTIME = "overtime"


@dataclass(frozen=True)
class WeekEntry:
    """One shift's payable minutes in one workweek. `ref` is the caller's own id; rates are cents an hour."""

    ref: int
    starts_at: datetime
    minutes: int
    bill_rate_cents: int
    pay_rate_cents: int


@dataclass(frozen=True)
class Segment:
    """Minutes of one kind with both results in cents. The amounts are exact; the rates are what is printed beside them."""

    ref: int
    earn_code: EarnCode
    minutes: int
    bill_rate_cents: int
    pay_rate_cents: int
    bill_cents: int
    pay_cents: int


WEEKLY_THRESHOLD_MINUTES = 40 * 60
"""Forty hours of a workweek, after which overtime begins (29 CFR 778.110). Pages and the recount of the books ask here."""


def weekly_overtime(
    entries: Sequence[WeekEntry],
    threshold_minutes: int | None = WEEKLY_THRESHOLD_MINUTES,
    before: Sequence[WeekEntry] = (),
    bonus_cents: int = 0,
) -> list[Segment]:
    """Split one coordinator's workweek into regular and overtime segments, in the order the work was done.

    Overtime is what comes after `threshold_minutes` (29 CFR 778.110). It is paid at the hour's own rate plus half the
    regular rate, which is all straight-time pay and bonus of the week over all its hours (778.115, 778.208): $12 for 46 h
    is $588.00, with a $46 bonus $637.00 of which this function gives the hours ($591.00). It is billed at 1.5 times the
    hour's own bill rate. `threshold_minutes=None` is for whom overtime does not apply. `before` are hours of the same week
    that already have their segments: they count towards the threshold and the regular rate and get none again.
    Each amount is rounded half up once.
    """
    if any(entry.minutes < 0 or entry.bill_rate_cents < 0 or entry.pay_rate_cents < 0 for entry in (*before, *entries)):
        raise ValueError("minutes and rates are never negative")
    minutes_before = sum(entry.minutes for entry in before)
    week_minutes = minutes_before + sum(entry.minutes for entry in entries)
    straight_pay = sum(entry.minutes * entry.pay_rate_cents for entry in (*before, *entries)) + 60 * bonus_cents
    regular_rate = Fraction(straight_pay, week_minutes) if week_minutes else Fraction(0)

    segments: list[Segment] = []
    done = minutes_before
    for entry in sorted(entries, key=lambda entry: (entry.starts_at, entry.ref)):
        left = entry.minutes if threshold_minutes is None else max(0, threshold_minutes - done)
        regular = min(entry.minutes, left)
        overtime = entry.minutes - regular
        if regular:
            bill, pay = Fraction(entry.bill_rate_cents), Fraction(entry.pay_rate_cents)
            segments.append(_segment(entry.ref, EarnCode.REGULAR, regular, bill, pay))
        if overtime:
            bill = Fraction(entry.bill_rate_cents) * Fraction(3, 2)
            pay = entry.pay_rate_cents + regular_rate / 2
            segments.append(_segment(entry.ref, EarnCode.OVERTIME, overtime, bill, pay))
        done += entry.minutes
    return segments


def _segment(ref: int, earn_code: EarnCode, minutes: int, bill: Fraction, pay: Fraction) -> Segment:
    return Segment(
        ref,
        earn_code,
        minutes,
        _half_up(bill),
        _half_up(pay),
        _half_up(bill * minutes / 60),
        _half_up(pay * minutes / 60),
    )


def _half_up(amount: Fraction) -> int:
    return int(2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
