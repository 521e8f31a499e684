"""One structured line a request, each with its request id; no names, no form fields, no query strings."""

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

_KNOWN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
SECRET_NAMES = ("password", "token", "secret", "seed", "code", "key", "cookie", "authorization")


def _redact(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name in event:
        if any(word in name.lower() for word in SECRET_NAMES):
            event[name] = "[redacted]"
    return event


def set_up_logs(level: int = logging.INFO) -> None:
    """JSON lines on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def log_requests(app: Flask) -> None:
    """Give each request an id (the caller's `X-Request-ID` when it is well-formed) and log its outcome."""
    log = structlog.get_logger("request")

    @app.before_request
    def start() -> None:
        asked = request.headers.get("X-Request-ID", "")
        g.request_id = asked if _KNOWN_ID.fullmatch(asked) else secrets.token_hex(8)
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint not in ("house.healthz", "house.readyz"):
            log.info(
                "answered",
                method=request.method,
                route=str(request.url_rule or "none"),
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
                person=g.get("acting_person_id"),
            )
        return response
