"""Hard rules about papers: credentials, licenses, training, BAAs and contracts that must hold for the whole shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from marketplace.matching.facts import (
    HIPAA_TRAINING,
    RN_LICENCE,
    AgreementFacts,
    AgreementKind,
    CompactMembership,
    Context,
    CoordinatorFacts,
    CredentialFacts,
    ShiftFacts,
    Standing,
)
from marketplace.matching.local_hours import local_days
from marketplace.matching.verdicts import Finding, Outcome, fails, passes, rule, warns

_ONE_DAY = timedelta(days=1)
_WORDS = {HIPAA_TRAINING: "HIPAA training", RN_LICENCE: "RN license"}
_WHY_NOT_COUNTED = {
    Standing.SUBMITTED: "is awaiting verification",
    Standing.REJECTED: "was rejected",
    Standing.REVOKED: "was revoked",
}


class Term(NamedTuple):
    """A paper's first and last valid day (None: open-ended), and how to name it."""

    first: date
    last: date | None
    label: str

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


class Cover(NamedTuple):
    """Whether papers cover every day of a shift: the objection if not, else the paper that covers the last day."""

    objection: str
    datum: str
    until: date | None

    @property
    def complete(self) -> bool:
        return not self.objection


def cover(days: Sequence[date], terms: Iterable[Term]) -> Cover | None:
    """Do the terms together cover every day? None when there is no paper at all.

    A renewal that begins the day after the old paper ends leaves no gap, so each day may rest on another paper.
    """
    terms = list(terms)
    if not terms:
        return None
    holding: Term | None = None
    for day in days:
        holding = max(
            (term for term in terms if term.holds_on(day)), key=lambda term: term.last or date.max, default=None
        )
        if holding is None:
            return _gap(day, days, terms)
    assert holding is not None  # a shift touches at least one day
    return Cover("", holding.label, holding.last)


def _gap(day: date, days: Sequence[date], terms: Sequence[Term]) -> Cover:
    ended = [(term.last, term) for term in terms if term.last is not None and term.last < day]
    if ended:
        last, term = max(ended)
        moment = f"starts {days[0]}" if last < days[0] else f"ends {days[-1]}"
        return Cover(f"{term.label} is valid until {last}, the shift {moment}.", term.label, last)
    term = min(terms, key=lambda term: (term.first, term.label))
    return Cover(f"{term.label} is valid from {term.first}, the shift starts {days[0]}.", term.label, term.first)


def _name(credential: CredentialFacts) -> str:
    if credential.type == RN_LICENCE:
        return f"License {credential.number}" + (f" ({credential.state})" if credential.state else "")
    return f"{_WORDS.get(credential.type, credential.type)} {credential.number}".rstrip()


class Paper(NamedTuple):
    """A credential and the days on which it would count for what is asked."""

    credential: CredentialFacts
    term: Term


def _papers(credentials: Iterable[CredentialFacts], kind: str) -> list[Paper]:
    return [Paper(c, Term(c.issued_on, c.expires_on, _name(c))) for c in credentials if c.type == kind]


def _held(papers: Sequence[Paper], days: Sequence[date], none: str) -> Cover:
    """How the verified papers cover the days; `none` is what to say when there is no paper."""
    counted = cover(days, [paper.term for paper in papers if paper.credential.standing is Standing.VERIFIED])
    if counted is not None and counted.complete:
        return counted
    hoped = cover(days, [paper.term for paper in papers])
    if hoped is None:
        return Cover(none, "", None)
    if hoped.complete:  # the verified ones do not cover the days, all together would: the next thing to act on
        waiting = [
            p for p in papers if p.credential.standing is not Standing.VERIFIED and any(map(p.term.holds_on, days))
        ]
        credential, term = min(waiting, key=lambda paper: paper.credential.standing is not Standing.SUBMITTED)
        return Cover(f"{term.label} {_WHY_NOT_COUNTED[credential.standing]}.", term.label, term.last)
    return counted or hoped


def holds_throughout(coordinator: CoordinatorFacts, kind: str, shift: ShiftFacts) -> bool:
    """Is a credential of this type verified and valid on each day of the shift?"""
    return _held(_papers(coordinator.credentials, kind), local_days(shift.span, shift.zone), "missing").complete


def _finding(covers: Sequence[Cover], days: Sequence[date], context: Context) -> Finding:
    """One answer for several papers: every objection, else what runs out soonest."""
    missing = [one for one in covers if not one.complete]
    if missing:
        return fails(" ".join(one.objection for one in missing), missing[0].datum, missing[0].until)
    data = ", ".join(dict.fromkeys(one.datum for one in covers))
    ending = min(((one.until, one) for one in covers if one.until is not None), default=None)
    if ending is None:
        return passes(f"{data}: valid without an end date.", data)
    until, soonest = ending
    left = (until - days[-1]).days
    if left < context.policy.expiry_notice_days:
        when = (
            "on the last day of the shift" if left == 0 else f"{left} {'day' if left == 1 else 'days'} after the shift"
        )
        return warns(f"{soonest.datum} is valid until {until}, {when}.", data, until)
    return passes(f"{soonest.datum} is valid until {until}, the shift ends {days[-1]}.", data, until)


