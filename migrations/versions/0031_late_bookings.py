"""Bookings whose shift has begun without a press of the clock are found at once.

Why: the first pages of agency and facilities ask who is late every time they are opened; among a million bookings only those that
are still ahead may be read.

Safe while people work: one small partial index, quickly made.
"""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_assignment_ahead ON assignment (starts_at) WHERE state IN ('booked', 'confirmed')")


def downgrade() -> None:
    op.execute("DROP INDEX ix_assignment_ahead")
