"""The pages of hours as people meet them: the table of an approver, a week on paper."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.catalogue.models import Duty
from marketplace.db import session
from marketplace.kernel.clock import frozen_at
from marketplace.timesheets.approvals import approve_entries
from marketplace.timesheets.models import Punch, ShiftReport, TimeSegment
from marketplace.timesheets.rules import EntryState
from tests.books import broken_invariants
from tests.timesheets.hours import IN, MONDAY, OUT, again, booked, clocked, handed_in, need_of, punch, worked_line
from tests.timesheets.tables import all_of, seen_by_the_test
from tests.world import NOW, TODAY

HOURS = timedelta(hours=1)


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
        maya.sees("The report is kept.", "Worked lately", "7 h 35 min")
        maya.follow("Check and hand in").press("Hand in the week")
        maya.sees("Handed in: 1 shift.", "To approve")
        rosa.sign_in("rosa").get("/timesheets")
        assert rosa.heading == "1 timesheet to approve"
        rosa.press("Approve 1 without exceptions")
        rosa.sees("Approved: 1 shift, 7 h 35 min, $295.75.", "Nothing to approve")
    seen_by_the_test()
    assert broken_invariants() == []
    assert [s.bill_cents for s in all_of(TimeSegment)] == [29575]
    assert all_of(ShiftReport)[0].tickets == ["PA-1001", "PA-1002"]


def test_approve_the_clean_ones_and_dispute_the_other(world, rosa, maya):
    first, _second, odd = three_lines(world)
    rosa.get("/timesheets")
    assert rosa.heading == "3 timesheets to approve"
    rosa.sees("48 min over plan", "24 h 48 min")
    rosa.press("Approve 2 without exceptions")
    rosa.sees("Approved: 2 shifts, 16 h, $624.00.")
    assert rosa.heading == "1 timesheet to approve"
    rosa.follow("Prior-Authorization")
    rosa.get(f"/timesheets/lines/{odd.id}").press("Dispute", reason="Nobody was there after five.")
    rosa.sees("Disputed. Devon Blake and the agency are told", "Nothing to approve")
    seen_by_the_test()
    assert (again(odd).state, again(first).state) == (EntryState.DISPUTED, EntryState.APPROVED)


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
    rosa.sees("Approved: 8 h for Devon Blake.")
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
    maya.sees("Corrected: 7 h.")
    maya.get(f"/timesheets/{line.timesheet_id}").press("Hand in the week")
    rosa.get("/timesheets").sees("Entered by hand", "60 min late")


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
    assert again(line).state is EntryState.PENDING


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
    assert again(line).state is EntryState.PENDING


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
    rosa.sees("2 timesheets to approve", "Approved: 8 h for Maya Torres.")
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
    approve_entries([lines[0].id], world.rosa, NOW - timedelta(hours=1))
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
    maya.get("/timesheets").sees("Harbor Family Medicine", "16 h", "$464.00", "To approve")
