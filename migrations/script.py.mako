"""${message}.

Why: <which need of whom this answers, and what was chosen between>.

Safe while people work: <yes or no, and why: creates only; locks which table for how long; which older code still runs on it>.
"""

import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = "${down_revision}"

# A new table: who may see its rows is said here, never by chance. `protect(table, facility column, coordinator column)` turns
# row-level security on, `open_to_read(table)` is for what everybody may read, `append_only(table)` for what nobody may change;
# GRANT single columns where a side may read only part of a row (migration 0001 defines these, any later one shows them at work).
# Never import the product's code: write out what lies beneath its types and constants, as they are today.


def upgrade() -> None:
    raise NotImplementedError


def downgrade() -> None:
    raise NotImplementedError
