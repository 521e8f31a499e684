"""`make run`: page and worker come up together, start again when the code changes, and stop together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from marketplace.config import ROOT


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def within(seconds, true):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.3)
    return False


@pytest.mark.committed
def test_the_site_under_work_comes_up_starts_again_on_a_change_and_stops(tmp_path, fresh_database_url):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.defpath, "HOME": str(tmp_path), "MARKETPLACE_HOME": str(tmp_path), "PORT": str(port),
        "DATABASE_URL": fresh_database_url, "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    log = tmp_path / "said"
    with log.open("wb") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"], env=environment, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT
        )
    try:
        assert within(90, lambda: answers(port)), log.read_text()
        os.utime(ROOT / "marketplace" / "__init__.py")
        assert within(90, lambda: "The worker has started again" in log.read_text()), log.read_text()
        assert within(90, lambda: answers(port)), log.read_text()
    finally:
        running.send_signal(signal.SIGINT)
        code = running.wait(timeout=90)
    assert code == 0
    assert not answers(port)
