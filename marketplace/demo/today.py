"""What is going on while somebody looks at the demo: people at work, offers waiting, papers to check, things to decide."""

import io
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, load_options
from marketplace.assignments.rules import LIVE_STATES, MAY_BE_LEFT
from marketplace.attendance.clocking import punch
from marketplace.booking.offers import send_offers, send_to_best
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.catalogue.queries import credential_types
from marketplace.coordinators.models import AvailabilityWindow, Coordinator
from marketplace.credentials.models import Credential
from marketplace.credentials.queries import kind_of
from marketplace.credentials.rules import CredentialDraft
from marketplace.credentials.uploads import upload
from marketplace.db import session
from marketplace.demo.asking import post_single, standing_site
from marketplace.demo.staffing import DemoStaffing, shifts_of
from marketplace.facilities.models import Facility
from marketplace.kernel import NotAllowedNow, clock
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.timesheets.rules import PunchKind

QUARTER = timedelta(minutes=15)


def always_free(coordinator: Coordinator) -> None:
    """Whoever the demo shows must be free at whatever hour it is looked at."""
    coordinator.availability[:] = [
        AvailabilityWindow(coordinator_id=coordinator.id, weekday=day, start_minute=0, end_minute=1440)
        for day in range(7)
    ]


def rounded(moment: datetime) -> datetime:
    """The quarter of an hour at or before a moment."""
    return moment - timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)


def at_work(
    staffing: DemoStaffing, jobs: Sequence[tuple[Facility, Person, str, Coordinator]], now: datetime
) -> list[Assignment]:
    """For each (facility, who posted, line, who works): a shift that began a while ago; the last one is on a break."""
    found = []
    for number, (facility, poster, line, coordinator) in enumerate(jobs):
        starts = rounded(now - timedelta(minutes=50 + 40 * number))
        posted = starts - timedelta(days=2)
        need = post_single(
            facility, standing_site(facility), poster, line, (starts, starts + timedelta(hours=4)), posted
        )
        [shift] = shifts_of(need)
        assignment = staffing.book(shift, coordinator.id, posted + timedelta(hours=2))
        if assignment is None:
            continue
        came = starts + timedelta(minutes=number)
        with clock.frozen_at(came):
            punch(assignment, PunchKind.IN, came, coordinator.person)
        found.append(assignment)
    if found:
        pause = now - timedelta(minutes=6)
        with clock.frozen_at(pause):
            punch(found[-1], PunchKind.BREAK_START, pause)
    return found


def next_shift(
    staffing: DemoStaffing, facility: Facility, poster: Person, line: str, coordinator: Coordinator, now: datetime
) -> Assignment | None:
    """A confirmed shift that begins within the hour."""
    starts = rounded(now + timedelta(minutes=45))
    posted = now - timedelta(days=1)
    need = post_single(facility, standing_site(facility), poster, line, (starts, starts + timedelta(hours=4)), posted)
    [shift] = shifts_of(need)
    return staffing.book(shift, coordinator.id, posted + timedelta(hours=3))


def unfilled_soon(facility: Facility, poster: Person, line: str, now: datetime) -> None:
    """One that nobody has taken yet, tomorrow."""
    starts = rounded(now + timedelta(hours=26))
    span = (starts, starts + timedelta(hours=6))
    post_single(facility, standing_site(facility), poster, line, span, now - timedelta(hours=7), FillMode.FIRST_COME)


def offer_round(shifts: Sequence[Shift], shown: Coordinator, posters: dict[int, Person], now: datetime) -> None:
    """Offers for open shifts: to the best, and to the coordinator the demo shows wherever she may."""
    hers = 0
    for number, shift in enumerate(shifts):
        poster = posters[shift.facility_id]
        at = now - timedelta(minutes=20 + 13 * number % 400)
        with clock.frozen_at(at):
            if hers < 6:
                try:
                    with session.begin_nested():
                        send_offers(shift, [shown.id], poster, at)
                    hers += 1
                except NotAllowedNow:
                    pass
            if number % 2 == 0 and number < 24:
                send_to_best(shift, 2, poster, at)


