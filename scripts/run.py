"""`make run`: the site while it is worked on. Page and worker start again when a file changes; the database is the site's own."""

import os
import signal
import subprocess
import sys
import time

from marketplace.commands.sessions import name_the_agency
from marketplace.config import ROOT, Settings
from marketplace.config_values import Misconfigured
from marketplace.db.address import database_url
from marketplace.db.migrating import upgrade
from marketplace.processes import check_port_free, leave_in_order_when_told

HOST = "127.0.0.1"
SECONDS_BETWEEN_LOOKS = 1
SECONDS_TO_STOP = 25


def newest_change() -> float:
    """When the product's code last changed (seconds since 1970)."""
    return max(file.stat().st_mtime for file in (ROOT / "marketplace").rglob("*.py"))


class Part:
    """A program that says what it has to say right here, in a process group of its own."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        self._process = subprocess.Popen(self._command, env=self._environment, start_new_session=True)

    @property
    def ended(self) -> bool:
        """Whether it runs no more, as after a mistake in the code."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """The job at hand is finished first; what does not end in time is ended, with all it has started."""
        if not self.ended:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def main() -> None:
    """Until Ctrl-C. Raises Misconfigured when the port is taken or a setting is wrong."""
    settings = Settings.from_environment()
    check_port_free(HOST, settings.port)
    leave_in_order_when_told()
    with database_url(settings) as url:
        upgrade(url)
        name_the_agency(settings, url)
        environment = {**os.environ, "DATABASE_URL": url}
        flask = [sys.executable, "-m", "flask", "--app", "marketplace.app:create_app", "run", "--debug"]
        web = Part([*flask, "--host", HOST, "--port", str(settings.port)], environment)
        worker = Part([sys.executable, "-m", "marketplace.cli", "worker"], environment)
        print(f"http://localhost:{settings.port}  (Ctrl-C stops everything)", flush=True)
        try:
            seen = newest_change()
            while True:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                if (changed := newest_change()) > seen:
                    seen = changed
                    worker.stop()
                    worker.start()
                    print("The worker has started again.", flush=True)
                    if web.ended:
                        web.start()
        finally:
            worker.stop()
            web.stop()


if __name__ == "__main__":
    try:
        main()
    except Misconfigured as problem:
        print(problem.sentence, file=sys.stderr)
        sys.exit(1)
