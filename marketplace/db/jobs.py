"""Work done after the page has answered: mail, money, reminders. A job is stored with what caused it, or not at all.

A task is declared once and enqueued inside the business transaction:

    @jobs_app.task(name="messaging.send", queue="mail", retry=5)
    def send(letter_id: int) -> None: ...

    enqueue("messaging.send", queue="mail", letter_id=letter.id)

procrastinate takes a connection of the caller's for that (`task.configure(connection=…)`), but inside a worker it
expects an asynchronous one, so a job that enqueues another would fail there. `enqueue` therefore always goes through a
synchronous connector with no connection of its own: rolled back with the transaction, delivered after its commit.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from procrastinate.tasks import Task, configure_task
from procrastinate.worker import Worker
from sqlalchemy import column, func, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, scoped_session

from marketplace.db.sessions import SYSTEM, bind_actor
from marketplace.db.sessions import session as current_session

SOON_AGAIN = RetryStrategy(max_attempts=6, exponential_wait=10)
"""A job that needs nothing but this machine: tried up to six times, each time after ten times as long a wait."""

jobs_app = App(connector=PsycopgConnector())
"""Every task of the product is declared on this. The worker gives it a connection; web requests never open it."""

_enqueueing = JobManager(connector=SyncPsycopgConnector())

log = structlog.get_logger()

SECONDS_BETWEEN_TRIES = 1
ABANDONED_AFTER = 30
"""Seconds without a sign of life (one is given every 10) after which a worker counts as dead."""


def enqueue(
    task: Task[Any, Any, Any] | str,
    *,
    queue: str | None = None,
    at: datetime | None = None,
    lock: str | None = None,
    once: str | None = None,
    within: Session | scoped_session[Session] | None = None,
    **arguments: Any,
) -> int:
    """Store a job in the transaction of the session; a worker does it after the commit. Returns its number.

    A task that calls acts is named, with its `queue` and `lock`, so that the act that asks for it need not import it.
    `at`: not before this instant. `lock`: jobs with the same lock are done one after another. `once`: refused with
    `procrastinate.exceptions.AlreadyEnqueued` while another with this name waits; the transaction is then unusable, so
    check or use a savepoint. `arguments` must be plain JSON values: ids, not rows.
    """
    connection = (within or current_session).connection().connection.driver_connection
    known = None if isinstance(task, str) else task
    job = configure_task(
        name=task if isinstance(task, str) else task.name,
        job_manager=_enqueueing,
        lock=lock or (known.lock if known else None),
        queueing_lock=once or (known.queueing_lock if known else None),
        queue=queue or (known.queue if known else "default"),
        priority=known.priority if known else 0,
        schedule_at=at,
        connection=connection,
    )
    return job.defer(**arguments)


failed_job = table("failed_job", column("id"), column("task_name"), column("attempts"), column("failed_at"))
"""Jobs that failed for good, for the agency to look at (a view of migration 0016)."""


def retry_failed(job_id: int) -> str | None:
    """Have a job that failed done again; its name, or None when there is no such job, or somebody was faster."""
    name: str | None = current_session.scalar(select(failed_job.c.task_name).where(failed_job.c.id == job_id))
    return name if name and current_session.scalar(select(func.retry_failed_job(job_id))) else None


@jobs_app.task(name="jobs.resume_abandoned", queueing_lock="jobs.resume_abandoned", pass_context=False)
async def resume_abandoned(timestamp: int = 0) -> None:
    """Give the jobs of workers that died half-way to another one: each job is done at least once."""
    manager = jobs_app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=ABANDONED_AFTER):
        await manager.retry_job(job)


def _one_transaction(do_job: Callable[[], Any], _: JobContext, __: Worker) -> Any:
    """Each job acts for the system in a transaction of its own: kept when the job succeeds, undone when it fails."""
    bind_actor(SYSTEM)
    try:
        outcome = do_job()
        current_session.commit()
        return outcome
    finally:
        current_session.remove()


def work(url: str, *, concurrency: int = 1, until_empty: bool = False) -> None:
    """Do jobs until told to stop (SIGTERM, Ctrl-C: the job at hand is finished first), or until none is left.

    The session must be connected (`db.connect`); a task that is `async` has no session and looks after itself.
    Jobs done are deleted, jobs that failed for good are kept for a person to look at. A database that goes away is
    waited for.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options: dict[str, Any] = {
        "wait": not until_empty,
        "concurrency": concurrency,
        "delete_jobs": "successful",
        "task_middleware": [_one_transaction],
        "shutdown_graceful_timeout": 20,
        "fetch_job_polling_interval": 5,
    }

    def connector() -> PsycopgConnector:
        return PsycopgConnector(conninfo=address, min_size=1, max_size=concurrency + 3)

    if until_empty:
        with jobs_app.replace_connector(connector()):
            jobs_app.run_worker(**options)
    else:
        asyncio.run(_work_until_told(connector, options))


async def _work_until_told(connector: Callable[[], PsycopgConnector], options: dict[str, Any]) -> None:
    """Work, and begin again when the database has been away: procrastinate gives up with its connection."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    while not told.is_set():
        with jobs_app.replace_connector(connector()):
            working = asyncio.ensure_future(_work_once(options))
            waiting = asyncio.ensure_future(told.wait())
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
            working.cancel()  # the job at hand is finished first
            waiting.cancel()
            ended = (await asyncio.gather(working, waiting, return_exceptions=True))[0]
        if isinstance(ended, Exception) and not isinstance(ended, ConnectorException):
            raise ended
        if not told.is_set():
            log.error("the worker has lost the database and begins again", problem=str(ended).strip())
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), SECONDS_BETWEEN_TRIES)


async def _work_once(options: dict[str, Any]) -> None:
    async with jobs_app.open_async():
        await jobs_app.run_worker_async(**options, install_signal_handlers=False)