@rule(
    "required_credentials",
    1,
    "Required credentials",
    "Every credential the shift requires is verified and valid on each day of the shift, in the facility's zone.",
)
def required_credentials(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    wanted = set(shift.required_credentials)
    wanted.discard(HIPAA_TRAINING)  # the rules below say more about these two
    if shift.requires_licence:
        wanted.discard(RN_LICENCE)
    if not wanted:
        return passes("No further credential is required.")
    days = local_days(shift.span, shift.zone)
    covers = [
        _held(_papers(coordinator.credentials, kind), days, f"No {_WORDS.get(kind, kind)} is on file.")
        for kind in sorted(wanted)
    ]
    return _finding(covers, days, context)


@rule(
    "hipaa_training",
    1,
    "HIPAA training",
    "HIPAA training is verified and valid on each day of the shift.",
)
def hipaa_training(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    days = local_days(shift.span, shift.zone)
    training = _papers(coordinator.credentials, HIPAA_TRAINING)
    return _finding([_held(training, days, "No HIPAA training is on file.")], days, context)


def in_compact(state: str, day: date, compact: Iterable[CompactMembership]) -> bool:
    """Is the state a member of the Nurse Licensure Compact on that day?"""
    return any(term.holds_on(day) for term in _memberships(state, compact))


def _memberships(state: str, compact: Iterable[CompactMembership]) -> list[Term]:
    return [
        Term(member.joined_on, member.left_on - _ONE_DAY if member.left_on else None, state)
        for member in compact
        if member.state == state
    ]


def _both(term: Term, other: Term) -> Term | None:
    """The days two terms share, under the first one's name."""
    first = max(term.first, other.first)
    last = min(term.last or date.max, other.last or date.max)
    return Term(first, None if last == date.max else last, term.label) if first <= last else None


def _privileges(license: Term, home: str, state: str, compact: Sequence[CompactMembership]) -> list[Term]:
    """The days on which a multistate license from home also covers a state: while both are in the compact."""
    found = []
    for at_home in _memberships(home, compact):
        for there in _memberships(state, compact):
            shared = _both(at_home, there)
            term = shared and _both(
                license._replace(label=f"Compact {license.label[0].lower()}{license.label[1:]}"), shared
            )
            if term:
                found.append(term)
    return found


def _licences_for(coordinator: CoordinatorFacts, state: str, context: Context) -> list[Paper]:
    """The licenses that allow work with patients in a state: issued there, or multistate from a compact home state."""
    home, found = coordinator.home_state, []
    for paper in _papers(coordinator.credentials, RN_LICENCE):
        issued_by = paper.credential.state
        if issued_by == state:
            found.append(paper)
        elif paper.credential.multistate and home is not None and issued_by == home:
            found.extend(
                Paper(paper.credential, term) for term in _privileges(paper.term, home, state, context.compact)
            )
    return found


def _no_licence(coordinator: CoordinatorFacts, state: str, days: Sequence[date], context: Context) -> Cover:
    """Why nothing covers a state, by the nearest thing there is: a multistate license and what it lacks."""
    multistate = [p for p in _papers(coordinator.credentials, RN_LICENCE) if p.credential.multistate]
    from_home = [p for p in multistate if p.credential.state == coordinator.home_state]
    if not multistate:
        return Cover(f"No license covers patients in {state}.", state, days[0])
    name = (from_home or multistate)[0].term.label
    if not from_home:
        home = coordinator.home_state or "not stated"
        return Cover(f"{name} does not cover patients in {state}: the home state is {home}.", name, days[0])
    for member in (state, coordinator.home_state or ""):
        for day in days:
            if not in_compact(member, day, context.compact):
                why = f"{name} does not cover patients in {state}: {member} is not in the compact on {day}."
                return Cover(why, name, day)
    return _held(from_home, days, "")


@rule(
    "patient_state_licence",
    1,
    "License in each patient state",
    "For clinical work, an RN license covers every patient state on each day of the shift: one issued by that state, "
    "or a multistate license from the home state while both states are in the Nurse Licensure Compact.",
)
def patient_state_licence(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if not shift.requires_licence:
        return passes("No license is needed.")
    if not shift.patient_states:
        return fails("The shift names no patient state, so no license can be checked against it.")
    days = local_days(shift.span, shift.zone)
    covers = []
    for state in sorted(shift.patient_states):
        licenses = _licences_for(coordinator, state, context)
        covers.append(_held(licenses, days, "") if licenses else _no_licence(coordinator, state, days, context))
    found = _finding(covers, days, context)
    if found.outcome is Outcome.FAIL:
        return found
    return found._replace(sentence=f"Covers patients in {', '.join(sorted(shift.patient_states))}. {found.sentence}")


def _in_force(agreements: Iterable[AgreementFacts], kind: AgreementKind, none: str, shift: ShiftFacts) -> Finding:
    days = local_days(shift.span, shift.zone)
    found = cover(days, (Term(a.starts_on, a.ends_on, a.reference) for a in agreements if a.kind is kind))
    if found is None:
        return fails(none)
    if not found.complete:
        return fails(found.objection, found.datum, found.until)
    return passes(f"{found.datum} is in force for the whole shift.", found.datum, found.until)


@rule(
    "coordinator_baa",
    1,
    "BAA with the coordinator",
    "A business associate agreement between agency and coordinator is in force on each day of the shift.",
)
def coordinator_baa(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    return _in_force(coordinator.agreements, AgreementKind.BAA, "The coordinator has no BAA with the agency.", shift)


@rule(
    "facility_contract",
    1,
    "Contract with the facility",
    "A contract between agency and facility is in force on each day of the shift.",
)
def facility_contract(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    return _in_force(shift.agreements, AgreementKind.CONTRACT, "The facility has no contract with the agency.", shift)


@rule(
    "facility_baa",
    1,
    "BAA with the facility",
    "A business associate agreement between facility and agency is in force on each day of the shift.",
)
def facility_baa(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    return _in_force(shift.agreements, AgreementKind.BAA, "The facility has no BAA with the agency.", shift)
