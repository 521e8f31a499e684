"""The page of search: one field, results grouped by what they are."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.models import Person
from marketplace.accounts.signing_in import current_person, settings
from marketplace.coordinators.models import Coordinator
from marketplace.dashboards.searching import LONGEST, Found, search
from marketplace.dashboards.views import pages
from marketplace.db.session import Audience, session
from marketplace.facilities.models import Facility
from marketplace.kernel.clock import now
from marketplace.kernel.money import dollars
from marketplace.kernel.spans import Span, local_day
from marketplace.needs.models import Shift
from marketplace.web.asking import asked_word
from marketplace.web.filters import day, short_date, times
from marketplace.web.guard import SIGNED_IN


@dataclass(frozen=True)
class Hit:
    """One result; without an address it is only told."""

    title: str
    text: str
    url: str
    state: str = ""


@dataclass(frozen=True)
class Group:
    """Results of one kind; `more` leads to the whole list with the same words."""

    key: str
    name: str
    icon: str
    hits: list[Hit]
    more: str = ""


@pages.get("/search", may=SIGNED_IN, endpoint="search")
def find_anything() -> str:
    """Results for the words of `q`; without any the page says what can be found."""
    person = current_person()
    words = asked_word("q")
    found = search(person, words, local_day(now(), _zone(person))) if words else Found()
    return render_template(
        "dashboards/search.html",
        words=words,
        cut=len(request.args.get("q", "")) > LONGEST,
        found=found,
        groups=_groups(person, words, found),
        longest=LONGEST,
    )


def _zone(person: Person) -> str:
    """Where the person's today is."""
    place: Facility | Coordinator | None = None
    if person.facility_id is not None:
        place = session.get(Facility, person.facility_id)
    elif person.coordinator_id is not None:
        place = session.get(Coordinator, person.coordinator_id)
    return place.time_zone if place else settings().agency_time_zone


def _groups(person: Person, words: str, found: Found) -> list[Group]:
    spanish, agency = person.locale == "es", person.audience is Audience.AGENCY

    def line(shift: Shift) -> str:
        return shift.line.name_es if spanish else shift.line.name

    def when(span: Span, zone: str) -> str:
        return f"{day(span.start, zone)}, {times(span, zone)}"

    def shift_text(shift: Shift) -> str:
        text = when(shift.span, shift.time_zone)
        return f"{shift.facility.name} · {text}" if agency else text

    groups = [
        Group(
            "people",
            _("People"),
            "users",
            [Hit(one.name, _of_a_person(one, agency), _person_url(one, agency)) for one in found.people],
            url_for("coordinators.index", q=words) if agency else "",
        ),
        Group(
            "facilities",
            _("Facilities"),
            "building-2",
            [
                Hit(
                    one.name,
                    ", ".join(filter(None, (one.city, one.region))),
                    url_for("facilities.show", facility_id=one.id),
                )
                for one in found.facilities
            ],
            url_for("facilities.index", q=words),
        ),
        Group(
            "bookings",
            _("Your shifts"),
            "calendar",
            [
                Hit(
                    line(one.shift),
                    f"{one.facility.name} · {when(one.span, one.shift.time_zone)}",
                    url_for("assignments.assignment", assignment_id=one.id),
                    one.state.value,
                )
                for one in found.bookings
            ],
        ),
        Group(
            "shifts",
            _("Shifts on %(day)s", day=short_date(found.day)) if found.day else _("Shifts"),
            "calendar",
            [Hit(line(one), shift_text(one), url_for("assignments.shift", shift_id=one.id)) for one in found.shifts],
            url_for("schedule.index", week=found.day.isoformat()) if found.day else "",
        ),
        Group(
            "needs",
            _("Needs"),
            "clipboard-list",
            [
                Hit(
                    one.line.name_es if spanish else one.line.name,
                    " · ".join(
                        filter(
                            None, (one.external_or_id, one.facility.name if agency else "", short_date(one.first_day))
                        )
                    ),
                    url_for("need_pages.show", need_id=one.id),
                    one.state.value,
                )
                for one in found.needs
            ],
            url_for("need_pages.index", q=words),
        ),
        Group(
            "invoices",
            _("Invoices"),
            "receipt",
            [
                Hit(
                    one.number or _("Draft"),
                    " · ".join(
                        filter(
                            None,
                            (one.facility.name if agency else "", dollars(one.total_cents), short_date(one.issued_on)),
                        )
                    ),
                    url_for("billing.invoice", invoice_id=one.id),
                    one.state.value,
                )
                for one in found.invoices
            ],
            url_for("billing.index", q=words),
        ),
    ]
    return [
        group if group.key in found.more else Group(group.key, group.name, group.icon, group.hits)
        for group in groups
        if group.hits
    ]


def _of_a_person(one: Coordinator, agency: bool) -> str:
    return one.person.email if agency else _("Coordinator")


def _person_url(one: Coordinator, agency: bool) -> str:
    if agency:
        return url_for("coordinators.show", coordinator_id=one.id)
    return url_for("people.show", coordinator_id=one.id)
