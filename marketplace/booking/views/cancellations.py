"""The pages on which a booking, a shift or a need is cancelled, with what it costs either side."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_cancel, check_may_staff
from marketplace.assignments.queries import shifts_visible_to, visible_to
from marketplace.booking import cancelling
from marketplace.booking.cancelling import Consequence, Sum
from marketplace.booking.forms import cancel_form
from marketplace.booking.views.blueprint import pages
from marketplace.kernel import Invalid, dollars, now
from marketplace.needs.queries import visible_to as needs_visible_to
from marketplace.needs.queries import with_details
from marketplace.web import get_or_404


@pages.form("/assignments/<int:assignment_id>/cancellation", may=Permission.ASSIGNMENT_CANCEL)
def cancel(assignment_id: int) -> ResponseReturnValue:
    """Give one booking back."""
    person, at = current_person(), now()
    found = get_or_404(visible_to(person), assignment_id)
    check_may_cancel(person, found)
    cancelling.check_cancellable(found)
    form, side = cancel_form(person)
    means = cancelling.preview(found, side, at)
    if form.is_submitted():
        done = _submitted(form, lambda: cancelling.cancel(found, person, at, side, form.reason.data, form.shown))
        if done is not None:
            flash(_said(done))
            if person.coordinator_id is not None:
                return redirect(url_for("booking.offers"), 303)
            return redirect(url_for("coverage.shift", shift_id=found.shift_id), 303)
    _show_again(form, means.fee.bill_cents, means.points)
    page = render_template(
        "booking/cancel.html",
        assignment=found,
        shift=found.shift,
        means=means,
        form=form,
        side=side,
        tiers=cancelling.policy_of(found.shift.need),
        **_about(),
    )
    return page, 422 if form.errors else 200


@pages.form("/shifts/<int:shift_id>/cancellation", may=Permission.ASSIGNMENT_CANCEL)
def cancel_shift(shift_id: int) -> ResponseReturnValue:
    """Cancel a shift with all that is booked on it."""
    person, at = current_person(), now()
    found = get_or_404(shifts_visible_to(person), shift_id)
    check_may_staff(person, found)
    cancelling.check_cancellable(found)
    form, side = cancel_form(person)
    total = cancelling.preview_shifts(found.need, [found], side, at)
    if form.is_submitted():
        done = _submitted(form, lambda: cancelling.cancel_shift(found, person, at, side, form.reason.data, form.shown))
        if done is not None:
            flash(_sum_said(done))
            return redirect(url_for("coverage.shift", shift_id=found.id), 303)
    return _sum_page(form, total, side=side, need=found.need, shift=found, back=f"/shifts/{found.id}")


@pages.form("/needs/<int:need_id>/cancellation", may=Permission.ASSIGNMENT_CANCEL)
def cancel_need(need_id: int) -> ResponseReturnValue:
    """Cancel a need: every shift that has not begun."""
    person, at = current_person(), now()
    found = get_or_404(with_details(needs_visible_to(person)), need_id)
    check_may_staff(person, found)
    cancelling.check_cancellable(found)
    form, side = cancel_form(person)
    shifts = cancelling.cancellable_shifts(found, at)
    total = cancelling.preview_shifts(found, shifts, side, at)
    if form.is_submitted():
        done = _submitted(form, lambda: cancelling.cancel_need(found, person, at, side, form.reason.data, form.shown))
        if done is not None:
            flash(_sum_said(done))
            return redirect(f"/needs/{found.id}", 303)
    return _sum_page(form, total, side=side, need=found, shift=None, back=f"/needs/{found.id}")


def _submitted(form: Any, act: Callable[[], Any]) -> Any:
    """The result of the act, or None when the form has to be shown again."""
    if not form.validate():
        return None
    if form.shown is None:
        raise Invalid(_("This form is damaged. Open the page again and repeat."))
    try:
        return act()
    except Invalid as error:
        form.refuse(error)
        return None


def _show_again(form: Any, fee_cents: int, points: int) -> None:
    form.fee_cents.data, form.points.data = str(fee_cents), str(points)


def _sum_page(form: Any, total: Sum, **shown: Any) -> ResponseReturnValue:
    _show_again(form, total.fee_cents, sum(means.points for means in total.means))
    page = render_template(
        "booking/cancel_several.html",
        total=total,
        form=form,
        **shown,
        **_about(),
    )
    return page, 422 if form.errors else 200


def _about() -> dict[str, bool]:
    """The side of the reader, and whether they may read what is billed and what is paid."""
    person = current_person()
    of_facility, of_coordinator = person.facility_id is not None, person.coordinator_id is not None
    return {
        "for_agency": not of_facility and not of_coordinator,
        "for_coordinator": of_coordinator,
        "sees_bill": not of_coordinator,
        "sees_pay": not of_facility,
    }


def _said(means: Consequence) -> str:
    if means.fee.bill_cents:
        return str(_("Canceled. %(amount)s will be billed for it.", amount=dollars(means.fee.bill_cents)))
    if means.points:
        return str(_("Canceled. It counts %(points)s reliability points.", points=means.points))
    return str(_("Canceled. It costs nothing."))


def _sum_said(total: Sum) -> str:
    if total.fee_cents:
        return str(_("Canceled. %(amount)s will be billed for what was booked.", amount=dollars(total.fee_cents)))
    return str(_("Canceled. It costs nothing."))
