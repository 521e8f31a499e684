"""The pages of the clock as people meet them: a tap on a phone, hours by hand, the shift report."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.assignments.rules import AssignmentState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel.clock import frozen_at
from marketplace.timesheets.approvals import approve_entries
from marketplace.timesheets.models import Punch, ShiftReport
from tests.timesheets.hours import IN, booked, clocked, handed_in, punch
from tests.timesheets.tables import all_of, seen_by_the_test
from tests.world import NOW, TODAY

HOURS = timedelta(hours=1)


def test_a_whole_day_by_hand(world, maya):
    shift = booked(world, world.maya, TODAY - timedelta(days=1))
    session.commit()
    maya.get("/clock").sees("Nothing was clocked.")
    maya.follow("Enter hours").press("Keep these hours", reason="The phone was at home.")
    maya.sees("Corrected: 8 h.")
    seen_by_the_test()
    assert session.get_one(type(shift), shift.id).state is AssignmentState.CHECKED_OUT


def test_a_local_time_that_does_not_exist_is_explained(world, maya):
    from datetime import date, time

    shift = booked(world, world.maya, date(2026, 3, 7), time(22), time(6))
    session.commit()
    with frozen_at(shift.ends_at + HOURS):
        maya.sign_in("maya").get(f"/clock/{shift.id}/correction")
        maya.press("Keep these hours", reason="Forgot.", time_in="02:30", day_in="2026-03-08")
        assert maya.status == 422
        maya.sees("does not exist")


# The clock


def test_the_clock_is_kept_for_times_without_a_network(world, maya):
    booked(world, world.maya, TODAY)
    session.commit()
    maya.get("/clock")
    forms = [form for form in maya.page.all("form") if "data-offline-queue" in form.attributes]
    kinds = {form.all("input", name="kind")[0].attributes["value"] for form in forms}
    assert kinds == {"in", "out", "break_start", "break_end"}


def test_before_its_time_the_clock_says_from_when(world, maya):
    booked(world, world.maya, TODAY + timedelta(days=2))
    session.commit()
    maya.get("/clock").sees("You can clock in from Thu, Nov 26, 8:50 am CST on.", "Your time: 7:00 am – 3:00 pm PST")
    assert not [b for b in maya.page.all("button") if b.text == "Clock in"]


def test_the_home_card_offers_the_clock_when_it_opens_and_not_after_clocking_out(world, maya):
    shift = booked(world, world.maya, TODAY)  # begins at 9:00 am in Chicago, 7:00 am for Maya
    session.commit()
    key, begins = shift.id, shift.starts_at
    with frozen_at(begins - timedelta(minutes=34)):
        maya.get("/offers").sees("starts in 34 min", "Clock in from 6:50 am your time")
        assert not [each for kind in ("a", "button") for each in maya.page.all(kind) if each.text == "Clock in"]
    with frozen_at(begins - timedelta(minutes=9)):
        maya.get("/offers")
        assert [button for button in maya.page.all("button") if button.text == "Clock in"]
    bind_actor(SYSTEM)
    session.get_one(type(shift), key).state = AssignmentState.CHECKED_OUT
    session.commit()
    with frozen_at(begins + timedelta(minutes=9)):
        maya.get("/offers")
        assert "Your next shift" not in maya.text


def test_one_tap_on_the_home_card_clocks_in_and_a_second_changes_nothing(world, maya):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    key, begins, ends = shift.id, shift.starts_at, shift.ends_at
    with frozen_at(begins - timedelta(minutes=9)):
        maya.get("/offers")
        [form] = [form for form in maya.page.all("form") if "data-offline-queue" in form.attributes]
        again = {field.attributes["name"]: field.attributes["value"] for field in form.all("input")}
        maya.press("Clock in").sees("You are working", "Clocked in at 8:51 am CST.")
        assert maya.path == "/clock"
        maya.post(form.attributes["action"], again)
        maya.get("/offers").sees("Working")
        assert "data-offline-queue" not in maya.text
    with frozen_at(ends + timedelta(minutes=5)):
        maya.sign_in("maya").get("/offers").sees("Working")
    bind_actor(SYSTEM)
    session.expire_all()
    [punch] = session.scalars(select(Punch).where(Punch.assignment_id == key)).all()
    assert punch.at == begins - timedelta(minutes=9)


def test_a_missing_paper_is_named_on_the_clock(world, maya):
    from marketplace.contracts.rules import AgreementState

    booked(world, world.maya, TODAY)
    world.contract(world.harbor).state = AgreementState.TERMINATED
    session.commit()
    maya.get("/clock").sees("This shift cannot start. The facility has no contract in force for this shift.")
    assert not [b for b in maya.page.all("button") if b.text == "Clock in"]


def test_nobody_without_a_shift_is_left_alone(world, maya):
    maya.get("/clock").sees("You have no shift ahead.")


WRONG_BY = {
    "right": 0,
    "four minutes ahead": 240,
    "ten minutes behind": -600,
    "days ahead": 3 * 86400,
    "years behind": -3 * 10**8,
}


@pytest.mark.parametrize("wrong_by", WRONG_BY.values(), ids=WRONG_BY)
def test_a_press_that_waited_counts_from_its_moment_once_however_wrong_the_phones_clock_is(world, maya, wrong_by):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    sent = shift.starts_at + 2 * HOURS
    with frozen_at(sent):
        maya.sign_in("maya").get("/clock")
        by_the_phone = timedelta(seconds=wrong_by)
        fields = {
            "kind": "in",
            "device_time": (shift.starts_at + by_the_phone).isoformat().replace("+00:00", "Z"),
            "device_sent": (sent + by_the_phone).isoformat().replace("+00:00", "Z"),
            "idempotency_key": "phone-1",
        }
        maya.post(f"/clock/{shift.id}/punches", fields)
        maya.post(f"/clock/{shift.id}/punches", fields)
        assert maya.status == 200
    assert [(p.at, p.source.value) for p in all_of(Punch)] == [(shift.starts_at, "offline")]


def test_the_phones_clock_does_not_count_for_a_press_that_was_sent_at_once(world, maya):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    with frozen_at(shift.starts_at):
        ahead = (shift.starts_at + 4 * HOURS).isoformat()
        maya.sign_in("maya").get("/clock").post(f"/clock/{shift.id}/punches", {"kind": "in", "device_time": ahead})
        assert maya.status == 200
    assert [(p.at, p.source.value) for p in all_of(Punch)] == [(shift.starts_at, "web")]


@pytest.mark.parametrize(
    ("pressed", "sent"),
    [
        ("yesterday", "2026-11-24T15:00:00Z"),
        ("2026-11-24T15:00:00", "2026-11-24T15:00:00Z"),
        ("2026-11-24T15:00:00Z", "2026-11-24T14:00:00Z"),
        ("2026-11-20T15:00:00Z", "2026-11-24T15:00:00Z"),
        ("2026-11-24T15:00:00Z", "9999-12-31T23:59:59+00:00"),
        ("1" * 100, "2026-11-24T15:00:00Z"),
        ("0001-01-01T00:00:00-23:59", "2026-11-24T15:00:00Z"),
    ],
)
def test_a_wait_that_cannot_be_right_changes_nothing(world, maya, pressed, sent):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    fields = {"kind": "in", "device_time": pressed, "device_sent": sent}
    maya.get("/clock").post(f"/clock/{shift.id}/punches", fields)
    assert maya.status == 422
    assert all_of(Punch) == []


def test_schedule_clock_and_credentials_stay_on_the_phone_of_their_person(world, maya, visitors):
    person = str(world.maya.person_id)
    for page in ("/clock", "/schedule", "/credentials/mine"):
        assert maya.get(page).headers["X-Keep-Offline"] == person
    for page in ("/offers", "/me"):
        assert "X-Keep-Offline" not in maya.get(page).headers
    assert "X-Keep-Offline" not in visitors("rosa").get("/schedule").headers


@pytest.mark.parametrize("kind", ["", "IN", "nap", "in\x00", "x" * 5000])
def test_a_damaged_press_changes_nothing(world, maya, kind):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    maya.get("/clock").post(f"/clock/{shift.id}/punches", {"kind": kind})
    assert maya.status == 422
    assert all_of(Punch) == []


def test_the_running_time_answers_unchanged_while_the_minute_is_the_same(world, maya):
    shift = booked(world, world.maya, TODAY)
    punch(shift, IN, shift.starts_at)
    session.commit()
    with frozen_at(shift.starts_at + HOURS):
        maya.sign_in("maya").get(f"/clock/{shift.id}/elapsed")
        assert maya.html == "1:00"
        assert maya.get(f"/clock/{shift.id}/elapsed", headers={"If-None-Match": maya.headers["ETag"]}).status == 304
    with frozen_at(shift.starts_at + HOURS + timedelta(minutes=1)):
        assert maya.get(f"/clock/{shift.id}/elapsed", headers={"If-None-Match": maya.headers["ETag"]}).status == 200


# The report


def reported(world, maya):
    shift = booked(world, world.maya)
    line = clocked(shift)
    session.commit()
    maya.get(f"/clock/{shift.id}/report")
    return shift, line


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("note", "SSN 219-09-9999", "patient"),
        ("tickets", "219-09-9999", "patient"),
        ("note", "x" * 20_000, "at most 4,000 characters"),
        ("note", "a\x00b", "cannot be shown or kept"),
        ("tickets", "=HYPERLINK(1)", "only letters, digits"),
        ("tickets", "\n".join(f"T-{n}" for n in range(101)), "at most 100"),
    ],
)
def test_a_report_never_takes_a_patient(world, maya, field, text, sentence):
    reported(world, maya)
    maya.press("Keep the report", **{field: text})
    assert maya.status == 422
    maya.sees(sentence)
    assert all_of(ShiftReport) == []


def test_what_only_may_be_a_patient_is_asked_about(world, maya):
    reported(world, maya)
    maya.press("Keep the report", note="Mrs. Whitfield born 3/4/1961 called")
    assert maya.status == 422


@pytest.mark.parametrize("count", ["-1", "1.5", "10000", "1_0", "٣", "NaN"])
def test_counts_are_whole_numbers(world, maya, count):
    reported(world, maya)
    field = next(n for n in maya.page.all("input") if n.attributes.get("name", "").startswith("duty_"))
    maya.press("Keep the report", **{field.attributes["name"]: count})
    assert maya.status == 422


def test_a_report_stands_once_the_hours_are_approved(world, maya):
    shift, line = reported(world, maya)
    seen_by_the_test()
    handed_in([line], NOW)
    approve_entries([line.id], world.rosa, NOW)
    session.commit()
    maya.get(f"/clock/{shift.id}/report")
    assert maya.status == 409
    maya.sees("the report stands")


def test_an_older_copy_of_the_report_does_not_overwrite_a_newer(world, maya, visitors):
    shift, _line = reported(world, maya)
    maya.press("Keep the report", note="First.")
    other = visitors("maya").get(f"/clock/{shift.id}/report")
    maya.get(f"/clock/{shift.id}/report").press("Keep the report", note="Second.")
    other.press("Keep the report", note="Third.")
    assert other.status == 409
    assert all_of(ShiftReport)[0].note == "Second."


def test_hours_by_hand_that_are_refused_come_back_as_they_were_typed(world, maya):
    shift = booked(world, world.maya, TODAY - timedelta(days=1))
    session.commit()
    maya.get(f"/clock/{shift.id}/correction")
    maya.press("Keep these hours", reason="The phone was at home.", day_out="2026-11-30")
    assert maya.status == 422
    maya.sees("A time in the future cannot be entered.", "Harbor Family Medicine")
    typed = {node.attributes["name"]: node.attributes["value"] for node in maya.page.all("input", class_="input")}
    assert (typed["day_out"], typed["reason"]) == ("2026-11-30", "The phone was at home.")
