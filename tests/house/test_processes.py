"""What was started together stops together: on the end of a part, on a signal, and when the one in charge is killed."""

import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from marketplace.config_values import Misconfigured
from marketplace.processes import PartEnded, check_port_free, side_by_side, watch

STAY = [sys.executable, "-c", "import time; time.sleep(600)"]
IN_CHARGE = """
import sys
from pathlib import Path
from marketplace.processes import leave_in_order_when_told, side_by_side, watch
leave_in_order_when_told()
stay = [sys.executable, "-c", "import time; time.sleep(600)"]
with side_by_side({"web": stay, "worker": stay}, Path(sys.argv[1]), {}) as parts:
    print(*(part.pid for part in parts), flush=True)
    watch(parts)
"""


def ended(number: int) -> bool:
    """Within some seconds; what waits only for being collected has ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_the_end_of_one_part_stops_the_others_and_shows_its_last_words(tmp_path):
    fall = [sys.executable, "-c", "print('the lamp is broken'); raise SystemExit(3)"]
    with pytest.raises(PartEnded, match=r"(?s)worker has ended.*code 3.*the lamp is broken"):  # noqa: SIM117
        with side_by_side({"web": STAY, "worker": fall}, tmp_path, {}) as parts:
            watch(parts)
    assert ended(parts[0].pid)


@pytest.mark.parametrize(
    ("told", "code"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_nothing_outlives_the_one_in_charge(tmp_path, told, code):
    with subprocess.Popen([sys.executable, "-c", IN_CHARGE, tmp_path], stdout=subprocess.PIPE, text=True) as charge:
        assert charge.stdout is not None
        numbers = [int(number) for number in charge.stdout.readline().split()]
        assert len(numbers) == 2
        charge.send_signal(told)
        assert charge.wait(timeout=20) == code
        assert all(ended(number) for number in numbers)


def test_a_port_in_use_is_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"port {port} .*another port"):
            check_port_free("127.0.0.1", port)
