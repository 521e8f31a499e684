"""Pages that stay on a phone for the hours without a network."""

from flask import Response, make_response
from flask.typing import ResponseReturnValue


def kept_offline(answer: ResponseReturnValue, person_id: int) -> Response:
    """The same answer, which the service worker keeps for this person alone (static/js/sw.js)."""
    response = make_response(answer)
    response.headers["X-Keep-Offline"] = str(person_id)
    return response
