"""What a worker process does before its first point.

This module imports nothing of ours, so that a worker that reads it has not imported Brian2 yet.
"""

from __future__ import annotations

import importlib
import signal
import threading

from distributed import Worker, WorkerPlugin


class Preparation(WorkerPlugin):
    """Makes a process ready to train in its threads.

    Brian2 installs a handler of signals when it is imported, which Python allows in the main
    thread only: there Dask sets up its workers, while tasks run in others.

    Parameters
    ----------
    alone : bool
        Whether the worker belongs to this sweep: it then leaves Ctrl+C, which a terminal sends
        to all its processes, to the one that runs the sweep.
    """

    name = "spide"
    idempotent = True

    def __init__(self, alone: bool) -> None:
        self.alone = alone

    def setup(self, worker: Worker) -> None:
        """Import what cannot be imported later."""
        if threading.current_thread() is not threading.main_thread():
            return  # workers that are threads of a process which has imported it
        before = signal.getsignal(signal.SIGINT)
        importlib.import_module("brian2")
        signal.signal(signal.SIGINT, signal.SIG_IGN if self.alone else before)
