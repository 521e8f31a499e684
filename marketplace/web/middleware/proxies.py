"""The address of a visitor, when a proxy stands in front of the site.

`X-Forwarded-For` is believed only from an address that TRUSTED_PROXIES names, and read from its right end: each trusted
proxy has written down who spoke to it, and the first address that is no proxy of ours is the visitor's. What a visitor
puts into the header stands further left and is never reached.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

import structlog
from flask import Flask, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]

FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"

log = structlog.get_logger()


def look_behind(app: Flask, trusted: Networks) -> None:
    """From here on `request.remote_addr` is the visitor's address, as far as trusted proxies say it."""
    app.extensions["proxies"] = behind = BehindProxies(app.wsgi_app, trusted)
    setattr(app, "wsgi_app", behind)  # noqa: B010 - Flask's own way to add a middleware


class BehindProxies:
    """Werkzeug's ProxyFix for requests that come from a trusted proxy, counting the proxies each request went through.

    The host is not taken from a header: how people reach the site is BASE_URL, and a proxy hands the Host on.
    """

    def __init__(self, app: "WSGIApplication", trusted: Networks) -> None:
        self.app, self.trusted = app, trusted
        self.warned = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get(FORWARDED_FOR, "")
        if not is_among(address_in(peer), self.trusted):
            if forwarded and not self.warned:
                self.warned = True
                log.warning("a proxy that TRUSTED_PROXIES does not name", peer=peer)
            return self.app(environ, start_response)
        said = _values(forwarded)
        # The scheme is what the nearest proxy says; anything but the two there are would end up in addresses.
        proto = _values(environ.get(FORWARDED_PROTO, ""))[-1]
        # ProxyFix reads quotes, and one that a visitor opens would swallow what the proxies wrote after it: it gets the
        # values that count, and these alone.
        environ.update({FORWARDED_FOR: said[-self._hops(said)], FORWARDED_PROTO: proto})
        return ProxyFix(self.app, x_proto=int(proto in ("http", "https")))(environ, start_response)

    def _hops(self, said: list[str]) -> int:
        """The number of values from the right that trusted proxies wrote."""
        hops = 1
        while hops < len(said) and is_among(address_in(said[-hops]), self.trusted):
            hops += 1
        return hops


def _values(header: str) -> list[str]:
    """What stands between the commas; at least one value, which may be empty."""
    return [value.strip() for value in header.split(",")]


def visitor_address() -> str | None:
    """The network address of the visitor; None when only a proxy's own is known, or this machine's.

    What is counted or refused by address must leave None alone: behind a proxy that does not say for whom it speaks,
    everybody has the same one.
    """
    address = address_in(request.remote_addr or "")
    if address is None or address.is_loopback or is_among(address, current_app.extensions["proxies"].trusted):
        return None
    return str(address)


def address_in(text: str) -> Address | None:
    """The address in a text such as `203.0.113.7`, `203.0.113.7:5512` or `[2001:db8::7]:443`; None where there is none."""
    plain = text.strip().partition("%")[0]
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def is_among(address: Address | None, networks: Networks) -> bool:
    """Whether one of the networks holds this address."""
    return address is not None and any(address in network for network in networks)
