"""Runs the numbered migrations against the database Alembic was given. Never imports the product's models."""

from alembic import context
from sqlalchemy import MetaData, create_engine, pool

config = context.config

# The same names the models give, so that a constraint can be found again.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def run() -> None:
    """One transaction for all steps: a migration that fails leaves the database as it was."""
    given = config.attributes.get("connection")
    if given is not None:
        _run_on(given)
        return
    engine = create_engine(config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        _run_on(connection)
        connection.commit()


def _run_on(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=MetaData(naming_convention=NAMES),
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
