"""A paper is set once and handed out ever after: by the worker when it is issued, or by whoever asks for it first."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.db import as_system, session
from marketplace.documents.models import IssuedDocument
from marketplace.documents.typesetting import typeset


def stored_document(
    kind: str,
    thing_id: int,
    template: str,
    data: Callable[[], dict[str, Any]],
    at: datetime,
    *,
    facility_id: int | None = None,
    coordinator_id: int | None = None,
) -> IssuedDocument:
    """The paper of a thing; set and kept now when nobody has asked for it before. Two who ask at once get the same one.

    The caller has checked that whoever asks may see the thing: the paper is read and written for the system.
    """
    with as_system():
        paper = _find(kind, thing_id)
        if paper is not None:
            return paper
        pdf = typeset(template, data(), at)
        session.execute(
            insert(IssuedDocument)
            .values(
                kind=kind,
                thing_id=thing_id,
                facility_id=facility_id,
                coordinator_id=coordinator_id,
                sha256=hashlib.sha256(pdf).hexdigest(),
                pdf=pdf,
            )
            .on_conflict_do_nothing()
        )
        kept = _find(kind, thing_id)
    assert kept is not None
    return kept


def _find(kind: str, thing_id: int) -> IssuedDocument | None:
    return session.scalars(
        select(IssuedDocument).where(IssuedDocument.kind == kind, IssuedDocument.thing_id == thing_id)
    ).one_or_none()
