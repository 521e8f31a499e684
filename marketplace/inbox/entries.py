"""The columns of an entry in the agency's inbox, the same for every kind of thing that can be wrong."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Select, Text, bindparam, cast, func, null, select

COLUMNS = ("key", "since", "who", "what", "what_es", "place", "zone", "ends_at", "number")
TYPES: tuple[Any, ...] = (
    BigInteger,
    DateTime(timezone=True),
    Text,
    Text,
    Text,
    Text,
    Text,
    DateTime(timezone=True),
    BigInteger,
)


AT = bindparam("at", type_=DateTime(timezone=True))
"""The moment the list is of: the statement is always the same, so it is put together once and asked with this."""


def entries_of(**given: Any) -> Select[Any]:
    """A select of the columns every kind has; what a kind does not have is empty.

    Names come by outer joins on keys: where nothing but the count is asked for, PostgreSQL leaves those joins out.
    """
    columns: list[Any] = [
        cast(given.get(name, null()), kind).label(name) for name, kind in zip(COLUMNS, TYPES, strict=True)
    ]
    return select(*columns)


def noon(day: Any) -> ColumnElement[datetime]:
    """A day without an hour, as an instant that is on that day in every zone of the United States."""
    return func.timezone("UTC", cast(day, DateTime(timezone=False)) + timedelta(hours=12))
