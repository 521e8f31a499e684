"""The payment terms of a facility are those of its contract; the second copy on the facility goes.

Why: two places said in how many days an invoice is due, and the one on the facility was read only where no contract held. A
facility without any contract keeps what was agreed: a draft of its contract, which the agency alone sees, takes the days over.
Where there is a contract, it was the truth already.

Safe while people work: the table is locked for a moment. Code of before reads the column, so it must be stopped first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute(
        "INSERT INTO agreement (kind, facility_id, state, effective_from, net_days)"
        " SELECT 'master', id, 'draft', current_date, net_days FROM facility"
        " WHERE net_days IN (0, 7, 15, 45, 60)"
        " AND NOT EXISTS (SELECT FROM agreement a WHERE a.facility_id = facility.id AND a.kind = 'master')"
    )
    op.drop_column("facility", "net_days")


def downgrade() -> None:
    op.add_column("facility", sa.Column("net_days", sa.Integer(), server_default="30", nullable=False))
    op.execute(
        "UPDATE facility SET net_days = agreement.net_days FROM agreement"
        " WHERE agreement.facility_id = facility.id AND agreement.kind = 'master' AND agreement.state = 'active'"
    )
    # The other audiences read the whole table, and so a column that comes back.
    op.execute("GRANT SELECT (net_days) ON facility TO marketplace_coordinator")
