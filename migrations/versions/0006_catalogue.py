"""The catalogue and what it starts with: 16 service lines, duties, credential types, compact states, rate guidance.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SERVICE_LINES = (
    (
        "medical-admin",
        "Virtual Medical Administrative Assistant",
        "Asistente administrativo médico virtual",
        "medical administration",
        False,
        False,
    ),
    (
        "medical-reception",
        "Medical Virtual Receptionist",
        "Recepcionista médico virtual",
        "medical administration",
        False,
        False,
    ),
    ("medical-scribe", "Remote Medical Scribe", "Escribiente médico remoto", "documentation", False, False),
    (
        "medical-billing",
        "Medical Billing Virtual Assistant",
        "Asistente virtual de facturación médica",
        "revenue cycle",
        False,
        False,
    ),
    (
        "executive-va",
        "Executive VA & Virtual Office Manager",
        "Asistente ejecutivo y gerente de oficina virtual",
        "management",
        False,
        False,
    ),
    (
        "dental-admin",
        "Virtual Dental Administrative Assistant",
        "Asistente administrativo dental virtual",
        "dental administration",
        False,
        False,
    ),
    (
        "dental-reception",
        "Dental Virtual Receptionist",
        "Recepcionista dental virtual",
        "dental administration",
        False,
        False,
    ),
    ("dental-scribe", "Remote Dental Scribe", "Escribiente dental remoto", "documentation", False, False),
    (
        "dental-billing",
        "Dental Billing Virtual Assistant",
        "Asistente virtual de facturación dental",
        "revenue cycle",
        False,
        False,
    ),
    (
        "dental-executive",
        "Virtual Dental Executive Assistant",
        "Asistente ejecutivo dental virtual",
        "management",
        False,
        False,
    ),
    (
        "care-coordination",
        "Patient Care Coordinator",
        "Coordinador de atención al paciente",
        "care coordination",
        False,
        False,
    ),
    ("prior-auth", "Prior-Authorization", "Autorización previa", "revenue cycle", False, False),
    ("provider-support", "Provider Support", "Apoyo al proveedor", "care coordination", False, False),
    ("telehealth", "Telehealth Specialist", "Especialista en telesalud", "care coordination", False, False),
    ("triage", "Telephone Triage", "Triaje telefónico", "clinical", True, True),
    ("rpm", "Remote Patient Monitoring", "Monitoreo remoto de pacientes", "clinical", True, False),
)

DUTIES = (
    ("scheduling-book", "scheduling", "Book appointments", "Agendar citas"),
    ("scheduling-confirm", "scheduling", "Confirm and remind", "Confirmar y recordar"),
    ("scheduling-reschedule", "scheduling", "Reschedule", "Reprogramar"),
    ("scheduling-follow-up", "scheduling", "Follow up", "Dar seguimiento"),
    ("scheduling-tests", "scheduling", "Schedule tests and procedures", "Programar pruebas y procedimientos"),
    ("scheduling-huddles", "scheduling", "Prepare team huddles", "Preparar reuniones del equipo"),
    ("records-update", "records", "Update and consolidate records", "Actualizar y consolidar expedientes"),
    ("records-forms", "records", "Complete forms", "Completar formularios"),
    ("records-medication", "records", "Keep medication lists", "Mantener listas de medicamentos"),
    ("records-care-plan", "records", "Write care-plan notes", "Redactar notas del plan de atención"),
    ("records-history", "records", "Record health history", "Registrar antecedentes de salud"),
    ("records-interactions", "records", "Document interactions", "Documentar interacciones"),
    ("insurance-verify", "insurance", "Verify benefits", "Verificar beneficios"),
    (
        "insurance-prior-auth",
        "insurance",
        "Submit and chase prior authorizations",
        "Enviar y dar seguimiento a autorizaciones previas",
    ),
    ("insurance-payers", "insurance", "Liaise with payers", "Tratar con aseguradoras"),
    ("insurance-explain", "insurance", "Explain coverage and barriers", "Explicar cobertura y obstáculos"),
    ("insurance-claims", "insurance", "Work claims", "Gestionar reclamaciones"),
    ("insurance-accounts", "insurance", "Manage patient accounts", "Gestionar cuentas de pacientes"),
    ("care-treatment-plans", "care coordination", "Coordinate treatment plans", "Coordinar planes de tratamiento"),
    ("care-referrals", "care coordination", "Arrange referrals", "Gestionar referencias"),
    ("care-transitions", "care coordination", "Support transitions of care", "Apoyar transiciones de atención"),
    ("care-community", "care coordination", "Find community resources", "Buscar recursos comunitarios"),
    ("care-rounds", "care coordination", "Join rounds", "Participar en rondas"),
    ("family-explain", "patient and family", "Explain and educate", "Explicar y educar"),
    ("family-support", "patient and family", "Support patients and families", "Apoyar a pacientes y familias"),
    ("family-update", "patient and family", "Give updates", "Informar novedades"),
    ("family-answer", "patient and family", "Answer questions", "Responder preguntas"),
    ("monitoring-progress", "monitoring", "Watch progress and adherence", "Vigilar progreso y adherencia"),
    ("monitoring-barriers", "monitoring", "Find barriers", "Detectar obstáculos"),
    ("monitoring-remote", "monitoring", "Watch remote monitoring data", "Vigilar datos de monitoreo remoto"),
    ("monitoring-report", "monitoring", "Report to the provider", "Informar al proveedor"),
    ("quality-surveys", "quality", "Run surveys", "Realizar encuestas"),
    ("quality-feedback", "quality", "Collect feedback", "Recoger comentarios"),
    ("quality-improve", "quality", "Propose improvements", "Proponer mejoras"),
    ("office-employment", "back office", "Keep employment data", "Mantener datos de empleo"),
    ("office-legal", "back office", "Follow legal requirements", "Cumplir requisitos legales"),
    ("office-hr", "back office", "Support HR", "Apoyar a recursos humanos"),
)

# Code, name, Spanish name, issuer, renewal in months, how verified, absence blocks all work, one for each state.
CREDENTIAL_TYPES = (
    (
        "rn-license",
        "Registered Nurse license",
        "Licencia de enfermería registrada",
        "State board of nursing",
        24,
        "primary_source",
        False,
        True,
    ),
    ("hipaa-training", "HIPAA training", "Capacitación HIPAA", "Training provider", 12, "document", True, False),
    (
        "background-check",
        "Background check",
        "Verificación de antecedentes",
        "Screening agency",
        24,
        "document",
        False,
        False,
    ),
    (
        "CPCC",
        "Certified Patient Care Coordinator",
        "Coordinador certificado de atención al paciente",
        "Certifying body",
        24,
        "primary_source",
        False,
        False,
    ),
    ("CMM", "Certified Medical Manager", "Gerente médico certificado", "PAHCOM", 24, "primary_source", False, False),
    (
        "CMAA",
        "Certified Medical Administrative Assistant",
        "Asistente administrativo médico certificado",
        "NHA",
        24,
        "primary_source",
        False,
        False,
    ),
    (
        "medical-scribe",
        "Medical scribe certificate",
        "Certificado de escribiente médico",
        "Certifying body",
        24,
        "primary_source",
        False,
        False,
    ),
    ("coder", "Coder certificate", "Certificado de codificador", "AAPC or AHIMA", 24, "primary_source", False, False),
    ("work-eligibility", "I-9 / W-9 / W-8BEN", "I-9 / W-9 / W-8BEN", "Self", None, "document", False, False),
    ("resume", "Résumé", "Currículum", "Self", None, "self_declared", False, False),
    ("education", "Education record", "Constancia de estudios", "School", None, "document", False, False),
    ("reference", "Reference", "Referencia", "Referee", None, "document", False, False),
)

# Service line (none: holds for all), sentence, cents an hour, source, year.
RATE_GUIDANCE = (
    (None, "Average pay of a patient care coordinator", 1989, "Payscale", 2026),
    (None, "Low yearly pay of $35,480, as an hour of a 2,080-hour year", 1706, "Jobted", 2026),
    (None, "Middle yearly pay of $50,740, as an hour of a 2,080-hour year", 2439, "Jobted", 2026),
    (None, "High yearly pay of $85,430, as an hour of a 2,080-hour year", 4107, "Jobted", 2026),
    (None, "Entry yearly pay of $48,800, as an hour of a 2,080-hour year", 2346, "VelvetJobs", 2026),
    (None, "Average yearly pay of $59,460, as an hour of a 2,080-hour year", 2859, "Glassdoor", 2026),
)

# Members of the Nurse Licensure Compact and since when (NCSBN, nursecompact.com, as of May 2026).
COMPACT_MEMBERS = (
    ("AZ", "2018-01-19"),
    ("AR", "2018-01-19"),
    ("CO", "2018-01-19"),
    ("DE", "2018-01-19"),
    ("FL", "2018-01-19"),
    ("GA", "2018-01-19"),
    ("ID", "2018-01-19"),
    ("IA", "2018-01-19"),
    ("KY", "2018-01-19"),
    ("ME", "2018-01-19"),
    ("MD", "2018-01-19"),
    ("MS", "2018-01-19"),
    ("MO", "2018-01-19"),
    ("MT", "2018-01-19"),
    ("NE", "2018-01-19"),
    ("NH", "2018-01-19"),
    ("NM", "2018-01-19"),
    ("NC", "2018-01-19"),
    ("ND", "2018-01-19"),
    ("OK", "2018-01-19"),
    ("SC", "2018-01-19"),
    ("SD", "2018-01-19"),
    ("TN", "2018-01-19"),
    ("TX", "2018-01-19"),
    ("UT", "2018-01-19"),
    ("VA", "2018-01-19"),
    ("WV", "2018-01-19"),
    ("WI", "2018-01-19"),
    ("WY", "2018-01-19"),
    ("KS", "2019-07-01"),
    ("LA", "2019-07-01"),
    ("AL", "2020-01-01"),
    ("IN", "2020-07-01"),
    ("NJ", "2021-11-15"),
    ("VT", "2022-02-01"),
    ("OH", "2023-01-01"),
    ("WA", "2023-07-24"),
    ("PA", "2023-09-05"),
    ("RI", "2024-01-01"),
    ("CT", "2025-10-01"),
)


def _fill(table: str, columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...], numbered: bool = True) -> None:
    names = (*columns, "position") if numbered else columns
    lightweight = sa.table(table, *(sa.column(name) for name in names))
    op.bulk_insert(lightweight, [dict(zip(names, (*row, number), strict=False)) for number, row in enumerate(rows, 1)])


def upgrade() -> None:
    op.create_table(
        "compact_member",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("state", "since", name=op.f("pk_compact_member")),
    )
    op.create_table(
        "credential_type",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_es", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("renewal_months", sa.Integer(), nullable=True),
        sa.Column(
            "verification",
            sa.Enum(
                "primary_source",
                "document",
                "self_declared",
                name="verification",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("blocks_work", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("per_state", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_credential_type")),
    )
    op.create_table(
        "duty",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_es", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_duty")),
    )
    op.create_table(
        "service_line",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_es", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("clinical", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("needs_licence", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_service_line")),
    )
    op.create_table(
        "rate_guidance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("hourly_cents", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_line"], ["service_line.code"], name=op.f("fk_rate_guidance_service_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_guidance")),
    )
    op.execute("SELECT open_to_read('service_line')")
    op.execute("SELECT open_to_read('duty')")
    op.execute("SELECT open_to_read('credential_type')")
    op.execute("SELECT open_to_read('compact_member')")
    op.execute("SELECT open_to_read('rate_guidance')")
    _fill("service_line", ("code", "name", "name_es", "family", "clinical", "needs_licence"), SERVICE_LINES)
    _fill("duty", ("code", "family", "name", "name_es"), DUTIES)
    _fill(
        "credential_type",
        ("code", "name", "name_es", "issuer", "renewal_months", "verification", "blocks_work", "per_state"),
        CREDENTIAL_TYPES,
    )
    _fill(
        "rate_guidance", ("service_line", "sentence", "hourly_cents", "source", "year"), RATE_GUIDANCE, numbered=False
    )
    _fill("compact_member", ("state", "since"), COMPACT_MEMBERS, numbered=False)


def downgrade() -> None:
    op.drop_table("rate_guidance")
    op.drop_table("service_line")
    op.drop_table("duty")
    op.drop_table("credential_type")
    op.drop_table("compact_member")
