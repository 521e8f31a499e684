"""Which notices, which letters."""

from sqlalchemy import Select, func, select

from marketplace.db.session import session
from marketplace.messaging.models import Notice


def visible_to(person_id: int) -> Select[Notice]:
    """A person's own notices, the newest first; nobody reads another's."""
    return select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc())


def unread_count(person_id: int) -> int:
    """The number beside the bell."""
    unread = select(func.count()).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return session.scalar(unread) or 0
