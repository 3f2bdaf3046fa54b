"""A training that is paused is paused with everything that it has started.

A turn has iterations to count, however slow the machine is.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.measuring.effort import QUICK
from benchmarks.sections.processes import TURN_ITERATIONS, Training, with_descendants
from training.recipes import RECIPES

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE,
                         start_new_session=True)
print(child.pid, flush=True)
input()
"""


def test_descendants_in_other_sessions() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert [each.pid for each in with_descendants(parent.pid)] == [parent.pid, child]
        assert [each.pid for each in with_descendants(child)] == [child]
        parent.communicate("\n")


def test_a_turn_too_short_for_an_iteration_goes_on(tmp_path: Path) -> None:
    training = Training(Bench("digits", RECIPES["digits"], tmp_path, QUICK), (), tmp_path)
    try:
        training.warm_up()
        training.pause()
        before = len(training.rates())
        assert training.turn(0.0) > 0
        assert len(training.rates()) > before + TURN_ITERATIONS
    finally:
        training.end()
