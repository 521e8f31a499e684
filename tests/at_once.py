"""Several people doing the same thing at the same moment."""

import contextvars
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from tests.world import NOW


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


def transactions_at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Every act in a thread and a transaction of its own, started together; what each returned, or the error it ended with."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        with clock.frozen_at(NOW):
            bind_actor(SYSTEM)
            # On a busy machine the other act may take a while; a page would be tried again.
            session.execute(text("SET LOCAL lock_timeout = '30s'; SET LOCAL statement_timeout = '60s'"))
            start.wait()
            try:
                results[number] = act()
                session.commit()
            except BaseException as error:
                results[number] = error
                session.rollback()
            finally:
                session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