def asked_to_move(facility: Facility, poster: Person, line: str, shown: Coordinator, by: Person, now: datetime) -> None:
    """The agency asks the coordinator the demo shows whether she would work somewhere else instead of one shift of hers."""
    ahead = session.scalars(
        select(Assignment)
        .where(
            Assignment.coordinator_id == shown.id,
            Assignment.state.in_(MAY_BE_LEFT),
            Assignment.starts_at > now + timedelta(hours=30),
            Assignment.facility_id != facility.id,
        )
        .order_by(Assignment.starts_at)
        .limit(10)
    ).all()
    at = now - timedelta(minutes=50)
    for held in ahead:
        span = (held.starts_at - timedelta(hours=1), held.ends_at)
        try:
            with session.begin_nested(), clock.frozen_at(at):
                [shift] = shifts_of(post_single(facility, standing_site(facility), poster, line, span, at))
                ask(shift, [ReassignmentStep(shown.id, held.shift_id)], None, by, at)
                return
        except NotAllowedNow:
            continue


def open_shifts(now: datetime) -> list[Shift]:
    """Coming shifts of open needs with a free seat that are not open to all, soonest first."""
    taken = select(Assignment.id).where(Assignment.shift_id == Shift.id, Assignment.state.in_(LIVE_STATES)).exists()
    return list(
        session.scalars(
            select(Shift)
            .join(Shift.need)
            .where(
                Need.state == NeedState.OPEN,
                Shift.state == ShiftState.SCHEDULED,
                Shift.starts_at > now + timedelta(hours=3),
                ~taken,
                ~Shift.open_to_all,
            )
            .options(*load_options())
            .order_by(Shift.starts_at, Shift.id)
        ).unique()
    )


def papers(coordinators: Sequence[Coordinator], now: datetime, chance: random.Random) -> None:
    """Some papers run out soon, some were handed in and wait to be checked."""
    types = {kind.code: kind_of(kind) for kind in credential_types()}
    for number, coordinator in enumerate(coordinators):
        if number % 6 == 0:
            _run_out(coordinator, now + timedelta(days=chance.choice((5, 12, 24, 28, 41, 55))))
        if number % 8 == 3:
            kind = types[chance.choice(("CPCC", "CMAA", "background-check"))]
            issued = now.date() - timedelta(days=chance.randrange(5, 90))
            paper = CredentialDraft(
                kind, f"{kind.code[:2].upper()}-{chance.randrange(30_000, 39_999)}", issued_on=issued
            )
            at = now - timedelta(hours=chance.randrange(2, 90))
            with clock.frozen_at(at):
                handed_in = upload(coordinator, paper, certificate(kind.name, coordinator.name, paper), "certificate.png",
                                   coordinator.person, at)  # fmt: skip
            handed_in.submitted_at = at
    session.flush()


def certificate(title: str, name: str, paper: CredentialDraft) -> bytes:
    """A made-up certificate as a picture."""
    picture = Image.new("RGB", (1100, 780), "#fdfcf8")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, 1075, 755), outline="#0f5c55", width=6)
    pen.rectangle((40, 40, 1059, 739), outline="#b9b3a2", width=2)
    lines = (
        ("SAMPLE", 30, "#8a867b"),
        (title, 46, "#0b4a44"),
        ("This is to show that", 26, "#4a5653"),
        (name, 58, "#16211f"),
        ("has met every requirement.", 26, "#4a5653"),
        (f"Number {paper.number}", 30, "#16211f"),
        (f"Issued on {paper.issued_on:%B} {paper.issued_on:%d}, {paper.issued_on:%Y}", 26, "#4a5653"),
    )
    down = 110
    for text, size, colour in lines:
        font = ImageFont.load_default(size)
        pen.text((550, down), text, font=font, fill=colour, anchor="mt")
        down += size + 46
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def _run_out(coordinator: Coordinator, moment: datetime) -> None:
    training = session.scalars(
        select(Credential).where(Credential.coordinator_id == coordinator.id, Credential.type == "hipaa-training")
    ).one()
    training.expires_on = moment.date()
