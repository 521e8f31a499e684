"""Which reports have left the house: each month's goes out once, however many workers there are."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class FairnessLetter(Base):
    """The fair shares of a month (its first day) were written to the agency."""

    month: Mapped[date] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]
