"""Keeping uploaded papers: written whole or not at all, gone again when the act that brought them is undone."""

import errno
import hashlib
import os
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.config import settings_in_force
from marketplace.credentials.files.inspection import inspected
from marketplace.credentials.files.limits import LONGEST_NAME
from marketplace.credentials.files.thumbnails import pictures_of
from marketplace.credentials.files.turns import turn
from marketplace.credentials.models import Document
from marketplace.db import session
from marketplace.kernel import Invalid, NotFound

LEFT_ALONE = timedelta(days=1)
"""A file without its row may belong to an upload that is just being written."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NEW = "files of this transaction"


def keep(data: bytes, filename: str, coordinator_id: int, at: datetime) -> Document:
    """Examine and store a file in this transaction; raises Invalid, field "file", and then no file is left behind.

    A PDF is kept together with pictures of its first pages, because they are all a page of this site ever shows of it.
    """
    with turn(settings_in_force().home / "turns"):
        found = inspected(data)
        pictures = pictures_of(found.content) if found.ending == "pdf" else []
    if found.ending == "pdf" and not pictures:
        raise Invalid("This PDF cannot be opened. Print it as a PDF again, or take a photo of it.", "file")
    name = f"{secrets.token_hex(16)}.{found.ending}"
    _write(path_of(name), found.content)
    for number, picture in enumerate(pictures, 1):
        _write(_picture_path(name, number), picture)
    document = Document(
        coordinator_id=coordinator_id,
        stored_as=name,
        filename=shown_name(filename, found.ending),
        content_type=found.content_type,
        size=len(found.content),
        sha256=hashlib.sha256(found.content).hexdigest(),
        pictures=len(pictures),
        uploaded_at=at,
    )
    session.add(document)
    session.flush()
    return document


def content_of(document: Document) -> bytes:
    """The file as it is kept; raises NotFound when the disk has lost it."""
    return _read(path_of(document.stored_as))


def picture_of(document: Document, number: int) -> bytes:
    """Page `number` (from 1) of a PDF as PNG; a photo is its own and only picture. Raises NotFound."""
    if document.content_type == "application/pdf" and 1 <= number <= document.pictures:
        return _read(_picture_path(document.stored_as, number))
    if document.content_type != "application/pdf" and number == 1:
        return content_of(document)
    raise NotFound("There is no such page, or it is not yours to see.")


def path_of(stored_as: str) -> Path:
    """Where a stored name lies. Names are made here, never taken from a person."""
    return settings_in_force().uploads / stored_as[:2] / stored_as


def _picture_path(stored_as: str, number: int) -> Path:
    return path_of(stored_as).with_suffix(f".{number}.png")


def shown_name(filename: str, ending: str) -> str:
    """The name a person knows the file by, without folders, control characters or an ending that lies."""
    base = PurePosixPath(filename.replace("\\", "/")).name
    stem = "".join(c for c in base if c.isprintable()).rpartition(".")[0] or base
    stem = re.sub(r"[^\w .()-]+", "-", stem).strip(" .-")[:LONGEST_NAME]
    return f"{stem or 'document'}.{ending}"


def remove_strays(at: datetime) -> int:
    """Delete files that no row speaks of, left by a crash between file and commit. Returns how many."""
    folder = settings_in_force().uploads
    known = set(session.scalars(select(Document.stored_as)))
    stems = {name.partition(".")[0] for name in known}
    strays = [
        file
        for file in folder.glob("*/*")
        if file.name.lstrip(".").partition(".")[0] not in stems and _age(file, at) > LEFT_ALONE
    ]
    for stray in strays:
        stray.unlink(missing_ok=True)
    return len(strays)


def _age(file: Path, at: datetime) -> timedelta:
    return at - datetime.fromtimestamp(file.stat().st_mtime, at.tzinfo)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound("This file is not on the disk any more. Ask for it again.") from error


# ---- whole or not at all ----------------------------------------------------------------------------------------


def _write(path: Path, content: bytes) -> None:
    """To a temporary name first, down to the disk, then in one step to its own name."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    _remember(path)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        _flush_folder(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        if error.errno in _NO_ROOM:
            raise Invalid(
                "There is no room to keep files at the moment. Nothing was saved: try again later.", "file"
            ) from error
        raise


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remember(path: Path) -> None:
    current = session()
    current.info.setdefault(_NEW, []).append(path)
    # Only a session that wrote a file is listened to; the same listener twice counts once.
    event.listen(current, "after_commit", _stays)
    event.listen(current, "after_soft_rollback", _goes)


def _stays(current: Session) -> None:
    if not current.in_nested_transaction():
        current.info.pop(_NEW, None)


def _goes(current: Session, undone: SessionTransaction) -> None:
    if undone.parent is None:
        for path in current.info.pop(_NEW, ()):
            path.unlink(missing_ok=True)
