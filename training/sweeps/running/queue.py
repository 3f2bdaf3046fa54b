"""From points to outcomes: tasks are handed to the workers, and what ends is told as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from secrets import token_hex

from distributed import Client, Future, KilledWorker

from training.errors import UserError
from training.failures import reason
from training.interruption import Interruption
from training.sweeps.running.stopping import stop_of, workers_of
from training.sweeps.running.worker import Outcome, Task, iterations_done, run_point

POLL_SECONDS = 0.5
"""Between two looks at the points and at the interruption."""

_ENDED = ("finished", "error", "cancelled", "lost")


def new_sweep() -> str:
    """A name for one start of a sweep."""
    return token_hex(8)


def outcomes(
    client: Client,
    tasks: Sequence[Task],
    interruption: Interruption,
    tick: Callable[[], None],
) -> Iterator[tuple[Task, Outcome, str | None]]:
    """Train points, and yield each as it ends.

    Parameters
    ----------
    client : Client
    tasks : sequence of Task
        Of one start of a sweep.
    interruption : Interruption
        When it is requested, points that run stop after their iteration, and others do not begin.
    tick : callable
        Called again and again in between.

    Yields
    ------
    task : Task
    outcome : str
    error : str or None
        Why a point failed, where no worker could write that down.

    Raises
    ------
    UserError
        If the scheduler is gone.
    """
    with workers_of(client, tasks[0].sweep) as stop:
        reached = {task: iterations_done(task) for task in tasks}
        remaining = {_submit(client, task, -place): task for place, task in enumerate(tasks)}
        stopping = False
        try:
            while remaining:
                if interruption.requested and not stopping:
                    stopping = True
                    stop()
                    for future in _cancel_waiting(client, remaining):
                        yield remaining.pop(future), "stopped", None
                ended = [future for future in remaining if future.status in _ENDED]
                for future in ended:
                    task = remaining.pop(future)
                    # Jobs of a batch system end when their time is over, again and again: that is
                    # no failure of a point that has got further meanwhile.
                    if _is_killed(future) and not stopping:
                        before, reached[task] = reached[task], iterations_done(task)
                        if reached[task] > before:
                            remaining[_submit(client, task, 1)] = task
                            continue
                    yield task, *_result(future, stopping)
                tick()
                if not ended:
                    time.sleep(POLL_SECONDS)
        finally:
            if remaining and client.status == "running":
                stop()
                _cancel_waiting(client, remaining)


def run_here(task: Task) -> Outcome:
    """Train a point on the worker that it was handed to."""
    return run_point(task, stop_of(task.sweep))


def _submit(client: Client, task: Task, priority: int) -> Future:
    """Hand out a point, under a name that it has had at no start and after no death before."""
    key = f"{task.point.name}-{task.sweep}-{token_hex(4)}"
    return client.submit(run_here, task, key=key, pure=False, priority=priority)


def _is_killed(future: Future) -> bool:
    """Whether Dask has given a point up because its workers died."""
    return future.status == "error" and isinstance(future.exception(), KilledWorker)


def _cancel_waiting(client: Client, remaining: dict[Future, Task]) -> list[Future]:
    """Cancel the points that no worker has, and return them."""
    handed_out = {str(key) for keys in client.processing().values() for key in keys}
    waiting = [future for future in remaining if str(future.key) not in handed_out]
    client.cancel(waiting)
    return waiting


def _result(future: Future, stopping: bool) -> tuple[Outcome, str | None]:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome, None
    if future.status in ("cancelled", "lost"):
        if stopping:
            return "stopped", None
        raise UserError(
            "the Dask scheduler is gone: start the sweep again, it goes on with what is missing"
        )
    if _is_killed(future):
        return "failed", (
            "its workers died again and again before it got any further: compare their memory with "
            "what 'spide info' says, and the time of their jobs with that of an iteration"
        )
    error = future.exception()
    return "failed", reason(error) or repr(error)
