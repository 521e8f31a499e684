"""Long lists come a page at a time; the state of the list stays in the address."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select

from marketplace.db import session
from marketplace.kernel import digits

T = TypeVar("T")
PAGE_SIZE = 25
MOST_PAGES = 100_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """`items` of page `number` (from 1) out of `total` rows."""

    items: list[T]
    number: int
    total: int
    size: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        return min(self.number * self.size, self.total)


def page_number() -> int:
    """The `page` of the address; anything that is not a page means the first."""
    return digits(request.args.get("page", ""), MOST_PAGES) or 1


def page_of(statement: Select[Any], size: int = PAGE_SIZE, scalars: bool = True) -> Page[Any]:
    """One page of `statement` (ordered by the caller), with the count of all its rows: two SQL statements."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(page_number(), max(1, -(-total // size)))
    limited = statement.limit(size).offset((number - 1) * size)
    items = session.scalars(limited).unique().all() if scalars else session.execute(limited).unique().all()
    return Page(list(items), number, total, size)
