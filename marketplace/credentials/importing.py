"""Credentials from another system's file: one row a credential, keyed by coordinator, type, state and number."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.audit.recording import record
from marketplace.catalogue.models import CredentialType
from marketplace.catalogue.queries import credential_types
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import session
from marketplace.db.importing import ImportOutcome, take_in
from marketplace.kernel import (
    US_STATES,
    CsvRow,
    Invalid,
    NotAllowedNow,
    Phrase,
    Report,
    clean_text,
    day,
    now,
    yes_or_no,
)

COLUMNS = ("coordinator_email", "type", "number", "state", "multistate", "issued_on", "expires_on", "verified")

# What another system may still correct; the rest is closed.
OPEN_STATES = frozenset({CredentialState.SUBMITTED, CredentialState.VERIFIED})
# What the agency has decided against: no file brings it back.
REFUSED_STATES = frozenset({CredentialState.REJECTED, CredentialState.REVOKED})

Key = tuple[int, str, str, str]
# A key with its dates: a renewal often has the number of what it renews.
Paper = tuple[int, str, str, str, date | None, date | None]


@dataclass(frozen=True)
class _Paper:
    """The content of a row."""

    coordinator_id: int
    type: str
    number: str
    region: str
    multistate: bool
    issued_on: date | None
    expires_on: date | None
    verified: bool

    @property
    def key(self) -> Key:
        return self.coordinator_id, self.type, self.region, self.number

    @property
    def paper(self) -> Paper:
        return *self.key, self.issued_on, self.expires_on


@dataclass(frozen=True)
class _CredentialLookup:
    """The things the rows of one file refer to, read once."""

    coordinators: dict[str, int]
    types: dict[str, CredentialType]
    credentials: dict[Key, Credential]
    refused: dict[Paper, CredentialState]
    at: datetime


def load(data: bytes) -> Report:
    """Take a file of credentials in and say what became of each row; what the file calls verified is verified.

    The caller commits. Raises Invalid when the file is not such a file.
    """
    people = session.scalars(select(Coordinator).options(joinedload(Coordinator.person)))
    # By state, so that of a renewal that waits and the paper it renews the verified one is meant; by end, the latest.
    rows = session.scalars(
        select(Credential)
        .where(Credential.state.in_(OPEN_STATES))
        .order_by(Credential.state, Credential.expires_on, Credential.id)
    )
    closed = session.scalars(select(Credential).where(Credential.state.in_(REFUSED_STATES)))
    known = _CredentialLookup(
        coordinators={coordinator.person.email.lower(): coordinator.id for coordinator in people},
        types={kind.code: kind for kind in credential_types()},
        credentials={(row.coordinator_id, row.type, row.region, row.number): row for row in rows},
        refused={
            (row.coordinator_id, row.type, row.region, row.number, row.issued_on, row.expires_on): row.state
            for row in closed
        },
        at=now(),
    )
    return take_in(
        data,
        COLUMNS,
        key=lambda row: (
            "number",
            " ".join((row["coordinator_email"].lower(), row["type"], row["state"], row["number"])),
        ),
        read=lambda row: _paper(row, known),
        keep=lambda papers: [_keep(paper, known) for paper in papers],
    )


def _paper(row: CsvRow, known: _CredentialLookup) -> _Paper:
    coordinator = known.coordinators.get(row["coordinator_email"].lower())
    if coordinator is None:
        raise Invalid("No coordinator here has this address. Load the coordinators first.", "coordinator_email")
    kind = known.types.get(row["type"])
    if kind is None:
        raise Invalid("This is none of the agency's credential types.", "type")
    number = clean_text(row["number"], 80, "number")
    if not number:
        raise Invalid("A credential has a number.", "number")
    region = row["state"]
    if kind.per_state and region not in US_STATES:
        raise Invalid("A license is one state's: write its two letters.", "state")
    if not kind.per_state and region:
        raise Invalid("This type holds everywhere: leave the state empty.", "state")
    multistate = yes_or_no(row["multistate"], "multistate")
    if multistate and not kind.per_state:
        raise Invalid("Only a license can be multistate.", "multistate")
    issued = day(row["issued_on"], "issued_on") if row["issued_on"] else None
    expires = day(row["expires_on"], "expires_on") if row["expires_on"] else None
    if issued and expires and expires < issued:
        raise Invalid("It expires before it was issued.", "expires_on")
    verified = yes_or_no(row["verified"], "verified")
    return _Paper(coordinator, row["type"], number, region, multistate, issued, expires, verified)


def _keep(paper: _Paper, known: _CredentialLookup) -> ImportOutcome:
    credential = known.credentials.get(paper.key)
    if credential is None:
        if paper.paper in known.refused:
            raise NotAllowedNow(
                "The agency has %(done)s this one, and a file does not bring it back.", done=known.refused[paper.paper]
            )
        credential = Credential(
            coordinator_id=paper.coordinator_id,
            type=paper.type,
            number=paper.number,
            region=paper.region,
            multistate=paper.multistate,
            issued_on=paper.issued_on,
            expires_on=paper.expires_on,
            state=CredentialState.SUBMITTED,
            submitted_at=known.at,
        )
        session.add(credential)
        _verify(credential, paper, known.at)
        session.flush()
        record(
            "import",
            credential,
            Phrase("%(type)s %(number)s came in a file of another system.", type=paper.type, number=paper.number),
            verified=paper.verified,
        )
        known.credentials[paper.key] = credential
        return ImportOutcome.INSERTED
    before = (credential.multistate, credential.issued_on, credential.expires_on)
    changed = before != (paper.multistate, paper.issued_on, paper.expires_on)
    credential.multistate, credential.issued_on, credential.expires_on = (
        paper.multistate,
        paper.issued_on,
        paper.expires_on,
    )
    # What the agency has verified stays verified, whatever an older file says.
    if not _verify(credential, paper, known.at) and not changed:
        return ImportOutcome.UNCHANGED
    session.flush()
    record(
        "import",
        credential,
        Phrase("%(type)s %(number)s was changed by a file of another system.", type=paper.type, number=paper.number),
    )
    return ImportOutcome.UPDATED


def _verify(credential: Credential, paper: _Paper, at: datetime) -> bool:
    """Whether the row made the credential a verified one."""
    if not paper.verified or credential.state is not CredentialState.SUBMITTED:
        return False
    credential.verify(None, at, Phrase("Verified in the system it came from"))
    return True
