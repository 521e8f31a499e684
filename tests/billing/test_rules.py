"""How late an invoice is, and how tax falls on its lines to the cent."""

from datetime import date

import pytest

from marketplace.billing.rules import Ageing, ageing_bucket, due_day


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1–30"),
        (30, "1–30"),
        (31, "31–60"),
        (60, "31–60"),
        (61, "61–90"),
        (90, "61–90"),
    ],
)
def test_receivables_age_in_months(days, bucket):
    assert ageing_bucket(days) == bucket


def test_from_ninety_one_days_on_it_is_the_last_column():
    assert ageing_bucket(91) is ageing_bucket(4000) is Ageing.OVER_90


@pytest.mark.parametrize(
    ("net_days", "due"),
    [(0, date(2026, 11, 30)), (15, date(2026, 12, 15)), (30, date(2026, 12, 30)), (45, date(2027, 1, 14))],
)
def test_net_days_are_counted_from_the_day_the_invoice_is_issued(net_days, due):
    assert due_day(date(2026, 11, 30), net_days) == due
