"""What whoever runs the site may set, read from the environment here alone and checked before anything starts."""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `marketplace/`, `templates/`, `static/` and `migrations/`."""

SHORTEST_SECRET_KEY = 32
STRIPE_TEST_KEYS = ("sk_test_", "rk_test_")
STRIPE_LIVE_KEYS = ("sk_live_", "rk_live_")


class Misconfigured(Exception):
    """The environment holds a value the site cannot run with; the message says which and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over: `smtps://` speaks TLS from the first byte, `smtp://` uses STARTTLS where offered."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)


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
    """The browser for the browser tests, when whoever runs them names one."""
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
        port = _port(given.get("PORT", "8000"), "PORT")
        base_url = _base_url(given.get("BASE_URL", f"http://localhost:{port}"))
        api_key, api_base = _stripe_key(given.get("STRIPE_API_KEY")), _stripe_base(given.get("STRIPE_API_BASE"))
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
            agency_time_zone=_time_zone(given.get("AGENCY_TIME_ZONE", "America/Chicago")),
            mail_from=_address(given.get("MAIL_FROM", f"no-reply@{urlsplit(base_url).hostname}")),
            database_url=_database_url(given.get("DATABASE_URL")),
            given_secret_key=_secret_key(given.get("SECRET_KEY")),
            mail_server=_mail_server(given.get("SMTP_URL")),
            stripe_api_key=api_key,
            stripe_webhook_secret=_webhook_secret(given.get("STRIPE_WEBHOOK_SECRET")),
            stripe_api_base=api_base,
            chromium=given.get("E2E_CHROMIUM"),
            require_second_factor=_yes_or_no(given.get("REQUIRE_SECOND_FACTOR", "yes"), "REQUIRE_SECOND_FACTOR"),
            trusted_proxies=_networks(given.get("TRUSTED_PROXIES", "")),
            demo=_yes_or_no(given.get("MARKETPLACE_DEMO", "no"), "MARKETPLACE_DEMO"),
        )

    @property
    def secret_key(self) -> str:
        """What signs cookies and links: SECRET_KEY, else one made at first use and kept in `home` for its owner."""
        return self.given_secret_key or _kept_secret_key(self.home / "secret_key")

    @property
    def over_https(self) -> bool:
        """The site is reached by https, so cookies travel over nothing else."""
        return self.base_url.startswith("https://")

    @property
    def uploads(self) -> Path:
        """Where documents are kept, outside of everything the web server hands out."""
        return self.home / "uploads"

    @property
    def outbox(self) -> Path:
        """Where mail is written as .eml when there is no mail server."""
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


def sqlalchemy_url(url: str) -> str:
    """`postgres://…` and `postgresql://…` as SQLAlchemy wants them, with the psycopg driver. Raises Misconfigured."""
    scheme, colon, rest = url.partition("://")
    if not colon or scheme not in ("postgres", "postgresql", "postgresql+psycopg") or not rest:
        raise Misconfigured(
            "DATABASE_URL must name a PostgreSQL database, like postgresql://person:password@host:5432/marketplace."
            " Unset it to let the site run its own PostgreSQL."
        )
    return f"postgresql+psycopg://{rest}"


def _database_url(url: str | None) -> str | None:
    return sqlalchemy_url(url) if url else None


def _port(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise Misconfigured(f"{name} must be a whole number from 1 to 65535, not {text!r}.")
    return int(text)


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise Misconfigured(
            f"AGENCY_TIME_ZONE must be an IANA time zone such as America/New_York, not {name!r}."
        ) from None


def _yes_or_no(text: str, name: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise Misconfigured(f"{name} must be yes or no, not {text!r}.")
    return text.lower() == "yes"


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, separated by commas. The whole Internet is nobody's proxy."""
    try:
        networks = tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as problem:
        raise Misconfigured(
            f"TRUSTED_PROXIES must be addresses or networks with commas between them, like 127.0.0.1,10.0.0.0/24: {problem}."
        ) from None
    if any(network.prefixlen == 0 for network in networks):
        raise Misconfigured(
            "TRUSTED_PROXIES must not name every address there is: anybody could then say to come from anywhere."
        )
    return networks


def _split(url: str, name: str) -> SplitResult:
    """The parts of an address; a bad port or bracket is a sentence, not a traceback."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as problem:
        raise Misconfigured(f"{name} is not an address that can be read: {problem}.") from None
    return parts


def _base_url(url: str) -> str:
    parts = _split(url, "BASE_URL")
    beyond_host = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or beyond_host:
        raise Misconfigured(f"BASE_URL must be the site's address alone, like https://staffing.example, not {url!r}.")
    return url.rstrip("/")


def _address(text: str) -> str:
    if text.count("@") != 1 or any(c.isspace() or not c.isprintable() for c in text) or text[0] == "@":
        raise Misconfigured(f"MAIL_FROM must be one e-mail address, not {text!r}.")
    return text


def _secret_key(text: str | None) -> str | None:
    if text and len(text) < SHORTEST_SECRET_KEY:
        raise Misconfigured(
            f"SECRET_KEY signs every session and must have at least {SHORTEST_SECRET_KEY} characters. Unset it to have"
            " one made and kept, or make one: python3 -c 'import secrets; print(secrets.token_hex(32))'."
        )
    return text


def _mail_server(url: str | None) -> MailServer | None:
    if not url:
        return None
    parts = _split(url, "SMTP_URL")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise Misconfigured("SMTP_URL must look like smtp://person:password@host:587 or smtps://host:465.")
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587),
        tls=tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _stripe_key(text: str | None) -> str | None:
    if text and not text.startswith((*STRIPE_TEST_KEYS, *STRIPE_LIVE_KEYS)):
        raise Misconfigured(
            "STRIPE_API_KEY must be a secret or restricted key, starting with sk_test_, rk_test_, sk_live_ or rk_live_."
        )
    return text


def _webhook_secret(text: str | None) -> str | None:
    if text and not text.startswith("whsec_"):
        raise Misconfigured("STRIPE_WEBHOOK_SECRET must be the signing secret of the webhook, starting with whsec_.")
    return text


def _stripe_base(url: str | None) -> str | None:
    if not url:
        return None
    parts = _split(url, "STRIPE_API_BASE")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(f"STRIPE_API_BASE must be an address like http://127.0.0.1:12111, not {url!r}.")
    return url.rstrip("/")


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
