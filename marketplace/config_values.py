"""The values that each variable of the environment may hold, and the sentence about any other value.

Each function returns the checked value and raises Misconfigured. None stands for a variable that is not set.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

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
    """The server that takes mail: `smtps://` speaks TLS from the first byte, `smtp://` uses STARTTLS where offered."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def sqlalchemy_url(url: str) -> str:
    """`postgres://…` and `postgresql://…` as SQLAlchemy wants them, with the psycopg driver. Raises Misconfigured."""
    scheme, colon, rest = url.partition("://")
    if not colon or scheme not in ("postgres", "postgresql", "postgresql+psycopg") or not rest:
        raise Misconfigured(
            "DATABASE_URL must name a PostgreSQL database, like postgresql://person:password@host:5432/marketplace."
            " Unset it to let the site run its own PostgreSQL."
        )
    return f"postgresql+psycopg://{rest}"


def read_database_url(url: str | None) -> str | None:
    return sqlalchemy_url(url) if url else None


def read_port(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise Misconfigured(f"{name} must be a whole number from 1 to 65535, not {text!r}.")
    return int(text)


def read_time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise Misconfigured(
            f"AGENCY_TIME_ZONE must be an IANA time zone such as America/New_York, not {name!r}."
        ) from None


def read_yes_or_no(text: str, name: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise Misconfigured(f"{name} must be yes or no, not {text!r}.")
    return text.lower() == "yes"


def read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
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


def read_base_url(url: str) -> str:
    parts = _split(url, "BASE_URL")
    beyond_host = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or beyond_host:
        raise Misconfigured(f"BASE_URL must be the site's address alone, like https://staffing.example, not {url!r}.")
    return url.rstrip("/")


def read_address(text: str) -> str:
    if text.count("@") != 1 or any(c.isspace() or not c.isprintable() for c in text) or text[0] == "@":
        raise Misconfigured(f"MAIL_FROM must be one e-mail address, not {text!r}.")
    return text


def read_secret_key(text: str | None) -> str | None:
    if text and len(text) < SHORTEST_SECRET_KEY:
        raise Misconfigured(
            f"SECRET_KEY signs every session and must have at least {SHORTEST_SECRET_KEY} characters. Unset it to have"
            " one made and kept, or make one: python3 -c 'import secrets; print(secrets.token_hex(32))'."
        )
    return text


def read_mail_server(url: str | None) -> MailServer | None:
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


def read_stripe_key(text: str | None) -> str | None:
    if text and not text.startswith((*STRIPE_TEST_KEYS, *STRIPE_LIVE_KEYS)):
        raise Misconfigured(
            "STRIPE_API_KEY must be a secret or restricted key, starting with sk_test_, rk_test_, sk_live_ or rk_live_."
        )
    return text


def read_webhook_secret(text: str | None) -> str | None:
    if text and not text.startswith("whsec_"):
        raise Misconfigured("STRIPE_WEBHOOK_SECRET must be the signing secret of the webhook, starting with whsec_.")
    return text


def read_stripe_base(url: str | None) -> str | None:
    if not url:
        return None
    parts = _split(url, "STRIPE_API_BASE")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(f"STRIPE_API_BASE must be an address like http://127.0.0.1:12111, not {url!r}.")
    return url.rstrip("/")
