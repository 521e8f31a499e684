"""One open invitation for an address and organization, and a quick way to those who are still getting started.

Why: a second invitation replaces the first, and two made at the same moment left two links that worked. The agency's inbox lists
whoever can be activated: among tens of thousands of facilities and coordinators only those who are getting started are looked at.

Safe while people work: of several open invitations the newest stays, the others are withdrawn, as the product itself does it; the
indexes are small and quickly made.
"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute(
        "UPDATE invitation SET revoked_at = now() WHERE accepted_at IS NULL AND revoked_at IS NULL AND EXISTS ("
        "SELECT FROM invitation newer WHERE newer.organisation_id = invitation.organisation_id"
        " AND newer.email = invitation.email AND newer.id > invitation.id"
        " AND newer.accepted_at IS NULL AND newer.revoked_at IS NULL)"
    )
    open_ones = "accepted_at IS NULL AND revoked_at IS NULL"
    op.execute(f"CREATE UNIQUE INDEX uq_invitation_open ON invitation (organisation_id, email) WHERE {open_ones}")
    for table in ("facility", "coordinator"):
        op.execute(f"CREATE INDEX ix_{table}_onboarding ON {table} (id) WHERE state = 'onboarding'")


def downgrade() -> None:
    for table in ("coordinator", "facility"):
        op.execute(f"DROP INDEX ix_{table}_onboarding")
    op.execute("DROP INDEX uq_invitation_open")
