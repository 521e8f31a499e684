"""Inviting people: a letter with a link for one address, good once and for 48 hours."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication.passwords import check_new_password, hash_password
from marketplace.accounts.authentication.tokens import new_token, token_hash
from marketplace.accounts.models import Invitation, Membership, Organisation, Person
from marketplace.accounts.notifications import notify_invited
from marketplace.accounts.permissions import Role
from marketplace.accounts.policy import check_may_grant
from marketplace.accounts.queries import person_by_email
from marketplace.accounts.texts import ROLE_NAMES
from marketplace.db import session
from marketplace.kernel import N_, Hook, Invalid, NotAllowedNow, NotFound, Phrase, together

GOOD_FOR = timedelta(hours=48)

_DEAD = N_(
    "This invitation has been used, was withdrawn, or is older than 48 hours. Ask the person who invited you for a new one."
)
_REPLACED = N_(
    "This invitation was replaced by a newer one. Use the link in the newer letter, or ask the person who invited you for"
    " another one."
)
_ACCEPTED = N_("This invitation has been accepted already. Sign in with your account.")

agreements_to_sign: Hook[[Invitation], list[Phrase]] = Hook("accounts.invitations.agreements_to_sign")
"""The agreements that wait for the signature of whoever is invited. Contracts stand above accounts, so they answer."""


def invite(
    email: str,
    name: str,
    role: Role,
    organisation: Organisation,
    coordinator_id: int | None = None,
    *,
    by: Person | None,
    at: datetime,
) -> Invitation:
    """Write the letter that lets `email` join `organisation` as `role`. An earlier invitation there is dead (`replaces`).

    `coordinator_id` names the coordinator somebody is to be, and only then. `by` is None for the site's own set-up.
    Raises NotPermitted when `by` may not give that role, Invalid when the address already belongs there.
    """
    if by is not None:
        check_may_grant(by, role, organisation)
    if (role is Role.COORDINATOR) != (coordinator_id is not None):
        raise ValueError("a coordinator's invitation names the coordinator, and no other does")
    _check_not_a_member(email, organisation)
    replaces = _end_earlier(email, organisation, at)
    token = new_token()
    invitation = Invitation(
        email=email,
        name=name,
        role=role,
        organisation_id=organisation.id,
        organisation=organisation,
        coordinator_id=coordinator_id,
        token_hash=token_hash(token),
        invited_by_id=by.id if by else None,
        expires_at=at + GOOD_FOR,
    )
    invitation.replaces = replaces
    _insert(invitation)
    invitation.link = f"/invitations/{token}"
    waiting = [phrase for answer in agreements_to_sign(invitation) for phrase in answer]
    notify_invited(invitation, by.name if by else organisation.name, by.locale if by else "en", waiting)
    record(
        "invited",
        invitation,
        Phrase(
            "%(name)s was invited to %(organisation)s as %(role)s.",
            name=name,
            organisation=organisation.name,
            role=Phrase(ROLE_NAMES[role]),
        ),
        by,
    )
    return invitation


def _end_earlier(email: str, organisation: Organisation, at: datetime) -> bool:
    """Withdraw what was sent to this address before; whether a link stopped working with it."""
    ended = session.execute(
        update(Invitation)
        .where(
            Invitation.email == email,
            Invitation.organisation_id == organisation.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
        .returning(Invitation.expires_at)
    )
    return any(until > at for until in ended.scalars())


def sent_in_words(invitation: Invitation) -> Phrase:
    """The sentence after an invitation was sent: what it is good for, and what became of an earlier letter."""
    on_its_way = Phrase("The invitation to %(name)s is on its way. It works for 48 hours.", name=invitation.name)
    if not invitation.replaces:
        return on_its_way
    return together([on_its_way, Phrase("The link in the earlier letter stopped working.")])


def _insert(invitation: Invitation) -> None:
    """The table holds one open invitation for an address and organization. NotAllowedNow when another is made right now."""
    try:
        with session.begin_nested():
            session.add(invitation)
    except IntegrityError as error:
        raise NotAllowedNow("Somebody invited this address at the same moment. Look at the list again.") from error


def _check_not_a_member(email: str, organisation: Organisation) -> None:
    there = session.scalar(
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.email == email, Membership.organisation_id == organisation.id, Membership.active)
    )
    if there is not None:
        raise Invalid(
            "Somebody with this address already belongs to %(organisation)s.", "email", organisation=organisation.name
        )


def take_back(invitation: Invitation, by: Person, at: datetime) -> None:
    """The link in the letter is dead from now on; raises NotAllowedNow when it was used already."""
    if invitation.accepted_at is not None:
        raise NotAllowedNow("This invitation has been accepted. Change the role of the member instead.")
    invitation.revoked_at = invitation.revoked_at or at
    record(
        "took back invitation",
        invitation,
        Phrase("The invitation of %(name)s was withdrawn.", name=invitation.name),
        by,
    )


def look_at_invitation(token: str, at: datetime) -> Invitation:
    """The invitation while it is good; raises NotFound with what to do. Changes nothing."""
    invitation = session.scalars(
        select(Invitation)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > at,
        )
        .options(joinedload(Invitation.organisation))
    ).one_or_none()
    if invitation is None:
        raise NotFound(_why_dead(token))
    return invitation


def _why_dead(token: str) -> str:
    """The sentence for a link that is no use any more: to whoever holds it, it may be said what became of it."""
    old = session.scalars(select(Invitation).where(Invitation.token_hash == token_hash(token))).one_or_none()
    if old is None:
        return _DEAD
    if old.accepted_at is not None:
        return _ACCEPTED
    newer = select(Invitation.id).where(
        Invitation.email == old.email, Invitation.organisation_id == old.organisation_id, Invitation.id > old.id
    )
    return _REPLACED if session.scalar(newer.limit(1)) is not None else _DEAD


def accept_as_new(token: str, name: str, password: str, at: datetime) -> tuple[Person, Membership]:
    """Join with a new name and password: the address has no password yet. Of several requests at once one joins.

    Raises NotFound for a dead link, Invalid for a poor password, NotAllowedNow when the address got a password since.
    """
    invitation = _use(token, at)
    check_new_password(password, about=(name, invitation.email, invitation.organisation.name), second_factor=False)
    person = person_by_email(invitation.email) or _new_person(invitation.email, name)
    if person.password is not None:
        raise NotAllowedNow("This address has an account already. Open the link again and sign in with it.")
    person.name, person.password, person.confirmed_at, person.active = name, hash_password(password), at, True
    session.flush()
    return person, _join(person, invitation)


def accept_as(person: Person, token: str, at: datetime) -> Membership:
    """Join with the account that has the invited address. Raises NotFound for a dead link or another's."""
    invitation = _use(token, at)
    if invitation.email.casefold() != person.email.casefold():
        raise NotFound(_DEAD)
    person.confirmed_at = person.confirmed_at or at
    return _join(person, invitation)


