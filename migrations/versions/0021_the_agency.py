"""The agency itself is there from the start, and there is one: without its row nobody could be invited, and nobody could be
told of whoever asks to join.

Its name follows the setting AGENCY_NAME when the site starts. Safe while people work: adds at most one row.
"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        "INSERT INTO organisation (kind, name) SELECT 'agency', 'Virtual Care Coordination'"
        " WHERE NOT EXISTS (SELECT FROM organisation WHERE kind = 'agency')"
    )
    op.execute("CREATE UNIQUE INDEX uq_organisation_agency ON organisation (kind) WHERE kind = 'agency'")


def downgrade() -> None:
    # The row stays: people may belong to it by now.
    op.execute("DROP INDEX uq_organisation_agency")
