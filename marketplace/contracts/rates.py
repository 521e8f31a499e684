"""Rates: cents an hour billed and paid, the markup between them, and the shape of a row of a card."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from marketplace.kernel import Invalid


@dataclass(frozen=True)
class Rate:
    """Cents an hour billed and paid; the markup on pay is in hundredths of a percent (4000 is 40 %)."""

    bill_cents: int
    pay_cents: int
    markup: int


def complete_rate(bill: int | None = None, pay: int | None = None, markup: int | None = None) -> Rate:
    """Any two of bill rate, pay rate (cents an hour) and markup (hundredths of a percent) give the third, half up.

    Invalid with fewer than two, with three that disagree, or when the pay would be zero or above the bill.
    """
    for amount, name in ((bill, "bill"), (pay, "pay")):
        if amount is not None and amount <= 0:
            raise Invalid("A rate must be more than $0.00 an hour.", name)
    if markup is not None and markup < 0:
        raise Invalid("The markup cannot be negative: the coordinator would be paid more than is billed.", "markup")
    match bill, pay, markup:
        case int(), int(), _:
            derived = _nearest((bill - pay) * 10_000, pay)
            if markup is not None and bill != _nearest(pay * (10_000 + markup), 10_000) and markup != derived:
                raise Invalid("Bill rate, pay rate and markup do not agree. Leave one of them empty.", "markup")
            rate = Rate(bill, pay, derived)
        case None, int(), int():
            rate = Rate(_nearest(pay * (10_000 + markup), 10_000), pay, markup)
        case int(), None, int():
            rate = Rate(bill, _nearest(bill * 10_000, 10_000 + markup), markup)
        case _:
            raise Invalid("Give two of bill rate, pay rate and markup; the third follows.", "bill")
    if not 0 < rate.pay_cents <= rate.bill_cents:
        raise Invalid("The pay rate must be above zero and no more than the bill rate.", "pay")
    return rate


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


class RateTerms(Protocol):
    """One row of a rate card: cents an hour for a service line and earn code, between two days, the last included."""

    @property
    def service_line(self) -> str: ...
    @property
    def earn_code(self) -> str: ...
    @property
    def bill_cents(self) -> int: ...
    @property
    def pay_cents(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


def percent(hundredths: int) -> str:
    """Hundredths of a percent as people read them: 33.33; 40"""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
