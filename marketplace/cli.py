"""Everything that can be done from a terminal: `marketplace --help`. Each command's work lives with its concept."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

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


@contextmanager
def database() -> Iterator[str]:
    """The address of the database, which is started when it is the site's own."""
    from marketplace.db.address import database_url

    with database_url(Settings.from_environment()) as url:
        yield url


@contextmanager
def migrated_database() -> Iterator[str]:
    """The same, once its tables are those this code needs."""
    import marketplace.wiring  # noqa: F401 - every hook is filled from here on
    from marketplace.db.migrating import check_not_behind

    with database() as url:
        check_not_behind(url)
        yield url


@contextmanager
def session_of_the_system() -> Iterator[None]:
    """A session that acts for the system itself: it sees everything, and commits nothing by itself."""
    from marketplace.db import sessions as db

    with migrated_database() as url:
        engine = db.connect(url)
        try:
            db.bind_actor(db.SYSTEM)
            yield
        finally:
            db.session.remove()
            engine.dispose()


def name_the_agency(settings: Settings, url: str) -> None:
    """The agency's row has the name that pages and papers show; in a transaction of its own."""
    from marketplace.accounts.agency_setup import name_agency
    from marketplace.db import sessions as db

    engine = db.connect(url)
    try:
        db.bind_actor(db.SYSTEM)
        name_agency(settings.agency_name)
        db.session.commit()
    finally:
        db.session.remove()
        engine.dispose()


@commands.group("db")
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
    """What is set up, what is not, and what to do about it."""
    from marketplace.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(finding)
    sys.exit(0 if all(finding.fine or not finding.required for finding in findings) else 1)


@commands.group("ledger")
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


@commands.group("match")
def match_commands() -> None:
    """Matching people to shifts."""


@match_commands.command("plan")
@click.argument("instance", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the plan goes (.npz)."
)
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds; without it, effort goes by size."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed, one plan.")
@click.option("--warm", type=click.Path(dir_okay=False, path_type=Path), help="An earlier plan to start from (.npz).")
def match_plan(instance: Path, out: Path, time_limit: float | None, seed: int, warm: Path | None) -> None:
    """The best plan for all open shifts of an INSTANCE (.npz), with a proven bound. Needs no database."""
    from marketplace.matching.solver.instance import Instance
    from marketplace.matching.solver.plan import Plan, solve

    question = Instance.load(instance)
    start = Plan.load(warm, question) if warm else None
    plan = solve(question, time_limit=time_limit, seed=seed, warm=start)
    plan.save(out)
    click.echo(
        f"filled {len(plan.pairs)} of {question.seats}, value {plan.value}, bound {plan.bound},"
        f" gap {100 * plan.gap:.4f} %, {plan.seconds:.2f} s"
    )


@match_commands.command("simulate")
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; without it, the weeks before today."
)
@click.option("--weeks", type=click.IntRange(1, 26), default=2, show_default=True, help="How long a stretch.")
@click.option("--wave", "waves", type=click.IntRange(1, 50), multiple=True, help="Ask so many at once. Repeatable.")
@click.option("--every", type=click.IntRange(1, 168), default=6, show_default=True, help="Hours from plan to plan.")
@click.option(
    "--freeze", "freezes", type=click.IntRange(0, 720), multiple=True, help="Fix so many hours ahead. Repeatable."
)
@click.option("--weights", multiple=True, help="Other weights of the score: continuity=100,fairness=180. Repeatable.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed, one set of answers.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def match_simulate(
    first: datetime | None, weeks: int, waves: tuple[int, ...], every: int, freezes: tuple[int, ...],
    weights: tuple[str, ...], seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Live past weeks again under other waves, freezes and weights, and print what each would have come to."""
    from marketplace.kernel import now, week_start
    from marketplace.matching.simulating import PerfectForesight, PlannedStrategy, Strategy, Waves
    from marketplace.plans.replay.past_weeks import read_weeks
    from marketplace.plans.replay.simulation import live_again
    from marketplace.plans.replay.words import table, weights_from

    begins = first.date() if first else week_start(now().date()) - timedelta(weeks=weeks)
    ways: list[Strategy] = [
        *(Waves(size) for size in waves or (1, 3)),
        *(PlannedStrategy(every, freeze) for freeze in freezes or (0, 24, 72)),
        PerfectForesight(),
    ]
    with session_of_the_system():
        stretch = read_weeks(begins, begins + timedelta(weeks=weeks))
    present = stretch.context.weights
    sets = {"": present} | {text: weights_from(text, present) for text in weights}
    outcomes = live_again(stretch, ways, sets, seed)
    if as_json:
        click.echo(json.dumps([one.as_record() for one in outcomes], indent=1))
        return
    click.echo(f"{stretch.first} to {stretch.until}: {len(stretch.shifts)} shifts, {len(stretch.people)} coordinators")
    for line in table(outcomes):
        click.echo(line)


@commands.command("import")
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


if __name__ == "__main__":
    main()
