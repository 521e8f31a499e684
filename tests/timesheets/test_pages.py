"""The rooms of hours as people meet them: the clock on a phone, the table of an approver, a week on paper."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.rules import AssignmentState
from marketplace.catalogue.models import Duty
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel.clock import frozen_at
from marketplace.timesheets.approvals import approve_lines
from marketplace.timesheets.models import Punch, ShiftReport, TimeSegment
from marketplace.timesheets.rules import LineState
from tests.books import broken_invariants
from tests.timesheets.hours import IN, MONDAY, OUT, again, booked, clocked, handed_in, need_of, punch, worked_line
from tests.world import NOW, TODAY

HOURS = timedelta(hours=1)


@pytest.fixture
def visitors(visitors):
    """Somebody signed in; the test itself goes on as the system."""

    def signed_in(who):
        visitor = visitors(who)
        bind_actor(SYSTEM)
        return visitor

    return signed_in


@pytest.fixture
def maya(visitors):
    return visitors("maya")


@pytest.fixture
def rosa(visitors):
    return visitors("rosa")


def seen_by_the_test():
    """Look at the tables as they are now."""
    bind_actor(SYSTEM)
    session.expire_all()


def all_of(kind):
    seen_by_the_test()
    return session.scalars(select(kind).order_by(kind.id)).all()


def three_lines(world):
    """Maya Monday and Tuesday, clean; Devon's day far too long."""
    lines = [worked_line(world, world.maya), worked_line(world, world.maya, MONDAY + timedelta(days=1))]
    lines.append(worked_line(world, world.devon, MONDAY, (IN, 0), (OUT, 528)))
    lines = handed_in(lines, NOW - HOURS)
    session.commit()
    return lines


# A day from clock to money


def test_from_one_tap_to_the_books(world, maya, rosa):
    shift = booked(world, world.maya, TODAY)
    need_of(shift).duties = ["schedule-book"] if session.get(Duty, "schedule-book") else []
    session.commit()
    with frozen_at(shift.starts_at - timedelta(minutes=5)):
        maya.sign_in("maya").get("/clock").press("Clock in")
        maya.sees("Clocked in at 8:55 am CST.", "You are working", "0:00")
    with frozen_at(shift.starts_at + 3 * HOURS):
        maya.sign_in("maya").get("/clock").press("Start break")
        maya.sees("You are on a break")
    with frozen_at(shift.starts_at + 3.5 * HOURS):
        maya.sign_in("maya").get("/clock").press("End break")
        maya.sees("3:05")
    with frozen_at(shift.ends_at):
        maya.sign_in("maya").get("/clock").press("Clock out")
        assert maya.heading == "Shift report"
        field = next(n for n in maya.page.all("input") if n.attributes.get("name", "").startswith("duty_"))
        maya.press("Keep the report", **{field.attributes["name"]: "12", "tickets": "PA-1001\nPA-1002"})
        maya.sees("The report is kept.", "Worked lately", "7:35 h")
        maya.follow("Check and hand in").press("Hand in the week")
        maya.sees("Handed in: 1 shift.", "To approve")
        rosa.sign_in("rosa").get("/timesheets")
        assert rosa.heading == "1 timesheet to approve"
        rosa.press("Approve 1 without exceptions")
        rosa.sees("Approved: 1 shift, 7:35 h, $295.75.", "Nothing to approve")
    seen_by_the_test()
    assert broken_invariants() == []
    assert [s.bill_cents for s in all_of(TimeSegment)] == [29575]
    assert all_of(ShiftReport)[0].tickets == ["PA-1001", "PA-1002"]


