"""Finding one thing among those a person may see; what is not visible does not exist (404)."""

from typing import Any, TypeVar

from sqlalchemy import Select

from marketplace.db import session
from marketplace.kernel import BIGGEST_KEY, ChangedMeanwhile, NotFound

T = TypeVar("T")


def get_or_404(visible: Select[T], key: int) -> T:
    """The row with primary key `key` among `visible` (a select of one entity); raises NotFound."""
    entity: Any = visible.column_descriptions[0]["entity"]
    found = session.scalars(visible.where(entity.id == key)).unique().one_or_none() if 0 < key <= BIGGEST_KEY else None
    if found is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    return found


def check_version(thing: Any, version: int | None) -> None:
    """Refuse a form that was opened on an older version of `thing` (it has `version`; maybe `changed_by_name`)."""
    if version is None or thing.version == version:
        return
    raise ChangedMeanwhile(
        "Somebody changed this while you had it open. Nothing was saved: look at the new version first."
    )
