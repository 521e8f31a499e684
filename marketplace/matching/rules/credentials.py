"""Hard rules about papers: credentials, licenses, training, BAAs and contracts that must hold for the whole shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from marketplace.kernel import N_, JoinedList, Phrase, together
from marketplace.matching.facts import (
    HIPAA_TRAINING,
    RN_LICENCE,
    AgreementFacts,
    CompactMembership,
    Context,
    CoordinatorFacts,
    CredentialFacts,
    RequiredAgreement,
    ShiftFacts,
    VerificationState,
)
from marketplace.matching.rules.credential_terms import Cover, CredentialTerm, cover, credential_name, valid_until
from marketplace.matching.rules.timing import local_days
from marketplace.matching.verdicts import Finding, Outcome, fails, passes, rule, warns

_ONE_DAY = timedelta(days=1)
_WHY_NOT_COUNTED = {
    VerificationState.SUBMITTED: N_("%(paper)s is awaiting verification."),
    VerificationState.REJECTED: N_("%(paper)s was rejected."),
    VerificationState.REVOKED: N_("%(paper)s was revoked."),
}
_NOTHING_FURTHER = passes(Phrase("No further credential is required."))
_NO_LICENCE_NEEDED = passes(Phrase("No license is needed."))


class HeldCredential(NamedTuple):
    """A credential and the days on which it would count for what is asked."""

    credential: CredentialFacts
    term: CredentialTerm


def _papers(credentials: Iterable[CredentialFacts], kind: str) -> list[HeldCredential]:
    return [HeldCredential(c, CredentialTerm(c.issued_on, c.expires_on, c)) for c in credentials if c.type == kind]


def _held(papers: Sequence[HeldCredential], days: Sequence[date], kind: str) -> Cover:
    """The days that the verified papers of a type cover."""
    counted = cover(
        days, [paper.term for paper in papers if paper.credential.verification is VerificationState.VERIFIED]
    )
    if counted is not None and counted.complete:
        return counted
    hoped = cover(days, [paper.term for paper in papers])
    if hoped is None:
        return Cover(Phrase("No %(credential)s is on file.", credential=credential_name(kind)), "", None)
    if hoped.complete:  # the verified ones do not cover the days, all together would: the next thing to act on
        waiting = [
            p
            for p in papers
            if p.credential.verification is not VerificationState.VERIFIED and any(map(p.term.holds_on, days))
        ]
        credential, term = min(
            waiting, key=lambda paper: paper.credential.verification is not VerificationState.SUBMITTED
        )
        return Cover(Phrase(_WHY_NOT_COUNTED[credential.verification], paper=term.label), term.label, term.last)
    return counted or hoped


def holds_throughout(coordinator: CoordinatorFacts, kind: str, shift: ShiftFacts) -> bool:
    """Is a credential of this type verified and valid on each day of the shift?"""
    return _held(_papers(coordinator.credentials, kind), local_days(shift.span, shift.zone), kind).complete


def _finding(covers: Sequence[Cover], days: Sequence[date], context: Context) -> Finding:
    """One answer for several papers: every objection, else what runs out soonest."""
    missing = [one for one in covers if one.objection is not None]
    if missing:
        why = together([one.objection for one in missing if one.objection is not None])
        return fails(why, missing[0].datum, missing[0].until)
    data = covers[0].datum if len(covers) == 1 else JoinedList(_different(one.datum for one in covers), ", ")
    ending = min(((one.until, n) for n, one in enumerate(covers) if one.until is not None), default=None)
    if ending is None:
        return passes(Phrase("%(papers)s: valid without an end date.", papers=data), data)
    until, soonest = ending[0], covers[ending[1]].datum
    left = (until - days[-1]).days
    if left >= context.policy.expiry_notice_days:
        return passes(valid_until(soonest, until, days[-1]), data, until)
    if left == 0:
        why = Phrase("%(paper)s is valid until %(day)s, on the last day of the shift.", paper=soonest, day=until)
    elif left == 1:
        why = Phrase("%(paper)s is valid until %(day)s, 1 day after the shift.", paper=soonest, day=until)
    else:
        why = Phrase(
            "%(paper)s is valid until %(day)s, %(count)s days after the shift.", paper=soonest, day=until, count=left
        )
    return warns(why, data, until)


def _different(things: Iterable[object]) -> list[object]:
    """Each of them once, in the order given."""
    found: list[object] = []
    for thing in things:
        if thing not in found:
            found.append(thing)
    return found


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
        return _NOTHING_FURTHER
    days = local_days(shift.span, shift.zone)
    covers = [_held(_papers(coordinator.credentials, kind), days, kind) for kind in sorted(wanted)]
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
    return _finding([_held(training, days, HIPAA_TRAINING)], days, context)


def in_compact(state: str, day: date, compact: Iterable[CompactMembership]) -> bool:
    """Is the state a member of the Nurse Licensure Compact on that day?"""
    return any(term.holds_on(day) for term in _memberships(state, compact))


def _memberships(state: str, compact: Iterable[CompactMembership]) -> list[CredentialTerm]:
    return [
        CredentialTerm(member.joined_on, member.left_on - _ONE_DAY if member.left_on else None, state)
        for member in compact
        if member.state == state
    ]


def _both(term: CredentialTerm, other: CredentialTerm) -> CredentialTerm | None:
    """The days two terms share, under the first one's name."""
    first = max(term.first, other.first)
    last = min(term.last or date.max, other.last or date.max)
    return term._replace(first=first, last=None if last == date.max else last) if first <= last else None


