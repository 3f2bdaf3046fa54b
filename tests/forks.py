"""What a forked child does with what its parent has used."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable


def in_forked_child(work: Callable[[], object], seconds: float = 30.0) -> None:
    """Call a function in a forked child of this process, and see that it comes to its end.

    Raises
    ------
    AssertionError
        If it raises, or takes longer.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)  # and nothing of what the parent would do at its end
    deadline = time.monotonic() + seconds
    ended, status = os.waitpid(child, os.WNOHANG)
    while not ended and time.monotonic() < deadline:
        time.sleep(0.01)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert ended, f"the child did not end within {seconds} s"
    assert status == 0, f"the child ended with status {status}"
