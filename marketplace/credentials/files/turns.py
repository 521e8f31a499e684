"""How many uploads are looked into at once: two on the whole machine, however many processes and threads answer requests.

Looking into a file costs up to half a gigabyte and some seconds, so a hundred people who upload together wait for each
other instead of taking all memory. Whoever would wait too long is told so, and the requests of others go on meanwhile.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marketplace.credentials.files.limits import AT_ONCE, MOST_WAITING, SECONDS_TO_WAIT
from marketplace.kernel import Invalid

_PAUSE = 0.05

_places = threading.BoundedSemaphore(MOST_WAITING)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Hold one of the machine's turns, kept as locked files in `folder`. Raises Invalid, field "file", when it takes too long.

    The system lets go of a lock when its process ends, whatever ended it.
    """
    if not _places.acquire(blocking=False):
        raise _busy()
    try:
        handle = _lock(folder)
        try:
            yield
        finally:
            os.close(handle)
    finally:
        _places.release()


def _lock(folder: Path) -> int:
    """The handle of a locked file; closing it gives the turn to the next."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + SECONDS_TO_WAIT
    while True:
        for number in range(1, AT_ONCE + 1):
            handle = os.open(folder / f"turn-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
            else:
                return handle
        if time.monotonic() >= until:
            raise _busy()
        time.sleep(_PAUSE)


def _busy() -> Invalid:
    return Invalid("Many files are being uploaded right now. Nothing was saved: try again in a minute.", "file")
