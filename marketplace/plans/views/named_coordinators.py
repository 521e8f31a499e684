"""The form of a row of the board, and the coordinator it names, checked like anything typed."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import Invalid, NotFound, key
from marketplace.plans.forms import WhoForm


def checked_form() -> WhoForm:
    """The form as it was sent. Raises Invalid."""
    form = WhoForm()
    if not form.validate():
        raise Invalid(str(form.reason.errors[0]) if form.reason.errors else _("This form is damaged."), "reason")
    return form


def coordinator_named(text: str | None) -> Coordinator:
    """By number. Invalid when nobody is named, NotFound when there is no such person."""
    number = key(text)
    if number is None:
        raise Invalid("Choose somebody from the list first.", "coordinator")
    found = session.scalars(
        select(Coordinator).where(Coordinator.id == number).options(joinedload(Coordinator.person))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    return found
