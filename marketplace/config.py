"""The settings of the site, read from the environment here alone and checked before anything starts."""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from urllib.parse import urlsplit

from marketplace.config_values import (
    SHORTEST_SECRET_KEY,
    STRIPE_LIVE_KEYS,
    MailServer,
    Misconfigured,
    read_address,
    read_base_url,
    read_database_url,
    read_mail_server,
    read_networks,
    read_port,
    read_secret_key,
    read_stripe_base,
    read_stripe_key,
    read_time_zone,
    read_webhook_secret,
    read_yes_or_no,
)

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `marketplace/`, `templates/`, `static/` and `migrations/`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides, checked. Nothing else in the code reads the environment."""

    home: Path
    """State folder: own database, uploads, outbox, keys."""
    port: int
    base_url: str
    """Where people reach the site, without a slash at the end: links in mail are made from it."""
    agency_name: str
    mail_from: str
    agency_time_zone: str = "America/Chicago"
    """The clock of the agency's desk: who sees every facility has none of their own."""
    database_url: str | None = field(default=None, repr=False)
    """A PostgreSQL of the operator's own, as SQLAlchemy spells it; None: the site runs its own in `home`."""
    given_secret_key: str | None = field(default=None, repr=False)
    mail_server: MailServer | None = None
    """None: mail is written to `outbox` instead."""
    stripe_api_key: str | None = field(default=None, repr=False)
    stripe_webhook_secret: str | None = field(default=None, repr=False)
    stripe_api_base: str | None = None
    chromium: str | None = None
    """The browser for the browser tests, where one is named."""
    require_second_factor: bool = True
    """Agency staff, facility owners, approvers and billing must sign in with a second factor."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """The proxies in front: what they say about where a visitor comes from is believed, nobody else's word is."""
    demo: bool = False
    """The site shows an invented world: letters laid in `outbox` may be read on a page of it."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings of this process. A variable that is empty counts as not set.

        Raises Misconfigured, with a sentence that names the variable, for a value the site cannot run with.
        """
        given = {
            name: value.strip()
            for name, value in (os.environ if environment is None else environment).items()
            if value.strip()
        }
        port = read_port(given.get("PORT", "8000"), "PORT")
        base_url = read_base_url(given.get("BASE_URL", f"http://localhost:{port}"))
        api_key, api_base = read_stripe_key(given.get("STRIPE_API_KEY")), read_stripe_base(given.get("STRIPE_API_BASE"))
        if api_base and api_key and api_key.startswith(STRIPE_LIVE_KEYS):
            raise Misconfigured(
                "STRIPE_API_BASE sends Stripe's calls elsewhere and is for tests; it is refused together with a live"
                " STRIPE_API_KEY. Unset one of them."
            )
        return cls(
            home=Path(given.get("MARKETPLACE_HOME", ROOT / "var")).expanduser().absolute(),
            port=port,
            base_url=base_url,
            agency_name=given.get("AGENCY_NAME", "Virtual Care Coordination"),
            agency_time_zone=read_time_zone(given.get("AGENCY_TIME_ZONE", "America/Chicago")),
            mail_from=read_address(given.get("MAIL_FROM", f"no-reply@{urlsplit(base_url).hostname}")),
            database_url=read_database_url(given.get("DATABASE_URL")),
            given_secret_key=read_secret_key(given.get("SECRET_KEY")),
            mail_server=read_mail_server(given.get("SMTP_URL")),
            stripe_api_key=api_key,
            stripe_webhook_secret=read_webhook_secret(given.get("STRIPE_WEBHOOK_SECRET")),
            stripe_api_base=api_base,
            chromium=given.get("E2E_CHROMIUM"),
            require_second_factor=read_yes_or_no(given.get("REQUIRE_SECOND_FACTOR", "yes"), "REQUIRE_SECOND_FACTOR"),
            trusted_proxies=read_networks(given.get("TRUSTED_PROXIES", "")),
            demo=read_yes_or_no(given.get("MARKETPLACE_DEMO", "no"), "MARKETPLACE_DEMO"),
        )

    @property
    def secret_key(self) -> str:
        """The key that signs cookies and links: SECRET_KEY, else one made at first use and kept in `home` for its owner."""
        return self.given_secret_key or _kept_secret_key(self.home / "secret_key")

    @property
    def over_https(self) -> bool:
        """The site is reached by https, so cookies travel over nothing else."""
        return self.base_url.startswith("https://")

    @property
    def uploads(self) -> Path:
        """The folder of documents, outside of everything the web server hands out."""
        return self.home / "uploads"

    @property
    def outbox(self) -> Path:
        """The folder in which mail is written as .eml when there is no mail server."""
        return self.home / "outbox"

    @property
    def stripe_is_live(self) -> bool:
        """Real money moves."""
        return (self.stripe_api_key or "").startswith(STRIPE_LIVE_KEYS)


def settings_in_force() -> Settings:
    """Those of the application that answers a request; where none does (a worker, a command), those of the process."""
    return _asked() or Settings.from_environment()


def settings_from(asked: Callable[[], Settings | None]) -> None:
    """From now on `asked` says which application's settings are in force. Called when the application is put together."""
    global _asked
    _asked = asked


def _no_application() -> Settings | None:
    return None


_asked: Callable[[], Settings | None] = _no_application


def _kept_secret_key(file: Path) -> str:
    """The key in `file`, made when absent. Of two processes that start at once, both end with the same key."""
    if not file.exists():
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".secret_key")
        except OSError as problem:
            raise Misconfigured(
                f"The secret key cannot be kept in {file.parent} ({problem.strerror}). Set SECRET_KEY, or point"
                " MARKETPLACE_HOME at a folder that can be written."
            ) from problem
        try:
            with os.fdopen(handle, "w") as stream:
                stream.write(secrets.token_hex(32) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.link(draft, file)  # fails when another process was first: its key then counts
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    try:
        key = file.read_text().strip()
    except OSError as problem:
        raise Misconfigured(
            f"The secret key in {file} cannot be read ({problem.strerror}). Run as its owner."
        ) from problem
    if len(key) < SHORTEST_SECRET_KEY:
        raise Misconfigured(f"The secret key in {file} is damaged. Remove the file; everybody then signs in again.")
    return key
