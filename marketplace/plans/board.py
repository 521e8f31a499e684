"""The matching board: the plans there are, the shifts of a plan in order of time, and the filters."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, and_, func, or_, select

from marketplace.accounts.models import Person
from marketplace.catalogue.models import ServiceLine
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Named, called
from marketplace.needs.models import Shift
from marketplace.plans.models import MatchPlan, PlanGap, PlanPair
from marketplace.plans.policy import may_plan
from marketplace.plans.queries import visible_to
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
    """The plan that is being made or published at this moment."""
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


def facets(found: Sequence[BoardEntry]) -> dict[str, list[tuple[Any, str]]]:
    """The choices of the filters: facilities, lines and days of this plan."""
    facilities = {one.facility_id: one.facility for one in found}
    lines = {one.line: called(one.line_name) for one in found}
    days: list[date] = sorted({one.day for one in found})
    return {
        "facility": sorted(facilities.items(), key=lambda pair: pair[1]),
        "line": sorted(lines.items(), key=lambda pair: pair[1]),
        "day": [(day, "") for day in days],
    }
