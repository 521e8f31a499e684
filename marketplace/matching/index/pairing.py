"""All shifts with everybody who may take each of them: what a plan begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from marketplace.matching.facts import ShiftFacts
from marketplace.matching.index.bits import Mask, Positions, Row, unpack
from marketplace.matching.index.clock import bounds, local_weeks, monday
from marketplace.matching.index.judging import Judge
from marketplace.matching.rules.timing import local_days


class Pairs(NamedTuple):
    """Pairs by shift and position, as two arrays of equal length."""

    shifts: Positions
    coordinators: Positions


def all_pairs(judge: Judge, shifts: Sequence[ShiftFacts]) -> Pairs:
    """Rows first, shift by shift; pay, blocks and hours of the week then for all pairs that are left together."""
    skilled: dict[object, Row | None] = {}
    found: list[Positions] = []
    for shift in shifts:
        terms = _terms(shift)
        if terms not in skilled:
            days = local_days(shift.span, shift.zone)
            skilled[terms] = judge.skilled(shift, days) if judge.papers_in_force(shift, days) else None
        row = skilled[terms]
        if row is None or not judge.ahead(shift):
            found.append(np.empty(0, np.intp))
        else:
            found.append(np.flatnonzero(unpack(judge.free(shift, row))))
    number = np.repeat(np.arange(len(shifts)), [len(who) for who in found])
    who = np.concatenate(found) if found else np.empty(0, np.intp)
    pay = np.array([shift.pay_rate_cents for shift in shifts], np.int64)
    good = judge.columns.min_pay[who] <= pay[number]
    number, who = number[good], who[good]
    good = _within_weeks(judge, shifts, number, who) & _unblocked(judge, shifts, number, who)
    return Pairs(number[good], who[good])


def _terms(shift: ShiftFacts) -> object:
    """The terms `skilled` looks at, and the facility's papers: equal for the shifts of one need on one day.

    The papers by identity: to compare them takes longer than to judge them once more, and all shifts outlive the question.
    """
    return (
        local_days(shift.span, shift.zone), shift.service_line, shift.requires_licence, shift.patient_states,
        shift.required_credentials, tuple(shift.languages.items()), tuple(shift.ehr.items()), shift.min_education,
        shift.min_years, shift.payer_mix, shift.offshore_allowed, id(shift.agreements),
    )  # fmt: skip


def _within_weeks(judge: Judge, shifts: Sequence[ShiftFacts], number: Positions, who: Positions) -> Mask:
    """Zone by zone: in which week each shift begins there, and how much of it falls into that and the following ones."""
    good = np.ones(len(who), np.bool_)
    if not len(who):
        return good
    spans = np.array([bounds(shift.span) for shift in shifts], np.int64)
    start, end = spans[:, 0], spans[:, 1]
    lives_in = judge.columns.zone[who]
    for zone in np.unique(lives_in).tolist():
        name = judge.columns.zones[zone]
        first = local_weeks(int(start.min()), int(start.min()) + 1, name)[0][0]
        last = local_weeks(int(end.max()) - 1, int(end.max()), name)[0][0]
        mondays = np.array([monday(week, name) for week in range(first, last + 2)], np.int64)
        left = np.stack([judge.weeks.left(week) for week in range(first, last + 1)])
        mine = np.flatnonzero(lives_in == zone)
        of, person = number[mine], who[mine]
        week = np.searchsorted(mondays, start[of], side="right") - 1
        begins, fine = start[of], np.ones(len(mine), np.bool_)
        while True:
            part = np.minimum(end[of], mondays[week + 1]) - begins
            fine &= left[week, person] >= part
            begins = begins + part
            more = begins < end[of]
            if not more.any():
                break
            week = week + more
        good[mine] = fine
    return good


def _unblocked(judge: Judge, shifts: Sequence[ShiftFacts], number: Positions, who: Positions) -> Mask:
    """Look every pair of facility and coordinator up among those that one side has blocked."""
    good = np.ones(len(who), np.bool_)
    facilities = sorted({shift.facility_id for shift in shifts})
    people = len(judge.facts)
    place = {facility: n * people for n, facility in enumerate(facilities)}
    blocked = np.array(
        sorted(
            place[facility] + position
            for facility in facilities
            for ties in (judge.blocks, judge.do_not_return)
            for position in ties.tied_to(facility)
        ),
        np.int64,
    )
    if len(blocked) and len(who):
        pair = np.array([place[shift.facility_id] for shift in shifts], np.int64)[number] + who
        good = blocked[np.minimum(np.searchsorted(blocked, pair), len(blocked) - 1)] != pair
    return good
