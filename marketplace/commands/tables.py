"""`marketplace db …`: which shape the tables have, and bringing them to another."""

import click

from marketplace.commands.sessions import database


@click.group("db")
def db_commands() -> None:
    """The tables: which shape they have, and bringing them to another."""


@db_commands.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Run every migration that is missing (up to REVISION)."""
    from marketplace.db import migrating

    with database() as url:
        migrating.upgrade(url, revision)
        click.echo(f"The database is at migration {migrating.current(url)}.")


@db_commands.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Undo migrations down to REVISION (`base` for all). What they made is lost."""
    from marketplace.db import migrating

    with database() as url:
        migrating.downgrade(url, revision)
        click.echo(f"The database is at migration {migrating.current(url) or 'none'}.")


@db_commands.command("current")
def db_current() -> None:
    """Which migration the database is at, and which this code needs."""
    from marketplace.db import migrating

    with database() as url:
        click.echo(f"{migrating.current(url) or 'none'} (this code needs {migrating.head()})")


@db_commands.command("revision")
@click.argument("message")
def db_revision(message: str) -> None:
    """Begin a migration: a numbered file that asks why, and whether it is safe while people work. Needs no database."""
    from marketplace.db import migrating

    click.echo(migrating.new_revision(message))
