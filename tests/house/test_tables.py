"""What the database holds by itself: tables as the models say, migrations that go both ways, rows nobody can change or see."""

from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from marketplace.db import Base, migrating
from marketplace.schema import metadata

# Read before we know who asks, so outside row-level security.
IDENTITY = {
    "organisation", "person", "membership", "invitation", "sign_in_session", "one_time_link", "attempt_count",
    "idempotent_act",
}  # fmt: skip
# The same for everybody.
CATALOGUE = {"service_line", "duty", "credential_type", "compact_member", "rate_guidance"}
HASHES = {"audit_seal"}  # granted to the agency and the system alone
NOT_OURS = "procrastinate_%"

APPEND_ONLY = {
    "punch": "4 of the invariants: raw punches",
    "time_segment": "approved minutes",
    "audit_entry": "the trail",
    "audit_seal": "its seals",
    "ledger_transaction": "the books",
    "ledger_posting": "the books",
    "books_check": "that they were recounted",
    "credit_note": "an issued paper",
    "payment_allocation": "what a payment settled",
    "issued_paper": "papers as they were handed out",
    "weight_set": "what was weighed with",
    "activation_choice": "who chose how newcomers become active",
}


@pytest.fixture
def connection(empty_database_url: str) -> Any:
    """A migrated database, as its owner."""
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def tables(connection: Connection) -> set[str]:
    return set(
        connection.scalars(
            text(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                " AND tablename NOT LIKE :not_ours"
            ),
            {"not_ours": NOT_OURS},
        )
    )


COLUMNS = """
SELECT c.relname || '.' || a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                 'default ' || pg_get_expr(d.adbin, d.adrelid), 'identity ' || nullif(a.attidentity::text, ''))
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 't'
"""
INDEXES = "SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


def shape(connection: Connection) -> dict[str, str]:
    """Every column, constraint and index in PostgreSQL's own words."""
    found: dict[str, str] = {}
    for asked in (COLUMNS, CONSTRAINTS, INDEXES):
        found |= dict(connection.execute(text(asked)).all())  # type: ignore[arg-type]
    return {name: said for name, said in found.items() if not name.startswith(("procrastinate_", "alembic_version"))}


@pytest.fixture
def as_modelled(databases: Any) -> Any:
    """A database made from the models instead of the migrations."""
    with databases.copy("template1") as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            for extension in ("btree_gist", "citext", "pg_trgm"):
                connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
            Base.metadata.create_all(connection)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def test_the_migrations_make_what_the_models_say(connection: Connection, as_modelled: Connection) -> None:
    migrated, modelled = shape(connection), shape(as_modelled)
    told = [f"{name}: only in the models: {modelled[name]}" for name in sorted(modelled.keys() - migrated.keys())]
    told += [f"{name}: only in the migrations: {migrated[name]}" for name in sorted(migrated.keys() - modelled.keys())]
    told += [
        f"{name}: models {modelled[name]}; migrations {migrated[name]}"
        for name in sorted(modelled.keys() & migrated.keys())
        if modelled[name] != migrated[name]
    ]
    assert not told, "\n".join(told)


def test_the_comparison_sees_a_column_a_constraint_and_an_index(connection: Connection) -> None:
    before = shape(connection)
    connection.execute(text("ALTER TABLE person ALTER name DROP NOT NULL, ADD CHECK (id > 0)"))
    connection.execute(text("CREATE INDEX ON person (name)"))
    after = shape(connection)
    assert sorted(after.keys() - before.keys()) == ["person.person_id_check", "person.person_name_idx"]
    assert after["person.name"] != before["person.name"]


def test_up_down_to_nothing_and_up_again_is_the_same(empty_database_url: str) -> None:
    def everything() -> tuple[dict[str, str], list[str]]:
        engine = create_engine(empty_database_url)
        with engine.connect() as connection:
            policies = connection.scalars(
                text(
                    "SELECT tablename || policyname || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies ORDER BY 1"
                )
            )
            found = shape(connection), list(policies)
        engine.dispose()
        return found

    before = everything()
    migrating.downgrade(empty_database_url, "base")
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        assert tables(connection) == set()
        left = connection.scalars(
            text(
                "SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS"
                " (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
            )
        ).all()
        assert left == []
    engine.dispose()
    migrating.upgrade(empty_database_url)
    assert everything() == before


def test_every_table_is_protected_or_known_to_need_no_protection(connection: Connection) -> None:
    open_tables = set(
        connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND NOT relrowsecurity AND relname <> 'alembic_version' AND relname NOT LIKE :not_ours"
            ),
            {"not_ours": NOT_OURS},
        )
    )
    assert sorted(open_tables - IDENTITY - CATALOGUE - HASHES) == []


