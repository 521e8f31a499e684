"""The letters that were written, and the way their links lead."""

import re

from sqlalchemy import select

from marketplace.db.session import SYSTEM, bind_actor, session
from marketplace.messaging.models import Letter


def letters_to(email):
    """Every letter to an address, the newest last."""
    bind_actor(SYSTEM)
    session.expire_all()
    return list(session.scalars(select(Letter).where(Letter.to == email).order_by(Letter.id)))


def link_to(email, kind):
    """The path of the link in the newest letter of that kind."""
    letter = [one for one in letters_to(email) if one.kind == kind][-1]
    found = re.search(r"^https?://[^/\s]+(/\S*)$", letter.text_body, re.MULTILINE)
    assert found, letter.text_body
    assert found[1] in letter.html_body
    return found[1]