def test_approve_the_clean_ones_and_dispute_the_other(world, rosa, maya):
    first, _second, odd = three_lines(world)
    rosa.get("/timesheets")
    assert rosa.heading == "3 timesheets to approve"
    rosa.sees("48 min over plan", "24.8 h")
    rosa.press("Approve 2 without exceptions")
    rosa.sees("Approved: 2 shifts, 16:00 h, $624.00.")
    assert rosa.heading == "1 timesheet to approve"
    rosa.follow("Prior-Authorization")
    rosa.get(f"/timesheets/lines/{odd.id}").press("Dispute", reason="Nobody was there after five.")
    rosa.sees("Disputed. Devon Blake and the agency are told", "Nothing to approve")
    seen_by_the_test()
    assert (again(odd).state, again(first).state) == (LineState.DISPUTED, LineState.APPROVED)


def test_undo_is_there_for_ten_minutes(world, rosa):
    three_lines(world)
    rosa.get("/timesheets").press("Approve 2 without exceptions")
    rosa.press("Undo", within="toasts")
    rosa.sees("Undone: 2 shifts wait again.")
    assert rosa.heading == "3 timesheets to approve"
    rosa.press("Approve 2 without exceptions")
    with frozen_at(NOW + timedelta(minutes=11)):
        rosa.get("/timesheets")
        assert not [b for b in rosa.page.all("button") if b.text.startswith("Undo")]


def test_other_minutes_with_a_reason(world, rosa):
    *_, odd = three_lines(world)
    rosa.get(f"/timesheets/lines/{odd.id}")
    rosa.press("Approve with changes", minutes="eight", reason="Agreed.")
    assert rosa.status == 422
    rosa.sees("Write hours and minutes like 7:30.")
    rosa.press("Approve with changes", minutes="8:00", reason="")
    assert rosa.status == 422
    rosa.press("Approve with changes", minutes="8:00", reason="We said five o'clock.")
    rosa.sees("Approved: 8:00 h for Devon Blake.")
    seen_by_the_test()
    assert (again(odd).paid_minutes, again(odd).measured_minutes) == (480, 528)


def test_given_back_corrected_and_handed_in_again(world, rosa, maya):
    shift = booked(world, world.maya)
    [line] = handed_in([clocked(shift)], NOW)
    session.commit()
    rosa.get(f"/timesheets/lines/{line.id}").press("Give back", reason="You began at ten.")
    rosa.sees("Given back to Maya Torres to correct.")
    maya.get("/timesheets").sees("Rejected")
    maya.get(f"/timesheets/lines/{line.id}").sees("You began at ten.")
    maya.follow("Correct the hours")
    seen_by_the_test()
    came = all_of(Punch)[0]
    maya.press("Keep these hours", **{f"time_{came.id}": "10:00", "reason": "True, I was late."})
    maya.sees("Corrected: 7:00 h.")
    maya.get(f"/timesheets/{line.timesheet_id}").press("Hand in the week")
    rosa.get("/timesheets").sees("Entered by hand", "60 min late")


def test_a_whole_day_by_hand(world, maya):
    shift = booked(world, world.maya, TODAY - timedelta(days=1))
    session.commit()
    maya.get("/clock").sees("Nothing was clocked.")
    maya.follow("Enter hours").press("Keep these hours", reason="The phone was at home.")
    maya.sees("Corrected: 8:00 h.")
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
    assert maya.headers["X-Keep-Offline"] == "yes"
    forms = [form for form in maya.page.all("form") if "data-offline-queue" in form.attributes]
    kinds = {form.all("input", name="kind")[0].attributes["value"] for form in forms}
    assert kinds == {"in", "out", "break_start", "break_end"}


def test_before_its_time_the_clock_says_from_when(world, maya):
    booked(world, world.maya, TODAY + timedelta(days=2))
    session.commit()
    maya.get("/clock").sees("You can clock in from Thu, Nov 26, 8:50 am CST on.", "Your time: 7:00 am – 3:00 pm PST")
    assert not [b for b in maya.page.all("button") if b.text == "Clock in"]


def test_the_home_card_offers_the_clock_when_it_opens_and_not_after_clocking_out(world, maya):
    shift = booked(world, world.maya, TODAY)  # begins at 9:00 am in Chicago, 7:00 am for her
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


