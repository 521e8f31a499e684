"""Why a proposal was refused or a plan failed is kept as a phrase too, so that each reader reads it in their own language.

Rows from before have no phrase and are shown as they were written. Safe while people work: the columns are empty.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

PHRASES = (("plan_pair", "reason_phrase"), ("match_plan", "failure_phrase"))


def upgrade() -> None:
    for table, column in PHRASES:
        op.add_column(table, sa.Column(column, postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    for table, column in PHRASES:
        op.drop_column(table, column)
