"""Whether newcomers are activated by hand or by themselves: what the agency chose, and before that."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.db import Base, Key, Moment, related, state_column
from marketplace.onboarding.rules import ActivationMode


class ActivationChoice(Base):
    """A choice of the agency; the newest holds, and the older ones stay readable. Without any, activation is offered."""

    id: Mapped[Key]
    mode: Mapped[ActivationMode] = state_column(ActivationMode)
    chosen_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    chosen_at: Mapped[Moment]

    chosen_by: Mapped[Person] = related()
