"""What the books, invoices and pay statements say is kept as a phrase too, so that a page reads it in its reader's language.

Why: entries of the ledger, lines of invoices and of pay statements, and the reason why used credit is owed again were kept as
English text alone. An invoice and a pay statement keep the language that they were issued in. And a piece of approved time keeps who
approved it: the entry itself knows only who decided it last.

Rows from before have no phrase and are shown as they were written; every document from before is in English; the approver of a piece
from before is read from its entry. Safe while people work: the columns are empty or constant, and the two functions, which keep an
issued invoice as it is, are replaced in one step.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

PHRASES = (
    ("ledger_transaction", "phrase"),
    ("invoice_line", "phrase"),
    ("payout_item", "phrase"),
    ("payment", "bounce_phrase"),
)
DOCUMENTS = ("invoice", "payout")

FREEZE = """
CREATE OR REPLACE FUNCTION freeze_issued_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'an issued invoice is never deleted' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'draft' AND (NEW.facility_id, NEW.number, NEW.period_from, NEW.period_until, NEW.issued_on, NEW.due_on, NEW.net_days,
        NEW.po_number, NEW.subtotal_cents, NEW.tax_cents, NEW.total_cents, NEW.issued_at{new_locale}) IS DISTINCT FROM
       (OLD.facility_id, OLD.number, OLD.period_from, OLD.period_until, OLD.issued_on, OLD.due_on, OLD.net_days,
        OLD.po_number, OLD.subtotal_cents, OLD.tax_cents, OLD.total_cents, OLD.issued_at{old_locale}) THEN
        RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION freeze_invoice_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    document text;
BEGIN
    SELECT state INTO document FROM invoice WHERE id = OLD.invoice_id;
    IF document = 'draft' OR document IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.invoice_id, NEW.time_segment_id, NEW.position, NEW.description, NEW.minutes, NEW.rate_cents,
        NEW.amount_cents{new_phrase}) IS DISTINCT FROM (OLD.invoice_id, OLD.time_segment_id, OLD.position, OLD.description, OLD.minutes,
        OLD.rate_cents, OLD.amount_cents{old_phrase}) THEN
        RAISE EXCEPTION 'a line of an issued invoice never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    for table, column in PHRASES:
        op.add_column(table, sa.Column(column, postgresql.JSONB(none_as_null=True), nullable=True))
    for table in DOCUMENTS:
        op.add_column(table, sa.Column("locale", sa.Text(), server_default="en", nullable=False))
    op.execute(
        FREEZE.format(
            new_locale=", NEW.locale", old_locale=", OLD.locale", new_phrase=", NEW.phrase", old_phrase=", OLD.phrase"
        )
    )
    op.add_column("time_segment", sa.Column("approved_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_time_segment_approved_by_id", "time_segment", "person", ["approved_by_id"], ["id"])
    op.add_column(
        "time_segment", sa.Column("approved_itself", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_time_segment_approver"), "time_segment", "NOT (approved_itself AND approved_by_id IS NOT NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_time_segment_approver"), "time_segment")
    op.drop_column("time_segment", "approved_itself")
    op.drop_constraint("fk_time_segment_approved_by_id", "time_segment")
    op.drop_column("time_segment", "approved_by_id")
    op.execute(FREEZE.format(new_locale="", old_locale="", new_phrase="", old_phrase=""))
    for table in reversed(DOCUMENTS):
        op.drop_column(table, "locale")
    for table, column in reversed(PHRASES):
        op.drop_column(table, column)
