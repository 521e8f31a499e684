"""The lives of an offer, a reassignment and a booking, with their times and limits."""

from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.kernel import Lifecycle

UNDO_MINUTES = 5
"""Minutes within which a coordinator undoes an acceptance without any consequence."""

CHOICE_UNDO_MINUTES = 10
"""Minutes within which a facility undoes a choice among candidates."""

CLOCK_IN_BEFORE = timedelta(minutes=10)
"""Clocking in is possible this long before the start."""

CLOCK_AFTER_END = timedelta(hours=12)
"""The buttons of the clock work this long after the end; later the hours are entered by hand, with a reason."""

LATE_AFTER = timedelta(minutes=5)
"""The time after the start from which somebody who has not pressed the clock counts as late."""

NO_SHOW_AFTER_MINUTES = 15
"""Minutes after the start from which a no-show may be marked."""

BACKFILL_WAVE = 3
"""How many of the next best are asked at once when a seat comes free."""

OFFER_HOURS = 24
HOURS_BEFORE_START = 2


def offer_expiry(at: datetime, starts_at: datetime, ends_at: datetime) -> datetime:
    """The moment an offer expires: after 24 hours, or 2 hours before the shift if that is sooner.

    When the shift begins in less than three hours, after half of the time that is left, so that another offer can follow.
    For a shift that has begun, after a quarter of an hour, or half of its remaining time if that is sooner.
    """
    latest = starts_at - timedelta(hours=HOURS_BEFORE_START)
    if starts_at <= at:
        latest = at + min(timedelta(minutes=15), (ends_at - at) / 2)
    elif latest - at < timedelta(hours=1):
        latest = at + (starts_at - at) / 2
    return min(at + timedelta(hours=OFFER_HOURS), latest)


class OfferState(StrEnum):
    """The states of an offer or an application."""

    SENT = "sent"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


OFFER_LIFE = Lifecycle(
    "offer",
    {
        (OfferState.SENT, "accept"): OfferState.ACCEPTED,
        (OfferState.SENT, "decline"): OfferState.DECLINED,
        (OfferState.SENT, "counter"): OfferState.COUNTERED,
        (OfferState.SENT, "withdraw"): OfferState.WITHDRAWN,
        (OfferState.SENT, "expire"): OfferState.EXPIRED,
        (OfferState.SENT, "supersede"): OfferState.SUPERSEDED,
        (OfferState.COUNTERED, "accept"): OfferState.ACCEPTED,
        (OfferState.COUNTERED, "decline"): OfferState.DECLINED,
        (OfferState.COUNTERED, "counter"): OfferState.SENT,
        (OfferState.COUNTERED, "withdraw"): OfferState.WITHDRAWN,
        (OfferState.COUNTERED, "expire"): OfferState.EXPIRED,
        (OfferState.COUNTERED, "supersede"): OfferState.SUPERSEDED,
        (OfferState.ACCEPTED, "undo"): OfferState.SENT,
        # When the booking that superseded it is taken back, the offer stands again.
        (OfferState.SUPERSEDED, "restore"): OfferState.SENT,
    },
)

WAITING_STATES = frozenset({OfferState.SENT, OfferState.COUNTERED})


class ReassignmentState(StrEnum):
    """The states of the question whether a coordinator would work another shift instead of theirs.

    In a chain of moves the last coordinator is asked first. The others are planned until the last one has agreed, and nobody
    moves before everybody has agreed.
    """

    PLANNED = "planned"
    ASKED = "asked"
    AGREED = "agreed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


REASSIGNMENT_LIFE = Lifecycle(
    "reassignment",
    {
        (ReassignmentState.PLANNED, "ask"): ReassignmentState.ASKED,
        (ReassignmentState.PLANNED, "withdraw"): ReassignmentState.WITHDRAWN,
        (ReassignmentState.ASKED, "accept"): ReassignmentState.ACCEPTED,
        # Somebody else still has the wanted seat: this yes waits for theirs.
        (ReassignmentState.ASKED, "agree"): ReassignmentState.AGREED,
        (ReassignmentState.ASKED, "decline"): ReassignmentState.DECLINED,
        (ReassignmentState.ASKED, "withdraw"): ReassignmentState.WITHDRAWN,
        (ReassignmentState.ASKED, "expire"): ReassignmentState.EXPIRED,
        (ReassignmentState.AGREED, "accept"): ReassignmentState.ACCEPTED,
        # Until everybody has said yes, a yes may be taken back.
        (ReassignmentState.AGREED, "decline"): ReassignmentState.DECLINED,
        (ReassignmentState.AGREED, "withdraw"): ReassignmentState.WITHDRAWN,
        (ReassignmentState.AGREED, "expire"): ReassignmentState.EXPIRED,
    },
)

MOST_REASSIGNED = 2
"""How many people at most change their shifts so that one seat is filled."""

