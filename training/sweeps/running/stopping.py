"""How the points of a sweep that run on its workers are told to stop.

A worker trains the points of a start of a sweep as long as it has the plugin of that start. Dask
gives it to all workers, those that come later too, and takes it from all of them when the sweep
stops or ends: nothing of a sweep is left in a process that lives on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from distributed import Client, Status, Worker, WorkerPlugin, get_worker

from training.interruption import Interruption

_CLOSES = (Status.closing, Status.closed, Status.failed)


class Stop(Interruption):
    """Asked after every iteration: whether the sweep is to stop.

    Attributes
    ----------
    asked : bool
    """

    def __init__(self, asked: bool = False) -> None:
        super().__init__()
        self.asked = asked

    @property
    def requested(self) -> bool:
        """Whether it is."""
        return self.asked


class Belongs(WorkerPlugin):
    """Makes a worker one of a sweep; without it, points of that sweep stop.

    Parameters
    ----------
    sweep : str
        Which start of a sweep.
    """

    def __init__(self, sweep: str) -> None:
        self.name = _name(sweep)
        self.stop = Stop()

    def teardown(self, worker: Worker) -> None:
        """Let the points that run stop, unless the worker closes: another one goes on with them."""
        if worker.status not in _CLOSES:
            self.stop.asked = True


@contextmanager
def workers_of(client: Client, sweep: str) -> Iterator[Callable[[], None]]:
    """A context in which all workers belong to a sweep; it gives what lets its points stop."""
    client.register_plugin(Belongs(sweep))
    belong = True

    def stop() -> None:
        nonlocal belong
        if belong and client.status == "running":
            # A worker that is lost just then trains nothing, and the others are told all the same.
            with suppress(OSError, KeyError):
                client.unregister_worker_plugin(_name(sweep))
        belong = False

    try:
        yield stop
    finally:
        stop()


def stop_of(sweep: str) -> Stop:
    """What a task of a sweep asks, on the worker that it runs on."""
    plugin = get_worker().plugins.get(_name(sweep))
    return plugin.stop if isinstance(plugin, Belongs) else Stop(asked=True)


def _name(sweep: str) -> str:
    return f"spide-{sweep}"
