"""One page of the board: the shifts of a plan, who is proposed for each seat, and why one stays empty."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.audit.models import AuditEntry
from marketplace.audit.queries import trail_of
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.matching.scoring import ScorePart, Tone
from marketplace.needs.models import Shift
from marketplace.plans.models import PlanConstraint, PlanGap, PlanOption, PlanPair
from marketplace.plans.queries import constraints_of, pairs_of


@dataclass
class BoardRow:
    """One shift with everybody in it, who else could be, and its pins and vetoes."""

    shift: Shift
    kept: list[PlanPair] = field(default_factory=list)
    proposals: list[PlanPair] = field(default_factory=list)
    gap: "WhyOpen | None" = None
    options: list[PlanOption] = field(default_factory=list)
    constraints: list[PlanConstraint] = field(default_factory=list)


@dataclass(frozen=True)
class Elsewhere:
    """Somebody who could fill a seat, and the shift the plan needs them for instead."""

    name: str
    shift: Shift


@dataclass(frozen=True)
class WhyOpen:
    """Why seats stay empty."""

    seats: int
    reason: str
    refusals: dict[str, int]
    elsewhere: list[Elsewhere]
    hours: int


def rows(plan_id: int, shift_ids: Sequence[int]) -> list[BoardRow]:
    """These shifts in the order given, with all that is shown of them. Six statements."""
    pairs, gaps = pairs_of(plan_id, shift_ids), _gaps(plan_id, shift_ids)
    taken_by = {shift for gap in gaps.values() for _who, shift in gap.taken}
    names = _names({who for gap in gaps.values() for who, _shift in gap.taken})
    shifts = _shifts({*shift_ids, *taken_by})
    found = {key: BoardRow(shifts[key]) for key in shift_ids if key in shifts}
    for pair in pairs:
        (found[pair.shift_id].kept if pair.kept else found[pair.shift_id].proposals).append(pair)
    for key, gap in gaps.items():
        elsewhere = [
            Elsewhere(names[who], shifts[shift]) for who, shift in gap.taken if who in names and shift in shifts
        ]
        refusals = dict(Counter({rule: int(count) for rule, count in gap.refusals.items()}).most_common())
        found[key].gap = WhyOpen(gap.seats, gap.reason.value, refusals, elsewhere, gap.hours)
    for option in _options(plan_id, shift_ids):
        found[option.shift_id].options.append(option)
    for constraint in constraints_of(shift_ids):
        found[constraint.shift_id].constraints.append(constraint)
    return list(found.values())


def _gaps(plan_id: int, shift_ids: Sequence[int]) -> dict[int, PlanGap]:
    gaps = session.scalars(select(PlanGap).where(PlanGap.plan_id == plan_id, PlanGap.shift_id.in_(shift_ids)))
    return {gap.shift_id: gap for gap in gaps}


def _names(coordinators: Collection[int]) -> dict[int, str]:
    if not coordinators:
        return {}
    found = session.execute(
        select(Coordinator.id, Person.name)
        .join(Person, Person.id == Coordinator.person_id)
        .where(Coordinator.id.in_(coordinators))
    )
    return {row[0]: row[1] for row in found}


def _shifts(keys: Collection[int]) -> dict[int, Shift]:
    found = session.scalars(
        select(Shift)
        .where(Shift.id.in_(keys))
        .options(joinedload(Shift.need), joinedload(Shift.line), joinedload(Shift.facility))
    )
    return {shift.id: shift for shift in found}


def _options(plan_id: int, shift_ids: Sequence[int]) -> list[PlanOption]:
    return list(
        session.scalars(
            select(PlanOption)
            .where(PlanOption.plan_id == plan_id, PlanOption.shift_id.in_(shift_ids))
            .order_by(PlanOption.at_least, PlanOption.score.desc(), PlanOption.coordinator_id)
            .options(joinedload(PlanOption.coordinator).joinedload(Coordinator.person))
        )
    )


def best_reasons(pair: PlanPair, most: int = 2) -> list[ScorePart]:
    """The named parts that speak most for a proposal, or that one should know."""
    parts = parts_of(pair)
    notes = [part for part in parts if part.tone is Tone.NOTE]
    good = sorted((part for part in parts if part.tone is Tone.OK and part.points), key=lambda part: -part.points)
    return [*notes[:1], *good][:most]


def parts_of(pair: PlanPair) -> list[ScorePart]:
    """The score as its parts."""
    return [ScorePart.from_record(part) for part in pair.parts]


def by_day(found: Iterable[BoardRow]) -> dict[date, list[BoardRow]]:
    """Day after day, as the facilities' calendars have them."""
    days: dict[date, list[BoardRow]] = defaultdict(list)
    for row in found:
        days[row.shift.local_day].append(row)
    return dict(sorted(days.items()))


def trail(person: Person, shift_id: int) -> Sequence[AuditEntry]:
    """The last five acts on a shift that this person may read."""
    return session.scalars(trail_of(person, "shift", shift_id).limit(5)).all()
