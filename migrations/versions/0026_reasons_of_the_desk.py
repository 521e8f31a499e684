"""Why an agreement ended, and with what note a credential was decided, are kept as phrases where the product words them.

Why: what the product itself says there stood in English for everybody. What a person typed stays text, and rows from before
have no phrase and are shown as they were written. Whoever reads the whole table reads the new column.

Safe while people work: the columns are empty.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

PHRASES = (("agreement", "end_phrase"), ("credential", "decision_phrase"))


def upgrade() -> None:
    for table, column in PHRASES:
        op.add_column(table, sa.Column(column, postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    for table, column in PHRASES:
        op.drop_column(table, column)
