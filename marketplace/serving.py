"""The web server: gunicorn with threads where there is a proxy or a demo, waitress where neither gunicorn nor a proxy is."""

import socket
from typing import Any

from flask import Flask

from marketplace.app import create_app
from marketplace.config import Misconfigured, Settings

THREADS = 8
WORKERS = 2


def check_port_free(host: str, port: int) -> None:
    """Raises Misconfigured when another program listens there already."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise Misconfigured(
                f"Nothing can listen on {host}, port {port} ({problem.strerror}). Stop the program that does, or choose"
                f" another port, like PORT={port + 1 if port < 65535 else 8001}."
            ) from problem


def serve(settings: Settings, database_url: str, host: str, port: int, *, workers: int = WORKERS) -> None:
    """Answer requests until told to stop; requests under way are finished first."""
    check_port_free(host, port)
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError:  # gunicorn exists for Unix only
        import waitress

        waitress.serve(create_app(settings, database_url), host=host, port=port, threads=THREADS * workers)
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
