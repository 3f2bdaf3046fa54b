"""Measured bandwidth of one core, for working sets of several sizes.

The program is C++ (`bandwidth.cpp`), compiled as Brian2 compiles its code: loops of NumPy or torch
over a set that fits the first cache would measure the calls.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("bandwidth.cpp")

#: Bytes: half of a common first-level cache, and what no cache holds.
FIRST_LEVEL, BEYOND_CACHES = 16 << 10, 128 << 20


@dataclass(frozen=True)
class Bandwidth:
    """Bytes per second on one core with a working set of `size` bytes."""

    size: int
    read: float
    copy: float


def measure_bandwidth(*sizes: int) -> list[Bandwidth]:
    """Compile and run the program.

    Parameters
    ----------
    *sizes : int
        Working sets in bytes.

    Raises
    ------
    subprocess.CalledProcessError
        If it does not compile or run.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bandwidth"
        compiler = os.environ.get("CXX", "g++")
        flags = ["-O3", "-march=native", "-Wno-psabi", "-o", str(program), str(SOURCE)]
        subprocess.run([compiler, *flags], check=True)
        done = subprocess.run(
            [str(program), *map(str, sizes)], check=True, capture_output=True, text=True
        )
    rows = [line.split() for line in done.stdout.splitlines()]
    return [Bandwidth(int(size), float(read), float(copy)) for size, read, copy in rows]
