"""Limits on repeated tries: counted where a roll-back cannot undo it, for the account and for the address alike."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import AttemptCount
from marketplace.db import SYSTEM, session


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `minutes` of the first one."""

    name: str
    tries: int
    minutes: int


# The wait grows: five minutes after 10 wrong passwords, an hour after 30, a day after 60. Every limit counts the tries
# for one account, whatever the address, and the tries from one address, whatever the account.
PASSWORDS = (Limit("password", 10, 5), Limit("password-hour", 30, 60), Limit("password-day", 60, 24 * 60))
SECOND_FACTORS = (Limit("code", 5, 5), Limit("code-hour", 15, 60), Limit("code-day", 40, 24 * 60))
# Each costs seconds of the processor: a person with all their papers in one evening stays below it.
UPLOADS = (Limit("upload", 20, 10), Limit("upload-day", 100, 24 * 60))
LETTERS = (Limit("letter", 3, 15), Limit("letter-day", 10, 24 * 60))


def account_and_place(account: str, address: str | None, act: str = "") -> tuple[str, ...]:
    """The names a try is counted under: the account that was named and, where it is known, the place it came from.

    `address` comes from `web.middleware.proxies.visitor_address`. It is None behind a proxy that does not say for whom it
    speaks: a limit there would be everybody's limit. `act` keeps the counts of different acts apart.
    """
    return (f"{act}account {account}", *([f"{act}address {_place(address)}"] if address else []))


def _place(address: str) -> str:
    """An IPv6 customer is given a network of 2**64 addresses and may use a fresh one for each try: it is one place."""
    found = ip_address(address)
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


def within_limits(limits: tuple[Limit, ...], *whom: str, at: datetime) -> bool:
    """Count one more try for each of `whom` (an account, an address) and say whether all are still within the limits.

    One statement in a transaction of its own, before anything costly is done: of parallel tries no more than the limit
    ever pass.
    """
    # Always in the same order, so that two tries at once never wait for each other crosswise.
    asked = sorted((_bucket(limit, one), limit.tries, limit.minutes) for limit in limits for one in whom)
    allowed = {bucket: tries for bucket, tries, _ in asked}
    rows = [
        {"bucket": bucket, "window_ends": at + timedelta(minutes=minutes), "tries": 1} for bucket, _, minutes in asked
    ]
    fresh = insert(AttemptCount).values(rows)
    over = AttemptCount.window_ends <= at
    count = fresh.on_conflict_do_update(
        index_elements=[AttemptCount.bucket],
        set_={
            "tries": case((over, 1), else_=AttemptCount.tries + 1),
            "window_ends": case((over, fresh.excluded.window_ends), else_=AttemptCount.window_ends),
        },
    ).returning(AttemptCount.bucket, AttemptCount.tries)
    with session.session_factory(info={"actor": SYSTEM}) as own, own.begin():
        counted = own.execute(count).all()
    return all(tries <= allowed[bucket] for bucket, tries in counted)


def give_back(limits: tuple[Limit, ...], *whom: str) -> None:
    """The try was right: it does not count against those who share the account or the place."""
    buckets = [_bucket(limit, one) for limit in limits for one in whom]
    with session.session_factory(info={"actor": SYSTEM}) as own, own.begin():
        own.execute(
            update(AttemptCount)
            .where(AttemptCount.bucket.in_(sorted(buckets)), AttemptCount.tries > 0)
            .values(tries=AttemptCount.tries - 1)
        )


def forget_old_attempts(at: datetime) -> None:
    """Counts whose time is over say nothing any more."""
    session.execute(delete(AttemptCount).where(AttemptCount.window_ends <= at))


def _bucket(limit: Limit, whom: str) -> str:
    """Names the limit; of the account or address only a hash is kept, since anybody may type anything there."""
    return f"{limit.name}:{hashlib.sha256(whom.casefold().encode('utf-8', 'replace')).hexdigest()[:32]}"
