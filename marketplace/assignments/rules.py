"""How an offer becomes somebody's shift, and what may happen to it from there."""

from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.kernel import Lifecycle

UNDO_MINUTES = 5
"""Within these a coordinator takes back an acceptance without any consequence."""

CHOICE_UNDO_MINUTES = 10
"""Within these a facility takes back a choice among candidates."""

CLOCK_IN_BEFORE = timedelta(minutes=10)
"""So early before the start one may clock in."""

NO_SHOW_AFTER_MINUTES = 15
"""From so long after the start on, somebody who has not come may be marked as a no-show."""

BACKFILL_WAVE = 3
"""How many of the next best are asked at once when a seat comes free."""

OFFER_HOURS = 24
HOURS_BEFORE_START = 2


def offer_expiry(at: datetime, starts_at: datetime, ends_at: datetime) -> datetime:
    """Until when an offer waits: 24 hours, or up to 2 hours before the shift if that is sooner.

    When the shift begins in less than three hours, half of the time that is left, so that there is time for another one;
    for a shift that has begun a quarter of an hour, or half of what is left of it.
    """
    latest = starts_at - timedelta(hours=HOURS_BEFORE_START)
    if starts_at <= at:
        latest = at + min(timedelta(minutes=15), (ends_at - at) / 2)
    elif latest - at < timedelta(hours=1):
        latest = at + (starts_at - at) / 2
    return min(at + timedelta(hours=OFFER_HOURS), latest)


class OfferState(StrEnum):
    """Where an offer (or an application) stands."""

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
    """Where the question stands whether somebody would work another shift instead of hers.

    In a chain of moves the last one is asked first: the others are planned until she has agreed, and nobody moves before
    everybody has.
    """

    PLANNED = "planned"
    ASKED = "asked"
    AGREED = "agreed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


REASSIGNMENT_LIFE = Lifecycle(
    "move request",
    {
        (ReassignmentState.PLANNED, "ask"): ReassignmentState.ASKED,
        (ReassignmentState.PLANNED, "withdraw"): ReassignmentState.WITHDRAWN,
        (ReassignmentState.ASKED, "accept"): ReassignmentState.ACCEPTED,
        # The seat she would take is still somebody's: her yes waits for that somebody's yes.
        (ReassignmentState.ASKED, "agree"): ReassignmentState.AGREED,
        (ReassignmentState.ASKED, "decline"): ReassignmentState.DECLINED,
        (ReassignmentState.ASKED, "withdraw"): ReassignmentState.WITHDRAWN,
        (ReassignmentState.ASKED, "expire"): ReassignmentState.EXPIRED,
        (ReassignmentState.AGREED, "accept"): ReassignmentState.ACCEPTED,
        # Until everybody has said yes she may think better of it.
        (ReassignmentState.AGREED, "decline"): ReassignmentState.DECLINED,
        (ReassignmentState.AGREED, "withdraw"): ReassignmentState.WITHDRAWN,
        (ReassignmentState.AGREED, "expire"): ReassignmentState.EXPIRED,
    },
)

MOST_REASSIGNED = 2
"""So many people at most change their shifts so that one seat is filled."""

OPEN_REASSIGNMENTS = frozenset({ReassignmentState.PLANNED, ReassignmentState.ASKED, ReassignmentState.AGREED})
"""Those that may yet come to something."""

ANSWERABLE_BY_COORDINATOR = frozenset({ReassignmentState.ASKED, ReassignmentState.AGREED})


def reassignment_expiry(at: datetime, first_start: datetime, still_to_ask: int = 1) -> datetime:
    """Until when a question to move waits, as an offer would for the soonest of the shifts concerned: before any begins.

    Where more people are to be asked after her, everybody has an equal part of that time.
    """
    return at + (offer_expiry(at, first_start, first_start) - at) / still_to_ask


class AssignmentState(StrEnum):
    """Where somebody's seat in a shift stands."""

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
"""Those that can be given up for another shift: booked, and not begun."""

WORKING_STATES = frozenset({AssignmentState.CHECKED_IN, AssignmentState.ON_BREAK})


# The word a person sees. From "To approve" on, the words come from the timesheet line and the invoice.
WORDS = {
    AssignmentState.BOOKED: "Confirmed",
    AssignmentState.CONFIRMED: "Confirmed",
    AssignmentState.CHECKED_IN: "Working",
    AssignmentState.ON_BREAK: "Working",
    AssignmentState.CHECKED_OUT: "To approve",
    AssignmentState.COMPLETED: "To approve",
    AssignmentState.CANCELLED: "Cancelled",
    AssignmentState.NO_SHOW: "No-show",
    AssignmentState.UPHELD: "No-show",
    AssignmentState.EXCUSED: "Excused",
    AssignmentState.RELEASED: "Released",
    AssignmentState.REPLACED: "Replaced",
}
