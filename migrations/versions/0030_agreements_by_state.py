"""Agreements are found by their state and by their last day.

Why: the agency's inbox, and the number beside it on every page, ask which agreements are drafted, sent, signed or about to end: among
sixty thousand that are in force these are few, and each question read them all.

Safe while people work: two small indexes, quickly made.
"""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_agreement_state ON agreement (state)")
    op.execute(
        "CREATE INDEX ix_agreement_effective_until ON agreement (effective_until) WHERE effective_until IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_agreement_effective_until")
    op.execute("DROP INDEX ix_agreement_state")
