"""The account of the site's own PostgreSQL: PostgreSQL refuses to run as root, so root lends it an account of its own."""

import errno
import fcntl
import os
import pwd
import shutil
import stat
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from marketplace.config_values import Misconfigured

ACCOUNT = "marketplace-db"
SECONDS_TO_MAKE = 10
_ACCOUNTS = Path("/etc")

# A POSIX access list as Linux keeps it: a version, then entries of (tag, permissions, id).
_ACCESS_LIST = "system.posix_acl_access"
_VERSION, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_OWNER, _USER, _GROUP, _NAMED_GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NOBODY_IN_PARTICULAR = 0xFFFFFFFF
_SEARCH = 0o1


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The system account that PostgreSQL runs as; with no `uid` it is the account of this process."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Hand a file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reach(self, path: Path) -> None:
        """Let the account pass through every folder above `path`, and see nothing else in them."""
        if self.uid is None:
            return
        for folder in reversed(path.resolve().parents):
            if not self._may_pass(folder):
                _let_pass(folder, self.uid)

    def run(self, *command: str | Path, **options: str) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, apart from the terminal so that Ctrl-C does not cut it short."""
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", **options},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else (),
            check=False,
        )

    def _may_pass(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def account_for(*folders: Path) -> ServerAccount:
    """The account for a server in the first of `folders` that exists: the account of this process, unless that is root.

    Root uses the folder's owner, so that a site can be looked at with sudo and still belong to the person who runs
    it; for a folder of root's own, a system account made for the purpose.
    """
    if os.geteuid() != 0:
        return ServerAccount()
    owner = next((folder.stat().st_uid for folder in folders if folder.exists()), 0)
    known = pwd.getpwuid(owner) if owner else _system_account()
    return ServerAccount(known.pw_uid, known.pw_gid)


def _system_account() -> pwd.struct_passwd:
    """The account made for the purpose; of processes that want it at once one makes it, and the others wait for it.

    `useradd` looks whether a name is taken before it locks the list of accounts, so two at once both succeed, and the second
    takes the number of the first away: hence a lock of our own, on the folder the list is in.
    """
    if (known := _known_account()) is not None:
        return known
    with _alone(_ACCOUNTS):
        until = time.monotonic() + SECONDS_TO_MAKE
        while (known := _known_account()) is None:
            useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
            if useradd is None or time.monotonic() > until:
                raise Misconfigured(
                    f"PostgreSQL does not run as root, and the system account {ACCOUNT} could not be made."
                    " Run the site as an ordinary user, or set DATABASE_URL."
                )
            # Fails while somebody else's useradd holds the list of accounts.
            command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
            done = subprocess.run([*command, "--shell", "/usr/sbin/nologin", ACCOUNT], capture_output=True, check=False)
            if done.returncode:
                time.sleep(0.1)
    return known


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _known_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def _let_pass(folder: Path, uid: int) -> None:
    """Allow one account to pass through a folder; where the file system knows no access lists, allow everybody."""
    try:
        os.setxattr(folder, _ACCESS_LIST, _with_search_for(uid, folder))
    except AttributeError:  # not Linux
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
    except OSError as problem:
        if problem.errno not in (errno.ENOTSUP, errno.EPERM, errno.EINVAL):
            raise
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)


def _with_search_for(uid: int, folder: Path) -> bytes:
    """The folder's access list with one more account that may pass through."""
    mode = folder.stat().st_mode
    try:
        kept = list(_ENTRY.iter_unpack(os.getxattr(folder, _ACCESS_LIST)[_VERSION.size :]))
    except OSError:
        kept = [
            (_OWNER, mode >> 6 & 7, _NOBODY_IN_PARTICULAR),
            (_GROUP, mode >> 3 & 7, _NOBODY_IN_PARTICULAR),
            (_OTHERS, mode & 7, _NOBODY_IN_PARTICULAR),
        ]
    before = next((permissions for tag, permissions, who in kept if (tag, who) == (_USER, uid)), 0)
    entries = [entry for entry in kept if entry[0] != _MASK and (entry[0], entry[2]) != (_USER, uid)]
    entries.append((_USER, before | _SEARCH, uid))
    mask = 0
    for tag, permissions, _ in entries:
        if tag in (_USER, _GROUP, _NAMED_GROUP):
            mask |= permissions
    entries.append((_MASK, mask, _NOBODY_IN_PARTICULAR))
    return _VERSION.pack(2) + b"".join(_ENTRY.pack(*entry) for entry in sorted(entries, key=lambda e: (e[0], e[2])))


def open_for_reading(folder: Path) -> None:
    """Let everybody read the programs of PostgreSQL; there is nothing secret in them."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
