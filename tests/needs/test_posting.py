"""What a posting becomes: exact shifts, contract rates, and a sentence at the field for everything that cannot be."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.contracts.models import RateRow
from marketplace.db import session
from marketplace.kernel import Invalid, NotAllowedNow, line_amount
from marketplace.needs.extensions import extend
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.posting import post_draft, post_need, save_draft
from marketplace.needs.queries import active_contract
from marketplace.needs.quoting import NeedDraft, again, draft_of, quote
from marketplace.needs.rules import NeedState
from tests.world import NOW, World

NINE, FIVE = time(9), time(17)


def draft(world: World, day: date = date(2026, 11, 30), start: time = NINE, end: time = FIVE, **more: Any) -> NeedDraft:
    facility = more.pop("facility", None) or world.harbor
    ends = datetime.combine(day, end) + timedelta(days=0 if end > start else 1)
    return NeedDraft(
        **{
            "facility_id": facility.id,
            "site_id": facility.sites[0].id,
            "time_zone": facility.time_zone,
            "line": "prior-auth",
            "starts": datetime.combine(day, start),
            "ends": ends,
            "languages": ("en",),
            **more,
        }
    )


def shifts_of(need: Need) -> list[Shift]:
    return list(session.scalars(select(Shift).where(Shift.need_id == need.id).order_by(Shift.starts_at)))


def refused(world: World, **more: Any) -> Invalid:
    with pytest.raises(Invalid) as error:
        post_need(draft(world, **more), world.rosa, NOW)
    assert session.scalar(select(Need.id).limit(1)) is None
    return error.value


def test_a_weekday_pattern_becomes_one_shift_a_day_at_the_contracts_rates(world: World) -> None:
    need = post_need(draft(world, repeat="WEEKDAYS", until=date(2026, 12, 18)), world.rosa, NOW)
    shifts = shifts_of(need)
    assert len(shifts) == 15
    assert {shift.local_day.weekday() for shift in shifts} == {0, 1, 2, 3, 4}
    assert {(shift.bill_rate_cents, shift.pay_rate_cents) for shift in shifts} == {(3900, 2900)}
    assert need.state is NeedState.OPEN
    assert need.posted_by_id == world.rosa.id
    assert need.agreement_id == world.contract(world.harbor).id


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 31), 9), (date(2027, 3, 13), 7), (date(2026, 12, 1), 8)],
    ids=["back", "forward", "plain"],
)
def test_a_night_in_new_york_has_as_many_hours_as_really_pass(world: World, day: date, hours: int) -> None:
    night = draft(world, day, time(22), time(6), facility=world.riverside)
    (shift,) = shifts_of(post_need(night, world.lars, NOW, past_allowed=True))
    assert shift.span.minutes == hours * 60


def test_half_past_two_does_not_exist_on_the_night_clocks_go_forward(world: World) -> None:
    error = refused(world, day=date(2027, 3, 14), start=time(2, 30), end=time(8))
    assert error.field == "starts_local"
    assert "does not exist" in error.sentence


def test_a_shift_in_the_past_is_refused_in_the_browser_and_taken_from_history(world: World) -> None:
    assert refused(world, day=date(2026, 11, 23)).field == "first_day"
    assert refused(world, day=date(2026, 11, 24), start=time(8), end=time(10)).field == "starts_local"
    assert shifts_of(post_need(draft(world, date(2026, 11, 23)), None, NOW, past_allowed=True, contract_needed=False))


def test_without_an_active_contract_nothing_is_posted(world: World) -> None:
    contract = world.contract(world.harbor)
    contract.state = "terminated"
    session.flush()
    assert "Ask the agency" in refused(world).sentence


def test_without_a_rate_for_the_role_the_sentence_says_what_to_do(world: World) -> None:
    for row in session.scalars(select(RateRow).where(RateRow.service_line == "prior-auth")):
        session.delete(row)
    session.flush()
    error = refused(world)
    assert (
        error.sentence
        == "Your contract has no rate for Prior-Authorization on Nov 30, 2026. Ask the agency to add one."
    )
    assert error.field == "line"


def test_no_shift_lies_beyond_the_contracts_last_day(world: World) -> None:
    world.contract(world.harbor).effective_until = date(2026, 12, 4)
    session.flush()
    assert refused(world, repeat="WEEKDAYS", until=date(2026, 12, 18)).field == "until"
    # A night that runs into the day after the last is not covered either.
    assert refused(world, day=date(2026, 12, 4), start=time(22), end=time(6)).field == "first_day"
    assert shifts_of(post_need(draft(world, date(2026, 12, 4)), world.rosa, NOW))


def test_more_than_the_contract_may_be_offered_and_the_coordinator_gets_her_share(world: World) -> None:
    (shift,) = shifts_of(post_need(draft(world, bill_rate_cents=4500), world.rosa, NOW))
    assert (shift.bill_rate_cents, shift.pay_rate_cents) == (4500, 3346)


@pytest.mark.parametrize("cents", [3899, 1, 39_000])
def test_less_than_the_contract_or_a_slipped_decimal_point_is_refused(world: World, cents: int) -> None:
    assert refused(world, bill_rate_cents=cents).field == "rate"


def test_each_shift_has_the_rate_of_its_own_day(world: World) -> None:
    contract = active_contract(world.harbor.id)
    assert contract is not None
    row = next(row for row in contract.rates if row.service_line == "prior-auth")
    row.valid_until = date(2026, 12, 31)
    session.flush()
    session.add(
        RateRow(agreement_id=contract.id, facility_id=world.harbor.id, service_line="prior-auth", bill_cents=4100,
                pay_cents=3000, valid_from=date(2027, 1, 1))
    )  # fmt: skip
    session.flush()
    session.expire_all()
    need = post_need(draft(world, date(2026, 12, 30), repeat="WEEKDAYS", until=date(2027, 1, 1)), world.rosa, NOW)
    assert [shift.bill_rate_cents for shift in shifts_of(need)] == [3900, 3900, 4100]


@pytest.mark.parametrize("notes", ["Patient SSN 536-22-8918", "x" * 4001, "nul\x00byte"])
def test_notes_that_cannot_be_kept_leave_nothing_behind(world: World, notes: str) -> None:
    assert refused(world, notes=notes).field == "notes"


@pytest.mark.parametrize("heads", [0, 100, -1])
def test_the_number_of_people_is_from_1_to_99(world: World, heads: int) -> None:
    assert refused(world, headcount=heads).field == "headcount"


def test_more_than_370_shifts_are_refused(world: World) -> None:
    assert refused(world, repeat=tuple(range(7)), until=date(2027, 12, 31)).field == "until"


def test_first_come_shifts_are_open_to_all_from_the_start(world: World) -> None:
    (shift,) = shifts_of(post_need(draft(world, mode=FillMode.FIRST_COME), world.rosa, NOW))
    assert shift.open_to_all


def test_history_without_a_contract_pays_three_quarters_of_what_it_bills(world: World) -> None:
    world.contract(world.harbor).state = "terminated"
    session.flush()
    past = draft(world, date(2026, 9, 1), bill_rate_cents=4000, external_ref="REQ-1")
    (shift,) = shifts_of(post_need(past, None, NOW, past_allowed=True, contract_needed=False))
    assert (shift.bill_rate_cents, shift.pay_rate_cents) == (4000, 3000)


def test_a_draft_has_no_shifts_until_it_is_posted(world: World) -> None:
    kept = save_draft(draft(world, date(2026, 11, 30)), world.rosa, NOW)
    assert kept.state is NeedState.DRAFT
    assert shifts_of(kept) == []
    post_draft(kept, draft_of(kept), world.rosa, NOW)
    assert len(shifts_of(kept)) == 1
    with pytest.raises(NotAllowedNow, match="open cannot be posted"):
        post_draft(kept, draft_of(kept), world.rosa, NOW)


def test_posting_again_continues_on_the_same_weekday_after_the_last_shift(world: World) -> None:
    need = post_need(draft(world, repeat="WEEKDAYS", until=date(2026, 12, 4)), world.rosa, NOW)
    next_time = again(need, date(2026, 12, 4), NOW)
    assert (next_time.starts.date(), next_time.until) == (date(2026, 12, 7), date(2026, 12, 11))
    assert len(shifts_of(post_need(next_time, world.rosa, NOW))) == 5


def test_extending_goes_on_where_the_pattern_ended(world: World) -> None:
    need = post_need(draft(world, repeat=(0, 2), until=date(2026, 12, 9)), world.rosa, NOW)
    added = extend(need, date(2026, 12, 16), (date(2026, 12, 12),), world.rosa, NOW)
    assert [shift.local_day.day for shift in added] == [12, 14, 16]
    assert [shift.local_day.day for shift in shifts_of(need)] == [30, 2, 7, 9, 12, 14, 16]
    assert need.until == date(2026, 12, 16)


def test_extending_keeps_a_weekly_shift_on_its_weekday(world: World) -> None:
    need = post_need(draft(world, repeat="WEEKLY", until=date(2026, 12, 14)), world.rosa, NOW)
    added = extend(need, date(2027, 1, 1), (), world.rosa, NOW)
    assert [shift.local_day for shift in added] == [date(2026, 12, 21), date(2026, 12, 28)]


@pytest.mark.parametrize(
    ("until", "days", "field"),
    [
        (None, (), "until"),
        (date(2026, 12, 1), (), "until"),
        (None, (date(2026, 12, 2),), "other_days"),
        (None, (date(2026, 11, 2),), "other_days"),
    ],
)
def test_an_extension_that_adds_nothing_or_a_day_twice_is_refused(
    world: World, until: date | None, days: tuple[date, ...], field: str
) -> None:
    need = post_need(draft(world, repeat="WEEKDAYS", until=date(2026, 12, 4)), world.rosa, NOW)
    with pytest.raises(Invalid) as error:
        extend(need, until, days, world.rosa, NOW)
    assert error.value.field == field
    assert len(shifts_of(need)) == 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.dates(date(2026, 11, 25), date(2028, 3, 1)),
    start=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    length=st.integers(15, 1440),
    weekdays=st.sets(st.integers(0, 6), max_size=7),
    weeks=st.integers(0, 20),
    heads=st.integers(1, 99),
    place=st.sampled_from(["harbor", "riverside"]),
)
def test_whatever_is_planned_stands_at_its_local_times_and_adds_up(
    world: World, first: date, start: time, length: int, weekdays: set[int], weeks: int, heads: int, place: str
) -> None:
    facility = getattr(world, place)
    begins = datetime.combine(first, start)
    wish = draft(
        world, first, facility=facility, starts=begins, ends=begins + timedelta(minutes=length), headcount=heads,
        repeat=tuple(sorted(weekdays)) or "", until=first + timedelta(weeks=weeks) if weekdays else None,
    )  # fmt: skip
    contract = active_contract(facility.id)
    try:
        planned = quote(wish, contract, NOW)
    except Invalid as error:
        where = error.field
        assert where in {"starts_local", "ends_local", "until"}
        return
    zone = ZoneInfo(facility.time_zone)
    for shift in planned.shifts:
        assert shift.span.start.astimezone(zone).time() == start
        assert shift.span.end.astimezone(zone).time() == (begins + timedelta(minutes=length)).time()
        assert not weekdays or shift.local_day.weekday() in weekdays
        assert shift.span.start > NOW
    assert len({shift.local_day for shift in planned.shifts}) == len(planned.shifts) <= 370
    assert planned.cents == sum(heads * line_amount(shift.span.minutes, 3900) for shift in planned.shifts)
    assert planned.minutes == heads * sum(shift.span.minutes for shift in planned.shifts)