OPEN_REASSIGNMENTS = frozenset({ReassignmentState.PLANNED, ReassignmentState.ASKED, ReassignmentState.AGREED})
"""The states from which somebody may still move."""

ANSWERABLE_BY_COORDINATOR = frozenset({ReassignmentState.ASKED, ReassignmentState.AGREED})


def reassignment_expiry(at: datetime, first_start: datetime, still_to_ask: int = 1) -> datetime:
    """The moment a question to move expires: as an offer for the soonest of the shifts concerned would, before any begins.

    Where more people are to be asked afterwards, everybody has an equal part of that time.
    """
    return at + (offer_expiry(at, first_start, first_start) - at) / still_to_ask


class AssignmentState(StrEnum):
    """The states of a booking."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    ON_BREAK = "on_break"
    CHECKED_OUT = "checked_out"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    UPHELD = "upheld"
    EXCUSED = "excused"
    RELEASED = "released"
    REPLACED = "replaced"


LIFE = Lifecycle(
    "booking",
    {
        (AssignmentState.BOOKED, "confirm"): AssignmentState.CONFIRMED,
        (AssignmentState.BOOKED, "check_in"): AssignmentState.CHECKED_IN,
        (AssignmentState.BOOKED, "undo"): AssignmentState.RELEASED,
        (AssignmentState.BOOKED, "cancel"): AssignmentState.CANCELLED,
        (AssignmentState.BOOKED, "release"): AssignmentState.RELEASED,
        (AssignmentState.BOOKED, "replace"): AssignmentState.REPLACED,
        (AssignmentState.BOOKED, "mark_no_show"): AssignmentState.NO_SHOW,
        (AssignmentState.CONFIRMED, "check_in"): AssignmentState.CHECKED_IN,
        (AssignmentState.CONFIRMED, "cancel"): AssignmentState.CANCELLED,
        (AssignmentState.CONFIRMED, "release"): AssignmentState.RELEASED,
        (AssignmentState.CONFIRMED, "replace"): AssignmentState.REPLACED,
        (AssignmentState.CONFIRMED, "mark_no_show"): AssignmentState.NO_SHOW,
        (AssignmentState.CHECKED_IN, "pause"): AssignmentState.ON_BREAK,
        (AssignmentState.CHECKED_IN, "check_out"): AssignmentState.CHECKED_OUT,
        (AssignmentState.CHECKED_IN, "send_home"): AssignmentState.CHECKED_OUT,
        (AssignmentState.ON_BREAK, "resume"): AssignmentState.CHECKED_IN,
        (AssignmentState.ON_BREAK, "check_out"): AssignmentState.CHECKED_OUT,
        (AssignmentState.ON_BREAK, "send_home"): AssignmentState.CHECKED_OUT,
        # Clocking out by mistake must not end the day.
        (AssignmentState.CHECKED_OUT, "check_in"): AssignmentState.CHECKED_IN,
        (AssignmentState.CHECKED_OUT, "complete"): AssignmentState.COMPLETED,
        (AssignmentState.NO_SHOW, "uphold"): AssignmentState.UPHELD,
        (AssignmentState.NO_SHOW, "excuse"): AssignmentState.EXCUSED,
    },
)

# Those that hold a seat and the coordinator's time: one person never has two of them at once.
LIVE_STATES = frozenset(
    {
        AssignmentState.BOOKED,
        AssignmentState.CONFIRMED,
        AssignmentState.CHECKED_IN,
        AssignmentState.ON_BREAK,
        AssignmentState.CHECKED_OUT,
        AssignmentState.COMPLETED,
    }
)

MAY_BE_LEFT = frozenset(state for state in AssignmentState if LIFE.allows(state, "release"))
"""The states in which a booking can be given up for another shift: booked, and not begun."""

AHEAD_STATES = frozenset({AssignmentState.BOOKED, AssignmentState.CONFIRMED})
"""Booked, and nobody has clocked in yet."""

WORKING_STATES = frozenset({AssignmentState.CHECKED_IN, AssignmentState.ON_BREAK})


# The word a person sees. From "To approve" on, the words come from the timesheet line and the invoice.
WORDS = {
    AssignmentState.BOOKED: "Booked",
    AssignmentState.CONFIRMED: "Confirmed",
    AssignmentState.CHECKED_IN: "Working",
    AssignmentState.ON_BREAK: "Working",
    AssignmentState.CHECKED_OUT: "To approve",
    AssignmentState.COMPLETED: "To approve",
    AssignmentState.CANCELLED: "Canceled",
    AssignmentState.NO_SHOW: "No-show",
    AssignmentState.UPHELD: "No-show",
    AssignmentState.EXCUSED: "Excused",
    AssignmentState.RELEASED: "Released",
    AssignmentState.REPLACED: "Replaced",
}
