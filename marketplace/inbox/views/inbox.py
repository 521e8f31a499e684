"""The agency's first page: what is wrong, with the way to where it is put right; above it how the week goes."""

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.db import retry_failed
from marketplace.inbox.items import InboxKind, counted, listed
from marketplace.inbox.views.blueprint import pages
from marketplace.inbox.views.rows import kind_words, row_of
from marketplace.kernel import NotAllowedNow, Phrase, local_day
from marketplace.onboarding.steps.agency import steps_of_agency
from marketplace.onboarding.steps.checklist import ChecklistStep, left
from marketplace.reports.agency_kpis import agency_money
from marketplace.reports.kpis import time_to_fill, weeks
from marketplace.reports.texts import compared, course, duration, points, whole_dollars
from marketplace.web import Page, asked_word, page_number

ROWS = 40


def agency_inbox(person: Person, at: datetime) -> str:
    """One list of everything, or of one kind (`kind` in the address)."""
    zone = settings().agency_time_zone
    today = local_day(at, zone)
    kind = asked_word("kind", [each.value for each in InboxKind])
    chosen = InboxKind(kind) if kind else None
    counts = counted(person, at)
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    number = min(page_number(), max(1, -(-total // ROWS)))
    found = listed(person, at, chosen, ROWS, number) if total else []
    staffed = weeks(today)
    took = time_to_fill(at, zone)
    note, trend = compared(took, today)
    return render_template(
        "inbox/inbox.html",
        page=Page([row_of(entry, at, person) for entry in found], number, total, ROWS),
        counts=counts,
        everything=sum(counts.values()),
        chosen=chosen,
        kind_words=kind_words(),
        today=today,
        zone=zone,
        at=at,
        week=staffed[-1],
        points=points(staffed),
        course=course(staffed),
        whole_dollars=whole_dollars,
        fill_time=duration(took.median),
        fill_p90=" ".join(duration(took.p90)).strip(),
        fill_note=note,
        fill_trend=trend,
        money=agency_money(today, at),
        sees_pay=person.may(Permission.PAY_RUN),
        first_steps=_first_steps(person, at),
    )


def _first_steps(person: Person, at: datetime) -> list[ChecklistStep]:
    """The steps of a new agency up to its first paid invoice, for its owner; none once all are done."""
    steps = steps_of_agency(at) if person.may(Permission.MEMBER_MANAGE) else []
    return steps if left(steps) else []


@pages.post("/overview/jobs/<int:job_id>/repetition", may=Permission.AGENCY_DESK)
def repeat_job(job_id: int) -> ResponseReturnValue:
    """Have something done in the background again that failed; what it does takes effect once, however often it runs."""
    person = current_person()
    name = retry_failed(job_id)
    if name is None:
        raise NotAllowedNow(_("That is not waiting to be repeated any more. Look at the list again."))
    record(
        "repeat_job",
        person,
        Phrase("Had the failed job %(name)s (number %(job_id)s) done again.", name=name, job_id=job_id),
    )
    flash(_("It is done again within the next minute. If it fails again, it comes back here."))
    return redirect(url_for("home.overview"), 303)
