"""A training that is paused is paused with everything that it has started."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.sections.processes import with_descendants

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
