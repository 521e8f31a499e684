"""The double-entry ledger: append-only, written by the system within the act's transaction.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_transaction_key")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_ledger_posting_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_posting_two_accounts")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_posting_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
    )
    op.create_index("ix_ledger_posting_credit", "ledger_posting", ["credit"], unique=False)
    op.create_index("ix_ledger_posting_debit", "ledger_posting", ["debit"], unique=False)
    op.create_index(op.f("ix_ledger_posting_transaction_id"), "ledger_posting", ["transaction_id"], unique=False)
    op.create_table(
        "books_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("broken", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_check")),
    )
    op.execute("SELECT protect('ledger_transaction', NULL, NULL)")
    op.execute("SELECT protect('ledger_posting', NULL, NULL)")
    op.execute("SELECT protect('books_check', NULL, NULL)")
    op.execute("SELECT append_only('books_check')")
    op.execute("SELECT append_only('ledger_transaction')")
    op.execute("SELECT append_only('ledger_posting')")


def downgrade() -> None:
    op.drop_table("books_check")
    op.drop_table("ledger_posting")
    op.drop_table("ledger_transaction")
