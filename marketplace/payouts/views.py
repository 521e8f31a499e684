"""Pay runs for the agency's finance, and for each coordinator what she earned and was paid."""

from datetime import date, timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import Invalid, NotFound, dollars, hours_and_minutes, local_day, now, week_start
from marketplace.payments.manual_gateway import BatchLine, bank_batch
from marketplace.payouts.documents import paper_of_payout
from marketplace.payouts.forms import PayReasonForm, SentForm
from marketplace.payouts.models import PayHold, Payout, PayRun
from marketplace.payouts.pay_run import approve, preview
from marketplace.payouts.queries import (
    earned,
    open_holds,
    runs_visible_to,
    unpaid_segments,
    visible_to,
    waiting_minutes,
)
from marketplace.payouts.rules import PayoutState
from marketplace.payouts.sending import confirm_arrival, fail, hold, lift, release, reverse, send_by_hand
from marketplace.payouts.texts import payout_word, run_word
from marketplace.timesheets.models import TimeSegment
from marketplace.web import Pages, TwoClicks, get_or_404, page_of, pdf_download, text_download

pages = Pages("payouts", __name__)


# ---- the agency ---------------------------------------------------------------------------------------------------


@pages.get("/pay-runs", may=Permission.PAY_RUN)
def index() -> str:
    """What waits to be paid, and every run before."""
    page = page_of(runs_visible_to(current_person()).order_by(PayRun.id.desc()), size=15)
    return render_template(
        "payouts/index.html",
        page=page,
        preview=preview(_yesterday()),
        holds=session.scalars(open_holds()).all(),
        run_word=run_word,
    )


def _yesterday() -> date:
    return local_day(now(), settings().agency_time_zone) - timedelta(days=1)


@pages.form("/pay-runs/new", may=Permission.PAY_RUN, fresh=True)
def new_run() -> Any:
    """Preview of all approved, unpaid time; POST sets aside what the preview showed."""
    return TwoClicks(
        template="payouts/new_run.html",
        usual=_yesterday(),
        tick="coordinator",
        nothing_ticked=_("Nobody was ticked, so nothing was set aside."),
        preview=preview,
        act=lambda until, only, seen: approve(until, current_person(), now(), only=only, seen=seen),
    ).answer(_set_aside)


def _set_aside(run: PayRun | None) -> Any:
    if run is None:
        flash(_("There was nothing left to pay."))
        return redirect(url_for(".index"), 303)
    total = dollars(sum(payout.amount_cents for payout in run.payouts))
    flash(
        ngettext(
            "%(total)s set aside for %(num)d coordinator.",
            "%(total)s set aside for %(num)d coordinators.",
            len(run.payouts),
            total=total,
        )
    )
    return redirect(url_for(".run", run_id=run.id), 303)


@pages.get("/pay-runs/<int:run_id>", may=Permission.PAY_RUN)
def run(run_id: int) -> str:
    """One run with every payout in it, and what comes next."""
    found = get_or_404(runs_visible_to(current_person()), run_id)
    return render_template(
        "payouts/run.html",
        run=found,
        total=sum(payout.amount_cents for payout in found.payouts),
        waiting=[payout for payout in found.payouts if payout.state is PayoutState.APPROVED],
        on_the_way=[payout for payout in found.payouts if payout.state is PayoutState.SENT],
        states=PayoutState,
        payout_word=payout_word,
        run_word=run_word,
        trail=session.scalars(trail_of(current_person(), "pay_run", found.id).limit(20)).all(),
    )


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


@pages.get("/payouts/<int:payout_id>/statement", may=Permission.PAY_RUN)
def statement(payout_id: int) -> Response:
    """The pay statement, as the coordinator gets it."""
    return _statement(payout_id)


@pages.form("/pay-runs/holds/<int:coordinator_id>", may=Permission.PAY_RUN, fresh=True)
def new_hold(coordinator_id: int) -> Any:
    """Pay somebody nothing for now, with the reason."""
    coordinator = session.scalars(
        select(Coordinator).where(Coordinator.id == coordinator_id).options(joinedload(Coordinator.person))
    ).one_or_none()
    if coordinator is None:
        raise NotFound(_("There is no such coordinator."))
    form = PayReasonForm()
    if not form.validate_on_submit():
        page = render_template("payouts/hold.html", coordinator=coordinator, form=form)
        return page, 422 if form.is_submitted() else 200
    hold(coordinator, form.reason.data, current_person(), now())
    flash(_("Pay of %(name)s is on hold.", name=coordinator.name))
    return redirect(url_for(".index"), 303)


@pages.post("/pay-runs/holds/<int:hold_id>/lifting", may=Permission.PAY_RUN, fresh=True)
def lifting(hold_id: int) -> Any:
    """Pay again, with all that has gathered."""
    found = get_or_404(select(PayHold), hold_id)
    lift(found, current_person(), now())
    flash(_("The hold is lifted."))
    return redirect(url_for(".index"), 303)


# ---- the coordinator ----------------------------------------------------------------------------------------------


@pages.get("/earnings", may=Permission.EARNINGS_SEE)
def earnings() -> str:
    """This week, what is paid next, and every payout so far."""
    person = current_person()
    assert person.coordinator_id is not None
    me = session.scalars(select(Coordinator).where(Coordinator.id == person.coordinator_id)).one()
    today = local_day(now(), me.time_zone)
    monday = week_start(today)
    minutes, cents = earned(me.id, monday, monday + timedelta(days=6))
    unpaid = unpaid_segments().where(TimeSegment.coordinator_id == me.id).subquery()
    next_minutes, next_cents = session.execute(
        select(func.coalesce(func.sum(unpaid.c.minutes), 0), func.coalesce(func.sum(unpaid.c.pay_cents), 0))
    ).one()
    page = page_of(visible_to(person).order_by(Payout.id.desc()))
    return render_template(
        "payouts/earnings.html",
        page=page,
        monday=monday,
        week_hours=hours_and_minutes(minutes),
        week_cents=cents,
        next_hours=hours_and_minutes(int(next_minutes)),
        next_cents=int(next_cents),
        waiting_hours=hours_and_minutes(waiting_minutes(me.id)),
        held=session.scalars(open_holds().where(PayHold.coordinator_id == me.id)).first(),
        zone=me.time_zone,
        payout_word=payout_word,
    )


@pages.get("/earnings/<int:payout_id>/statement", may=Permission.EARNINGS_SEE)
def my_statement(payout_id: int) -> Response:
    """A coordinator's own pay statement."""
    return _statement(payout_id)


def _statement(payout_id: int) -> Response:
    found = get_or_404(visible_to(current_person()), payout_id)
    paper = paper_of_payout(found.id)
    return pdf_download(f"PAY-{found.id:05d}", paper.pdf, paper.sha256)
