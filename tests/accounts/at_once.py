"""Several people doing the same thing at the same moment."""

import contextvars
import threading
from collections.abc import Callable
from typing import Any


def at_once(times: int, act: Callable[[int], Any]) -> list[Any]:
    """Start `act(0)` … `act(times - 1)` together, each in a thread with this test's clock; their results in order."""
    start = threading.Barrier(times)
    results: list[Any] = [None] * times

    def one(number: int) -> None:
        start.wait()
        results[number] = act(number)

    contexts = [contextvars.copy_context() for _ in range(times)]
    threads = [threading.Thread(target=contexts[n].run, args=(one, n)) for n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
