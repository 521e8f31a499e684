"""On which days an agreement holds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from marketplace.contracts.rules import AgreementState, holds_on, in_force
from marketplace.kernel import Span

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "last", "holds"),
    [
        (FIRST, LAST, True),
        (LAST, LAST, True),
        (date(2027, 1, 1), LAST, False),
        (date(2027, 1, 1), None, True),
        (date(2026, 11, 30), None, False),
    ],
)
def test_an_agreement_holds_from_its_first_to_its_last_day(day, last, holds):
    assert holds_on(FIRST, last, day) is holds


@dataclass(frozen=True)
class Paper:
    state: AgreementState
    effective_from: date
    effective_until: date | None


NIGHT = Span(datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC))  # 22:00–06:00 in New York


@pytest.mark.parametrize(
    ("state", "first", "last", "holds"),
    [
        (AgreementState.ACTIVE, date(2026, 11, 30), date(2026, 12, 1), True),
        (AgreementState.ACTIVE, date(2026, 11, 30), None, True),
        (AgreementState.ACTIVE, date(2026, 12, 1), None, False),
        (AgreementState.ACTIVE, date(2026, 1, 1), date(2026, 11, 30), False),
        (AgreementState.SIGNED, date(2026, 1, 1), None, False),
        (AgreementState.TERMINATED, date(2026, 1, 1), None, False),
    ],
)
def test_an_agreement_must_hold_for_the_whole_night(state, first, last, holds):
    assert in_force(Paper(state, first, last), NIGHT, "America/New_York") is holds


def test_a_shift_ending_at_midnight_does_not_need_the_next_day():
    evening = Span(datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC))  # 20:00–24:00
    paper = Paper(AgreementState.ACTIVE, date(2026, 11, 30), date(2026, 11, 30))
    assert in_force(paper, evening, "America/New_York")
