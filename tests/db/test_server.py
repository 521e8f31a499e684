"""The site's own PostgreSQL: shared by those who need it, gone with the last of them, well after a crash."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy.engine import make_url

from marketplace.config import Settings
from marketplace.config_values import Misconfigured
from marketplace.db.address import database_url
from marketplace.db.server import LONGEST_SOCKET_PATH, EmbeddedServer

ENTER_AND_WAIT = """
import sys, time
from pathlib import Path
from marketplace.db.server import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), fast=True):
    print("in", flush=True)
    sys.stdin.read()
"""

FORK_INSIDE = """
import os, sys
from pathlib import Path
from marketplace.db.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), fast=True)
with server:
    child = os.fork()
    if child == 0:
        sys.exit(0)  # leaves through the `with`, as a web worker does
    os.waitpid(child, 0)
    assert server.is_running()
assert not server.is_running()
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A cluster to copy, so that each test need not make its own."""
    folder = Path(tempfile.mkdtemp(prefix="marketplace-server-"))
    with EmbeddedServer(folder / "pg", fast=True):
        pass
    yield folder / "pg"
    shutil.rmtree(folder)


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    """A home with a database that nobody uses yet."""
    home = Path(tempfile.mkdtemp(prefix="marketplace-server-"))
    subprocess.run(["cp", "-a", made, home / "postgres"], check=True)
    yield home / "postgres"
    shutil.rmtree(home)


def ask(url: str, *statements: str) -> object:
    """Run the statements in one transaction; what the last one answers."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        answer = cursor.fetchone()
    assert answer is not None
    return answer[0]


@contextmanager
def another_process_in(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", ENTER_AND_WAIT, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        yield other


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def kill(number: int) -> None:
    """The server and all its workers at once, as when the power goes; some of them may just have ended by themselves."""
    server = psutil.Process(number)
    for process in [server, *server.children()]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def test_it_stops_with_the_last_who_leaves(folder):
    server = EmbeddedServer(folder, fast=True)
    with another_process_in(folder) as other:
        with server:
            assert ask(server.url(), "SELECT 1") == 1
        assert server.is_running(), "the other process still uses it"
        other.communicate()
    assert not server.is_running()


def test_the_one_who_started_it_may_leave_first(folder):
    with another_process_in(folder) as starter, EmbeddedServer(folder, fast=True) as server:
        starter.communicate()
        assert ask(server.url(), "SELECT 1") == 1
    assert not server.is_running()


def test_a_process_that_is_killed_does_not_keep_it_running(folder):
    with another_process_in(folder) as other, EmbeddedServer(folder, fast=True) as server:
        other.kill()
        other.wait()
    assert not server.is_running()


def test_a_forked_child_that_ends_does_not_stop_it(folder):
    subprocess.run([sys.executable, "-c", FORK_INSIDE, folder], check=True)


def test_what_was_committed_outlives_a_crash_of_the_server(folder):
    with EmbeddedServer(folder) as server:
        ask(server.url(), "CREATE TABLE kept AS SELECT 7 AS n", "SELECT n FROM kept")
        assert ask(server.url(), "SHOW fsync") == "on"
        kill(postmaster(folder))
        deadline = time.monotonic() + 10
        while server.is_running() and time.monotonic() < deadline:
            time.sleep(0.05)
        server.ensure_running()
        assert ask(server.url(), "SELECT n FROM kept") == 7


def test_a_server_that_is_killed_while_the_site_runs_is_started_again(folder):
    settings = Settings.from_environment({"MARKETPLACE_HOME": str(folder.parent)})
    with database_url(settings) as url:
        killed = postmaster(folder)
        kill(killed)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert ask(url, "SELECT 1") == 1
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        assert postmaster(folder) != killed
    assert not EmbeddedServer(folder).is_running()


def test_a_process_number_left_by_a_crash_may_be_some_other_programs_by_now(folder):
    left = folder / "data" / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{folder / 'data'}\n1700000000\n5432\n{folder}\n\n  8826964     65536\nready\n")
    with EmbeddedServer(folder, fast=True) as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_two_homes_side_by_side_do_not_meet(folder, made):
    with EmbeddedServer(folder, fast=True) as one, EmbeddedServer(made, fast=True) as two:
        ask(one.url(), "CREATE TABLE mine AS SELECT 1", "SELECT 1")
        assert ask(two.url(), "SELECT to_regclass('mine') IS NULL")


def test_a_home_deep_down_still_has_a_socket(folder):
    deep = folder.parent / ("long " * 10) / ("name" * 10)
    deep.mkdir(parents=True)
    assert len(str(deep)) > LONGEST_SOCKET_PATH
    shutil.move(folder, deep / "postgres")
    with EmbeddedServer(deep / "postgres", fast=True) as server:
        assert ask(server.url(), "SELECT 1") == 1
        sockets = Path(str(make_url(server.url()).query["host"]))
    assert not sockets.exists()


def test_people_without_the_folder_cannot_reach_it(folder):
    with EmbeddedServer(folder, fast=True) as server:
        assert folder.stat().st_mode & 0o077 == 0
        assert ask(server.url(), "SHOW listen_addresses") == ""


def test_the_site_is_no_superuser_of_its_own_database(folder):
    with EmbeddedServer(folder, fast=True) as server:
        assert ask(server.url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        for name in ("btree_gist", "citext", "pg_trgm"):
            ask(server.url(), f"CREATE EXTENSION {name}", "SELECT 1")
        assert ask(server.url(), "SELECT upper('é') || lower('Ñ')") == "Éñ"


def test_a_cluster_of_another_version_is_left_alone(folder):
    version = folder / "data" / "PG_VERSION"
    version.write_text("13\n")
    with pytest.raises(Misconfigured, match="made by PostgreSQL 13"), EmbeddedServer(folder, fast=True):
        pass
    assert version.read_text() == "13\n"


MAKE_ACCOUNT = """
import sys
from marketplace.db import server_account
server_account.ACCOUNT = sys.argv[1]
print("ready", flush=True)
input()
account = server_account._system_account()
print(account.pw_name, account.pw_uid)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes system accounts")
def test_processes_that_make_the_account_of_the_server_at_once_all_get_it():
    name = f"marketplace-{os.getpid()}"
    command = [sys.executable, "-c", MAKE_ACCOUNT, name]
    try:
        makers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        for maker in makers:
            assert maker.stdout is not None
            assert maker.stdout.readline() == "ready\n"
        for maker in makers:
            assert maker.stdin is not None
            maker.stdin.write("\n")
            maker.stdin.flush()
        got = {maker.communicate(timeout=60)[0].strip() for maker in makers}
        assert got == {f"{name} {pwd.getpwnam(name).pw_uid}"}, "one account, the same for all of them"
    finally:
        subprocess.run(["/usr/sbin/userdel", name], check=False, capture_output=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may hide a folder from the account PostgreSQL runs as")
def test_root_may_keep_the_home_in_a_folder_of_its_own(folder):
    private = folder.parent / "private"
    private.mkdir(mode=0o700)
    shutil.move(folder, private / "postgres")
    with EmbeddedServer(private / "postgres", fast=True) as server:
        assert ask(server.url(), "SELECT 1") == 1
        assert psutil.Process(postmaster(private / "postgres")).uids().real != 0
    assert private.stat().st_mode & 0o007 == 0, "other people still see nothing of it"


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path):
    settings = Settings.from_environment({"DATABASE_URL": f"postgresql://ada@/site?host={tmp_path}"})
    with pytest.raises(Misconfigured, match="cannot be reached"), database_url(settings):
        pass
