"""The worker knows every job that any room can ask for, and everything that happens by itself."""

import subprocess
import sys
from pathlib import Path

import marketplace

ROOT = Path(marketplace.__file__).resolve().parent
LOAD = "import sys; import marketplace.schedule; print(*sys.modules)"


def test_the_worker_knows_every_job():
    """Asked of a new process: in this one, some other test may have loaded what the worker would miss."""
    declaring = {
        ".".join(["marketplace", *file.relative_to(ROOT).with_suffix("").parts])
        for file in ROOT.rglob("*.py")
        if "@jobs_app.task(" in file.read_text()
    }
    assert "marketplace.db.jobs" in declaring
    loaded = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout.split()
    assert declaring - set(loaded) == set(), (
        "declare it in the concept's tasks.py or notifications.py, or import it from there"
    )
