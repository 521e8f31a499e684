"""The base of every table: names for constraints, UTC instants only, whole cents, and states checked by the database."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Enum, Identity, Integer, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column, relationship

from marketplace.kernel import now

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Cents = Annotated[int, mapped_column(BigInteger)]
Minutes = Annotated[int, mapped_column(Integer)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True), default=now, server_default=func.now())]
"""When the row was written: the site's clock (`kernel.clock`), so that an act told for another day is dated that day."""
Words = Annotated[list[str], mapped_column(ARRAY(Text), default=list, server_default="{}")]
Record = Annotated[dict[str, Any], mapped_column(JSONB, default=dict, server_default="{}")]
Records = Annotated[list[Any], mapped_column(JSONB, default=list, server_default="[]")]


class Base(DeclarativeBase):
    """The one declarative base. Strings are text, instants carry their zone, integers that count things are 32 bits."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text(), datetime: DateTime(timezone=True), int: Integer()}

    @declared_attr.directive
    def __tablename__(cls) -> str:
        """`TimeEntry` lives in `time_entry`."""
        return "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    def __repr__(self) -> str:
        """Only the key: nothing personal may reach a log through a traceback."""
        return f"<{type(self).__name__} {self.__dict__.get('id')}>"


class Versioned:
    """A row that two people may edit: the version travels in the form, and the second editor is told."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1, server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def state_column(
    states: type[StrEnum], default: StrEnum | None = None, *, created_as: str = "", **options: Any
) -> MappedColumn[Any]:
    """A text column that the table itself holds to the members of `states`.

    `created_as` is the name of the check in the tables, where the class was renamed after its migration.
    """
    name = created_as or "".join("_" + c.lower() if c.isupper() else c for c in states.__name__).lstrip("_")
    kind = Enum(
        states,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )
    if default is not None:
        options |= {"default": default, "server_default": default.value}
    return mapped_column(kind, **options)


def private_column(*args: Any, **options: Any) -> MappedColumn[Any]:
    """A column that not everybody who sees the row may read (the migration grants the others): loaded only when asked for.

    Ask with `undefer(Coordinator.min_pay_cents)`; a page that forgot fails its test instead of asking the database once more.
    """
    return mapped_column(*args, deferred=True, deferred_raiseload=True, **options)


def related(*args: Any, **options: Any) -> Any:
    """A relationship that never loads by surprise: the page's query asks for all it shows, or a test fails."""
    return relationship(*args, lazy="raise_on_sql", **options)


def check(rule: str, name: str) -> CheckConstraint:
    """`check("ends_at > starts_at", "ends_after_start")`: nonsense the table itself refuses."""
    return CheckConstraint(rule, name=name)