def _new_person(email: str, name: str) -> Person:
    """Raises NotAllowedNow when the address is being taken at this very moment, by way of another invitation."""
    person = Person(email=email, name=name, memberships=[])
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError as error:
        raise NotAllowedNow("This address has just got an account. Open the link again and sign in with it.") from error
    return person


def _use(token: str, at: datetime) -> Invitation:
    invitation = look_at_invitation(token, at)
    used = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(accepted_at=at)
        .execution_options(synchronize_session=False)
        .returning(Invitation.id)
    ).all()
    if not used:
        raise NotFound(_DEAD)
    return invitation


def _join(person: Person, invitation: Invitation) -> Membership:
    """A membership that ended comes back with the new role; somebody is in an organisation once."""
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    membership = session.scalars(
        select(Membership)
        .where(Membership.person_id == person.id, Membership.organisation_id == invitation.organisation_id)
        .options(joinedload(Membership.organisation))
    ).one_or_none()
    if membership is None:
        membership = Membership(
            person_id=person.id,
            organisation_id=invitation.organisation_id,
            organisation=invitation.organisation,
            role=invitation.role,
            coordinator_id=invitation.coordinator_id,
        )
        session.add(membership)
    else:
        membership.role, membership.coordinator_id = invitation.role, invitation.coordinator_id
    membership.active = True
    session.flush()
    record(
        "joined",
        membership,
        Phrase(
            "%(name)s joined %(organisation)s as %(role)s.",
            name=person.name,
            organisation=invitation.organisation.name,
            role=Phrase(ROLE_NAMES[invitation.role]),
        ),
        person,
    )
    return membership
