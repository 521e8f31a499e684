"""The words of first pages: a greeting, lengths of time, months by name."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_month_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from marketplace.kernel import Span, hours_and_minutes
from marketplace.needs.texts import clock_span, short_day
from marketplace.reports.kpis import TimeToFill, Week
from marketplace.reports.rules import month_before, part_of_day

DAYS_FROM = 2 * 24 * 60
"""From so many minutes on, a duration is told in days."""


def greeting(name: str, hour: int) -> str:
    """Good morning, Rosa: by the clock on the wall of the place."""
    first = name.split()[0] if name.split() else name
    match part_of_day(hour):
        case "morning":
            return str(_("Good morning, %(name)s", name=first))
        case "afternoon":
            return str(_("Good afternoon, %(name)s", name=first))
        case _other:
            return str(_("Good evening, %(name)s", name=first))


def duration(minutes: int | None) -> tuple[str, str]:
    """A figure and its unit: 48 min, 1:48 h, 3.2 days; a dash of nothing."""
    if minutes is None:
        return "–", ""
    if minutes < 60:
        return str(minutes), _("min")
    if minutes < DAYS_FROM:
        return hours_and_minutes(minutes), _("h")
    return f"{minutes / (24 * 60):.1f}", _("days")


def whole_dollars(cents: int) -> str:
    """$14,206: key figures are read without cents, half up."""
    return f"${(2 * cents + 100) // 200:,}"


def difference(minutes: int) -> str:
    """22 min, 3 h, 2 days: a difference is read quickly, not exactly."""
    if minutes < 60:
        return str(ngettext("%(num)d min", "%(num)d min", minutes))
    if minutes < DAYS_FROM:
        return str(ngettext("%(num)d h", "%(num)d h", (minutes + 30) // 60))
    days = (minutes + 12 * 60) // (24 * 60)
    return str(ngettext("%(num)d day", "%(num)d days", days))


def compared(took: TimeToFill, today: date) -> tuple[str, str]:
    """The sentence under the time to fill, and whether that is better or worse."""
    month = str(get_month_names("wide", "stand-alone", locale=str(get_locale() or "en"))[month_before(today).month])
    if took.median is None:
        return _("nothing filled this month yet"), ""
    if took.faster is None:
        return _("nothing to compare in %(month)s", month=month), ""
    if took.faster == 0:
        return _("as in %(month)s", month=month), ""
    if took.faster > 0:
        return _("%(time)s faster than %(month)s", time=difference(took.faster), month=month), "better"
    return _("%(time)s slower than %(month)s", time=difference(-took.faster), month=month), "worse"


def age(since: datetime, at: datetime) -> str:
    """12 min, 5 h, 3 days: how long it has been, or how long until then."""
    minutes = int(abs(at - since) / timedelta(minutes=1))
    return difference(minutes) if minutes else _("now")


def points(weeks: list[Week]) -> list[dict[str, object]]:
    """The weeks as `bars` draws them: filled, unfilled, the share above; the last one still grows."""
    drawn: list[dict[str, object]] = []
    for week in weeks:
        note = f"{week.percent}%" if week.percent is not None else ""
        label = _("This wk") if week is weeks[-1] else short_day(week.monday)
        drawn.append({"label": label, "values": [min(week.filled, week.seats), week.open], "note": note})
    return drawn


def course(weeks: list[Week]) -> str:
    """The chart in a sentence, for those who do not see it."""
    whole = [week for week in weeks[:-1] if week.percent is not None]
    if not whole:
        return str(_("No finished week with shifts yet."))
    first, last = whole[0], whole[-1]
    told = _(
        "From %(first)s percent in the week of %(first_week)s to %(last)s percent in the week of %(last_week)s.",
        first=first.percent,
        first_week=short_day(first.monday),
        last=last.percent,
        last_week=short_day(last.monday),
    )
    return str(told)


def short_times(span: Span, zone: str) -> str:
    """8am – 12pm, on the wall of a place."""
    return clock_span(span.start.astimezone(ZoneInfo(zone)), span.end.astimezone(ZoneInfo(zone)))
