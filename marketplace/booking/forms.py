"""The forms of the pages on which a shift is offered, turned down, left or cancelled."""

from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import Person
from marketplace.assignments.models import CancelledBy
from marketplace.assignments.policy import side_of
from marketplace.booking.offers import LONGEST_NOTE
from marketplace.booking.reassignments import ReassignmentPreview
from marketplace.kernel import digits
from marketplace.web import asked_word
from marketplace.web.forms import Choice, Form, Hidden, Notes


class DeclineForm(Form):
    """The reason, if somebody wants to give one."""

    reason = Notes(_l("Reason"), required=False, limit=LONGEST_NOTE)


class JudgementForm(Form):
    """The finding of the agency about a no-show."""

    reason = Notes(_l("What you found out"), required=False, limit=LONGEST_NOTE)


class CancelForm(Form):
    """The reason, and the cost that the page showed."""

    reason = Notes(_l("Reason"), required=False, limit=LONGEST_NOTE)
    fee_cents = Hidden(limit=12)
    points = Hidden(limit=8)

    @property
    def shown(self) -> tuple[int, int] | None:
        """Fee in cents and points as they stood on the page; None when somebody has tampered with them."""
        given = [str(field.data or "") for field in (self.fee_cents, self.points)]
        fee, points = (digits(text.removeprefix("-"), 10**12) for text in given)
        if fee is None or points is None:
            return None
        return (-fee if given[0].startswith("-") else fee), (-points if given[1].startswith("-") else points)


class ReassignmentAnswerForm(Form):
    """The terms on the page of the shift the coordinator would move to."""

    start = Hidden(limit=12)
    end = Hidden(limit=12)
    pay = Hidden(limit=12)

    @property
    def saw(self) -> ReassignmentPreview | None:
        """Start, end and pay as they stood on the page; None when somebody has tampered with them."""
        given = [str(field.data or "") for field in (self.start, self.end, self.pay)]
        start, end, pay = (digits(text, 10**12) for text in given)
        return None if start is None or end is None or pay is None else ReassignmentPreview(start, end, pay)


class AgencyCancelForm(CancelForm):
    """The agency also says on whose behalf it cancels."""

    side = Choice(
        _l("On behalf of"),
        [
            (CancelledBy.AGENCY.value, _l("The agency: nobody pays")),
            (CancelledBy.FACILITY.value, _l("The facility")),
            (CancelledBy.COORDINATOR.value, _l("The coordinator")),
        ],
    )


def cancel_form(person: Person) -> tuple[CancelForm, CancelledBy]:
    """The form for this person, and on whose behalf it cancels: the agency chooses, the others act for themselves."""
    side = side_of(person)
    if side is not CancelledBy.AGENCY:
        return CancelForm(), side
    form = AgencyCancelForm()
    sides = tuple(one.value for one in CancelledBy)
    chosen = str(form.side.data or "") if form.is_submitted() else asked_word("side", sides)
    side = CancelledBy(chosen) if chosen in sides else CancelledBy.AGENCY
    form.side.data = side.value
    return form, side