def _privileges(
    license: CredentialTerm, home: str, state: str, compact: Sequence[CompactMembership]
) -> list[CredentialTerm]:
    """The days on which a multistate license from home also covers a state: while both are in the compact."""
    found = []
    for at_home in _memberships(home, compact):
        for there in _memberships(state, compact):
            shared = _both(at_home, there)
            term = shared and _both(license._replace(compact=True), shared)
            if term:
                found.append(term)
    return found


def _licences_for(coordinator: CoordinatorFacts, state: str, context: Context) -> list[HeldCredential]:
    """The licenses that allow work with patients in a state: issued there, or multistate from a compact home state."""
    home, found = coordinator.home_state, []
    for paper in _papers(coordinator.credentials, RN_LICENCE):
        issued_by = paper.credential.state
        if issued_by == state:
            found.append(paper)
        elif paper.credential.multistate and home is not None and issued_by == home:
            found.extend(
                HeldCredential(paper.credential, term) for term in _privileges(paper.term, home, state, context.compact)
            )
    return found


def _no_licence(coordinator: CoordinatorFacts, state: str, days: Sequence[date], context: Context) -> Cover:
    """Why nothing covers a state, by the nearest thing there is: a multistate license and what it lacks."""
    multistate = [p for p in _papers(coordinator.credentials, RN_LICENCE) if p.credential.multistate]
    from_home = [p for p in multistate if p.credential.state == coordinator.home_state]
    if not multistate:
        return Cover(Phrase("No license covers patients in %(states)s.", states=state), state, days[0])
    paper = (from_home or multistate)[0].term.label
    if not from_home:
        return Cover(_not_from_home(paper, state, coordinator.home_state), paper, days[0])
    for member in (state, coordinator.home_state or ""):
        for day in days:
            if not in_compact(member, day, context.compact):
                why = Phrase(
                    "%(paper)s does not cover patients in %(states)s: %(member_states)s is not in the compact on %(day)s.",
                    paper=paper,
                    states=state,
                    member_states=member,
                    day=day,
                )
                return Cover(why, paper, day)
    return _held(from_home, days, RN_LICENCE)


def _not_from_home(paper: object, state: str, home: str | None) -> Phrase:
    if not home:
        return Phrase(
            "%(paper)s does not cover patients in %(states)s: the home state is not stated.", paper=paper, states=state
        )
    return Phrase(
        "%(paper)s does not cover patients in %(states)s: the home state is %(home_states)s.",
        paper=paper,
        states=state,
        home_states=home,
    )


@rule(
    "patient_state_licence",
    1,
    "License in each patient state",
    "For clinical work, an RN license covers every patient state on each day of the shift: one issued by that state, "
    "or a multistate license from the home state while both states are in the Nurse Licensure Compact.",
)
def patient_state_licence(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if not shift.requires_licence:
        return _NO_LICENCE_NEEDED
    if not shift.patient_states:
        return fails(Phrase("The shift names no patient state, so no license can be checked against it."))
    days = local_days(shift.span, shift.zone)
    covers = []
    for state in sorted(shift.patient_states):
        licenses = _licences_for(coordinator, state, context)
        covers.append(_held(licenses, days, RN_LICENCE) if licenses else _no_licence(coordinator, state, days, context))
    found = _finding(covers, days, context)
    if found.outcome is Outcome.FAIL:
        return found
    states = Phrase("Covers patients in %(states)s.", states=", ".join(sorted(shift.patient_states)))
    return found._replace(phrase=together([states, found.phrase]))


def _in_force(
    agreements: Iterable[AgreementFacts], kind: RequiredAgreement, none: Phrase, shift: ShiftFacts
) -> Finding:
    days = local_days(shift.span, shift.zone)
    found = cover(days, (CredentialTerm(a.starts_on, a.ends_on, a) for a in agreements if a.kind is kind))
    if found is None:
        return fails(none)
    if found.objection is not None:
        return fails(found.objection, found.datum, found.until)
    return passes(Phrase("%(paper)s is in force for the whole shift.", paper=found.datum), found.datum, found.until)


@rule(
    "coordinator_baa",
    1,
    "BAA with the coordinator",
    "A business associate agreement between agency and coordinator is in force on each day of the shift.",
)
def coordinator_baa(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    none = Phrase("The coordinator has no BAA with the agency.")
    return _in_force(coordinator.agreements, RequiredAgreement.BAA, none, shift)


@rule(
    "facility_contract",
    1,
    "Contract with the facility",
    "A contract between agency and facility is in force on each day of the shift.",
)
def facility_contract(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    none = Phrase("The facility has no contract with the agency.")
    return _in_force(shift.agreements, RequiredAgreement.CONTRACT, none, shift)


@rule(
    "facility_baa",
    1,
    "BAA with the facility",
    "A business associate agreement between facility and agency is in force on each day of the shift.",
)
def facility_baa(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    none = Phrase("The facility has no BAA with the agency.")
    return _in_force(shift.agreements, RequiredAgreement.BAA, none, shift)