def test_a_punch_from_the_phone_carries_its_moment_once(world, maya):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    with frozen_at(shift.starts_at + 2 * HOURS):
        maya.sign_in("maya").get("/clock")
        fields = {
            "kind": "in",
            "device_time": shift.starts_at.isoformat().replace("+00:00", "Z"),
            "idempotency_key": "phone-1",
        }
        maya.post(f"/clock/{shift.id}/punches", fields)
        maya.post(f"/clock/{shift.id}/punches", fields)
        assert maya.status == 200
    assert [(p.at, p.source.value) for p in all_of(Punch)] == [(shift.starts_at, "offline")]


@pytest.mark.parametrize(
    "device_time",
    [
        "yesterday",
        "2026-11-24T15:00:00",
        "9999-12-31T23:59:59+00:00",
        "2026-11-24T15:05:00Z",
        "2026-11-20T15:00:00Z",
        "1" * 100,
        "0001-01-01T00:00:00-23:59",
    ],
)
def test_a_device_time_that_cannot_be_right_changes_nothing(world, maya, device_time):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    maya.get("/clock").post(f"/clock/{shift.id}/punches", {"kind": "in", "device_time": device_time})
    assert maya.status == 422
    assert all_of(Punch) == []


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
    approve_lines([line.id], world.rosa, NOW)
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


# Other people's things


def test_other_peoples_hours_do_not_exist(world, visitors):
    shift = booked(world, world.maya)
    [line] = handed_in([clocked(shift)], NOW)
    session.commit()
    jonas, lars = visitors("jonas"), visitors("lars")
    for path in (f"/clock/{shift.id}/report", f"/clock/{shift.id}/correction", f"/clock/{shift.id}/elapsed"):
        assert jonas.get(path).status == 404
    for visitor in (jonas, lars):
        assert visitor.get(f"/timesheets/lines/{line.id}").status == 404
        assert visitor.get(f"/timesheets/{line.timesheet_id}").status == 404
    jonas.get("/clock")
    assert jonas.post(f"/clock/{shift.id}/punches", {"kind": "in"}).status == 404
    assert jonas.post(f"/timesheets/{line.timesheet_id}/recall").status == 404
    for act in ("approval", "adjustment", "dispute", "rejection", "dispute-withdrawal"):
        assert (
            lars.get("/timesheets")
            .post(f"/timesheets/lines/{line.id}/{act}", {"reason": "x", "minutes": "1:00"})
            .status
            == 404
        )
    assert lars.post("/timesheets/approvals", {"lines": str(line.id)}).status == 409
    assert lars.post("/timesheets/approvals/undo", {"lines": str(line.id)}).status == 409
    seen_by_the_test()
    assert again(line).state is LineState.PENDING


@pytest.mark.parametrize("who", ["maya", "tom", "bea", "sam"])
def test_only_approvers_decide(world, visitors, who):
    [line] = handed_in([worked_line(world, world.maya)], NOW)
    session.commit()
    visitor = visitors(who).get("/timesheets")
    for path in (f"/timesheets/lines/{line.id}/approval", "/timesheets/approvals", "/timesheets/approvals/undo",
                 f"/timesheets/lines/{line.id}/dispute"):  # fmt: skip
        assert visitor.get("/timesheets").post(path, {"lines": str(line.id), "reason": "x"}).status == 403
    assert not [b for b in visitor.get("/timesheets").page.all("button") if b.text.startswith("Approve")]
    seen_by_the_test()
    assert again(line).state is LineState.PENDING


def test_a_facility_sees_nothing_before_it_is_handed_in(world, rosa):
    line = worked_line(world, world.maya)
    session.commit()
    assert rosa.get(f"/timesheets/lines/{line.id}").status == 404
    rosa.get("/timesheets?state=all").sees("No hours fit these filters.")


