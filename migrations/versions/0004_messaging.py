"""Letters (e-mail) and notices.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("to", postgresql.CITEXT(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text_body", sa.Text(), nullable=False),
        sa.Column("html_body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_as", sa.Text(), nullable=True),
        sa.Column("failed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_to"), "letter", ["to"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_person_id"), "notice", ["person_id"], unique=False)
    op.execute("SELECT protect('letter', NULL, NULL)")
    # Any act may write a letter, but only the agency reads them.
    op.execute("GRANT INSERT, SELECT ON letter TO marketplace_visitor, marketplace_facility, marketplace_coordinator")
    for audience in ("visitor", "facility", "coordinator"):
        op.execute(
            f"CREATE POLICY letter_written_by_{audience} ON letter FOR INSERT TO marketplace_{audience} WITH CHECK (true)"
        )
        # RETURNING the id needs a row that may be seen; only what this transaction has just written.
        op.execute(
            f"CREATE POLICY letter_seen_by_{audience} ON letter FOR SELECT TO marketplace_{audience} USING (written_at = now())"
        )
    # A notice is its person's own; writing it is the system's. Somebody without a membership still reads hers.
    op.execute("SELECT protect('notice', 'person_id = app_person()', 'person_id = app_person()')")
    op.execute("GRANT SELECT ON notice TO marketplace_visitor")
    op.execute("CREATE POLICY notice_visitor ON notice TO marketplace_visitor USING (person_id = app_person())")
    op.execute("GRANT UPDATE (read_at) ON notice TO marketplace_visitor, marketplace_facility, marketplace_coordinator")


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("letter")
