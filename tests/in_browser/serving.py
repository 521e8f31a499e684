"""The site in a process of its own, for real browsers; told on standard input which database to use and what time it is."""

import json
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from marketplace.accounts.authentication.passwords import hashing
from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.db import sessions as db
from marketplace.kernel.clock import frozen_at


class Quiet(WSGIRequestHandler):
    """Says nothing: what matters is in the site's own log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        pass


class Clock:
    """Every request happens at the moment that was told, plus the time that has passed since."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.set(datetime.now().astimezone())

    def set(self, moment: datetime) -> None:
        self.moment, self.since = moment, time.monotonic()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with frozen_at(self.moment + timedelta(seconds=time.monotonic() - self.since)):
            return self.application(environ, start_response)


def main() -> None:
    """Prints its port, then answers every line of JSON (`database`, `now`) with `ok`."""
    environment, url = json.loads(sys.argv[1]), sys.argv[2]
    hashing.make_cheap()
    app = create_app(Settings.from_environment(environment), url)
    app.wsgi_app = Clock(app.wsgi_app)  # type: ignore[method-assign]
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    engine = app.extensions["engine"]
    for line in sys.stdin:
        told = json.loads(line)
        if "database" in told:
            engine.dispose()
            engine = db.connect(told["database"], pool_size=8, max_overflow=8, pool_timeout=5)
        if "now" in told:
            app.wsgi_app.set(datetime.fromisoformat(told["now"]))  # type: ignore[attr-defined]
        print("ok", flush=True)
    engine.dispose()


if __name__ == "__main__":
    main()
