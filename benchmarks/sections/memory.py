"""Peak memory of a training with the recipe's batch size, of a process that does nothing else."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.child import run_child
from benchmarks.reporting.tables import Section, Table

ITERATIONS = 5


def measure(bench: Bench) -> Section:
    """Train for a few iterations in a process of its own."""
    _, child = run_child("recipe_iterations", bench.name, str(bench.data_dir), str(ITERATIONS))
    _, idle = run_child("recipe_iterations", bench.name, str(bench.data_dir), "0")
    return Section(
        f"peak memory {child.peak_gb:.2f} GB at batch {bench.recipe.batch_size}",
        [
            Table(
                "Peak memory",
                ("process", "GB"),
                [
                    (f"{ITERATIONS} iterations", child.peak_gb),
                    ("data loaded and networks built, no iteration", idle.peak_gb),
                ],
                "Resident memory of the whole process, interpreter, libraries and data included.",
            )
        ],
    )
