"""People are signed in by Flask-Login under a random token, so the second key that another library knew them by is gone.

Not safe while people work: the version before reads and writes the column. Stop the site and its workers first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.drop_column("person", "fs_uniquifier")


def downgrade() -> None:
    op.add_column(
        "person",
        sa.Column("fs_uniquifier", sa.Text(), nullable=False, server_default=sa.text("gen_random_uuid()::text")),
    )
    op.alter_column("person", "fs_uniquifier", server_default=None)
    op.create_unique_constraint("uq_person_fs_uniquifier", "person", ["fs_uniquifier"])
