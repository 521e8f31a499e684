"""`marketplace ledger …`: recounting the books."""

import sys

import click

from marketplace.commands.sessions import session_of_the_system


@click.group("ledger")
def ledger_commands() -> None:
    """The books."""


@ledger_commands.command("check")
def ledger_check() -> None:
    """Recount the books: one line for each invariant that does not hold, and exit code 1."""
    with session_of_the_system():
        from marketplace.ledger.invariants import broken_lines, recount

        verdicts = recount()
    broken = broken_lines(verdicts)
    for line in broken:
        click.echo(line)
    if broken:
        sys.exit(1)
    click.echo(f"{len(verdicts)} invariants hold.")
