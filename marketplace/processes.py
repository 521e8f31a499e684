"""The parts of the site that run side by side: started together, and stopped together when one ends."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from marketplace.config_values import Misconfigured

SECONDS_TO_STOP = 25
_LINES_SHOWN = 20
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


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


class PartEnded(Exception):
    """A part ended by itself; the message says which and shows its last lines."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SiteProcess:
    """One program of the site, with its output in a file."""

    def __init__(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("wb") as output:
            # In a session of its own: Ctrl-C reaches this process alone, which stops the parts in order.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
                preexec_fn=_stop_with_parent if sys.platform == "linux" else None,
            )

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def check_running(self) -> None:
        """Raises PartEnded when it runs no more."""
        code = self._process.poll()
        if code is not None:
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-_LINES_SHOWN:])
            raise PartEnded(
                f"The {self.name} has ended by itself (code {code}), so everything stops. {self.log}:\n{last}"
            )

    def ask_to_stop(self) -> None:
        """It may finish what it is doing."""
        if self._process.poll() is None:
            self._process.terminate()

    def wait_stopped(self, until: float) -> None:
        """Wait till the monotonic time `until`; what then still runs is ended, with everything it started."""
        try:
            self._process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def side_by_side(
    commands: Mapping[str, Sequence[str]], logs: Path, environment: Mapping[str, str]
) -> Iterator[list[SiteProcess]]:
    """Run one part for each named command, and stop them all when the block is left."""
    parts: list[SiteProcess] = []
    try:
        for name, command in commands.items():
            parts.append(SiteProcess(name, command, logs / f"{name}.log", environment))
        yield parts
    finally:
        for part in parts:
            part.ask_to_stop()
        until = time.monotonic() + SECONDS_TO_STOP
        for part in parts:
            part.wait_stopped(until)


def wait_until(ready: Callable[[], bool], parts: Sequence[SiteProcess], seconds: float) -> bool:
    """Whether `ready` came true in time. Raises PartEnded when a part ends meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for part in parts:
            part.check_running()
        if ready():
            return True
        time.sleep(0.1)
    return False


def watch(parts: Sequence[SiteProcess]) -> None:
    """Stay until a part ends (PartEnded), or this process is told to stop (SystemExit, KeyboardInterrupt)."""
    while True:
        for part in parts:
            part.check_running()
        time.sleep(0.5)


def leave_in_order_when_told() -> None:
    """On SIGTERM and a closed terminal, unwind as on Ctrl-C, so that everything that was started is stopped."""

    def leave(number: int, _: FrameType | None) -> None:
        # A second signal must not interrupt the stopping.
        for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(0 if number == signal.SIGINT else 128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)


def _stop_with_parent() -> None:
    """Linux: when this process is killed outright, its parts are told to stop."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
