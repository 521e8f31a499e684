"""Payouts on their way: the file for the bank, what was sent, what arrived and what came back."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.kernel import Invalid, dollars, local_day, now
from marketplace.payments.manual_gateway import BatchLine, bank_batch
from marketplace.payouts.forms import PayReasonForm, SentForm
from marketplace.payouts.queries import (
    runs_visible_to,
    visible_to,
)
from marketplace.payouts.rules import PayoutState
from marketplace.payouts.sending import confirm_arrival, fail, release, reverse, send_by_hand
from marketplace.payouts.views.blueprint import pages
from marketplace.web import get_or_404, text_download


@pages.get("/pay-runs/<int:run_id>/batch.csv", may=Permission.PAY_RUN, fresh=True)
def batch(run_id: int) -> Response:
    """The file for the bank: every payout of the run that waits to be sent."""
    found = get_or_404(runs_visible_to(current_person()), run_id)
    lines = [
        BatchLine(
            f"PAY-{payout.id:05d}",
            payout.coordinator.name,
            payout.coordinator.person.email,
            payout.amount_cents,
            f"Pay run {found.id}",
        )
        for payout in found.payouts
        if payout.state is PayoutState.APPROVED
    ]
    return text_download(f"pay-run-{found.id}.csv", bank_batch(lines))


@pages.form("/pay-runs/<int:run_id>/sending", may=Permission.PAY_RUN, fresh=True)
def sending(run_id: int) -> Any:
    """Record that the bank has the batch."""
    found = get_or_404(runs_visible_to(current_person()), run_id)
    waiting = [payout for payout in found.payouts if payout.state is PayoutState.APPROVED]
    form = SentForm(data={"paid_on": local_day(now(), settings().agency_time_zone)})
    if form.validate_on_submit():
        try:
            sent = send_by_hand(found, form.reference.data, form.paid_on.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            total = dollars(sum(payout.amount_cents for payout in sent))
            flash(_("%(total)s recorded as sent.", total=total))
            return redirect(url_for(".run", run_id=found.id), 303)
    page = render_template(
        "payouts/sending.html", run=found, waiting=waiting, total=sum(p.amount_cents for p in waiting), form=form
    )
    return page, 422 if form.is_submitted() else 200


@pages.post("/pay-runs/<int:run_id>/arrival", may=Permission.PAY_RUN, fresh=True)
def arrival(run_id: int) -> Any:
    """Nothing came back from the bank."""
    found = get_or_404(runs_visible_to(current_person()), run_id)
    arrived = confirm_arrival(found, current_person(), now())
    flash(ngettext("%(num)d payout arrived.", "%(num)d payouts arrived.", len(arrived)))
    return redirect(url_for(".run", run_id=found.id), 303)


@pages.form("/payouts/<int:payout_id>/end", may=Permission.PAY_RUN, fresh=True)
def end(payout_id: int) -> Any:
    """Not sent after all, sent back by the bank, or taken back later: in each case the earnings are payable again."""
    found = get_or_404(visible_to(current_person()), payout_id)
    run_of_it = get_or_404(runs_visible_to(current_person()), found.pay_run_id)
    form = PayReasonForm()
    if not form.validate_on_submit():
        page = render_template("payouts/end.html", payout=found, form=form, states=PayoutState)
        return page, 422 if form.is_submitted() else 200
    act = {PayoutState.SENT: fail, PayoutState.PAID: reverse}.get(found.state, release)
    act(found, form.reason.data, current_person(), now())
    flash(
        _("%(amount)s is payable to %(name)s again.", amount=dollars(found.amount_cents), name=found.coordinator.name)
    )
    return redirect(url_for(".run", run_id=run_of_it.id), 303)
