"""What the matching board shows: the plan's shifts day by day, who is proposed for each seat, and why one stays empty."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import Integer, and_, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Named
from marketplace.matching.scoring import ScorePart, Tone
from marketplace.needs.models import Shift
from marketplace.plans.models import MatchPlan, PlanConstraint, PlanGap, PlanOption, PlanPair
from marketplace.plans.policy import may_plan
from marketplace.plans.queries import constraints_of, pairs_of, visible_to
from marketplace.plans.rules import IN_WORK, SHOWN, PairState, PlanKind, PlanState


class Show(StrEnum):
    """Which shifts of a plan."""

    PROPOSED = "proposed"
    UNFILLED = "unfilled"
    CHANGED = "changed"
    REFUSED = "refused"
    ALL = "all"


@dataclass(frozen=True)
class BoardStatus:
    """The plans somebody at the board has to know of."""

    present: MatchPlan | None = None
    busy: MatchPlan | None = None
    """What is being made or published at this moment."""
    came_to_nothing: MatchPlan | None = None
    """The newest plan, when it failed or was stopped."""


def status(person: Person) -> BoardStatus:
    """One statement."""
    if not may_plan(person):
        return BoardStatus()
    newest = select(func.max(MatchPlan.id)).where(MatchPlan.kind != PlanKind.WHAT_IF).scalar_subquery()
    relevant = or_(MatchPlan.state.in_([*IN_WORK, *SHOWN]), MatchPlan.id == newest)
    busy_question = and_(MatchPlan.kind == PlanKind.WHAT_IF, MatchPlan.state.not_in(IN_WORK))
    plans = session.scalars(visible_to(person).where(relevant, ~busy_question).order_by(MatchPlan.id)).all()
    own = [plan for plan in plans if plan.kind is not PlanKind.WHAT_IF]
    ended = own[-1] if own and own[-1].state in (PlanState.FAILED, PlanState.CANCELLED) else None
    return BoardStatus(
        present=next((plan for plan in own if plan.state in SHOWN), None),
        busy=next((plan for plan in plans if plan.state in IN_WORK or plan.state is PlanState.PUBLISHING), None),
        came_to_nothing=ended,
    )


@dataclass(frozen=True)
class BoardEntry:
    """One shift of a plan, as far as filters and headings need it."""

    shift_id: int
    day: date
    facility_id: int
    facility: str
    line: str
    line_name: Named
    proposed: int
    kept: int
    refused: int
    open: int


def entries(plan_id: int) -> list[BoardEntry]:
    """Every shift of a plan in order of time. One statement."""
    pairs = (
        select(
            PlanPair.shift_id.label("shift_id"),
            func.count().filter(~PlanPair.kept).label("proposed"),
            func.count().filter(PlanPair.kept).label("kept"),
            func.count().filter(PlanPair.state == PairState.REFUSED).label("refused"),
        )
        .where(PlanPair.plan_id == plan_id)
        .group_by(PlanPair.shift_id)
        .subquery()
    )
    gap = select(PlanGap.shift_id, PlanGap.seats).where(PlanGap.plan_id == plan_id).subquery()
    none = func.coalesce
    rows = session.execute(
        select(
            Shift.id, Shift.local_day, Facility.id, Facility.name, ServiceLine.code, ServiceLine.name, ServiceLine.name_es,
            none(pairs.c.proposed, 0), none(pairs.c.kept, 0), none(pairs.c.refused, 0), none(gap.c.seats, 0, type_=Integer),
        )
        .select_from(Shift)
        .outerjoin(pairs, pairs.c.shift_id == Shift.id)
        .outerjoin(gap, gap.c.shift_id == Shift.id)
        .join(Facility, Facility.id == Shift.facility_id)
        .join(ServiceLine, ServiceLine.code == Shift.service_line)
        .where(or_(pairs.c.shift_id.is_not(None), gap.c.shift_id.is_not(None)))
        .order_by(Shift.local_day, Shift.starts_at, Shift.id)
    )  # fmt: skip
    return [
        BoardEntry(shift, day, facility_id, facility, line, Named(name, name_es), proposed, kept, refused, seats)
        for shift, day, facility_id, facility, line, name, name_es, proposed, kept, refused, seats in rows
    ]


def kept_by(
    found: Iterable[BoardEntry], show: Show, changed: Collection[int], facility: int | None, line: str, day: date | None
) -> list[BoardEntry]:
    """Those the filters let through."""

    def wanted(one: BoardEntry) -> bool:
        match show:
            case Show.PROPOSED:
                return bool(one.proposed or one.open)
            case Show.UNFILLED:
                return bool(one.open)
            case Show.CHANGED:
                return one.shift_id in changed
            case Show.REFUSED:
                return bool(one.refused)
            case _:
                return True

    return [
        one
        for one in found
        if wanted(one)
        and (facility is None or one.facility_id == facility)
        and (not line or one.line == line)
        and (day is None or one.day == day)
    ]


def changed_shifts(plan: MatchPlan, other_id: int) -> set[int]:
    """The shifts for which two plans propose different people. What was confirmed in between is no difference. One statement."""
    rows = session.execute(
        select(PlanPair.shift_id, PlanPair.coordinator_id)
        .where(PlanPair.plan_id.in_([plan.id, other_id]))
        .where(PlanPair.shift_id.in_(select(Shift.id).where(Shift.starts_at >= plan.starts_at)))
        .group_by(PlanPair.shift_id, PlanPair.coordinator_id)
        .having(func.count() == 1)
    )
    return {row[0] for row in rows}


# ---- one page of it ---------------------------------------------------------------------------------------------


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
    """Somebody who could fill a seat, and the shift the plan needs her for instead."""

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
