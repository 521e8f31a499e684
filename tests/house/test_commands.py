"""From a terminal: several commands at once in one home, and refusals that are sentences."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from marketplace.db.server import DATABASE, OWNER, PORT

COMMAND = [sys.executable, "-m", "marketplace.cli"]


@pytest.fixture
def home() -> Iterator[Path]:
    """A state folder with nothing in it, and no other setting."""
    folder = Path(tempfile.mkdtemp(prefix="marketplace-home-"))
    yield folder
    shutil.rmtree(folder)


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {"PATH": os.defpath, "HOME": str(home), "MARKETPLACE_HOME": str(home)}
    return subprocess.Popen(
        [*COMMAND, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(home: Path, *arguments: str) -> tuple[int, str, str]:
    with start(home, *arguments) as command:
        told, complained = command.communicate(timeout=120)
    return command.returncode, told, complained


def test_the_tables_come_first_and_then_several_commands_work_at_once(home):
    code, _, complained = run(home, "worker", "--once")
    assert code == 1
    assert complained == (
        f"The tables of the database are at migration none, and this code needs {newest()}. Run: marketplace db upgrade\n"
    )
    assert run(home, "db", "upgrade")[:2] == (0, f"The database is at migration {newest()}.\n")
    together = [start(home, "db", "current") for _ in range(3)]
    for command in together:
        told, complained = command.communicate(timeout=60)
        assert (command.returncode, told, complained) == (0, f"{newest()} (this code needs {newest()})\n", "")
    assert run(home, "worker", "--once")[0] == 0
    assert not (home / "postgres" / "data" / "postmaster.pid").exists(), "the last to leave stopped the database"


def newest() -> str:
    from marketplace.db.migrating import head

    return head()


@pytest.mark.parametrize(("way", "revision"), [("upgrade", "9999"), ("downgrade", "zz")])
def test_a_migration_that_does_not_exist_is_refused_in_a_sentence(home, way, revision):
    code, _, complained = run(home, "db", way, revision)
    assert code == 1
    assert f"Migration '{revision}' cannot be reached" in complained
    assert "Traceback" not in complained


def test_a_file_that_is_not_there_is_refused_before_anything_starts(home):
    code, _, complained = run(home, "import", "needs", str(home / "needs.csv"))
    assert code == 2
    assert "does not exist" in complained
    assert not (home / "postgres").exists()


@contextmanager
def served(home: Path) -> Iterator[Callable[[str], str]]:
    """The site of that home, answering; gives what reads one of its pages. It must stop well, and its database with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def read(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as page:
            return page.read().decode()

    with start(home, "serve", "--port", str(port), "--workers", "1") as site:
        until = time.monotonic() + 60
        answer = ""
        while not answer and time.monotonic() < until and site.poll() is None:
            with suppress(OSError):
                answer = read("/readyz")
            time.sleep(0.1)
        try:
            assert answer == "ready\n"
            yield read
        finally:
            site.send_signal(signal.SIGTERM)
            _, complained = site.communicate(timeout=60)
    assert site.returncode == 0, complained
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


def test_the_site_answers_when_ready_and_stops_with_its_database(home):
    assert run(home, "db", "upgrade")[0] == 0
    with served(home) as read:
        assert read("/healthz") == "ok\n"


def test_the_first_of_the_agency_is_invited_from_the_terminal(home):
    assert run(home, "db", "upgrade")[0] == 0
    assert "nobody can sign in yet" in run(home, "doctor")[1]
    assert run(home, "invite", " ", "ada@northlight.example")[::2] == (
        1, "Say who is invited: their name comes first, then their address.\n",
    )  # fmt: skip
    assert run(home, "invite", "Ada Okafor", "ada@@northlight")[0] == 1
    code, told, _ = run(home, "invite", "Ada Okafor", "ada@northlight.example")
    assert code == 0
    assert told.startswith("Ada Okafor is invited to Virtual Care Coordination as owner.")
    with served(home) as read:
        page = read(told.split()[-1].removeprefix("http://localhost:8000"))
    assert "Ada Okafor" in page
    assert "Virtual Care Coordination" in page
    assert "Choose a password" in page or "New password" in page


def test_a_worker_outlives_its_database_and_stops_when_told(home):
    assert run(home, "db", "upgrade")[0] == 0
    number = home / "postgres" / "data" / "postmaster.pid"
    with start(home, "worker") as worker:
        os.set_blocking(worker.stdout.fileno(), False)
        said = ""

        def says(what: str) -> bool:
            nonlocal said
            until = time.monotonic() + 90
            while what not in said and time.monotonic() < until and worker.poll() is None:
                with suppress(BlockingIOError):
                    said += os.read(worker.stdout.fileno(), 65536).decode()
                time.sleep(0.1)
            return what in said

        until = time.monotonic() + 60
        while not _heartbeats(home) and time.monotonic() < until:
            time.sleep(0.2)
        os.kill(int(number.read_text().split("\n", 1)[0]), signal.SIGKILL)
        assert says("runs again"), said
        assert says("begins again"), said
        before = _heartbeats(home)
        until = time.monotonic() + 60
        while _heartbeats(home) <= before and time.monotonic() < until:
            time.sleep(0.2)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert not number.exists()


def _heartbeats(home: Path) -> int:
    """How many workers have signed on in that home so far; 0 while its database does not answer."""
    try:
        with psycopg.connect(
            host=str(home / "postgres"), port=PORT, user=OWNER, dbname=DATABASE, autocommit=True
        ) as connection:
            row = connection.execute("SELECT last_value FROM procrastinate_workers_id_seq WHERE is_called").fetchone()
    except psycopg.OperationalError:
        return 0
    return row[0] if row else 0
