"""Builds the demo world on a server of its own, measures, and writes `benchmarks/results.txt` and `benchmarks/index.txt`."""

import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import imports, index, matching, pages, race
from marketplace.accounts.authentication.passwords import hashing
from marketplace.config import Settings
from marketplace.db import migrating
from marketplace.db import sessions as db
from marketplace.db.server import EmbeddedServer

RESULTS = Path(__file__).with_name("results.txt")


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Run everything once; a number that is over its bar is marked with `over`."""
    lines = [f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}", ""]
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as folder:
        home = Path(folder)
        with EmbeddedServer(home / "postgres") as server:
            lines += _measure(server.url(), home, timed)
    text = "\n".join(lines) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    index.main()
    matching.main([])


def _measure(url: str, home: Path, clock: Callable[[Callable[[], object]], float]) -> list[str]:
    from marketplace.app import create_app
    from marketplace.demo.world import build

    hashing.make_cheap()
    lines = [f"migrations, empty to newest: {clock(lambda: migrating.upgrade(url)):.1f} s"]
    settings = Settings.from_environment(
        {
            "MARKETPLACE_HOME": str(home),
            "SECRET_KEY": "for measuring only, and long enough",
            "REQUIRE_SECOND_FACTOR": "no",
        }
    )
    engine = db.connect(url)
    lines.append(f"demo world, twelve weeks: {clock(build):.1f} s")
    engine.dispose()
    app = create_app(settings, url)
    lines += ["", *pages.measure(app), "", *race.measure(app), "", *imports.measure()]
    app.extensions["engine"].dispose()
    return lines


if __name__ == "__main__":
    main()
