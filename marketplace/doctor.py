"""`marketplace doctor`: it reports each part of the set-up, and the next step where one is missing."""

import platform
import shutil
import smtplib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from marketplace.config import Settings
from marketplace.config_values import MailServer, Misconfigured
from marketplace.db import migrating
from marketplace.db.address import database_url
from marketplace.documents.fonts import PACKAGES
from marketplace.documents.typesetting import printable

EXTENSIONS = ("btree_gist", "citext", "pg_trgm")
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
SECONDS_TO_ANSWER = 5
SEEN_RECENTLY = 60
"""Seconds; a worker gives a sign of life every 10."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was looked at. `required`: without it the site does not run."""

    what: str
    fine: bool
    told: str
    advice: str = ""
    required: bool = False

    def __str__(self) -> str:
        mark = "ok  " if self.fine else "MISS" if self.required else "note"
        line = f"{mark}  {self.what}: {self.told}"
        return f"{line}\n      → {self.advice}" if self.advice and not self.fine else line


def examine() -> list[CheckResult]:
    """Look at everything, in the order a newcomer would set it up; nothing is changed but the site's own state folder."""
    findings = [_python()]
    try:
        settings = Settings.from_environment()
    except Misconfigured as problem:
        told = "a variable has a value the site cannot run with"
        return [*findings, CheckResult("settings", False, told, problem.sentence, required=True)]
    findings.append(
        CheckResult("settings", True, f"the site is {settings.base_url}, the agency {settings.agency_name}")
    )
    findings.append(_proxies(settings))
    findings.append(_home(settings.home))
    if findings[-1].fine:
        findings.extend(_database(settings))
    findings.append(_mail(settings.mail_server, settings.outbox))
    findings.append(_stripe(settings))
    findings.append(_documents())
    if findings[-1].fine:
        findings.append(_fonts())
    findings.append(_browser(settings.chromium))
    return findings


def _python() -> CheckResult:
    fine = sys.version_info >= (3, 11)
    return CheckResult("Python", fine, platform.python_version(), "Install Python 3.11 or newer.", required=True)


def _proxies(settings: Settings) -> CheckResult:
    """https ends at a proxy, since `serve` speaks http: without its address in the settings nobody's own is known."""
    if settings.trusted_proxies:
        named = ", ".join(str(network) for network in settings.trusted_proxies)
        return CheckResult("proxy", True, f"the word of {named} is taken for where visitors come from")
    advice = (
        "Set TRUSTED_PROXIES to the address the proxy speaks from (127.0.0.1 on the same machine) and have it send"
        " X-Forwarded-For. Until then wrong passwords are counted for each account but not for each visitor, or, where"
        " the proxy is on another machine, for everybody together."
    )
    told = "none named, so visitors are known by the address that connects"
    return CheckResult("proxy", not settings.over_https, told, advice)


def _home(home: Path) -> CheckResult:
    advice = "Give this account write access to it, or point MARKETPLACE_HOME at another folder."
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home):
            pass
    except OSError as problem:
        return CheckResult(
            "state folder", False, f"{home} cannot be written ({problem.strerror})", advice, required=True
        )
    free = shutil.disk_usage(home).free // 2**30
    return CheckResult("state folder", free >= 1, f"{home}, {free} GiB free", "Make room on its disk.")


def _database(settings: Settings) -> Iterator[CheckResult]:
    whose = "named by DATABASE_URL" if settings.database_url else "the site's own"
    try:
        with database_url(settings) as url:
            plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(plain, autocommit=True) as connection:
                version = str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]
                yield CheckResult("database", True, f"PostgreSQL {version.split()[0]}, {whose}", required=True)
                yield _extensions(connection)
                yield _roles(connection)
                yield _migrations(url)
                yield _owner(connection)
                yield _worker(connection)
    except Misconfigured as problem:
        yield CheckResult("database", False, f"{whose}, cannot be used", problem.sentence, required=True)


def _extensions(connection: psycopg.Connection) -> CheckResult:
    there = {name for (name,) in connection.execute("SELECT name FROM pg_available_extensions")}
    missing = [name for name in EXTENSIONS if name not in there]
    advice = "Install PostgreSQL's contrib package (Debian: postgresql-contrib)."
    told = f"missing {', '.join(missing)}" if missing else ", ".join(EXTENSIONS)
    return CheckResult("extensions", not missing, told, advice, required=True)


