"""`marketplace import …`: files of another system."""

import json
from pathlib import Path

import click

from marketplace.commands.sessions import session_of_the_system


@click.command("import")
@click.argument("kind", type=click.Choice(["facilities", "coordinators", "credentials", "needs"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--dry-run", is_flag=True, help="Report what would happen, and change nothing.")
def import_file(kind: str, file: Path, as_json: bool, dry_run: bool) -> None:
    """Load a CSV FILE. Good rows go in, bad rows do not; the report says why, line by line."""
    from importlib import import_module

    from marketplace.db import session

    with session_of_the_system():
        report = import_module(f"marketplace.{kind}.importing").load(file.read_bytes())
        if dry_run:
            session.rollback()
        else:
            session.commit()
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    for row in report.refused:
        click.echo(f"line {row.line}, {row.key or 'no key'}: {row.column} {row.value!r}: {row.reason}")
    for noted in report.noted:
        click.echo(f"line {noted.line}, {noted.key}: {noted.column} {noted.value!r} is left out: {noted.note}")
    would = "would be " if dry_run else ""
    click.echo(
        f"{would}inserted {report.inserted}, updated {report.updated}, unchanged {report.unchanged},"
        f" refused {len(report.refused)}"
    )