def test_a_facility_never_reads_what_the_coordinator_is_paid(world, rosa, maya):
    [line] = handed_in([worked_line(world, world.maya)], NOW)
    session.commit()
    for path in ("/timesheets", f"/timesheets/lines/{line.id}", f"/timesheets/{line.timesheet_id}", "/timesheets.csv"):
        assert "232" not in rosa.get(path).response.get_data(as_text=True).split("csrf")[0].replace("2320", "")
        assert "$312.00" in rosa.html or "312.00" in rosa.response.get_data(as_text=True)
    maya.get(f"/timesheets/{line.timesheet_id}").sees("$232.00")
    assert "$312.00" not in maya.html


def test_forged_fields_change_nothing(world, maya, rosa):
    shift = booked(world, world.maya, TODAY)
    session.commit()
    maya.get("/clock")
    maya.post(
        f"/clock/{shift.id}/punches",
        {
            "kind": "in",
            "at": "2026-11-24T00:00:00Z",
            "source": "manual",
            "coordinator_id": "1",
            "state": "completed",
            "paid_minutes": "9999",
        },
    )
    made = all_of(Punch)[0]
    assert (made.at, made.source.value, made.coordinator_id) == (NOW, "web", world.maya.id)


@pytest.mark.parametrize("lines", ["", "x", "1;2", "1:2:3", "-1", "9" * 30, "1,,2", "١"])
def test_a_damaged_list_of_lines_is_refused(world, rosa, lines):
    rosa.get("/timesheets")
    assert rosa.post("/timesheets/approvals", {"lines": lines}).status in (409, 422)
    assert rosa.post("/timesheets/approvals/undo", {"lines": lines}).status in (409, 422)


@pytest.mark.parametrize(
    "query",
    [
        "week=2026-13-01",
        "week=x",
        "coordinator=abc",
        "facility=99999999999999999999",
        "state=drop",
        "page=-1",
        "week=2026-11-16&coordinator=1",
    ],
)
def test_odd_filters_show_a_list(world, rosa, query):
    three_lines(world)
    assert rosa.get(f"/timesheets?{query}").status == 200


def test_a_stale_page_approves_nothing_that_changed(world, rosa, visitors):
    _first, second, _odd = three_lines(world)
    rosa.get("/timesheets")
    nadia = visitors("nadia").get(f"/timesheets/lines/{second.id}")
    nadia.press("Dispute", reason="Wrong day.")
    rosa.press("Approve 2 without exceptions")
    rosa.sees("Approved: 1 shift", "1 changed in the meantime and waits for your eye.")
    rosa.get(f"/timesheets/lines/{second.id}")
    seen_by_the_test()
    version = again(second).version
    rosa.post(f"/timesheets/lines/{second.id}/approval", {"version": str(version - 1)})
    assert rosa.status == 409


def test_a_double_click_approves_once(world, rosa):
    three_lines(world)
    rosa.get("/timesheets")
    fields = {"lines": rosa.page.all("input", name="lines")[0].attributes["value"], "idempotency_key": "twice"}
    rosa.post("/timesheets/approvals", fields)
    rosa.post("/timesheets/approvals", fields)
    assert rosa.status == 200
    assert len(all_of(TimeSegment)) == 2


def test_htmx_gets_the_table_and_the_head_that_counts_it(world, rosa):
    first, *_ = three_lines(world)
    rosa.get("/timesheets")
    rosa.post(f"/timesheets/lines/{first.id}/approval", headers={"HX-Request": "true"})
    assert rosa.status == 200
    assert "<html" not in rosa.html
    rosa.sees("2 timesheets to approve", "Approved: 8:00 h for Maya Torres.")
    assert [n for n in rosa.page.walk() if n.attributes.get("id") == f"line-{first.id}"]


def test_recall_until_the_first_decision(world, maya, rosa):
    first, _second, _odd = three_lines(world)
    maya.get(f"/timesheets/{first.timesheet_id}").press("Recall")
    maya.sees("The week is open again.", "Not handed in")
    rosa.get("/timesheets")
    assert rosa.heading == "1 timesheet to approve"
    maya.press("Hand in the week")
    rosa.get("/timesheets").press("Approve 2 without exceptions")
    maya.get(f"/timesheets/{first.timesheet_id}")
    assert not [b for b in maya.page.all("button") if b.text == "Recall"]
    assert maya.post(f"/timesheets/{first.timesheet_id}/recall").status == 409


