"""Which papers: a coordinator's own, those that wait, those about to expire."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from marketplace.accounts.models import Person
from marketplace.catalogue.models import CompactMember, CredentialType, ServiceLine, Verification
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import REMINDER_DAYS, CredentialKind, CredentialState, CredentialStatus
from marketplace.db import found_in, seen_by, session
from marketplace.matching.facts import RN_LICENCE


def visible_to(person: Person) -> Select[Credential]:
    """The agency sees every paper, a coordinator their own, a facility none (it sees the verdicts of matching)."""
    return seen_by(person, select(Credential), coordinator=Credential.coordinator_id)


def with_details(papers: Select[Credential]) -> Select[Credential]:
    """With everything a page about papers shows."""
    return papers.options(
        joinedload(Credential.kind),
        joinedload(Credential.document),
        joinedload(Credential.decided_by),
        joinedload(Credential.coordinator).joinedload(Coordinator.person),
    )


def own(coordinator_id: int) -> list[Credential]:
    """A coordinator's papers, those that count first; what was replaced is left out."""
    return list(
        session.scalars(
            with_details(select(Credential))
            .where(Credential.coordinator_id == coordinator_id, Credential.state != CredentialState.SUPERSEDED)
            .join(Credential.kind)
            .order_by(CredentialType.position, Credential.region, Credential.id.desc())
        )
    )


def the_same(credential: Credential) -> list[Credential]:
    """The coordinator's other papers of that type and state: what a renewal may replace, and what was decided before."""
    return list(
        session.scalars(
            select(Credential)
            .where(
                Credential.coordinator_id == credential.coordinator_id,
                Credential.type == credential.type,
                Credential.region == credential.region,
                Credential.id != credential.id,
            )
            .options(joinedload(Credential.kind))
            .order_by(Credential.id.desc())
            .limit(20)
        )
    )


def status_is(word: CredentialStatus, today: date) -> ColumnElement[bool]:
    """The condition behind the word, so that lists filter by what people read."""
    verified = Credential.state == CredentialState.VERIFIED
    soon = today + timedelta(days=max(REMINDER_DAYS))
    match word:
        case CredentialStatus.WAITING:
            return Credential.state == CredentialState.SUBMITTED
        case CredentialStatus.VERIFIED:
            return and_(verified, or_(Credential.expires_on.is_(None), Credential.expires_on > soon))
        case CredentialStatus.EXPIRING:
            return and_(verified, Credential.expires_on.between(today, soon))
        case CredentialStatus.EXPIRED:
            return and_(verified, Credential.expires_on < today)
        case _:
            return Credential.state == CredentialState(word.value)


def in_list(word: CredentialStatus | None, today: date, kind: str = "", text: str = "") -> Select[Credential]:
    """The agency's list under its filters: what waits oldest first, what ends soonest first, everything else newest first."""
    papers = with_details(select(Credential)).join(Credential.coordinator).join(Coordinator.person)
    if word is not None:
        papers = papers.where(status_is(word, today))
    if kind:
        papers = papers.where(Credential.type == kind)
    if text:
        papers = papers.where(or_(found_in(Person.name, text), found_in(Credential.number, text)))
    match word:
        case CredentialStatus.WAITING:
            return papers.order_by(Credential.submitted_at, Credential.id)
        case CredentialStatus.EXPIRING | CredentialStatus.EXPIRED:
            return papers.order_by(Credential.expires_on, Credential.id)
        case _:
            return papers.order_by(Credential.id.desc())


@dataclass(frozen=True)
class QueueCounts:
    """The figures of the agency's queue: how many wait and since when the oldest, how many end soon or have ended."""

    waiting: int
    oldest: datetime | None
    expiring: int
    expired: int


def counts(today: date) -> QueueCounts:
    """One statement. Expired ones count only while nothing of the kind replaces them: see `expiring`."""
    row = session.execute(
        select(
            func.count().filter(status_is(CredentialStatus.WAITING, today)),
            func.min(Credential.submitted_at).filter(status_is(CredentialStatus.WAITING, today)),
            func.count().filter(status_is(CredentialStatus.EXPIRING, today)),
            func.count().filter(status_is(CredentialStatus.EXPIRED, today)),
        ).where(Credential.state.in_([CredentialState.SUBMITTED, CredentialState.VERIFIED]))
    ).one()
    return QueueCounts(row[0], row[1], row[2], row[3])


