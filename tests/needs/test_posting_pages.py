"""Posting a need in the browser, as the facility's scheduler does it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditEntry
from marketplace.contracts.models import RateRow
from marketplace.db import as_system, session
from marketplace.facilities.models import FacilityState
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState
from tests.browser import Visitor
from tests.world import World

FIVE_FIELDS = {
    "line": "prior-auth",
    "headcount": "1",
    "first_day": "2026-11-30",
    "starts_local": "09:00",
    "ends_local": "17:00",
}


def needs() -> list[Need]:
    with as_system():
        return list(session.scalars(select(Need).order_by(Need.id).execution_options(populate_existing=True)))


def shifts() -> list[Shift]:
    with as_system():
        return list(session.scalars(select(Shift).order_by(Shift.starts_at)))


def fill_in(client: Visitor, button: str = "Post the need", **fields: Any) -> Visitor:
    return client.get("/needs/new").press(button, **{**FIVE_FIELDS, **fields})


def test_a_shift_is_posted_from_a_blank_form_with_five_fields(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"))
    client.sees("1 shift posted, Nov 30, 2026", "Prior-Authorization", "Open")
    (shift,) = shifts()
    assert shift.starts_at == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert (shift.bill_rate_cents, shift.pay_rate_cents) == (3900, 2900)
    with as_system():
        trail = session.scalars(select(AuditEntry.sentence).where(AuditEntry.thing == "need")).all()
    assert trail == ["Posted: Prior-Authorization, 1 shift, Nov 30, 2026."]


def test_from_a_cell_of_the_schedule_it_takes_one_press_more(client: Visitor, world: World) -> None:
    client.sign_in("tom").get("/needs/new?line=prior-auth&day=2026-12-01").press("Post 1 shift")
    client.sees("1 shift posted, Dec 1, 2026")
    (shift,) = shifts()
    assert shift.span.minutes == 480


def test_a_cell_takes_the_hours_the_facility_used_for_that_role_last(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), starts_local="07:00", ends_local="11:30")
    client.get("/needs/new?line=prior-auth&day=2026-12-01").press("Post 1 shift")
    assert shifts()[-1].starts_at == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert shifts()[-1].span.minutes == 270


def test_a_repeating_need_names_its_shifts_before_and_after(client: Visitor, world: World) -> None:
    fields = {"repeat": ["0", "1", "2", "3", "4"], "until": "2026-12-18"}
    fill_in(client.sign_in("rosa"), "Check price and matches", **fields)
    assert client.status == 200
    client.sees("15 shifts, Nov 30 – Dec 18, 2026.", "$4,680.00", "15 × 8 h × $39.00")
    assert needs() == []
    client.press("Post 15 shifts").sees("15 shifts posted, Nov 30 – Dec 18, 2026.")
    assert len(shifts()) == 15


OVER_CHRISTMAS = {"first_day": "2026-12-21", "repeat": ["0", "1", "2", "3", "4"], "until": "2027-01-08"}


def test_holidays_are_left_out_of_a_repeating_need_and_named_before_posting(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), "Check price and matches", **OVER_CHRISTMAS)
    client.sees("Left out: Dec 25 (Christmas Day), Jan 1 (New Year's Day).", "13 shifts, Dec 21, 2026 – Jan 8, 2027.")
    client.press("Post 13 shifts").sees("13 shifts posted, Dec 21, 2026 – Jan 8, 2027.", "Mon – Fri", "left out")
    assert {date(2026, 12, 25), date(2027, 1, 1)}.isdisjoint(shift.local_day for shift in shifts())
    [need] = needs()
    client.get(f"/needs/new?again={need.id}")
    assert "checked" in client.page.all("input", name="leave_out_holidays")[0].attributes


def test_with_the_box_unticked_holidays_are_worked_also_when_it_is_posted_again(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), "Check price and matches", **OVER_CHRISTMAS, leave_out_holidays=[])
    assert "Left out" not in client.text
    client.press("Post 15 shifts")
    [need] = needs()
    client.get(f"/needs/new?again={need.id}")
    assert "checked" not in client.page.all("input", name="leave_out_holidays")[0].attributes


@pytest.mark.parametrize(("ticked", "added"), [(["y"], 4), ([], 5)])
def test_an_extension_leaves_holidays_out_as_the_posting_did(
    client: Visitor, world: World, ticked: list[str], added: int
) -> None:
    week = {"first_day": "2026-12-14", "repeat": ["0", "1", "2", "3", "4"], "until": "2026-12-18"}
    fill_in(client.sign_in("rosa"), **week, leave_out_holidays=ticked)
    [need] = needs()
    client.get(f"/needs/{need.id}/extension")
    assert ("Holidays are left out" in client.text) == bool(ticked)
    client.press("Add shifts", until="2026-12-25").sees(f"{added} shifts added")
    assert len(shifts()) == 5 + added


def test_the_preview_counts_who_matches(client: Visitor, world: World) -> None:
    client.sign_in("rosa")
    # Of those who do prior authorizations Maya, Jonas and Aisha are free then; Sofía may not see Medicare work abroad.
    fill_in(client, "Check price and matches").sees("3 coordinators match")
    fill_in(client, "Check price and matches", ehr="Cerner").sees("1 coordinator matches")
    fill_in(client, "Check price and matches", patient_states="IL", line="triage").sees("1 coordinator matches")
    fill_in(client, "Check price and matches", min_years="40").sees("Nobody matches this as it stands")


def test_the_preview_is_a_fragment_for_htmx_and_says_what_is_wrong(client: Visitor, world: World) -> None:
    client.sign_in("rosa").get("/needs/new")
    token = {"csrf_token": client.page.all("input", name="csrf_token")[0].attributes["value"]}
    response = client.client.post(
        "/needs/new/preview", data={**token, **FIVE_FIELDS, "ends_local": "08:00", "mode": "offer", "site": site_of(client)},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "<html" not in text
    assert "Did you mean 8pm, or the next day?" in text
    assert "Ends the next day" in text


def site_of(client: Visitor) -> str:
    return client.page.all("input", name="site")[0].attributes["value"]


def test_looking_at_the_price_does_not_use_up_the_form(client: Visitor, world: World) -> None:
    page = client.sign_in("rosa").get("/needs/new").page
    client.press("Check price and matches", **FIVE_FIELDS)
    client.page = page  # back in the browser's history
    client.press("Post the need", **FIVE_FIELDS)
    assert len(needs()) == 1


def test_an_end_before_the_start_is_asked_about_and_overnight_is_ticked(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), starts_local="22:00", ends_local="06:00")
    assert client.status == 422
    client.sees("The end is before the start. Did you mean the next day?")
    client.press("Post the need", next_day="y")
    assert client.status == 200
    assert [shift.span.minutes for shift in shifts()] == [480]


def test_the_next_day_ticked_by_mistake_is_not_a_32_hour_shift(client: Visitor, world: World) -> None:
    client.sign_in("rosa").get("/needs/new").press("Post the need", **FIVE_FIELDS | {"ends_local": "08:00"})
    client.press("Post the need", next_day="y", ends_local="17:00")
    assert client.status == 422
    client.sees("longer than 24 hours")


@pytest.mark.parametrize(
    ("day", "who", "hours"),
    [("2027-03-13", "lars", "7"), ("2027-11-06", "lars", "9")],
    ids=["clocks forward", "clocks back"],
)
def test_a_night_through_the_form_has_its_real_hours(
    client: Visitor, world: World, day: str, who: str, hours: str
) -> None:
    client.sign_in(who)
    night = {"first_day": day, "starts_local": "22:00", "ends_local": "06:00"}
    fill_in(client, **night)
    client.press("Check price and matches", next_day="y").sees(f"1 × {hours} h × $39.00")
    client.press("Post 1 shift")
    assert shifts()[-1].span.minutes == int(hours) * 60


def test_a_pattern_across_the_clock_change_names_the_odd_night(client: Visitor, world: World) -> None:
    client.sign_in("rosa")
    fill_in(client, first_day="2027-03-12", starts_local="22:00", ends_local="06:00")
    client.press("Check price and matches", next_day="y", repeat=["4", "5", "6"], until="2027-03-14")
    client.sees("Sat, Mar 13 has 7 h: the clocks change that night.", "23 h in all")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_day": "2027-03-14", "starts_local": "02:30", "ends_local": "08:00"}, "does not exist"),
        ({"first_day": "2026-11-23"}, "is in the past"),
        ({"first_day": "tomorrow"}, "not a date of the calendar"),
        ({"starts_local": "25:00"}, "not a time of day"),
        ({"headcount": "1_0"}, "whole number from 1 to 99"),
        ({"headcount": "99999999999999999999"}, "whole number from 1 to 99"),
        ({"rate": "38.99"}, "You may offer more, not less"),
        ({"rate": "NaN"}, "Write the amount in dollars"),
        ({"line": "brain-surgery"}, "Choose one of the list"),
        ({"site": "999999"}, "Choose one of the list"),
        ({"repeat": ["0", "2"]}, "Say until which day the shift repeats"),
        ({"repeat": ["7"], "until": "2026-12-18"}, "Choose from the list"),
        ({"until": "2026-12-18"}, "Say how the shift repeats"),
        ({"patient_states": "IL, XX"}, "XX is not a state"),
        ({"other_days": ["2026-02-30"]}, "not a date of the calendar"),
        ({"notes": "x" * 20_000}, "Write at most 4,000 characters"),
        ({"notes": "a\x00b"}, "cannot be shown or kept"),
        ({"notes": "Call John, DOB 03/14/1961"}, "patient"),
        ({"min_years": "-1"}, "whole number from 0 to 40"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(
    client: Visitor, world: World, wrong: dict[str, Any], said: str
) -> None:
    fill_in(client.sign_in("rosa"), **wrong)
    assert client.status == 422
    client.sees(said)
    assert needs() == []
    if "ends_local" not in wrong:  # the rest of the input is still there
        assert client.page.all("input", name="ends_local")[0].attributes["value"] == "17:00"


def test_several_single_days_are_several_shifts(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), other_days=["2026-12-03", "", "2026-12-03", "2026-12-07"])
    assert [shift.local_day.day for shift in shifts()] == [30, 3, 7]


def test_a_double_click_makes_one_need(client: Visitor, world: World) -> None:
    page = client.sign_in("rosa").get("/needs/new").page
    client.press("Post the need", **FIVE_FIELDS)
    first = client.path
    client.page = page
    client.press("Post the need", **FIVE_FIELDS)
    assert client.path == first
    assert len(needs()) == 1


def test_without_a_rate_the_way_out_is_said(client: Visitor, world: World) -> None:
    for row in session.scalars(select(RateRow).where(RateRow.service_line == "prior-auth")):
        session.delete(row)
    session.commit()
    fill_in(client.sign_in("rosa")).sees(
        "Your contract has no rate for Prior-Authorization", "Ask the agency to add one"
    )
    assert client.status == 422


@pytest.mark.parametrize(("day", "rate", "cents"), [("2026-11-30", "$39.00", 3900), ("2026-12-01", "$41.00", 4100)])
def test_the_hint_beside_the_rate_says_what_the_shift_is_charged(
    client: Visitor, world: World, day: str, rate: str, cents: int
) -> None:
    old = session.scalars(
        select(RateRow).where(RateRow.service_line == "prior-auth", RateRow.facility_id == world.rosa.facility_id)
    ).one()
    terms = {"agreement_id": old.agreement_id, "facility_id": old.facility_id, "service_line": "prior-auth"}
    session.add(RateRow(**terms, bill_cents=4100, pay_cents=2900, valid_from=date(2026, 12, 1)))
    old.valid_until = date(2026, 11, 30)
    session.commit()
    client.sign_in("rosa").get("/needs/new")
    client.press("Check price and matches", **{**FIVE_FIELDS, "first_day": day}).sees(f"Your contract: {rate} an hour.")
    client.press("Post 1 shift")
    assert [shift.bill_rate_cents for shift in shifts()] == [cents]


def test_a_paused_facility_is_told_that_nothing_can_be_posted(client: Visitor, world: World) -> None:
    world.harbor.state = FacilityState.PAUSED
    session.commit()
    client.sign_in("rosa").get("/needs/new").sees("Harbor Family Medicine is paused")
    assert client.status == 409


def test_the_agency_says_for_which_facility(client: Visitor, world: World) -> None:
    riverside = world.riverside.id
    client.sign_in("sam").get("/needs/new").follow("Riverside Medical Center")
    client.press("Post the need", **FIVE_FIELDS)
    (need,) = needs()
    assert need.facility_id == riverside
    client.sees("Riverside Medical Center", "paid $29.00")


def test_a_draft_is_kept_finished_and_posted(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), "Save as draft", notes="Bring the denial log.")
    client.sees("Saved as a draft", "Draft")
    client.follow("Finish and post").press("Save as draft", headcount="2").sees("Saved as a draft")
    assert [need.headcount for need in needs()] == [2]
    client.follow("Finish and post").press("Post 1 shift").sees("1 shift posted")
    (need,) = needs()
    assert (need.state, need.notes, len(shifts())) == (NeedState.OPEN, "Bring the denial log.", 1)


def test_a_draft_changed_meanwhile_is_not_posted(client: Visitor, world: World, visitors: Any) -> None:
    fill_in(client.sign_in("rosa"), "Save as draft").follow("Finish and post")
    visitors("tom").get(client.path).press("Save as draft", headcount="2")
    client.press("Post 1 shift")
    assert client.status == 409
    client.sees("Somebody changed this")
    assert shifts() == []


def test_what_was_posted_before_is_posted_again_from_its_chip(client: Visitor, world: World) -> None:
    fill_in(client.sign_in("rosa"), repeat=["0", "1", "2", "3", "4"], until="2026-12-04")
    client.get("/needs/new").follow("Prior-Authorization, Mon – Fri 9am – 5pm").press("Post 5 shifts")
    client.sees("5 shifts posted, Dec 7 – 11, 2026.")
    client.follow("Post again").press("Post 5 shifts").sees("5 shifts posted, Dec 14 – 18, 2026.")


def test_a_need_of_another_facility_cannot_be_posted_again_or_changed(client: Visitor, world: World) -> None:
    foreign = world.need(world.riverside).id
    harbor, riverside = world.harbor.id, world.riverside.id
    session.commit()
    client.sign_in("rosa")
    for path in (
        f"/needs/new?again={foreign}",
        f"/needs/{foreign}",
        f"/needs/{foreign}/edit",
        f"/needs/{foreign}/extension",
    ):
        assert client.get(path).status == 404, path
    client.get("/needs/new")
    for act in ("hold", "resumption", "closing", "posting"):
        assert client.post(f"/needs/{foreign}/{act}").status == 404, act
    # The facility in the address is the agency's way of choosing; a facility always posts for itself.
    client.get(f"/needs/new?facility={riverside}").press("Post the need", **FIVE_FIELDS)
    assert needs()[-1].facility_id == harbor


def test_who_may_not_post_is_told_so(client: Visitor, world: World) -> None:
    for who in ("nadia", "bea", "maya", "felix"):
        assert client.sign_in(who).get("/needs/new").status == 403, who


def test_the_posting_page_asks_the_database_little(client: Visitor, world: World, statements: list[str]) -> None:
    client.sign_in("rosa")
    for path in ("/needs/new", "/needs/new?line=prior-auth&day=2026-12-01"):
        statements.clear()
        client.get(path)
        assert len(statements) <= 15, statements
    for fields, headers in (({}, {}), ({"line": "triage", "patient_states": "IL"}, {"HX-Request": "true"})):
        statements.clear()
        client.client.environ_base["HTTP_HX_REQUEST"] = headers.get("HX-Request", "")
        client.press("Check price and matches", **fields).sees("match")
        asked = [one for one in statements if not one.startswith("SET CONSTRAINTS")]  # the test's stand-in for a commit
        assert len(asked) <= 15, "\n".join(one[:150] for one in asked)
