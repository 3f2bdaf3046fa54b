"""Measurements that need a process of their own: peak memory, first runs.

The child prints one line of JSON last. Its peak is Linux's ``VmHWM``: ``ru_maxrss`` of a child that
was started with ``vfork``, as Python does, includes the peak of its parent.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """What a child tells of itself.

    Parameters
    ----------
    finished : float
        `time.time` when its work was done.
    steps : dict of float
        Seconds by part of the work.
    peak_gb : float
        Largest resident memory of the process, 1e9 bytes.
    """

    finished: float
    steps: dict[str, float]
    peak_gb: float

    @classmethod
    def now(cls, steps: dict[str, float]) -> Finished:
        return cls(time.time(), steps, peak_bytes() / 1e9)

    def print(self) -> None:
        """Tell the parent."""
        print(json.dumps(asdict(self)), flush=True)


def run_child(module: str, *arguments: str, python: str = sys.executable) -> tuple[float, Finished]:
    """Run ``python -m benchmarks.children.<module>``.

    Parameters
    ----------
    module : str
    *arguments : str
        Of its command line.
    python : str
        Interpreter; by default this one.

    Returns
    -------
    seconds : float
        From before the start of the process to the end of its work.
    finished : Finished

    Raises
    ------
    RuntimeError
        If it fails, with what it printed last.
    """
    began = time.time()
    done = subprocess.run(
        [python, "-m", f"benchmarks.children.{module}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the child {module} failed:\n{done.stderr[-2000:]}")
    finished = Finished(**json.loads(done.stdout.splitlines()[-1]))
    return finished.finished - began, finished


def peak_bytes() -> int:
    """The largest resident memory of this process since its program began."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Stopwatch:
    """Times of consecutive parts of some work."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """The part `name` ends here."""
        now = time.perf_counter()
        self.steps[name] = now - self._last
        self._last = now
