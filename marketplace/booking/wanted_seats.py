"""Whether somebody is wanted for a shift, and whether a seat of it may be left."""

from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.db import session
from marketplace.facilities.models import FacilityState
from marketplace.facilities.readiness import check_asks_for_people
from marketplace.kernel import NotAllowedNow, state_words
from marketplace.needs.models import Shift
from marketplace.needs.rules import NeedState, ShiftState


def check_can_be_left(shift: Shift) -> None:
    """Raises NotAllowedNow unless need and facility of the shift are active: nobody would be found for the seat."""
    if shift.need.state is not NeedState.OPEN:
        raise NotAllowedNow(
            "The shift that would be left belongs to a need %(state)s: nobody could be found for it.",
            state=state_words(shift.need.state),
        )
    if shift.facility.state is not FacilityState.ACTIVE:
        raise NotAllowedNow(
            "The shift that would be left is at a facility that is not active: nobody could be found for it."
        )


def check_wants_people(shift: Shift, at: datetime, by: Person | None = None) -> None:
    """Raises NotAllowedNow unless the shift, loaded with need and facility, is posted, not over and has a free seat."""
    check_asks_for_people(shift.facility, by, at)
    if shift.state is ShiftState.CANCELLED:
        raise NotAllowedNow("This shift was canceled.")
    if shift.state is ShiftState.ENDED or shift.ends_at <= at:
        raise NotAllowedNow("This shift is over.")
    if shift.need.state is not NeedState.OPEN:
        raise NotAllowedNow(
            "Nobody can be asked for a need %(state)s. It has to be open.",
            state=state_words(shift.need.state),
        )
    taken = session.scalars(
        select(Assignment.id).where(Assignment.shift_id == shift.id, Assignment.state.in_(LIVE_STATES))
    ).all()
    if len(taken) >= shift.headcount:
        raise NotAllowedNow("Every seat of this shift is taken.")
