"""Pay runs for the agency's finance: what waits to be paid, the run, and every payout in it."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.db import session
from marketplace.kernel import dollars, local_day, now
from marketplace.payouts.models import PayRun
from marketplace.payouts.pay_run import approve, preview
from marketplace.payouts.queries import (
    open_holds,
    runs_visible_to,
)
from marketplace.payouts.rules import PayoutState
from marketplace.payouts.texts import payout_word, run_word
from marketplace.payouts.views.blueprint import pages
from marketplace.web import TwoClicks, get_or_404, page_of


@pages.get("/pay-runs", may=Permission.PAY_RUN)
def index() -> str:
    """The pay that waits, and every run before."""
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
