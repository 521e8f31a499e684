"""The pages of a coordinator's earnings, payouts and pay statements."""

from datetime import timedelta

from flask import Response, render_template
from sqlalchemy import select

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import duration, hours_and_minutes, local_day, now, week_start
from marketplace.payouts.documents import paper_of_payout
from marketplace.payouts.models import Payout
from marketplace.payouts.queries import earned, hold_of, payable, visible_to, waiting_minutes
from marketplace.payouts.texts import payout_word
from marketplace.payouts.views.blueprint import pages
from marketplace.web import get_or_404, page_of, pdf_download


@pages.get("/earnings", may=Permission.EARNINGS_SEE)
def earnings() -> str:
    """This week, what is paid next, and every payout so far."""
    person = current_person()
    assert person.coordinator_id is not None
    me = session.scalars(select(Coordinator).where(Coordinator.id == person.coordinator_id)).one()
    today = local_day(now(), me.time_zone)
    monday = week_start(today)
    minutes, cents = earned(me.id, monday, monday + timedelta(days=6))
    next_minutes, next_cents = payable(me.id)
    page = page_of(visible_to(person).order_by(Payout.id.desc()))
    return render_template(
        "payouts/earnings.html",
        page=page,
        monday=monday,
        week_hours=duration(minutes),
        week_cents=cents,
        next_hours=duration(next_minutes),
        next_cents=next_cents,
        waiting_hours=hours_and_minutes(waiting_minutes(me.id)),
        held=hold_of(me.id),
        zone=me.time_zone,
        payout_word=payout_word,
    )


@pages.get("/earnings/<int:payout_id>/statement", may=Permission.EARNINGS_SEE)
def my_statement(payout_id: int) -> Response:
    """A coordinator's own pay statement."""
    return _statement(payout_id)


@pages.get("/payouts/<int:payout_id>/statement", may=Permission.PAY_RUN)
def statement(payout_id: int) -> Response:
    """The pay statement, as the coordinator gets it."""
    return _statement(payout_id)


def _statement(payout_id: int) -> Response:
    found = get_or_404(visible_to(current_person()), payout_id)
    paper = paper_of_payout(found.id)
    return pdf_download(f"PAY-{found.id:05d}", paper.pdf, paper.sha256)
