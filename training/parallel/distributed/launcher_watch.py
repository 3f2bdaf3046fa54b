"""A process that torchrun started ends when torchrun is gone.

torchrun ends its processes when it can. When it is killed outright they would go on, unseen, and
keep the run folder and the cores.
"""

from __future__ import annotations

import os
import signal
import threading
import time

PATIENCE_SECONDS = 10.0
"""For the present iteration and its checkpoint."""

_LOOK_SECONDS = 0.5


def end_with_launcher(patience: float = PATIENCE_SECONDS) -> None:
    """Watch the process that started this one, in a thread, and end this one after it.

    The end is a SIGTERM, which a training grants after the iteration
    (`training.interruption`); after `patience` seconds more the process ends as if it
    were killed.
    """
    launcher = os.getppid()
    threading.Thread(target=_watch, args=(launcher, patience), daemon=True).start()


def _watch(launcher: int, patience: float) -> None:
    while os.getppid() == launcher:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience)
    os._exit(128 + signal.SIGKILL)