def test_the_file_cannot_start_a_formula(world, rosa):
    person = session.scalars(select(Person).where(Person.email == "maya@people.example")).one()
    person.name = "=cmd|' /C calc'!A0"
    three_lines(world)
    rosa.get("/timesheets.csv?state=all")
    text = rosa.response.get_data(as_text=True)
    assert "'=cmd" in text
    assert rosa.headers["Content-Type"].startswith("text/csv")
    assert len(text.strip().splitlines()) == 4


def test_every_page_asks_the_database_a_bounded_number_of_times(world, rosa, maya, visitors, statements):
    lines = []
    for day in range(5):
        lines.append(worked_line(world, world.maya, MONDAY + timedelta(days=day)))
        lines.append(worked_line(world, world.jonas, MONDAY + timedelta(days=day)))
        lines.append(worked_line(world, world.aisha, MONDAY + timedelta(days=day), (IN, 30), (OUT, 500)))
    handed_in(lines, NOW)
    approve_lines([lines[0].id], world.rosa, NOW - timedelta(hours=1))
    running = booked(world, world.maya, TODAY)
    punch(running, IN, running.starts_at)
    session.commit()
    ada = visitors("ada")
    looks = [
        (rosa, "/timesheets"), (rosa, "/timesheets?state=all"), (rosa, f"/timesheets/lines/{lines[2].id}"),
        (rosa, f"/timesheets/{lines[0].timesheet_id}"), (rosa, "/timesheets.csv?state=all"), (ada, "/timesheets"),
        (maya, "/clock"), (maya, "/timesheets"), (maya, f"/timesheets/{lines[0].timesheet_id}"),
        (maya, f"/timesheets/lines/{lines[0].id}"), (maya, f"/clock/{running.id}/elapsed"),
        (maya, f"/clock/{lines[3].assignment_id}/report"), (maya, f"/clock/{running.id}/correction"),
    ]  # fmt: skip
    for visitor, path in looks:
        session.remove()
        statements.clear()
        visitor.get(path)
        assert visitor.status in (200, 403, 404), path
        assert len(statements) <= 15, (path, len(statements))


def test_everything_left_alone_reads_in_spanish_too(world, visitors):
    person = session.scalars(select(Person).where(Person.email == "rosa@harbor.example")).one()
    person.locale = "es"
    three_lines(world)
    assert visitors("rosa").get("/timesheets").status == 200


def test_an_agency_sees_every_facility_and_may_choose_one(world, visitors):
    three_lines(world)
    handed_in([worked_line(world, world.jonas, facility="riverside")], NOW)
    session.commit()
    ada = visitors("ada").get("/timesheets")
    assert ada.heading == "4 timesheets to approve"
    seen_by_the_test()
    ada.get(f"/timesheets?facility={world.riverside.id}")
    assert ada.heading == "1 timesheet to approve"


def test_the_coordinator_finds_her_weeks(world, maya):
    three_lines(world)
    maya.get("/timesheets").sees("Harbor Family Medicine", "16:00 h", "$464.00", "To approve")


def test_hours_by_hand_that_are_refused_come_back_as_they_were_typed(world, maya):
    shift = booked(world, world.maya, TODAY - timedelta(days=1))
    session.commit()
    maya.get(f"/clock/{shift.id}/correction")
    maya.press("Keep these hours", reason="The phone was at home.", day_out="2026-11-30")
    assert maya.status == 422
    maya.sees("A time in the future cannot be entered.", "Harbor Family Medicine")
    typed = {node.attributes["name"]: node.attributes["value"] for node in maya.page.all("input", class_="input")}
    assert (typed["day_out"], typed["reason"]) == ("2026-11-30", "The phone was at home.")
