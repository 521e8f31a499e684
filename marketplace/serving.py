"""The web server: gunicorn with threads where there is a proxy or a demo, waitress where neither gunicorn nor a proxy is."""

from typing import Any

from flask import Flask

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.processes import check_port_free

THREADS = 8
WORKERS = 2


def serve(settings: Settings, database_url: str, host: str, port: int, *, workers: int = WORKERS) -> None:
    """Answer requests until told to stop; requests under way are finished first."""
    check_port_free(host, port)
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError:  # gunicorn exists for Unix only
        import waitress

        # The headers of proxies are judged in web/middleware/proxies.py, under both servers by the same rule.
        waitress.serve(
            create_app(settings, database_url),
            host=host,
            port=port,
            threads=THREADS * workers,
            clear_untrusted_proxy_headers=False,
        )
        return

    class Gunicorn(BaseApplication):  # type: ignore[misc]
        """Each worker makes its own application: connections to the database are not shared across processes."""

        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "timeout": 30,
                "graceful_timeout": 20,
                "keepalive": 5,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "loglevel": "warning",
                "control_socket_disable": True,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return create_app(settings, database_url)

    Gunicorn().run()
