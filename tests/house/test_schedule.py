"""The worker knows every job that any room can ask for, and everything that happens by itself."""

import ast
import subprocess
import sys
from pathlib import Path

import marketplace
import marketplace.schedule
from marketplace.db import jobs_app

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


def test_a_task_asked_for_by_its_name_is_there_with_the_queue_and_the_lock_it_is_asked_with():
    """Acts name the tasks that call other acts, so that they need not import them; a wrong name would wait for ever."""
    named = [
        (file.relative_to(ROOT).as_posix(), call.args[0].value, {word.arg: word.value for word in call.keywords})
        for file in ROOT.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "enqueue"
        and isinstance(call.args[0], ast.Constant)
    ]
    assert named, "the search finds them"
    for place, name, given in named:
        task = jobs_app.tasks[name]
        assert (place, given["queue"].value) == (place, task.queue)
        assert (place, given["lock"].value if "lock" in given else None) == (place, task.lock)
