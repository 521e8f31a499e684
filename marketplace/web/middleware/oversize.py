"""A request that is larger than the site takes is read to its end and thrown away, so that its sender gets an answer.

A server that answers and closes while the browser still sends makes the browser show a broken connection instead.
"""

import time

from flask import request

MOST_READ = 100 * 1024 * 1024
SECONDS = 20.0
_PIECE = 256 * 1024


def read_away() -> None:
    """Read the rest of the body of this request, up to a limit of bytes and of time."""
    body = request.environ["wsgi.input"]
    left = MOST_READ if request.content_length is None else min(request.content_length, MOST_READ)
    until = time.monotonic() + SECONDS
    while left > 0 and time.monotonic() < until:
        try:
            piece = body.read(min(_PIECE, left))
        except OSError:  # the sender is gone
            return
        if not piece:
            return
        left -= len(piece)