def _roles(connection: psycopg.Connection) -> CheckResult:
    """Row-level security has one role for each audience; the first migration makes them, or finds them made."""
    may_make, made = connection.execute(
        "SELECT rolcreaterole OR rolsuper,"
        " (SELECT count(*) >= 5 FROM pg_roles r WHERE starts_with(r.rolname, 'marketplace_')"
        "  AND pg_has_role(current_user, r.oid, 'MEMBER'))"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone() or (False, False)
    told = "made" if made else "can be made" if may_make else "missing, and this login may not make them"
    user = connection.info.user
    return CheckResult("roles", made or may_make, told, f"As a superuser: ALTER ROLE {user} CREATEROLE;", required=True)


def _migrations(url: str) -> CheckResult:
    current, head = migrating.current(url), migrating.head()
    told = f"at {current}" if current == head else f"at {current or 'none'}, this code needs {head}"
    return CheckResult("tables", current == head, told, "Run: marketplace db upgrade", required=True)


def _owner(connection: psycopg.Connection) -> CheckResult:
    """Everybody is invited by somebody; the first owner is invited from here."""
    advice = (
        'Run: marketplace invite "NAME" EMAIL, and open the link it prints. Whoever joins can invite everybody else.'
    )
    try:
        there = connection.execute(
            "SELECT count(*) FROM membership m JOIN person p ON p.id = m.person_id"
            " WHERE m.role = 'agency_owner' AND m.active AND p.active AND p.password IS NOT NULL"
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        return CheckResult("agency", False, "its tables are not there yet", "Run: marketplace db upgrade")
    owners = there[0] if there else 0
    return CheckResult(
        "agency", owners > 0, f"owners who can sign in: {owners}" if owners else "nobody can sign in yet", advice
    )


def _worker(connection: psycopg.Connection) -> CheckResult:
    advice = "Start one: marketplace worker. Until then no mail leaves and nothing happens by itself."
    try:
        row = connection.execute(
            "SELECT extract(epoch FROM now() - max(last_heartbeat)), (SELECT count(*) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()), (SELECT count(*) FROM procrastinate_jobs"
            " WHERE status = 'failed') FROM procrastinate_workers"
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        return CheckResult(
            "worker", False, "the tables of the job queue are not there yet", "Run: marketplace db upgrade"
        )
    seconds, waiting, failed = row or (None, 0, 0)
    jobs = f"{waiting} jobs wait, {failed} failed for good"
    if seconds is None or seconds > SEEN_RECENTLY:
        return CheckResult("worker", False, f"none seen in the last {SEEN_RECENTLY} seconds; {jobs}", advice)
    return CheckResult("worker", failed == 0, f"seen {seconds:.0f} seconds ago; {jobs}", "Look at the failed jobs.")


def _mail(server: MailServer | None, outbox: Path) -> CheckResult:
    if server is None:
        advice = "Set SMTP_URL, like smtp://person:password@host:587."
        return CheckResult("mail", False, f"no mail server; letters are written to {outbox}", advice)
    kind = smtplib.SMTP_SSL if server.tls else smtplib.SMTP
    where = f"{server.host}, port {server.port}"
    try:
        with kind(server.host, server.port, timeout=SECONDS_TO_ANSWER) as link:
            link.ehlo()
            if not server.tls and link.has_extn("starttls"):
                link.starttls()
            if server.username and server.password:
                link.login(server.username, server.password)
    except (OSError, smtplib.SMTPException) as problem:
        return CheckResult("mail", False, f"{where} does not answer as it should ({problem})", "Check SMTP_URL.")
    return CheckResult("mail", True, where)


def _stripe(settings: Settings) -> CheckResult:
    by_hand = "payments and payouts are recorded by hand"
    if not settings.stripe_api_key:
        return CheckResult("Stripe", True, f"no keys; {by_hand}")
    kind = "live keys" if settings.stripe_is_live else "test keys"
    return CheckResult("Stripe", True, f"{kind}, read and checked; no money moves through Stripe yet: {by_hand}")


def _documents() -> CheckResult:
    """Invoices and pay statements are set by typst with fonts it brings along."""
    try:
        import typst

        pdf = typst.compile(b"#set page(width: 5cm, height: 2cm)\nInvoice 1")
    except Exception as problem:  # whatever is wrong with the compiler, the rest is still worth looking at
        told = f"typst cannot make a PDF ({problem})"
        return CheckResult("documents", False, told, "Run: make setup", required=True)
    return CheckResult("documents", bytes(pdf).startswith(b"%PDF"), "typst makes PDFs", required=True)


def _fonts() -> CheckResult:
    """Names in scripts that Inter does not have are printed with the Noto fonts of the machine, where it has them."""
    missing = {package: scripts for package, (scripts, sample) in PACKAGES.items() if not printable(sample)}
    if not missing:
        return CheckResult("fonts", True, "documents can print every script and emoji")
    advice = (
        f"Debian, Ubuntu: sudo apt-get install {' '.join(missing)}. Until then a PDF with such a name is not made, and"
        " whoever opens it is told why."
    )
    return CheckResult("fonts", False, f"documents cannot print {', '.join(missing.values())}", advice)


def _browser(named: str | None) -> CheckResult:
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found and not named:
        with suppress(Exception):  # Playwright is there for tests only
            from playwright.sync_api import sync_playwright

            with sync_playwright() as playwright:
                own = Path(playwright.chromium.executable_path)
                found = str(own) if own.exists() else None
    told = f"{named} cannot be run" if named else "none"
    return CheckResult("browser for tests", bool(found), found or told, "Run: make browser")