def test_nobody_but_agency_and_system_writes_what_is_the_same_for_everybody(connection: Connection) -> None:
    for table in sorted(CATALOGUE & tables(connection)):
        for audience in ("visitor", "facility", "coordinator"):
            for right in ("INSERT", "UPDATE", "DELETE"):
                role = f"marketplace_{audience}"
                asked = text("SELECT has_table_privilege(:role, :table, :right)")
                assert not connection.scalar(asked, {"role": role, "table": table, "right": right}), (
                    table,
                    role,
                    right,
                )


def test_a_visitor_reads_nothing_that_has_an_owner(connection: Connection) -> None:
    readable = connection.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity"
            " AND has_table_privilege('marketplace_visitor', oid, 'SELECT')"
        )
    ).all()
    # What this transaction has just written is given back; somebody without a membership reads their own notices.
    assert sorted(readable) == ["letter", "notice"]


@pytest.mark.parametrize("audience", ["visitor", "facility", "coordinator"])
def test_letters_and_notices_are_read_by_nobody_they_are_not_for(lively: Any, audience: str) -> None:
    connection = lively.connection
    connection.execute(text("RESET ROLE"))
    assert connection.scalar(text("SELECT count(*) FROM letter"))
    assert connection.scalar(text("SELECT count(*) FROM notice"))
    connection.execute(text(f"SET LOCAL ROLE marketplace_{audience}"))
    assert connection.scalar(text("SELECT count(*) FROM letter")) == 0
    assert connection.scalar(text("SELECT count(*) FROM notice")) == 0


def test_every_audience_has_at_most_one_policy_for_a_table_and_an_act(connection: Connection) -> None:
    """Several under one role are OR'd and lose the index."""
    doubled = connection.execute(
        text(
            "SELECT tablename, roles::text, cmd, count(*) FROM pg_policies GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1"
        )
    ).all()
    assert doubled == []


def test_tables_that_only_grow_are_exactly_those_that_are_known(connection: Connection) -> None:
    marked = connection.scalars(
        text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND NOT tgisinternal")
    ).all()
    assert set(marked) == set(APPEND_ONLY)


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_a_row_that_was_written_stays_even_for_the_owner(lively: Any, table: str, act: str) -> None:
    connection = lively.connection
    connection.execute(text("RESET ROLE"))
    if act.startswith("TRUNCATE") is False:
        count = connection.scalar(text(f"SELECT count(*) FROM {table}"))
        if not count:
            pytest.fail(f"the lively world has no {table}: nothing was checked")
    if "SET id" in act and not connection.scalar(
        text("SELECT count(*) FROM information_schema.columns WHERE table_name = :t AND column_name = 'id'"),
        {"t": table},
    ):
        column = connection.scalar(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = :t LIMIT 1"), {"t": table}
        )
        act = act.replace("id = id", f"{column} = {column}")
    with lively.undone, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(act.format(table)))


def test_every_instant_carries_its_zone_and_every_amount_is_whole_cents() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            kind = column.type.compile(dialect=postgresql.dialect())
            assert "WITHOUT TIME ZONE" not in kind or kind.startswith("TIME "), column
            if column.name.endswith("_cents"):
                assert kind == "BIGINT", column
            assert kind not in ("FLOAT", "REAL", "DOUBLE PRECISION"), column


def test_every_foreign_key_is_named_and_every_relation_is_loaded_on_purpose() -> None:
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            assert relation.lazy == "raise_on_sql", f"{mapper.class_.__name__}.{relation.key}"
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            assert constraint.name, table.name


GRANTS = """
SELECT grantee || ' ' || privilege_type || ' ' || table_name || '.' || column_name FROM information_schema.column_privileges
WHERE table_schema = 'public' AND grantee LIKE 'marketplace_%' AND table_name NOT LIKE 'procrastinate_%'
"""


def test_every_step_down_gives_back_the_rights_that_each_audience_had(databases: Any) -> None:
    with databases.copy("template1") as url:
        steps = migrating.revisions()
        before: dict[str, set[str]] = {}
        for revision in steps:
            migrating.upgrade(url, revision)
            before[revision] = granted(url)
        for revision in reversed(steps[:-1]):
            migrating.downgrade(url, revision)
            now = granted(url)
            assert now == before[revision], (revision, sorted(now ^ before[revision])[:10])


def granted(url: str) -> set[str]:
    """Who may do what with which column."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(connection.scalars(text(GRANTS)))
    engine.dispose()
    return found
