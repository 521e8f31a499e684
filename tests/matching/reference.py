"""The hard rules once more, slowly and obviously, minute by minute and day by day, to judge the real ones by."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from marketplace.kernel import Span
from marketplace.matching.facts import AgreementFacts, Context, CoordinatorFacts, CredentialFacts, ShiftFacts, Window

MINUTE = timedelta(minutes=1)


def minutes_of(span: Span) -> list[datetime]:
    return [span.start + n * MINUTE for n in range(span.minutes)]


def on_the_wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def days_of(span: Span, zone: str) -> set[date]:
    return {on_the_wall(moment, zone).date() for moment in minutes_of(span)}


@lru_cache(maxsize=100_000)
def when_the_clock_first_shows(wall: datetime, zone: str) -> datetime:
    """The first minute whose clock shows that time or later, found by walking there."""
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while on_the_wall(moment, zone) < wall:
        moment += MINUTE
    return moment


def open_hours(windows: tuple[Window, ...], around: Span, zone: str) -> list[tuple[datetime, datetime]]:
    found = []
    first = around.start.date() - timedelta(days=3)
    for n in range((around.end.date() - first).days + 3):
        day = first + timedelta(days=n)
        for window in windows:
            if window.weekday == day.weekday():
                midnight = datetime.combine(day, time())
                start, end = midnight + window.start_minute * MINUTE, midnight + window.end_minute * MINUTE
                if end <= start:
                    end += timedelta(days=1)
                found.append((when_the_clock_first_shows(start, zone), when_the_clock_first_shows(end, zone)))
    return found


def minutes_open(windows: tuple[Window, ...], span: Span, zone: str) -> int:
    hours = open_hours(windows, span, zone)
    return sum(any(opens <= moment < closes for opens, closes in hours) for moment in minutes_of(span))


def week_minutes(coordinator: CoordinatorFacts, shift: ShiftFacts) -> Counter[date]:
    """Minutes in each local week the shift touches, with the shift."""
    weeks: Counter[date] = Counter()
    for span in (shift.span, *(booking.span for booking in coordinator.bookings)):
        for moment in minutes_of(span):
            day = on_the_wall(moment, coordinator.zone).date()
            weeks[day - timedelta(days=day.weekday())] += 1
    touched = {day - timedelta(days=day.weekday()) for day in days_of(shift.span, coordinator.zone)}
    return Counter({monday: minutes for monday, minutes in weeks.items() if monday in touched})


def good_on(credential: CredentialFacts, day: date) -> bool:
    return (
        credential.verification == "verified"
        and credential.issued_on <= day
        and (credential.expires_on is None or day <= credential.expires_on)
    )


def member_on(state: str | None, day: date, context: Context) -> bool:
    return any(
        m.state == state and m.joined_on <= day and (m.left_on is None or day < m.left_on) for m in context.compact
    )


def licensed(coordinator: CoordinatorFacts, state: str, day: date, context: Context) -> bool:
    for license in coordinator.credentials:
        if license.type == "rn-license" and good_on(license, day):
            if license.state == state:
                return True
            at_home = license.multistate and license.state is not None and license.state == coordinator.home_state
            if at_home and member_on(license.state, day, context) and member_on(state, day, context):
                return True
    return False


def signed(agreements: tuple[AgreementFacts, ...], kind: str, day: date) -> bool:
    return any(a.kind == kind and a.starts_on <= day and (a.ends_on is None or day <= a.ends_on) for a in agreements)


def refusing(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> set[str]:
    """The codes of all rules that refuse the pair."""
    c, s, policy = coordinator, shift, context.policy
    days = days_of(s.span, s.zone)
    order = policy.education_order
    rest = c.rest_minutes * MINUTE
    needed = {
        kind
        for kind in s.required_credentials
        if kind != "hipaa-training" and not (kind == "rn-license" and s.requires_licence)
    }

    def holds(kind: str) -> bool:
        return all(any(k.type == kind and good_on(k, day) for k in c.credentials) for day in days)

    apart = [b for b in c.bookings if not b.span.overlaps(s.span)]
    kept = {
        "active_account": c.active,
        "exclusion_screening": c.exclusion_hold is None,
        "service_line": s.service_line in c.service_lines,
        "patient_state_licence": not s.requires_licence
        or (
            bool(s.patient_states)
            and all(licensed(c, state, day, context) for state in s.patient_states for day in days)
        ),
        "required_credentials": all(holds(kind) for kind in needed),
        "hipaa_training": holds("hipaa-training"),
        "coordinator_baa": all(signed(c.agreements, "baa", day) for day in days),
        "facility_contract": all(signed(s.agreements, "contract", day) for day in days),
        "facility_baa": all(signed(s.agreements, "baa", day) for day in days),
        "offshore": c.country in policy.onshore_countries
        or (
            s.offshore_allowed
            and not any(word in payer for payer in s.payer_mix for word in policy.onshore_payer_words)
        ),
        "not_past": context.as_of < s.span.end,
        "overlap": len(apart) == len(c.bookings),
        "rest": all(s.span.start - b.span.end >= rest or b.span.start - s.span.end >= rest for b in apart),
        "time_off": not any(off.overlaps(s.span) for off in c.time_off),
        "availability": minutes_open(c.availability, s.span, c.zone) == s.span.minutes,
        "weekly_hours": max(week_minutes(c, s).values()) <= c.max_week_minutes,
        "languages": all(c.languages.get(code, 0) >= level for code, level in s.languages.items()),
        "ehr": all(c.ehr.get(code, 0) >= level for code, level in s.ehr.items()),
        "education": not s.min_education
        or c.education == s.min_education
        or (c.education in order[order.index(s.min_education) :] if s.min_education in order else False),
        "experience": c.years_experience >= s.min_years,
        "pay": s.pay_rate_cents >= c.min_pay_cents,
        "coordinator_block": s.facility_id not in c.blocked_facilities,
        "do_not_return": s.facility_id not in c.blocked_by_facilities,
    }
    return {code for code, fine in kept.items() if not fine}
