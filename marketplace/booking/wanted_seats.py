"""Whether somebody is wanted for a shift, and whether a seat of it may be left."""

from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, state_words
from marketplace.needs.models import Shift
from marketplace.needs.rules import NeedState, ShiftState


def check_can_be_left(shift: Shift) -> None:
    """Raises NotAllowedNow unless the need of the shift is open: nobody would be found for the seat."""
    if shift.need.state is not NeedState.OPEN:
        raise NotAllowedNow(
            "The shift that would be left belongs to a need %(state)s: nobody could be found for it.",
            state=state_words(shift.need.state),
        )


def check_wants_people(shift: Shift, at: datetime) -> None:
    """Raises NotAllowedNow unless the shift, loaded with its need, is posted, not over and has a free seat."""
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
