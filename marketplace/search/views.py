"""The page of search: one field, results grouped by what they are."""

from dataclasses import dataclass, replace

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.models import Person
from marketplace.coordinators.models import Coordinator
from marketplace.coverage.queries import Seats, seats_of, word_of
from marketplace.db import Audience, session
from marketplace.facilities.models import Facility
from marketplace.kernel import Span, called, dollars, local_day, now
from marketplace.search.searching import Found, search
from marketplace.web import SIGNED_IN, Pages, asked_word
from marketplace.web.filters import day, short_date, times
from marketplace.web.query_args import LONGEST_WORDS

pages = Pages("search", __name__)


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
        "search/search.html",
        words=words,
        cut=len(request.args.get("q", "")) > LONGEST_WORDS,
        found=found,
        groups=_groups(person, words, found),
        longest=LONGEST_WORDS,
    )


def _zone(person: Person) -> str:
    """The zone of the person's today."""
    place: Facility | Coordinator | None = None
    if person.facility_id is not None:
        place = session.get(Facility, person.facility_id)
    elif person.coordinator_id is not None:
        place = session.get(Coordinator, person.coordinator_id)
    return place.time_zone if place else settings().agency_time_zone


def _groups(person: Person, words: str, found: Found) -> list[Group]:
    """The findings by kind, with a link to the whole list where there is more than is shown."""
    agency = person.audience is Audience.AGENCY
    groups = [
        _people(found, agency, words),
        _facilities(found, words),
        _bookings(found),
        _shifts(found, agency),
        _needs(found, agency, words),
        _invoices(found, agency, words),
    ]
    return [group if group.key in found.more else replace(group, more="") for group in groups if group.hits]


def _people(found: Found, agency: bool, words: str) -> Group:
    hits = [Hit(one.name, _of_a_person(one, agency), _person_url(one, agency)) for one in found.people]
    return Group("people", _("People"), "users", hits, url_for("coordinators.index", q=words) if agency else "")


def _facilities(found: Found, words: str) -> Group:
    hits = [
        Hit(
            one.name,
            ", ".join(filter(None, (one.city, one.region))),
            url_for("facilities.show", facility_id=one.id),
        )
        for one in found.facilities
    ]
    return Group("facilities", _("Facilities"), "building-2", hits, url_for("facilities.index", q=words))


def _bookings(found: Found) -> Group:
    hits = [
        Hit(
            called(one.shift.line),
            f"{one.facility.name} · {_when(one.span, one.shift.time_zone)}",
            url_for("booking.assignment", assignment_id=one.id),
            one.state.value,
        )
        for one in found.bookings
    ]
    return Group("bookings", _("Your shifts"), "calendar", hits)


def _shifts(found: Found, agency: bool) -> Group:
    hits = [
        Hit(
            called(one.line),
            f"{one.facility.name} · {_when(one.span, one.time_zone)}" if agency else _when(one.span, one.time_zone),
            url_for("coverage.shift", shift_id=one.id),
        )
        for one in found.shifts
    ]
    name = _("Shifts on %(day)s", day=short_date(found.day)) if found.day else _("Shifts")
    more = url_for("schedule.index", week=found.day.isoformat()) if found.day else ""
    return Group("shifts", name, "calendar", hits, more)


def _needs(found: Found, agency: bool, words: str) -> Group:
    """Each with the state the list of needs shows."""
    seats, at = seats_of(found.needs), now()
    hits = [
        Hit(
            called(one.line),
            _listed(one.external_or_id, one.facility.name if agency else "", short_date(one.first_day)),
            url_for("coverage.show", need_id=one.id),
            word_of(one, seats.get(one.id, Seats()), at),
        )
        for one in found.needs
    ]
    return Group("needs", _("Needs"), "clipboard-list", hits, url_for("coverage.index", q=words))


def _invoices(found: Found, agency: bool, words: str) -> Group:
    hits = [
        Hit(
            one.number or _("Draft"),
            _listed(one.facility.name if agency else "", dollars(one.total_cents), short_date(one.issued_on)),
            url_for("billing.invoice", invoice_id=one.id),
            one.state.value,
        )
        for one in found.invoices
    ]
    return Group("invoices", _("Invoices"), "receipt", hits, url_for("billing.index", q=words))


def _when(span: Span, zone: str) -> str:
    return f"{day(span.start, zone)}, {times(span, zone)}"


def _listed(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _of_a_person(one: Coordinator, agency: bool) -> str:
    return one.person.email if agency else _("Coordinator")


def _person_url(one: Coordinator, agency: bool) -> str:
    if agency:
        return url_for("coordinators.show", coordinator_id=one.id)
    return url_for("people.show", coordinator_id=one.id)
