"""Which notices, which letters."""

from sqlalchemy import Select, select

from marketplace.messaging.models import Notice


def visible_to(person_id: int) -> Select[Notice]:
    """A person's own notices, the newest first; nobody reads another's."""
    return select(Notice).where(Notice.person_id == person_id).order_by(Notice.at.desc(), Notice.id.desc())
