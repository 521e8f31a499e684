"""All hard rules in one order: may this coordinator, and why not; and the record from which they answer again years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from marketplace.kernel import Span
from marketplace.matching.facts import AgreementFacts, Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.rules import credentials, profile, timing
from marketplace.matching.verdicts import Outcome, Rule, Verdict

RULES: tuple[Rule, ...] = (
    profile.active_account,
    profile.exclusion_screening,
    profile.service_line,
    credentials.patient_state_licence,
    credentials.required_credentials,
    credentials.hipaa_training,
    credentials.coordinator_baa,
    credentials.facility_contract,
    credentials.facility_baa,
    profile.offshore,
    timing.not_past,
    timing.overlap,
    timing.rest,
    timing.time_off,
    timing.availability,
    timing.weekly_hours,
    profile.languages,
    profile.ehr,
    profile.education,
    profile.experience,
    profile.pay,
    profile.coordinator_block,
    profile.do_not_return,
)
"""The order in which people read them: who, with which papers, when, with which abilities, at which price."""

# Cheap rules that refuse many pairs come first: this order is for when only the yes or no is wanted.
_QUICKEST = (
    "service_line",
    "ehr",
    "languages",
    "pay",
    "offshore",
    "required_credentials",
    "overlap",
    "availability",
)
_QUICK_ORDER = tuple(
    sorted(RULES, key=lambda rule: _QUICKEST.index(rule.code) if rule.code in _QUICKEST else len(_QUICKEST))
)


def explain(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> list[Verdict]:
    """Every rule's verdict on the pair, in the order of `RULES`: all objections, never only the first."""
    return [rule(coordinator, shift, context) for rule in RULES]


def eligible(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> bool:
    """Whether `explain` finds no objection, stopping at the first one."""
    return not any(rule.check(coordinator, shift, context).outcome is Outcome.FAIL for rule in _QUICK_ORDER)


# ---- the record ------------------------------------------------------------------------------------------------------

FORMAT = 2
"""In format 1 an agreement's reference had its kind before its number: `Contract 12`."""


def used_facts(
    coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context
) -> tuple[CoordinatorFacts, ShiftFacts, Context]:
    """The same facts without what no rule and no score looks at for this pair.

    Left out: the name, shifts and time off far away, time at other facilities, compact states not concerned.
    """
    weeks = timing.local_weeks(shift.span, coordinator.zone)
    near = Span(min(weeks[0].start, shift.span.start), max(weeks[-1].end, shift.span.end)).widened(
        coordinator.rest_minutes
    )
    states = shift.patient_states | {coordinator.home_state}
    minutes = coordinator.facility_minutes
    return (
        replace(
            coordinator,
            name="",
            bookings=tuple(booking for booking in coordinator.bookings if booking.span.overlaps(near)),
            time_off=tuple(span for span in coordinator.time_off if span.overlaps(near)),
            facility_minutes={shift.facility_id: minutes[shift.facility_id]} if shift.facility_id in minutes else {},
        ),
        shift,
        replace(context, compact=tuple(member for member in context.compact if member.state in states)),
    )


def facts_record(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> dict[str, Any]:
    """Everything the verdicts on this pair rest on, as plain JSON, with the versions of the rules that judged it."""
    coordinator, shift, context = used_facts(coordinator, shift, context)
    return {
        "format": FORMAT,
        "rules": {rule.code: rule.version for rule in RULES},
        "coordinator": _plain(coordinator),
        "shift": _plain(shift),
        "context": _plain(context),
    }


def read_facts(record: Mapping[str, Any]) -> tuple[CoordinatorFacts, ShiftFacts, Context]:
    """The facts a record holds. Facts that were not yet known when it was written take their defaults."""
    if record["format"] not in (1, FORMAT):
        raise ValueError(f"This record has format {record['format']}; only formats 1 and {FORMAT} can be read.")
    coordinator, shift = _typed(record["coordinator"], CoordinatorFacts), _typed(record["shift"], ShiftFacts)
    if record["format"] == 1:
        coordinator = replace(coordinator, agreements=_numbered(coordinator.agreements))
        shift = replace(shift, agreements=_numbered(shift.agreements))
    return coordinator, shift, _typed(record["context"], Context)


def _numbered(agreements: tuple[AgreementFacts, ...]) -> tuple[AgreementFacts, ...]:
    return tuple(replace(one, reference=one.reference.rpartition(" ")[2]) for one in agreements)


def replay(record: Mapping[str, Any]) -> list[Verdict]:
    """Today's rules on the facts of then. Where no rule has a new version (`changed_rules`), the verdicts of then."""
    return explain(*read_facts(record))


def changed_rules(record: Mapping[str, Any]) -> list[str]:
    """Rules that are new, gone or of another version since the record was written."""
    then, now = dict(record["rules"]), {rule.code: rule.version for rule in RULES}
    return sorted(code for code in then.keys() | now.keys() if then.get(code) != now.get(code))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Span):
        return [value.start.isoformat(), value.end.isoformat()]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _typed(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _typed(value, next(each for each in inner if each is not type(None)))
    if origin is tuple:
        return tuple(_typed(item, inner[0]) for item in value)
    if origin is frozenset:
        return frozenset(_typed(item, inner[0]) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {_typed(key, inner[0]): _typed(item, inner[1]) for key, item in value.items()}
    if kind is Span:
        return Span(datetime.fromisoformat(value[0]), datetime.fromisoformat(value[1]))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _typed(item, hints[name]) for name, item in value.items() if name in hints})
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return kind(value)


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
