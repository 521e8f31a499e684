"""Unread notices are counted, and settled, without reading those that were read.

Why: the bell on every page counts a person's, and what is paid settles those of its invoice; notices gather over the years.

Safe while people work: two small partial indexes, quickly made.
"""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_notice_unread ON notice (person_id) WHERE read_at IS NULL")
    op.execute("CREATE INDEX ix_notice_unread_address ON notice (address) WHERE read_at IS NULL")


def downgrade() -> None:
    op.execute("DROP INDEX ix_notice_unread_address")
    op.execute("DROP INDEX ix_notice_unread")
