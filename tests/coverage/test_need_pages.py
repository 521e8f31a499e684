"""The list of needs and the page of one: what each side sees, and stopping, changing and extending a need."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import AssignmentState, OfferState
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, session
from marketplace.messaging.models import Notice
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import NeedState
from tests.browser import Visitor
from tests.world import NOW, World


def shift_of(need: Need) -> Shift:
    return session.scalars(select(Shift).where(Shift.need_id == need.id)).one()


def seat(
    shift: Shift, coordinator: Coordinator, seat: int = 1, state: AssignmentState = AssignmentState.BOOKED
) -> Assignment:
    """Somebody in a seat, whatever matching would say."""
    booking = Assignment(
        shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=coordinator.id, seat=seat, state=state,
        starts_at=shift.starts_at, ends_at=shift.ends_at, headcount=shift.headcount, booked_at=NOW,
        bill_rate_cents=shift.bill_rate_cents, pay_rate_cents=shift.pay_rate_cents,
    )  # fmt: skip
    session.add(booking)
    session.flush()
    return booking


def ask(shift: Shift, coordinator: Coordinator) -> Offer:
    offer = Offer(
        shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=coordinator.id, sent_at=NOW,
        expires_at=NOW + timedelta(hours=4),
    )  # fmt: skip
    session.add(offer)
    session.flush()
    return offer


def state_of(need_id: int) -> NeedState:
    with as_system():
        return session.scalars(select(Need.state).where(Need.id == need_id)).one()


def test_a_facility_sees_its_own_needs_and_the_agency_all(client: Visitor, world: World) -> None:
    world.need()
    world.need(world.riverside, "triage")
    session.commit()
    client.sign_in("rosa").get("/needs").sees("1 need", "Prior-Authorization")
    assert "Telephone Triage" not in client.page.all("tbody")[0].text
    client.sign_in("sam").get("/needs").sees("2 needs", "Riverside Medical Center", "Harbor Family Medicine")


def test_filled_is_counted_from_the_people_in_the_seats(client: Visitor, world: World) -> None:
    need = world.need(headcount=2)
    client.sign_in("rosa")
    session.commit()
    client.get("/needs").sees("0 of 2", "Open")
    World()
    seat(shift_of(need), world.maya)
    session.commit()
    client.get("/needs").sees("1 of 2", "Partly filled")
    World()
    seat(shift_of(need), world.jonas, 2)
    session.commit()
    client.get("/needs").sees("2 of 2", "Filled")
    client.get(f"/needs/{need.id}").sees("2 of 2 seats filled", "Maya Torres, Jonas Lind")
    World()
    for booking in session.scalars(select(Assignment)):
        booking.state = AssignmentState.CANCELLED
    session.commit()
    client.get("/needs").sees("0 of 2", "Open")


def test_filters_sorting_and_pages_stay_in_the_address(client: Visitor, world: World) -> None:
    for number in range(26):
        world.need(line="triage", day=date(2026, 12, 1) + timedelta(days=number), notes=f"Bring log {number}.")
    world.need(state=NeedState.CLOSED, notes="100% denial_log")
    session.commit()
    client.sign_in("rosa").get("/needs?line=triage&sort=day").sees("26 needs", "1–25 of 26")
    assert "Dec 1, 2026" in client.page.all("tbody")[0].all("tr")[0].text
    client.follow("Next")
    assert "line=triage" in client.path
    assert "sort=day" in client.path
    client.sees("26–26 of 26")
    client.get("/needs?state=closed").sees("1 need")
    client.get("/needs?q=denial_log").sees("1 need")
    client.get("/needs?q=100%25").sees("1 need")
    client.get("/needs?q=%25").sees("1 need")
    client.get("/needs?q=nothing+like+it").sees("No need fits these filters.")


@pytest.mark.parametrize(
    "query", ["sort=pay_rate", "state=lost", "page=-1", "q=%00", "facility=abc", "line='", "page=99999999999"]
)
def test_a_filter_that_makes_no_sense_is_as_if_not_asked(client: Visitor, world: World, query: str) -> None:
    world.need()
    session.commit()
    assert client.sign_in("sam").get(f"/needs?{query}").status == 200


def test_the_export_quotes_what_a_spreadsheet_would_run(client: Visitor, world: World) -> None:
    world.need(notes='=HYPERLINK("http://example.com")', external_ref="@REQ-1")
    session.commit()
    client.sign_in("rosa").get("/needs/export.csv")
    assert client.headers["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK" in client.html
    assert "'@REQ-1" in client.html
    assert "29.00" not in client.html  # the coordinator's pay is not the facility's to see
    assert "29.00" in client.sign_in("sam").get("/needs/export.csv").html


def test_on_hold_nobody_new_is_asked_and_the_booked_stay(client: Visitor, world: World) -> None:
    need = world.need(headcount=2, mode=FillMode.FIRST_COME)
    shift = shift_of(need)
    booking, offer = seat(shift, world.jonas), ask(shift, world.maya)
    session.commit()
    client.sign_in("rosa").get(f"/needs/{need.id}").press("Put on hold")
    client.sees("On hold. Who is booked stays booked. 1 waiting offer was withdrawn.", "Put on hold.")
    World()
    session.expire_all()
    assert state_of(need.id) is NeedState.ON_HOLD
    assert session.get_one(Offer, offer.id).state is OfferState.WITHDRAWN
    assert session.get_one(Assignment, booking.id).state is AssignmentState.BOOKED
    assert not shift_of(need).open_to_all
    told = session.scalars(select(Notice.sentence).where(Notice.person_id == world.maya.person_id)).all()
    assert [
        sentence for sentence in told if sentence.startswith("The facility has stopped looking: Prior-Authorization")
    ]
    client.press("Resume").sees("Seats are filled again.")
    World()
    session.expire_all()
    assert shift_of(need).open_to_all


def test_an_offer_whose_time_is_up_waits_for_nobody(client: Visitor, world: World) -> None:
    need = world.need(day=date(2026, 11, 27))
    ask(shift_of(need), world.maya).expires_at = NOW
    session.commit()
    client.sign_in("rosa").get("/schedule").sees("Waiting 0", "Open 1")
    assert "1 asked" not in client.get(f"/needs/{need.id}").text


def test_a_need_whose_shifts_have_all_begun_is_not_resumed(client: Visitor, world: World) -> None:
    need = world.need(day=date(2026, 11, 20), state=NeedState.ON_HOLD)
    session.commit()
    client.sign_in("rosa").get(f"/needs/{need.id}").press("Resume")
    assert client.status == 409
    client.sees("Extend it, or post it again.")
    assert state_of(need.id) is NeedState.ON_HOLD


def test_closed_is_the_end_of_filling(client: Visitor, world: World) -> None:
    need = world.need()
    session.commit()
    client.sign_in("rosa").get(f"/needs/{need.id}").press("Close").sees("Closed. Who is booked stays booked.", "Closed")
    client.post(f"/needs/{need.id}/hold")
    assert client.status == 409
    client.sees("A need that is closed cannot be put on hold.")
    assert client.get(f"/needs/{need.id}/edit").status == 409


def test_the_second_of_two_editors_is_told(client: Visitor, world: World, visitors: Any) -> None:
    need = world.need()
    session.commit()
    other = visitors("tom").get(f"/needs/{need.id}/edit")
    client.sign_in("rosa").get(f"/needs/{need.id}/edit")
    client.press("Save", notes="Two-way phone queue.").sees("Saved. Who is already booked stays booked.")
    other.press("Save", notes="Something else.")
    assert other.status == 409
    client.get(f"/needs/{need.id}").sees("Two-way phone queue.", "Changed: Notes.")


def test_requirements_are_changed_after_posting(client: Visitor, world: World) -> None:
    need = world.need(line="triage", languages=["en", "so"])
    session.commit()
    client.sign_in("rosa").get(f"/needs/{need.id}/edit").sees("Somali")
    client.press(
        "Save", patient_states="il wi", required_credentials=["rn-license"], languages=["en"], min_education="bachelor"
    )
    client.sees("Registered Nurse license", "IL, WI", "Bachelor's degree", "English")
    with as_system():
        kept = session.get_one(Need, need.id, populate_existing=True)
    assert (kept.patient_states, kept.required_credentials, kept.languages) == (["IL", "WI"], ["rn-license"], ["en"])


def test_a_need_is_extended_by_single_days(client: Visitor, world: World) -> None:
    need = world.need()
    session.commit()
    client.sign_in("rosa").get(f"/needs/{need.id}").follow("Extend").press(
        "Add shifts", other_days=["2026-12-02", "2026-12-04"]
    )
    client.sees("2 shifts added, Dec 2 – 4, 2026.")
    client.follow("Extend").press("Add shifts", other_days=["2026-12-04"])
    assert client.status == 422
    client.sees("Dec 4, 2026 has a shift of this need already")


def test_the_trail_of_a_need_is_on_its_page(client: Visitor, world: World) -> None:
    need = world.need()
    session.commit()
    client.sign_in("tom").get(f"/needs/{need.id}").press("Put on hold").sees("Tom Becker : Put on hold.")


def test_an_approver_reads_a_need_but_cannot_stop_it(client: Visitor, world: World) -> None:
    need = world.need()
    session.commit()
    client.sign_in("nadia").get(f"/needs/{need.id}")
    assert client.status == 200
    assert "Put on hold" not in client.text
    assert client.post(f"/needs/{need.id}/hold").status == 403
    assert state_of(need.id) is NeedState.OPEN


def test_the_pages_of_needs_ask_the_database_little(client: Visitor, world: World, statements: list[str]) -> None:
    for number in range(12):
        seat(shift_of(world.need(day=date(2026, 12, 1) + timedelta(days=number))), world.maya)
    need = world.need()
    session.commit()
    for who in ("rosa", "sam"):
        client.sign_in(who)
        for path in (
            "/needs",
            f"/needs/{need.id}",
            "/needs/export.csv",
            f"/needs/{need.id}/edit",
            f"/needs/{need.id}/extension",
        ):
            statements.clear()
            assert client.get(path).status == 200
            assert len(statements) <= 15, (path, statements)
