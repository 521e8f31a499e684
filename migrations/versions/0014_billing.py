"""Invoices, credit notes, payments. An issued invoice never changes except to be voided, sent or viewed; a payment only bounces.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

FREEZE = """
CREATE FUNCTION freeze_issued_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'an issued invoice is never deleted' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'draft' AND (NEW.facility_id, NEW.number, NEW.period_from, NEW.period_until, NEW.issued_on, NEW.due_on, NEW.net_days,
        NEW.po_number, NEW.subtotal_cents, NEW.tax_cents, NEW.total_cents, NEW.issued_at) IS DISTINCT FROM
       (OLD.facility_id, OLD.number, OLD.period_from, OLD.period_until, OLD.issued_on, OLD.due_on, OLD.net_days,
        OLD.po_number, OLD.subtotal_cents, OLD.tax_cents, OLD.total_cents, OLD.issued_at) THEN
        RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_as_issued BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION freeze_issued_invoice();

CREATE FUNCTION freeze_invoice_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    document text;
BEGIN
    SELECT state INTO document FROM invoice WHERE id = OLD.invoice_id;
    IF document = 'draft' OR document IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.invoice_id, NEW.time_segment_id, NEW.position, NEW.description, NEW.minutes, NEW.rate_cents,
        NEW.amount_cents) IS DISTINCT FROM (OLD.invoice_id, OLD.time_segment_id, OLD.position, OLD.description, OLD.minutes,
        OLD.rate_cents, OLD.amount_cents) THEN
        RAISE EXCEPTION 'a line of an issued invoice never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_as_issued BEFORE UPDATE OR DELETE ON invoice_line FOR EACH ROW EXECUTE FUNCTION freeze_invoice_line();

CREATE FUNCTION freeze_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.bounced_at IS NOT NULL
       OR (NEW.facility_id, NEW.method, NEW.amount_cents, NEW.received_on, NEW.reference, NEW.recorded_by_id, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.facility_id, OLD.method, OLD.amount_cents, OLD.received_on, OLD.reference, OLD.recorded_by_id, OLD.recorded_at) THEN
        RAISE EXCEPTION 'a recorded payment never changes, except that it may bounce once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_as_recorded BEFORE UPDATE OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION freeze_payment();
"""


def upgrade() -> None:
    op.create_table(
        "issued_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_paper")),
    )
    op.create_index("uq_issued_paper_thing", "issued_paper", ["kind", "thing_id"], unique=True)
    op.create_table(
        "number_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_number_series")),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "issued", "voided", name="invoice_state", native_enum=False, create_constraint=True, length=32
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("net_days", sa.Integer(), nullable=False),
        sa.Column("po_number", sa.Text(), server_default="", nullable=False),
        sa.Column("subtotal_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("void_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(state = 'draft') = (number IS NULL)", name=op.f("ck_invoice_number_when_issued")),
        sa.CheckConstraint("total_cents = subtotal_cents + tax_cents", name=op.f("ck_invoice_total")),
        sa.CheckConstraint("state = 'draft' OR total_cents > 0", name=op.f("ck_invoice_something_to_pay")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_invoice_facility_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_invoice_issued_by_id")),
        sa.ForeignKeyConstraint(["voided_by_id"], ["person.id"], name=op.f("fk_invoice_voided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )
    op.create_index(op.f("ix_invoice_facility_id"), "invoice", ["facility_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "check",
                "ach",
                "wire",
                "credit_balance",
                name="payment_method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_amount_positive")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_payment_facility_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_payment_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_facility_id"), "payment", ["facility_id"], unique=False)
    op.create_table(
        "payment_allocation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_allocation_amount_positive")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_payment_allocation_facility_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_allocation_invoice_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_allocation_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_allocation")),
    )
    op.create_index(op.f("ix_payment_allocation_invoice_id"), "payment_allocation", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_payment_allocation_payment_id"), "payment_allocation", ["payment_id"], unique=False)
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("time_segment_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_invoice_line_facility_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.ForeignKeyConstraint(["time_segment_id"], ["time_segment.id"], name=op.f("fk_invoice_line_time_segment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    op.create_index(op.f("ix_invoice_line_invoice_id"), "invoice_line", ["invoice_id"], unique=False)
    op.create_index(
        "uq_invoice_line_segment", "invoice_line", ["time_segment_id"], unique=True, postgresql_where=sa.text("live")
    )
    op.create_table(
        "credit_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_line_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_receivable_cents", sa.BigInteger(), nullable=False),
        sa.Column("to_credit_cents", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "amount_cents > 0 AND to_receivable_cents >= 0 AND to_credit_cents >= 0",
            name=op.f("ck_credit_note_positive"),
        ),
        sa.CheckConstraint("tax_cents BETWEEN 0 AND amount_cents", name=op.f("ck_credit_note_tax")),
        sa.CheckConstraint("amount_cents = to_receivable_cents + to_credit_cents", name=op.f("ck_credit_note_amount")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_credit_note_facility_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_credit_note_invoice_id")),
        sa.ForeignKeyConstraint(["invoice_line_id"], ["invoice_line.id"], name=op.f("fk_credit_note_invoice_line_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_credit_note_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note")),
        sa.UniqueConstraint("invoice_line_id", name=op.f("uq_credit_note_invoice_line_id")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_note_number")),
    )
    op.create_index(op.f("ix_credit_note_facility_id"), "credit_note", ["facility_id"], unique=False)
    op.create_index(op.f("ix_credit_note_invoice_id"), "credit_note", ["invoice_id"], unique=False)
    op.execute("SELECT protect('number_series', NULL, NULL)")
    op.execute("SELECT protect('invoice', 'facility_id = app_facility() AND state <> ''draft''', NULL)")
    op.execute("SELECT protect('invoice_line', 'facility_id = app_facility()', NULL)")
    op.execute("SELECT protect('credit_note', 'facility_id = app_facility()', NULL)")
    op.execute("SELECT protect('payment', 'facility_id = app_facility()', NULL)")
    op.execute("SELECT protect('payment_allocation', 'facility_id = app_facility()', NULL)")
    op.execute("SELECT protect('issued_paper', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()')")
    op.execute("SELECT append_only('credit_note')")
    op.execute("SELECT append_only('payment_allocation')")
    op.execute("SELECT append_only('issued_paper')")
    op.execute(FREEZE)


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_as_recorded ON payment")
    op.execute("DROP FUNCTION freeze_payment()")
    op.execute("DROP TRIGGER keep_as_issued ON invoice_line")
    op.execute("DROP TRIGGER keep_as_issued ON invoice")
    op.execute("DROP FUNCTION freeze_invoice_line()")
    op.execute("DROP FUNCTION freeze_issued_invoice()")
    op.drop_table("credit_note")
    op.drop_table("invoice_line")
    op.drop_table("payment_allocation")
    op.drop_table("payment")
    op.drop_table("invoice")
    op.drop_table("number_series")
    op.drop_table("issued_paper")
