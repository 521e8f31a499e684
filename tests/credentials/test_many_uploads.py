"""Many uploads together: they wait for each other, take no more memory than set aside for them, and are told when it is busy."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from marketplace.accounts.authentication import rate_limits
from marketplace.config import ROOT
from marketplace.credentials.files import turns
from marketplace.credentials.files.turns import turn
from marketplace.kernel import Invalid
from tests.at_once import at_once
from tests.browser import Visitor
from tests.credentials.files import hand_in, photo
from tests.world import World


def most_together(folder: Path, people: int) -> int:
    """How many of `people` who come at the same moment hold a turn together at most."""
    inside, most, guard = 0, 0, threading.Lock()

    def one(_: int) -> None:
        nonlocal inside, most
        with turn(folder):
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.1)
            with guard:
                inside -= 1

    at_once(people, one)
    return most


def test_two_files_are_looked_into_at_once_and_the_others_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_together(tmp_path, turns.MOST_WAITING) == 2
    monkeypatch.setattr(turns, "AT_ONCE", 4)  # without the limit the same four are all inside
    assert most_together(tmp_path, turns.MOST_WAITING) == 4


HOLDS_A_TURN = """
import sys, time
from pathlib import Path
from marketplace.credentials.files.turns import turn
with turn(Path(sys.argv[1])), turn(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_turns_are_shared_by_all_processes_and_freed_when_one_is_killed(
    client: Visitor, world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SECONDS_TO_WAIT", 0.2)
    folder = app.config["SETTINGS"].home / "turns"
    command = [sys.executable, "-c", HOLDS_A_TURN, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        hand_in(client.sign_in("maya")).sees("Many files are being uploaded right now. Nothing was saved")
        assert client.status == 422
        other.kill()
    hand_in(client).sees("with the agency now")


def test_who_comes_when_too_many_wait_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_places", threading.BoundedSemaphore(1))
    with turn(tmp_path):
        began = time.monotonic()
        with pytest.raises(Invalid, match="Many files are being uploaded"), turn(tmp_path):
            pass
        assert time.monotonic() - began < turns.SECONDS_TO_WAIT / 2
    with turn(tmp_path):
        pass


@pytest.mark.committed
def test_a_person_may_upload_so_many_files_and_then_waits(
    client: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "UPLOADS", (rate_limits.Limit("upload", 2, 10),))
    client.sign_in("maya")
    hand_in(client, b"no picture at all").sees("This kind of file is not taken")
    hand_in(client).sees("with the agency now")
    hand_in(client, number="2").sees("You have uploaded many files in a short time")
    assert client.status == 422
    hand_in(client.sign_in("devon")).sees("with the agency now")


GROWS = "from marketplace.credentials.files.sandbox import limit_this_process\n{}\nheld = bytearray(700 * 2**20)\n"


def test_the_process_that_opens_files_cannot_take_more_than_half_a_gigabyte() -> None:
    def ends(limit: str) -> int:
        command = [sys.executable, "-c", GROWS.format(limit)]
        return subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, check=False).returncode

    assert ends("") == 0
    assert ends("limit_this_process()") != 0


@contextmanager
def serving(app: Flask) -> Iterator[tuple[str, int]]:
    """The site behind a real socket; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.log = lambda *_: None  # type: ignore[method-assign, assignment]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield ("127.0.0.1", server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_file_that_is_far_too_large_is_answered_with_a_page(app: Flask, world: World) -> None:
    size = 13 * 1024 * 1024
    with serving(app) as address, socket.create_connection(address, timeout=20) as browser:
        head = f"POST /credentials/mine/new HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
        browser.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=b\r\nConnection: close\r\n\r\n")
        for _ in range(13):
            browser.sendall(photo().ljust(1024 * 1024, b"\0"))
        answer = b""
        while piece := browser.recv(65536):
            answer += piece
    assert answer.split(b"\r\n")[0].split()[1] == b"413"
    assert b"Files may have 10 MB" in answer
