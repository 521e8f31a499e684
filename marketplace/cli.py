"""Everything that can be done from a terminal: `marketplace --help`. Each command's work lives with its concept."""

import signal
import sys

import click

from marketplace.commands.books import ledger_commands
from marketplace.commands.files import import_file
from marketplace.commands.match import match_commands
from marketplace.commands.sessions import migrated_database, name_the_agency, session_of_the_system
from marketplace.commands.tables import db_commands
from marketplace.config import Settings
from marketplace.config_values import Misconfigured
from marketplace.kernel import Invalid, Refusal

# What is heavy is imported by the command that needs it, so that every command starts at once.


@click.group()
def commands() -> None:
    """The staffing marketplace for virtual healthcare coordinators."""


def main() -> None:
    """The console script: what the site refuses is one sentence and exit code 1, not a traceback."""
    # SIGTERM unwinds like Ctrl-C, so that the site's own database is left in order.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        commands(prog_name="marketplace")
    except (Misconfigured, Refusal) as problem:
        click.echo(problem.sentence, err=True)
        sys.exit(1)


@commands.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: PORT, else 8000.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for every network of this machine.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that answer.")
def serve(port: int | None, host: str, workers: int) -> None:
    """Answer web requests."""
    from marketplace.processes import check_port_free

    settings = Settings.from_environment()
    check_port_free(host, port or settings.port)
    with migrated_database() as url:
        from marketplace import serving

        name_the_agency(settings, url)
        serving.serve(settings, url, host, port or settings.port, workers=workers)


@commands.command()
@click.option("--once", is_flag=True, help="Do what waits, then end.")
def worker(once: bool) -> None:
    """Do the jobs: mail, money, reminders, and what happens by itself."""
    import marketplace.schedule  # noqa: F401 - every job is known from here on
    from marketplace.db import sessions as db
    from marketplace.db import work
    from marketplace.plans.solver.solver_process import compile_ahead

    with migrated_database() as url:
        name_the_agency(Settings.from_environment(), url)
        engine = db.connect(url)
        if not once:
            compile_ahead()
        try:
            # Two at a time: letters do not wait until a plan is made.
            work(url, concurrency=1 if once else 2, until_empty=once)
        finally:
            engine.dispose()


ROLES = ("owner", "scheduler", "compliance", "finance", "support")


@commands.command()
@click.argument("name")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True, help="What they are to be.")
def invite(name: str, email: str, role: str) -> None:
    """Invite NAME at EMAIL to the agency's team: the way in for the first of them, who invites all others on the site."""
    from marketplace.accounts import invitations
    from marketplace.accounts.agency_setup import name_agency
    from marketplace.accounts.permissions import Role
    from marketplace.accounts.queries import agency
    from marketplace.db import session
    from marketplace.kernel import clean_text, email_address, now

    settings = Settings.from_environment()
    name, email = clean_text(name, 120, "name"), email_address(clean_text(email, 254, "email"))
    if not name:
        raise Invalid("Say who is invited: their name comes first, then their address.", "name")
    with session_of_the_system():
        name_agency(settings.agency_name)
        made = invitations.invite(email, name, Role(f"agency_{role}"), agency(), by=None, at=now())
        session.commit()
        click.echo(
            f"{name} is invited to {settings.agency_name} as {role}. Within 48 hours, once, this link opens the site:"
        )
        click.echo(settings.base_url + made.link)


@commands.command()
def demo() -> None:
    """The whole site with twelve weeks of invented history, until Ctrl-C."""
    from marketplace.demo.showing import show
    from marketplace.processes import PartEnded

    try:
        show(Settings.from_environment())
    except PartEnded as end:
        raise Misconfigured(end.sentence) from None


@commands.command()
def doctor() -> None:
    """Report each part of the set-up, and the next step where one is missing."""
    from marketplace.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(finding)
    sys.exit(0 if all(finding.fine or not finding.required for finding in findings) else 1)


for group in (db_commands, ledger_commands, match_commands, import_file):
    commands.add_command(group)


if __name__ == "__main__":
    main()
