"""From the start of a process to the end of the first training iteration.

Once with an empty folder for Brian2's compiled modules, and once more with what the first process
left there: what a user waits for after installing, and every day.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.child import run_child
from benchmarks.reporting.tables import Section, Table


def measure(bench: Bench) -> Section:
    """Run the same process twice."""
    with tempfile.TemporaryDirectory() as cache:
        runs = [
            run_child("recipe_iterations", bench.name, str(bench.data_dir), "1", cache)
            for _ in range(2)
        ]
        modules = len(list(Path(cache).rglob("*.so")))
    (cold, first), (warm, second) = runs
    rows = [
        (part, first.steps[part], second.steps[part])
        for part in ("imports", "data", "build and compile", "iteration 1")
    ]
    rest = [total - sum(child.steps.values()) for total, child in runs]
    rows.append(("interpreter and the benchmark's own imports", rest[0], rest[1]))
    return Section(
        f"first iteration after {cold:.1f} s with an empty cache ({modules} modules compiled), "
        f"{warm:.1f} s with a full one",
        [
            Table(
                "Seconds to the first iteration",
                ("part", "empty cache", "full cache"),
                [*rows, ("total", cold, warm)],
                f"{modules} compiled modules in the cache afterwards.",
            )
        ],
    )