def next_waiting(after: Credential | None = None) -> int | None:
    """The paper that waits next: the one after `after` in the queue, or the oldest when that was the last."""
    queue = (
        select(Credential.id)
        .where(Credential.state == CredentialState.SUBMITTED)
        .order_by(Credential.submitted_at, Credential.id)
        .limit(1)
    )
    if after is None:
        return session.scalar(queue)
    later = or_(
        Credential.submitted_at > after.submitted_at,
        and_(Credential.submitted_at == after.submitted_at, Credential.id > after.id),
    )
    return session.scalar(queue.where(later)) or session.scalar(queue.where(Credential.id != after.id))


def waiting_before(credential: Credential) -> int | None:
    """The paper before it in the queue."""
    earlier = or_(
        Credential.submitted_at < credential.submitted_at,
        and_(Credential.submitted_at == credential.submitted_at, Credential.id < credential.id),
    )
    return session.scalar(
        select(Credential.id)
        .where(Credential.state == CredentialState.SUBMITTED, earlier)
        .order_by(Credential.submitted_at.desc(), Credential.id.desc())
        .limit(1)
    )


def expiring(days: int, today: date) -> list[Credential]:
    """Verified papers whose last day lies within so many days and which nothing verified outlasts, the soonest first."""
    newer = aliased(Credential)
    outlasted = exists(
        select(newer.id).where(
            newer.coordinator_id == Credential.coordinator_id,
            newer.type == Credential.type,
            newer.region == Credential.region,
            newer.state == CredentialState.VERIFIED,
            newer.id != Credential.id,
            or_(newer.expires_on.is_(None), newer.expires_on > Credential.expires_on),
        )
    )
    return list(
        session.scalars(
            with_details(select(Credential))
            .where(
                Credential.state == CredentialState.VERIFIED,
                Credential.expires_on.between(today, today + timedelta(days=days)),
                ~outlasted,
            )
            .order_by(Credential.expires_on, Credential.id)
        )
    )


def kind_of(row: CredentialType) -> CredentialKind:
    """The facts of a type that the rules need. A type that is checked at its issuer has a number."""
    return CredentialKind(
        row.code,
        row.name,
        row.per_state,
        row.renewal_months,
        row.verification is Verification.PRIMARY_SOURCE,
        row.name_es,
    )


def compact_on(day: date) -> frozenset[str]:
    """The states of the Nurse Licensure Compact on that day."""
    members = select(CompactMember.state).where(
        CompactMember.since <= day, or_(CompactMember.until.is_(None), CompactMember.until > day)
    )
    return frozenset(session.scalars(members))


def missing(
    coordinator: Coordinator, papers: Collection[Credential], kinds: Collection[CredentialType], today: date
) -> list[CredentialType]:
    """The credential types a coordinator's kinds of work need, with none valid or waiting, in catalogue order. One statement."""
    held = {
        paper.type
        for paper in papers
        if paper.standing(today) in (CredentialStatus.WAITING, CredentialStatus.VERIFIED, CredentialStatus.EXPIRING)
    }
    nursing = session.scalar(
        select(exists().where(ServiceLine.code.in_(coordinator.service_lines), ServiceLine.needs_licence))
    )
    return [
        kind for kind in kinds if kind.code not in held and (kind.blocks_work or (nursing and kind.code == RN_LICENCE))
    ]


def renewed(papers: Sequence[Credential], today: date) -> set[int]:
    """Ids of those near their end for which a newer one waits or holds already: nothing is to be done about them."""
    live = [
        p
        for p in papers
        if p.standing(today) in (CredentialStatus.WAITING, CredentialStatus.VERIFIED, CredentialStatus.EXPIRING)
    ]
    return {
        paper.id
        for paper in papers
        for other in live
        if other.id > paper.id and (other.type, other.region) == (paper.type, paper.region)
    }
