"""The audit trail as pages: everything that was done, filterable, and the trail of one thing."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import render_template
from sqlalchemy import select

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.audit.models import AuditEntry
from marketplace.audit.queries import visible_to
from marketplace.db import session
from marketplace.web import Pages, asked_day, asked_number, asked_word, page_of

pages = Pages("audit", __name__, url_prefix="/audit")


@pages.get("/", may=Permission.AUDIT_SEE)
def index() -> str:
    """Newest first; kind of thing, its number, a part of the person's name and a stretch of days narrow it down."""
    things = list(session.scalars(select(AuditEntry.thing).distinct().order_by(AuditEntry.thing)))
    thing, number, name = asked_word("thing", things), asked_number("thing_id"), asked_word("person")
    start, end = asked_day("from"), asked_day("to")
    trail = visible_to(current_person())
    if thing:
        trail = trail.where(AuditEntry.thing == thing)
    if number is not None:
        trail = trail.where(AuditEntry.thing_id == number)
    if name:
        trail = trail.join(AuditEntry.person).where(Person.name.icontains(name, autoescape=True))
    if start:
        trail = trail.where(AuditEntry.at >= _midnight(start))
    if end:
        trail = trail.where(AuditEntry.at < _midnight(end + timedelta(days=1)))
    asked = {"thing": thing, "thing_id": number, "person": name, "from": start, "to": end}
    return render_template("audit/index.html", page=page_of(trail, 50), asked=asked, things=things)


def _midnight(day: date) -> datetime:
    """The start of a day on the clock of the agency's desk, as the list shows its times."""
    return datetime.combine(day, time(), ZoneInfo(settings().agency_time_zone))
